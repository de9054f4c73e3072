"""What people type stays text in a real browser, whichever platform's drawing is looked at."""

import pytest
from playwright.sync_api import expect

from tests.contract.hostile import HOSTILE
from tests.end_to_end.browser import DRAWINGS, Open, draw, say

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


MARKUP = "a, strong, em, s, u, code, li, blockquote, .mention, .spoiler"
SLACK_MARKUP = "*b* _i_ ~s~ `c` <https://a.example|l> <@U1> <!channel> <!date^1803891600^{date}|x> a*b*c &lt;"
DISCORD_MARKUP = "**b** _i_ ~~s~~ `c` [l](https://a.example) <@1> @everyone <t:1803891600:f> a_b_c \\*"


def test_scripts_that_are_typed_are_shown_as_text(open_page: Open) -> None:
    assert len(SCRIPTS) == 30
    page = open_page()
    for text in SCRIPTS:
        # Quotes around the whole of an option only hold it together.
        asked = text[1:-1] if text[0] == text[-1] and text[0] in "'\"" else text
        expect(say(page, f"/skillgap {text}")).to_contain_text(f"You asked: {asked}")
        expect(page.locator(".entry.typed").last).to_contain_text(f"/skillgap {asked}")
    made = "script, img, iframe, object, embed, style, form, video, base, meta, math, details, input"
    alive = ".mention.live, a[href*=evil], a:not([href^='https://'])"
    for drawing in DRAWINGS:
        draw(page, drawing)
        assert page.locator("#log").locator(f"{made}, {alive}").count() == 0
        assert page.locator("#log .text").count() > len(SCRIPTS)
    assert page.evaluate("window.hit") is None


def test_no_text_that_people_type_becomes_markup(open_page: Open) -> None:
    page = open_page()
    texts = HOSTILE[::12]
    for text in texts:
        say(page, f"/skillgap {text}")
    for drawing in ("Slack", "Discord"):
        draw(page, drawing)
        answers = page.locator(".entry.message").all()
        for text, answer in zip(texts, answers, strict=True):
            assert answer.locator(".text").first.locator(MARKUP).count() == 0, (drawing, text)


@pytest.mark.parametrize(
    ("look", "payload"),
    [
        ("slack", {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": SLACK_MARKUP}}]}),
        ("discord", {"components": [{"type": 10, "content": DISCORD_MARKUP}]}),
    ],
)
def test_a_drawing_reads_markup_as_its_platform_does(
    open_page: Open, look: str, payload: dict[str, object]
) -> None:
    page = open_page()
    draw = "async ([look, payload]) => (await import(`/${look}.js`)).drawMessage(payload, () => {})"
    drawn = page.evaluate_handle(draw, [look, payload]).as_element()
    assert drawn is not None
    found = [one.evaluate("one => one.className || one.tagName") for one in drawn.query_selector_all(MARKUP)]
    assert sorted(found) == sorted(["STRONG", "EM", "S", "CODE", "link", "mention live", "mention live"])
    assert drawn.evaluate("one => one.querySelector('time').dateTime") == "2027-03-01T09:00:00.000Z"
    assert (drawn.text_content() or "").endswith(("a*b*c <", "a_b_c *"))
