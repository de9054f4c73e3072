"""The playground in a real browser, against the real process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.contract.hostile import HOSTILE
from tests.end_to_end.browser import (
    DRAWINGS,
    NARROW,
    WIDE,
    Cairn,
    Open,
    draw,
    launching,
    opening,
    running,
    say,
    take,
)

SCRIPTS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    "<iframe srcdoc='<script>parent.hit=1</script>'>",
    "<a href=javascript:window.hit=1>x</a>",
    "[x](javascript:window.hit=1)",
    "[x](data:text/html,<script>window.hit=1</script>)",
    "[x](https://evil.example)",
    "https://evil.example/<script>window.hit=1</script>",
    "\"><img src=x onerror='window.hit=1'>",
    "'-window.hit=1-'",
    "${window.hit=1}",
    "{{constructor.constructor('window.hit=1')()}}",
    "</p></div></article><script>window.hit=1</script>",
    "<style>*{display:none}</style>",
    "<base href=https://evil.example/>",
    "<meta http-equiv=refresh content='0;url=https://evil.example'>",
    "<form action=https://evil.example><input name=q>",
    "<object data=https://evil.example>",
    "<details open ontoggle=window.hit=1>",
    "<video><source onerror=window.hit=1>",
    "<math><mtext><script>window.hit=1</script>",
    "&lt;script&gt;window.hit=1&lt;/script&gt;",
    "<!-- --><script>window.hit=1</script>",
    "<https://evil.example|bank>",
    "<@member-b> @everyone <!channel>",
    "**bold** _it_ `code` ~~gone~~ # head",
    "\\<img src=x onerror=window.hit=1>",
    "<IMG SRC=x ONERROR=window.hit=1//",
    "&#60;img src=x onerror=window.hit=1&#62;",
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with launching() as opened:
        yield opened


@pytest.fixture(scope="module")
def cairn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cairn]:
    with running(tmp_path_factory.mktemp("playground")) as process:
        yield process


@pytest.fixture
def open_page(browser: Browser, cairn: Cairn) -> Iterator[Open]:
    with opening(browser, cairn) as made:
        yield made


def test_a_command_is_found_filled_in_and_sent_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    page.locator("body").press("Tab")
    expect(page.get_by_role("link", name="Skip to the message field")).to_be_focused()
    page.keyboard.press("Enter")
    field = page.get_by_role("combobox", name="Message to Cairn")
    expect(field).to_be_focused()
    page.keyboard.type("/")
    commands = page.get_by_role("listbox", name="Commands").get_by_role("option")
    expect(commands.first).to_be_visible()
    offered = commands.count()
    page.keyboard.type("ski")
    expect(commands).to_have_count(1)
    assert offered > 1
    expect(commands.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    question = page.get_by_role("combobox", name="question")
    expect(question).to_be_focused()
    page.keyboard.type("contain")
    page.get_by_role("option", name="Container orchestration").wait_for()
    page.keyboard.press("ArrowDown")
    take(page, "autocomplete")
    page.keyboard.press("Enter")
    expect(question).to_have_value("Container orchestration")
    page.keyboard.press("Enter")
    answer = page.locator(".entry.message")
    expect(answer).to_contain_text("Container orchestration")
    expect(answer).to_contain_text("Only you can see this")
    expect(page.locator(".entry.typed")).to_contain_text("/skillgap Container orchestration")
    expect(field).to_be_focused()


def test_escape_closes_the_list_first_and_the_fields_then(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("Message to Cairn").type("/ski")
    page.keyboard.press("Enter")
    listed = page.get_by_role("listbox", name="Suggestions for question")
    expect(listed).to_be_visible()
    page.keyboard.press("Escape")
    expect(listed).to_be_hidden()
    expect(page.get_by_role("combobox", name="question")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("combobox", name="Message to Cairn")).to_be_focused()


def test_what_is_no_command_gets_a_hint_and_is_not_sent(open_page: Open) -> None:
    page = open_page()
    page.get_by_label("Message to Cairn").fill("hello there")
    page.keyboard.press("Enter")
    expect(page.locator("#hint")).to_contain_text("Commands begin with /")
    expect(page.locator(".entry")).to_have_count(0)
    answer = say(page, "/nonsense at all")
    expect(answer).to_contain_text("I don't know the command nonsense")


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_buttons_selects_and_forms_work_in_every_drawing(open_page: Open, drawing: str) -> None:
    page = open_page()
    draw(page, drawing)
    answer = say(page, "/skillgap I run EKS and look after RDS")
    answer.get_by_role("button", name="Details").first.click()
    expect(page.locator(".entry.message")).to_have_count(2)
    expect(page.locator(".entry.message").last).to_contain_text("what carries over")

    answer = page.locator(".entry.message").first
    answer.get_by_role("button", name="This is wrong").click()
    form = page.get_by_role("dialog", name="What would be right?")
    form.get_by_role("checkbox", name="Infrastructure as code").check()
    form.get_by_label("What did I get wrong?").fill("I meant Terraform")
    form.get_by_role("button", name="Submit" if drawing == "Discord" else "Send").click()
    expect(form).to_be_hidden()
    expect(page.locator(".entry.message").last).to_contain_text("Thank you.")

    answer = say(page, "/guide")
    count = page.locator(".entry").count()
    page.get_by_role("combobox", name="Open a page").last.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(answer).not_to_contain_text("The guide")
    expect(page.locator(".entry")).to_have_count(count)
    expect(answer.get_by_role("combobox", name="Open a page")).to_be_focused()


def test_the_home_shows_what_fits_the_member_and_its_buttons_work(open_page: Open) -> None:
    page = open_page("member-c")
    home = page.get_by_role("complementary", name="Home")
    expect(home).not_to_contain_text("I look after RDS")
    say(page, "/skillgap I look after RDS")
    expect(home).to_contain_text("I look after RDS")
    home.get_by_role("button", name="The skill map").click()
    expect(page.locator(".entry.message").last).to_contain_text("The skill map")
    page.get_by_label("You are").select_option("lead")
    expect(home).not_to_contain_text("I look after RDS")


def test_links_leave_the_page_in_a_tab_that_knows_nothing_of_it(open_page: Open) -> None:
    page = open_page()
    for drawing in DRAWINGS:
        draw(page, drawing)
        answer = say(page, "/skillgap I run EKS")
        links = answer.locator("a")
        assert links.count() > 0
        for link in links.all():
            assert (link.get_attribute("target"), link.get_attribute("rel")) == (
                "_blank",
                "noopener noreferrer",
            )
            assert str(link.get_attribute("href")).startswith("https://")


def test_other_tabs_see_public_answers_at_once_and_private_ones_never(open_page: Open) -> None:
    ann, ben = open_page("member-a"), open_page("member-b")
    say(ann, "/skillgap I run EKS")
    tip = say(ann, "/tip")
    title = tip.locator("h3").inner_text()
    expect(ben.locator(".entry.message")).to_contain_text(title)
    expect(ben.locator(".entry.typed")).to_contain_text("/tip")
    expect(ben.locator("#log")).not_to_contain_text("EKS")


def test_an_old_button_works_after_a_restart_and_the_page_finds_back(open_page: Open, cairn: Cairn) -> None:
    page = open_page()
    say(page, "/skillgap I run EKS")
    cairn.stop()
    expect(page.locator("#away")).to_be_visible()
    take(page, "away")
    cairn.start()
    expect(page.locator("#away")).to_be_hidden(timeout=15_000)
    page.get_by_role("button", name="The whole map").first.click()
    expect(page.locator(".entry.message").last).to_contain_text("The skill map")
    page.reload()
    expect(page.locator(".entry.message")).to_have_count(2)


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_scripts_that_are_typed_are_shown_as_text(open_page: Open, drawing: str) -> None:
    assert len(SCRIPTS) == 30
    page = open_page()
    draw(page, drawing)
    for text in SCRIPTS:
        say(page, f"/skillgap {text}")
        assert " ".join(text.split()) in page.locator(".entry.typed").last.inner_text()
        if drawing == "Plain":
            expect(page.locator(".entry.message").last).to_contain_text(f"You asked: {text}")
    assert page.evaluate("window.hit") is None
    made = "script, img, iframe, object, embed, style, form, video, base, meta, math, details, input"
    assert page.locator("#log").locator(made).count() == 0
    assert page.locator("#log .mention.live, #log a[href*=evil], #log a:not([href^='https://'])").count() == 0


@pytest.mark.parametrize("drawing", ["Slack", "Discord"])
def test_no_text_that_people_type_becomes_markup(open_page: Open, drawing: str) -> None:
    page = open_page()
    draw(page, drawing)
    drawn = "a, strong, em, s, u, code, li, blockquote, .mention, .spoiler"
    for text in HOSTILE[::12]:
        asked = say(page, f"/skillgap {text}").locator(".text").first
        assert asked.locator(drawn).count() == 0, text


def test_the_conversation_can_be_taken_along_and_started_over(open_page: Open) -> None:
    page = open_page()
    say(page, "/skillgap I run **EKS** <b>")
    with page.expect_download() as taken:
        page.get_by_label("More").click()
        page.get_by_role("button", name="Export as Markdown").click()
    told = Path(taken.value.path()).read_text("utf-8")
    assert told.startswith("# Cloud to AI community, #general\n\n**Member A**, ")
    assert "> /skillgap I run \\*\\*EKS\\*\\* \\<b\\>" in told
    assert "### What carries over" in told
    page.get_by_label("More").click()
    page.get_by_role("button", name="Start over…").click()
    page.get_by_role("dialog").get_by_role("button", name="Start over").click()
    expect(page.locator(".entry")).to_have_count(0)
    expect(page.get_by_text("Nothing has been said here yet")).to_be_visible()


def test_everything_that_can_be_used_has_a_name(open_page: Open) -> None:
    page = open_page()
    say(page, "/guide")
    say(page, "/skillgap I run EKS").get_by_role("button", name="This is wrong").click()
    page.get_by_role("dialog").wait_for()
    session = page.context.new_cdp_session(page)

    def names() -> list[tuple[str, str]]:
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        shown = [node for node in nodes if not node["ignored"]]
        return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in shown]

    used = {
        "button",
        "combobox",
        "textbox",
        "radio",
        "checkbox",
        "link",
        "listbox",
        "log",
        "dialog",
        "main",
        "group",
    }
    inside = names()
    assert ("dialog", "What would be right?") in inside
    page.keyboard.press("Escape")
    listed = names()
    assert [one for one in inside + listed if one[0] in used and not one[1].strip()] == []
    for named in (
        ("log", "Messages"),
        ("combobox", "Message to Cairn"),
        ("group", "Show messages as"),
        ("button", "Send"),
    ):
        assert named in listed
    assert [one for one in listed if one[0] == "radio"] == [("radio", name) for name in DRAWINGS]
    assert page.locator("[tabindex]:not([tabindex='0']):not([tabindex='-1'])").count() == 0
    assert page.locator("#log").get_attribute("aria-live") == "polite"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
def test_every_drawing_fits_the_page_in_both_themes(
    open_page: Open, scheme: str, size: dict[str, int]
) -> None:
    page = open_page(color_scheme=scheme, viewport=size)
    look = f"{scheme}-{size['width']}"
    take(page, f"empty-{look}")
    grounds = set()
    for drawing in DRAWINGS:
        draw(page, drawing)
        for text in ("/guide figures", "/tip", "/cairn", "/skillgap I run EKS and look after RDS"):
            answer = say(page, text)
            assert answer.evaluate("one => one.scrollWidth <= one.clientWidth + 1"), (drawing, text)
        assert page.evaluate("document.scrollingElement.scrollWidth") <= size["width"]
        assert page.evaluate("document.scrollingElement.scrollHeight") <= size["height"]
        answer.evaluate("one => one.scrollIntoView()")
        take(page, f"{drawing.lower()}-{look}")
        answer.get_by_role("button", name="This is wrong").click()
        take(page, f"form-{drawing.lower()}-{look}")
        page.keyboard.press("Escape")
        grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    page.get_by_role("button", name="Dark theme").click()
    grounds.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
    assert len(grounds) == 2
    page.reload()
    expect(page.locator("html[data-ready]")).to_be_attached()
    pressed = page.get_by_role("button", name="Dark theme").get_attribute("aria-pressed")
    assert pressed == ("false" if scheme == "dark" else "true")
    if size is NARROW:
        page.get_by_role("button", name="Home panel").click()
        expect(page.get_by_role("complementary", name="Home")).to_be_visible()
        take(page, f"home-{look}")


def test_a_foreign_page_can_t_speak_for_a_member(browser: Browser, cairn: Cairn) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route(
        "http://evil.example/**", lambda route: route.fulfill(body="<p>evil</p>", content_type="text/html")
    )
    page.goto("http://evil.example/")
    send = """async ([url, path, method]) => {
      const headers = { "Content-Type": "application/json" };
      const options = method === "POST" ? { method, body: "{}", headers } : {};
      try {
        return (await fetch(url + path, options)).status;
      } catch { return "refused"; }
    }"""
    for path, method in (("/call", "POST"), ("/clear", "POST"), ("/session", "GET"), ("/transcript", "GET")):
        assert page.evaluate(send, [cairn.url, path, method]) == "refused"
    context.close()
    context = browser.new_context()
    answer = context.request.post(f"{cairn.url}/call", data={}, headers={"Origin": "http://evil.example"})
    assert (answer.status, answer.json()["error"]["code"]) == (403, "origin")
    context.close()
