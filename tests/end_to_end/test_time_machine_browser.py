"""The time machine and the pictures of charts in a real browser, each on a real process of its own."""

import json
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import Request, urlopen
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.core.time import resolve
from tests.end_to_end.browser import DRAWINGS, NARROW, WIDE, Cairn, Open, draw, opening, running, say, take
from tests.soak import at_length

LISBON = " · Europe/Lisbon"
AHEAD = " (ahead of the real time)"
DAY = timedelta(days=1)
NINE = time(9)

# A zone east and west, north and south, with half hours, with changes of half an hour and at midnight.
ZONES = (
    "UTC",
    "Europe/Lisbon",
    "America/New_York",
    "America/St_Johns",
    "America/Santiago",
    "Asia/Kolkata",
    "Asia/Beirut",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
)
LEAP = """async (moments) => {
  const { nextDay, nextMonday, instantAt, wallAt } = await import("/zones.js");
  return moments.map(([at, zone]) => [nextDay(at, zone), nextMonday(at, zone), wallAt(at, zone)].concat(
    instantAt(wallAt(at, zone), zone)));
}"""


@pytest.fixture
def cairn(tmp_path: Path) -> Iterator[Cairn]:
    """A process of its own: its clock never goes back, so no other test can want it."""
    with running(tmp_path) as process:
        yield process


@pytest.fixture
def open_page(browser: Browser, cairn: Cairn) -> Iterator[Open]:
    pages: AbstractContextManager[Open] = opening(browser, cairn)
    with pages as made:
        yield made


def face(page: Page) -> Locator:
    return page.get_by_role("button", name="Time in the playground")


def item(page: Page, name: str) -> Locator:
    return page.get_by_role("group", name="Move the time forward").get_by_role("button", name=name)


def choose(page: Page, wall: str) -> None:
    """Goes to a wall time in the member's zone by way of the menu, which is open then."""
    if face(page).get_attribute("aria-expanded") == "false":
        face(page).click()
    if item(page, "Choose…").get_attribute("aria-expanded") == "false":
        item(page, "Choose…").click()
    page.get_by_label("Day and time in").fill(wall)
    item(page, "Go there").click()


def told(cairn: Cairn) -> tuple[datetime, str]:
    """What the process says by itself, to the minute."""
    query = urlencode({"member": "member-a", "space": "cloud-to-ai"})
    request = Request(f"{cairn.url}/time?{query}", headers={"Sec-Fetch-Site": "same-origin"})
    with urlopen(request, timeout=10) as response:
        answer = json.load(response)
    return datetime.fromisoformat(answer["now"]).replace(second=0, microsecond=0), answer["zone"]


def test_next_monday_at_nine_is_nine_on_both_sides_of_a_clock_change(open_page: Open, cairn: Cairn) -> None:
    page = open_page()
    say(page, "/plan start zone:Lisbon")
    expect(face(page)).to_contain_text(LISBON)
    for friday, monday, instant in (
        ("2027-03-26T10:00", "Mon 29 Mar 2027, 09:00", datetime(2027, 3, 29, 8, tzinfo=UTC)),
        ("2027-10-29T10:00", "Mon 1 Nov 2027, 09:00", datetime(2027, 11, 1, 9, tzinfo=UTC)),
    ):
        choose(page, friday)
        expect(item(page, "Next Monday 09:00")).to_contain_text(monday)
        item(page, "Next Monday 09:00").click()
        expect(face(page)).to_have_accessible_name(f"Time in the playground: {monday}{LISBON}{AHEAD}")
        expect(page.get_by_role("status").filter(has_text="It is now")).to_have_text(f"It is now {monday}.")
        assert told(cairn) == (instant, "Europe/Lisbon")


def next_monday(now: datetime, zone: ZoneInfo) -> datetime:
    day = now.astimezone(zone).date()
    while day.weekday() or resolve(day, NINE, zone) <= now:
        day += DAY
    return resolve(day, NINE, zone)


def changes(zone: ZoneInfo) -> Iterator[datetime]:
    """The hours of 2026 to 2028 at which clocks in the zone change."""
    hour = datetime(2026, 1, 1, tzinfo=UTC)
    while hour.year < 2029:
        following = hour + timedelta(hours=1)
        if hour.astimezone(zone).utcoffset() != following.astimezone(zone).utcoffset():
            yield following
        hour = following


def near_changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Every half-hour from 36 hours before a change to 12 hours after it, and the days around it at nine."""
    for change in changes(zone):
        for halves in range(-72, 25):
            yield change + timedelta(minutes=30 * halves)
        for day in range(-7, 8):
            yield resolve((change + day * DAY).date(), NINE, zone)


def test_the_page_leaps_in_every_zone_as_the_core_does(open_page: Open) -> None:
    zones = [ZoneInfo(name) for name in ZONES]
    moments = [
        (at, zone) for zone in zones for at in (*near_changes(zone), datetime(2026, 5, 5, 5, tzinfo=UTC))
    ]
    assert len(moments) > 4_000
    given = [[int(at.timestamp() * 1000), zone.key] for at, zone in moments]
    found = open_page().evaluate(LEAP, given)
    for (at, zone), (tomorrow, monday, wall, back) in zip(moments, found, strict=True):
        local = at.astimezone(zone)
        expected = (
            resolve(local.date() + DAY, local.time(), zone),
            next_monday(at, zone),
            local.replace(tzinfo=UTC),
            resolve(local.date(), local.time(), zone),
        )
        read = tuple(datetime.fromtimestamp(one / 1000, UTC) for one in (tomorrow, monday, wall, back))
        assert read == expected, f"{at} in {zone.key}"


def test_the_next_day_has_the_same_wall_time_and_the_menu_stays_for_another_one(open_page: Open) -> None:
    page = open_page()
    say(page, "/plan start zone:Lisbon")
    choose(page, "2027-03-27T18:30")
    for day in ("Sun 28 Mar 2027, 18:30", "Mon 29 Mar 2027, 18:30"):
        expect(item(page, "Next day")).to_contain_text(day)
        item(page, "Next day").click()
        expect(face(page)).to_contain_text(day + LISBON)


def test_time_goes_on_where_it_was_after_a_restart(open_page: Open, cairn: Cairn) -> None:
    page = open_page()
    choose(page, "2041-06-03T09:00")
    expect(face(page)).to_contain_text("Mon 3 Jun 2041, 09:0")
    cairn.stop()
    expect(page.get_by_text("Cairn isn't running.")).to_be_visible()
    cairn.start()
    expect(page.get_by_text("Cairn isn't running.")).to_be_hidden(timeout=15_000)
    page.reload()
    expect(face(page)).to_contain_text("Mon 3 Jun 2041, 09:0")
    assert told(cairn)[0] >= datetime(2041, 6, 3, 9, tzinfo=UTC)


def test_every_open_page_follows_and_each_reads_the_time_in_its_member_s_zone(open_page: Open) -> None:
    first, second = open_page(), open_page("member-b")
    say(first, "/plan start zone:Lisbon")
    say(second, "/plan start zone:Auckland")
    choose(first, "2027-07-01T20:00")
    expect(face(second)).to_contain_text("Fri 2 Jul 2027, 07:00 · Pacific/Auckland")
    for page, at in ((first, "Thu 1 Jul, 20:00"), (second, "Fri 2 Jul, 07:00")):
        expect(say(page, "/cairn").locator("time").first).to_have_text(at)
    first.get_by_label("You are").select_option("member-b")
    expect(face(first)).to_contain_text("Fri 2 Jul 2027, 07:00 · Pacific/Auckland")
    first.get_by_label("You are").select_option("member-c")
    expect(face(first)).to_contain_text("Thu 1 Jul 2027, 19:00 · UTC")


def test_the_past_and_the_far_future_are_explained(open_page: Open, cairn: Cairn) -> None:
    page = open_page()
    choose(page, "2027-03-26T10:00")
    expect(face(page)).to_contain_text("Fri 26 Mar 2027, 10:00")
    expect(item(page, "Choose…")).to_have_attribute("aria-expanded", "false")  # once there, the form closes
    says = page.get_by_role("group", name="Move the time forward").get_by_role("status")
    for wall, words in (
        (
            "2027-03-26T09:00",
            "That has passed: time here only moves forward. Choose a moment after Fri 26 Mar",
        ),
        ("0001-01-01T00:00", "That has passed"),
        ("2100-01-01T00:00", "That is too far ahead. Choose a moment before the year 2100."),
        ("", "Choose a day and a time."),
    ):
        choose(page, wall)
        expect(says).to_contain_text(words)
        expect(page.get_by_label("Day and time in")).to_be_focused()
        expect(page.get_by_label("Day and time in")).to_have_attribute("aria-invalid", "true")
    take(page, "time-machine-past")
    assert told(cairn)[0] < datetime(2027, 3, 26, 11, tzinfo=UTC)
    choose(page, "2099-12-31T23:00")
    expect(face(page)).to_contain_text("2099")
    item(page, "Next day").click()
    expect(says).to_contain_text("before the year 2100")


def test_the_time_is_moved_by_keyboard_alone(open_page: Open) -> None:
    page = open_page()
    menu = page.get_by_role("group", name="Move the time forward")
    face(page).focus()
    page.keyboard.press("Enter")
    expect(face(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(item(page, "Next day")).to_be_focused()
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(item(page, "Choose…")).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Space")
    expect(item(page, "Choose…")).to_have_attribute("aria-expanded", "true")
    field = page.get_by_label("Day and time in UTC")
    expect(field).to_be_focused()
    field.fill("2027-03-26T10:00")
    page.keyboard.press("Enter")
    expect(face(page)).to_contain_text("Fri 26 Mar 2027, 10:00 · UTC")
    expect(item(page, "Choose…")).to_be_focused()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(face(page)).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_label("Message to Cairn").click()
    expect(menu).to_be_hidden()


def test_the_clock_ticks_and_says_whether_it_is_the_real_one(open_page: Open) -> None:
    page = open_page()
    page.clock.install()
    page.reload()
    expect(page.locator("html[data-ready]")).to_be_attached()
    expect(page.get_by_title("Ahead of the real time")).to_be_hidden()
    face(page).click()
    expect(page.get_by_text("This is the real time.")).to_be_visible()
    before = page.locator("#clock time").get_attribute("datetime")
    page.clock.fast_forward("01:00")
    after = page.locator("#clock time").get_attribute("datetime")
    assert before is not None
    assert after is not None
    assert after[:16] == (datetime.fromisoformat(before) + timedelta(minutes=1)).isoformat()[:16]
    expect(page.get_by_text("This is the real time.")).to_be_visible()
    item(page, "Next day").click()
    expect(page.get_by_title("Ahead of the real time")).to_be_visible()
    expect(page.get_by_text("The real time is ")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "size"), [("light", WIDE), ("dark", NARROW), *at_length([("light", NARROW), ("dark", WIDE)])]
)
def test_the_time_machine_fits(open_page: Open, scheme: str, size: dict[str, int]) -> None:
    page = open_page(viewport=size, color_scheme=scheme)
    say(page, "/plan start zone:Argentina/Buenos_Aires")
    choose(page, "2027-03-26T10:00")
    expect(item(page, "Choose…")).to_have_attribute("aria-expanded", "false")
    item(page, "Choose…").click()
    for part in (face(page), page.get_by_role("group", name="Move the time forward")):
        box = part.bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= size["width"]
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    take(page, f"time-machine-{scheme}-{size['width']}")


@pytest.mark.parametrize(
    ("scheme", "size"), [("dark", NARROW), *at_length([("light", NARROW), ("light", WIDE)])]
)
def test_a_chart_is_a_picture_with_its_text_in_every_drawing(
    open_page: Open, scheme: str, size: dict[str, int]
) -> None:
    page = open_page(viewport=size, color_scheme=scheme)
    say(page, "/plan start zone:Lisbon")
    say(page, "/plan view")
    for name in DRAWINGS:
        draw(page, name)
        message = page.locator(".entry.message").last
        picture = message.get_by_role("img", name="AI fundamentals onboarding")
        expect(picture).to_have_count(1)
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth") > 600
        box, room = picture.bounding_box(), message.bounding_box()
        assert box is not None
        assert room is not None
        assert room["x"] <= box["x"]
        assert box["x"] + box["width"] <= room["x"] + room["width"]
        assert box["width"] > min(500, size["width"] * 0.8)
        expect(message.get_by_text("Sent as a file")).to_have_count(1 if name == "Slack" else 0)
        take(page, f"chart-{name.lower()}-{scheme}-{size['width']}")


def test_a_picture_that_is_gone_leaves_its_text(open_page: Open) -> None:
    page = open_page()
    page.context.route("**/picture/**", lambda route: route.abort())
    say(page, "/plan start zone:Lisbon")
    say(page, "/plan view")
    for name in DRAWINGS:
        draw(page, name)
        message = page.locator(".entry.message").last
        expect(message.get_by_role("img", name="AI fundamentals onboarding")).to_have_count(0)
        expect(message.locator(".stand-in")).to_contain_text("AI fundamentals onboarding")


def test_an_exported_conversation_says_what_a_chart_shows(open_page: Open) -> None:
    page = open_page()
    say(page, "/plan start zone:Lisbon")
    alt = say(page, "/plan view").get_by_role("img", name="AI fundamentals onboarding").get_attribute("alt")
    assert alt is not None
    with page.expect_download() as taken:
        page.get_by_label("More").click()
        page.get_by_role("button", name="Export as Markdown").click()
    text = Path(taken.value.path()).read_text("utf-8")
    assert f"_Chart:_ {alt}" in text.replace("\\", "")
