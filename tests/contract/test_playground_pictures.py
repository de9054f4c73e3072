"""Pictures of charts in the playground, over HTTP: painted once, kept, shown; or not, and nothing is lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot import telemetry
from bot.adapters.playground.gallery import Gallery, Pictures
from bot.adapters.playground.render import blocks_payload
from bot.app import App, build, open_playground
from bot.core.chat.chart import Bar, Chart, Counts, picture_name
from bot.core.ports import Painter
from bot.settings import Settings
from tests.end_to_end.playground import FETCHED, Page, ScriptedDoors, serving

CHART = Chart(Counts((Bar("Members with a plan", 3),), "members"), "3 members have a plan.")
SIGNATURE = b"\x89PNG\r\n\x1a\n"
SECRET = "what only Member A may know"

Serve = Callable[..., AbstractAsyncContextManager[Page]]


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Starts the real Cairn on one and the same database, with changes to it."""

    @asynccontextmanager
    async def start(**changes: Any) -> AsyncIterator[Page]:
        chosen = Settings(data=tmp_path)
        app = build(chosen, chosen.playground_url)
        try:
            changed: App = replace(app, **changes)
            async with serving(open_playground(changed), ScriptedDoors()) as page:
                yield page
        finally:
            app.close()

    return start


async def show_plan(page: Page) -> Any:
    """The body of the first message with a chart."""
    await page.say("/plan start zone:Lisbon")
    await page.say("/plan view")
    return (await page.entries())[-1]["body"]


def charts_of(body: Any) -> list[Any]:
    return [block for block in body["plain"]["blocks"] if block["kind"] == "chart"]


async def fetch(page: Page, name: str, **headers: str) -> tuple[int, str, bytes]:
    async with page.http.get(f"{page.url}/picture/{name}", headers=headers or FETCHED) as response:
        return response.status, response.content_type, await response.read()


async def test_a_message_s_chart_has_its_picture_in_every_drawing(serve: Serve) -> None:
    async with serve() as page:
        body = await show_plan(page)
        (chart,) = charts_of(body)
        assert set(body["pictures"]) == {chart["name"]}
        media = [one["items"] for one in body["discord"]["components"] if one["type"] == 12]
        assert media == [[{"media": {"url": f"attachment://{chart['name']}"}, "description": chart["alt"]}]]
        assert chart["alt"] in [one.get("text", {}).get("text") for one in body["slack"]["blocks"]]
        status, kind, png = await fetch(page, chart["name"])
    assert (status, kind, png[:8]) == (200, "image/png", SIGNATURE)
    width, height = body["pictures"][chart["name"]]
    assert (width, height) == (int.from_bytes(png[16:20]), int.from_bytes(png[20:24]))
    assert 600 < width < 2_000
    assert 100 < height < 2_000


async def test_an_old_message_shows_its_picture_after_a_restart(serve: Serve) -> None:
    async with serve() as page:
        body = await show_plan(page)
        before = await fetch(page, charts_of(body)[0]["name"])
    async with serve() as page:
        assert (await page.entries())[-1]["body"] == body
        assert await fetch(page, charts_of(body)[0]["name"]) == before


async def test_a_picture_is_hardened_and_may_be_kept(serve: Serve) -> None:
    async with serve() as page:
        name = charts_of(await show_plan(page))[0]["name"]
        async with page.http.get(f"{page.url}/picture/{name}", headers=FETCHED) as response:
            headers = response.headers
    assert headers["Cache-Control"] == "private, max-age=31536000, immutable"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"


async def test_a_picture_is_shown_to_the_page_itself_only(serve: Serve) -> None:
    async with serve() as page:
        name = charts_of(await show_plan(page))[0]["name"]
        for site in ("cross-site", "same-site", "none"):
            assert (await fetch(page, name, **{"Sec-Fetch-Site": site}))[0] == 403
        assert (await fetch(page, name, **{"X-Unrelated": "yes"}))[0] == 403
        async with page.http.get(
            f"{page.url}/picture/{name}", headers=FETCHED | {"Host": "elsewhere.example"}
        ) as response:
            assert response.status == 421


UNKNOWN = "chart-0a1b2c3d4e5f.png"
NO_NAMES = (
    "chart-0a1b2c3d4e5.png",
    "chart-0a1b2c3d4e5f0.png",
    "chart-0A1B2C3D4E5F.png",
    "chart-0a1b2c3d4e5f.svg",
    "chart-0a1b2c3d4e5fxpng",
    "chart-0a1b2c3d4e5f.png%00",
    "chart-0a1b2c3d4e5f.png%0a",
    "..%2fpage.js",
    "%2e%2e%2fpage.js",
    "'--",
    "",
)


async def test_a_picture_that_was_never_painted_is_not_found(serve: Serve) -> None:
    async with serve() as page:
        assert (await fetch(page, UNKNOWN))[:2] == (404, "application/json")


async def test_what_is_no_picture_s_name_is_not_even_looked_for(serve: Serve) -> None:
    class Closed:
        async def find(self, name: str) -> bytes | None:
            raise AssertionError(name)

    async with serve(pictures=Closed()) as page:
        for name in NO_NAMES:
            assert (await fetch(page, name))[:2] == (404, "application/json"), name
            assert (await page.post(f"/picture/{name}", {}))[0] in (404, 405)


class Broken:
    """A painter, and a place for pictures, that give up."""

    async def paint(self, chart: Chart) -> bytes:
        raise RuntimeError(SECRET)

    async def keep(self, name: str, png: bytes, now: datetime) -> None:
        raise OSError(SECRET)

    async def find(self, name: str) -> bytes | None:
        return None


async def test_the_painter_ends_with_cairn(tmp_path: Path) -> None:
    chosen = Settings(data=tmp_path)
    app = build(chosen, chosen.playground_url)
    app.close()
    with pytest.raises(RuntimeError, match="shutdown"):
        await app.painter.paint(CHART)


@pytest.mark.parametrize("part", ["painter", "pictures"])
async def test_a_picture_that_fails_leaves_the_answer_and_its_text(serve: Serve, part: str) -> None:
    async with serve(**{part: Broken()}) as page:
        with capture_logs() as logs:
            body = await show_plan(page)
            titles = await page.titles()
    (chart,) = charts_of(body)
    assert (bool(chart["alt"]), body["pictures"]) == (True, {})
    assert titles[-2] == "/plan view"
    (bug,) = [one for one in logs if one["event"] == "bug"]
    assert (bug["log_level"], bug["asked"]) == ("error", "paint Timeline")
    assert SECRET not in str(logs)
    assert chart["alt"] not in str(logs)


@dataclass
class Easel:
    """Paints the same picture for everything, as soon as the gate is open, and counts."""

    gate: asyncio.Event = field(default_factory=asyncio.Event)
    painted: int = 0
    kept: dict[str, bytes] = field(default_factory=dict)

    async def paint(self, chart: Chart) -> bytes:
        self.painted += 1
        await self.gate.wait()
        return SIGNATURE + b"\0\0\0\x0dIHDR\0\0\0\x07\0\0\x01\0"

    async def keep(self, name: str, png: bytes, now: datetime) -> None:
        self.kept[name] = png

    async def find(self, name: str) -> bytes | None:
        return self.kept.get(name)


class Noon:
    def now(self) -> datetime:
        return datetime.fromisoformat("2027-03-01T12:00:00+00:00")


def make_gallery(painter: Painter, pictures: Pictures, **change: float) -> Gallery:
    return Gallery(painter, pictures, Noon(), telemetry.report_bug, **change)


async def test_a_chart_is_painted_once_however_often_it_is_shown() -> None:
    easel = Easel()
    gallery = make_gallery(easel, easel)
    asked = [asyncio.ensure_future(gallery.hang((CHART, CHART))) for _ in range(5)]
    easel.gate.set()
    assert await asyncio.gather(*asked) == [{picture_name(CHART): (7, 256)}] * 5
    assert await gallery.hang((replace(CHART, alt="The same in other words."),)) == await asked[0]
    assert easel.painted == 1
    assert await gallery.find(picture_name(CHART)) == easel.kept[picture_name(CHART)]


async def test_nobody_waits_for_a_picture_that_doesn_t_come_and_it_may_come_later() -> None:
    easel = Easel()
    gallery = make_gallery(easel, easel, patience=0.01)
    with capture_logs() as logs:
        assert await gallery.hang((CHART,)) == {}
    assert [(one["error"], one["asked"]) for one in logs] == [("TimeoutError", "paint Counts")]
    easel.gate.set()
    assert await gallery.hang((CHART,)) == {picture_name(CHART): (7, 256)}
    assert easel.painted == 1


async def test_a_picture_that_failed_is_tried_again() -> None:
    easel = Easel()
    easel.gate.set()

    class Moody(Easel):
        async def paint(self, chart: Chart) -> bytes:
            self.painted += 1
            if self.painted == 1:
                raise RuntimeError(SECRET)
            return await easel.paint(chart)

    moody = Moody()
    gallery = make_gallery(moody, easel)
    with capture_logs():
        assert await gallery.hang((CHART,)) == {}
    assert await gallery.hang((CHART,)) == {picture_name(CHART): (7, 256)}


async def test_the_home_shows_pictures_as_well(serve: Serve) -> None:
    class Decorated:
        async def home(self, *_: object) -> tuple[Chart, ...]:
            return (CHART,)

    async with serve(doors=Decorated()) as page:
        status, home = await page.get("/home", member="member-a", space="cloud-to-ai")
        assert (status, home["blocks"]) == (200, blocks_payload((CHART,)))
        assert set(home["pictures"]) == {picture_name(CHART)}
        assert (await fetch(page, picture_name(CHART)))[:2] == (200, "image/png")
