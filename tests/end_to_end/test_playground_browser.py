"""The playground in a real browser, against the real process."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from bot.adapters.discord import render as discord
from bot.adapters.playground import render as plain
from bot.adapters.slack import render as slack
from tests.contract.examples import FORM
from tests.end_to_end.browser import (
    DRAWINGS,
    NARROW,
    WIDE,
    Cairn,
    Open,
    draw,
    say,
    take,
)
from tests.soak import at_length

OPEN_FORM = """async ([look, payload, plain]) => {
  const drawing = await import(`/${look}.js`);
  const { openForm } = await import("/forms.js");
  openForm(drawing.readForm(payload), plain, look, async (values) => { window.sent = values; });
}"""


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
    page.keyboard.type("skil")
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


def test_a_double_click_counts_once_and_a_failed_call_is_told(open_page: Open) -> None:
    page = open_page()
    say(page, "/skillgap I run EKS").get_by_role("button", name="The whole map").dblclick()
    expect(page.locator(".entry.message")).to_have_count(2)
    page.route("**/call", lambda route: route.fulfill(status=503, json={"error": {"says": "Busy."}}))
    field = page.get_by_label("Message to Cairn")
    field.fill("/skillgap I run ECS")
    field.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Busy.")).to_be_visible()
    expect(field).to_have_value("/skillgap I run ECS")
    expect(page.locator(".entry.message")).to_have_count(2)


def test_what_a_form_lacks_is_told_inside_it_and_nothing_typed_is_lost(open_page: Open) -> None:
    page = open_page()
    say(page, "/skillgap I run EKS").get_by_role("button", name="This is wrong").click()
    form = page.get_by_role("dialog")
    form.get_by_label("What did I get wrong?").fill("I meant something else")
    page.route("**/call", lambda route: route.fulfill(status=503, json={"error": {"says": "Busy."}}))
    form.get_by_role("button", name="Send").click()
    expect(form.get_by_role("alert")).to_have_text("Busy.")
    page.unroute("**/call")
    expect(form.get_by_label("What did I get wrong?")).to_have_value("I meant something else")
    form.get_by_role("button", name="Send").click()
    expect(form).to_be_hidden()
    expect(page.locator(".entry.message").last).to_contain_text("Thank you.")


def test_a_form_with_every_input_is_checked_before_it_is_sent(open_page: Open) -> None:
    page = open_page()
    for look, drawn in (("plain", plain), ("slack", slack), ("discord", discord)):
        page.evaluate(OPEN_FORM, [look, drawn.form_payload(FORM), plain.form_payload(FORM)])
        form = page.get_by_role("dialog", name="Set a goal")
        expect(form.get_by_label("What will you do?")).to_have_value("Ship it")
        form.get_by_label("What will you do?").fill(" ")
        form.get_by_role("button", name="Submit" if look == "discord" else "Save").click()
        expect(form.get_by_label("What will you do?")).to_be_focused()
        expect(form).to_contain_text("Please fill this in.")
        form.get_by_label("What will you do?").fill("Read")
        form.get_by_label("Why?").fill("Because\nI can")
        form.get_by_role("checkbox", name="Did it once").check()
        form.get_by_role("button", name="Submit" if look == "discord" else "Save").click()
        expect(form).to_be_hidden()
        assert page.evaluate("window.sent") == {
            "title": "Read",
            "why": "Because\nI can",
            "due": "2027-03-31",
            "level": "1",
            "tags": ["0", "1", "2"],
        }


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
    page.get_by_role("dialog").get_by_role("button", name="Messages only").click()
    expect(page.locator(".entry")).to_have_count(0)
    expect(page.get_by_text("Nothing has been said here yet")).to_be_visible()
    say(page, "/skillgap I run EKS")
    page.get_by_label("More").click()
    page.get_by_role("button", name="Start over…").click()
    page.get_by_role("dialog").get_by_role("button", name="Everything").click()
    expect(page.locator(".entry")).to_have_count(0)


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


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", NARROW), *at_length([("light", NARROW), ("dark", WIDE)])]
)
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
        expect(page.get_by_role("dialog")).to_be_visible()
        expect(page.locator("#thinking")).to_be_hidden()
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
