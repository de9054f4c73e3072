"""The playground's time over HTTP, on the real application: asked for, moved forward, kept."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.playground.receive import END_OF_TIME, Malformed, read_instant
from bot.app import build, open_playground
from bot.settings import Settings
from tests.end_to_end.playground import FETCHED, Page, ScriptedDoors, serving

A_SECOND = timedelta(seconds=1)
WHO = {"member": "member-a", "space": "cloud-to-ai"}
MONDAY = datetime(2097, 12, 9, 9, tzinfo=UTC)

WHO_CLEARS = {"member": "member-a", "space": "cloud-to-ai"}
Serve = Callable[[], AbstractAsyncContextManager[Page]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Starts the real Cairn on one and the same database."""

    @asynccontextmanager
    async def start() -> AsyncIterator[Page]:
        chosen = Settings(data=tmp_path)
        app = build(chosen, chosen.playground_url)
        try:
            async with serving(open_playground(app), ScriptedDoors()) as page:
                yield page
        finally:
            app.close()

    return start


@pytest.fixture
async def page(serve: Serve) -> AsyncIterator[Page]:
    async with serve() as page:
        yield page


async def ask(page: Page, **change: str) -> tuple[datetime, str]:
    status, told = await page.get("/time", **{**WHO, **change})
    assert status == 200, told
    return datetime.fromisoformat(told["now"]), told["zone"]


async def travel(page: Page, to: str) -> datetime:
    status, told = await page.post("/time", {"to": to})
    assert status == 200, told
    return datetime.fromisoformat(told["now"])


async def test_it_begins_in_real_time_and_in_utc(page: Page) -> None:
    now, zone = await ask(page)
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=10)
    assert zone == "UTC"


async def test_the_zone_is_that_of_the_member_s_own_plan(page: Page) -> None:
    await page.say("/plan start zone:Lisbon")
    assert (await ask(page))[1] == "Europe/Lisbon"
    assert (await ask(page, member="member-b"))[1] == "UTC"
    assert (await ask(page, space="second"))[1] == "UTC"


async def test_time_goes_on_from_where_it_was_moved_to(page: Page) -> None:
    moved = await travel(page, "2097-12-09T10:00:00+01:00")
    assert MONDAY <= moved < MONDAY + A_SECOND * 5
    now, _ = await ask(page)
    assert moved <= now < moved + A_SECOND * 20
    await page.say("/cairn")
    for entry in await page.entries():
        assert now <= datetime.fromisoformat(entry["at"]) < now + A_SECOND * 20


async def test_the_past_changes_nothing(page: Page) -> None:
    moved = await travel(page, MONDAY.isoformat())
    for past in ("0001-01-01T00:00:00Z", "2026-01-01T00:00:00Z", (MONDAY - A_SECOND).isoformat()):
        assert moved <= await travel(page, past) < moved + A_SECOND * 20


async def test_a_restart_goes_on_in_the_same_time(serve: Serve) -> None:
    async with serve() as page:
        moved = await travel(page, MONDAY.isoformat())
    async with serve() as page:
        assert moved <= (await ask(page))[0] < moved + A_SECOND * 60


WRONG = (
    None,
    7,
    "",
    "soon",
    "2097-12-09",
    "2097-12-09T09:00:00",
    "2097-12-09 09:00:00+00:00",
    "2097-13-09T09:00:00+00:00",
    "2097-02-29T09:00:00+00:00",
    "2097-12-09T25:00:00+00:00",
    "2097-12-09T09:00:00+24:00",
    "0001-01-01T00:00:00+23:59",
    "9999-12-31T23:59:59-23:59",
    "2100-01-01T00:00:00+00:00",
    "2099-12-31T23:30:00-01:00",
    "２097-12-09T09:00:00+00:00",
    "2097-12-09T09:00:00+00:00\n",
    "2097-12-09T09:00:00+00:00" + "0" * 100,
    ["2097-12-09T09:00:00+00:00"],
)


async def test_what_is_no_instant_is_refused_and_moves_nothing(page: Page) -> None:
    for to in WRONG:
        status, told = await page.post("/time", {"to": to})
        assert (status, told["error"]["code"]) == (400, "request"), to
        assert told["error"]["says"].startswith("to: ")
    assert (await ask(page))[0] < datetime.now(UTC) + A_SECOND * 10


async def test_a_body_without_an_instant_is_refused(page: Page) -> None:
    bodies: tuple[object, ...] = ({}, [], 7, "2097-12-09T09:00:00Z", {"at": "2097-12-09T09:00:00Z"})
    for body in bodies:
        assert (await page.post("/time", body))[0] == 400


async def test_the_last_second_can_be_reached(page: Page) -> None:
    assert await travel(page, "2099-12-31T23:59:59Z") >= END_OF_TIME - A_SECOND


@given(st.datetimes(), st.integers(-1439, 1439))
@settings(max_examples=200, deadline=None)
def test_every_instant_is_read_as_it_is_written(wall: datetime, offset: int) -> None:
    at = wall.replace(tzinfo=timezone(timedelta(minutes=offset)))
    try:
        expected = at.astimezone(UTC)
    except OverflowError:
        expected = END_OF_TIME
    if expected < END_OF_TIME:
        assert read_instant({"to": at.isoformat()}) == expected
    else:
        with pytest.raises(Malformed, match="before the year 2100"):
            read_instant({"to": at.isoformat()})


@given(st.one_of(st.text(), st.text("0123456789-+:.TZ", max_size=40)))
@settings(max_examples=200, deadline=None)
def test_any_other_text_is_refused(text: str) -> None:
    try:
        instant = read_instant({"to": text})
    except Malformed:
        return
    assert datetime.fromisoformat(text) == instant < END_OF_TIME


async def test_the_time_is_told_to_the_cast_only(page: Page) -> None:
    for member, space in (("eve", "cloud-to-ai"), ("member-a", "third"), ("", "")):
        assert (await page.get("/time", member=member, space=space))[0] == 400


async def test_only_the_page_itself_moves_the_time_or_reads_it(page: Page) -> None:
    to = {"to": MONDAY.isoformat()}
    for change in ({"Origin": "http://elsewhere.example"}, {"X-Cairn-Token": "guessed"}):
        assert (await page.post("/time", to, **change))[0] == 403
    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        async with page.http.get(page.url + "/time", params=WHO, headers=headers) as response:
            assert response.status == 403
    assert (await ask(page))[0] < MONDAY


async def test_every_open_page_hears_that_time_moved(page: Page) -> None:
    async with page.http.get(page.url + "/events", headers=FETCHED) as stream:
        await stream.content.readuntil(b"\n\n")
        moved = await travel(page, MONDAY.isoformat())
        rung = await stream.content.readuntil(b"\n\n")
    assert rung.decode() == f"event: time\ndata: {moved.isoformat()}\n\n"


async def test_starting_over_takes_messages_only_or_everything(serve: Serve) -> None:
    async with serve() as page:
        await page.say("/plan start zone:Lisbon hours:6")
        assert (await travel(page, "2097-12-09T10:00:00+01:00")).year == 2097
        assert await page.post("/clear", {**WHO_CLEARS, "what": "messages"}) == (200, {})
        assert await page.entries() == []
        await page.say("/plan view")
        assert "no plan" not in (await page.titles())[-1]
        assert (await ask(page))[0].year == 2097

        assert await page.post("/clear", {**WHO_CLEARS, "what": "everything"}) == (200, {})
        assert await page.entries() == []
        now, zone = await ask(page)
        assert abs(now - datetime.now(UTC)) < timedelta(seconds=60)
        assert zone == "UTC"
        assert (await page.post("/clear", {**WHO_CLEARS, "what": "plans"}))[0] == 400
    async with serve() as page:
        assert abs((await ask(page))[0] - datetime.now(UTC)) < timedelta(seconds=60)
        await page.say("/plan start zone:Lisbon hours:6")
        assert (await ask(page))[1] == "Europe/Lisbon"
