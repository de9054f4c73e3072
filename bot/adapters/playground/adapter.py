"""The playground's server: one page on this machine that talks to the same doors as every platform."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Protocol, TypeVar

from aiohttp import web

from bot.adapters.playground import render
from bot.adapters.playground.bell import Bell
from bot.adapters.playground.cast import DIRECT, GENERAL, MEMBERS, PLACES, SPACES
from bot.adapters.playground.conversation import Conversation, Drawing
from bot.adapters.playground.files import page_files
from bot.adapters.playground.gallery import Gallery
from bot.adapters.playground.guard import (
    BODY_LIMIT,
    TOKEN_HEADER,
    Guard,
    Refused,
    answer_refusals,
    harden,
    read_json,
)
from bot.adapters.playground.messenger import PlaygroundMessenger
from bot.adapters.playground.publish import palette
from bot.adapters.playground.receive import (
    Malformed,
    read_call,
    read_extent,
    read_instant,
    read_revision,
    read_scene,
    read_typing,
)
from bot.adapters.playground.transcript import Transcript
from bot.core.catalog import Catalog
from bot.core.chat.message import charts_of
from bot.core.ports import Clock, Doors
from bot.web.limits import HttpLimits
from bot.web.server import HttpServer

__all__ = ["Drawing", "PlaygroundAdapter"]

HOST = "127.0.0.1"
ALIVE_SECONDS = 15
STRANGERS = HttpLimits()
WATCH_SECONDS = 1.0
PICTURE_CACHING = "private, max-age=31536000, immutable"
PICTURE = r"/picture/{name:chart-[0-9a-f]{12}\.png}"

T = TypeVar("T")
Given = TypeVar("Given")


Travel = Callable[[datetime], Awaitable[datetime]]


class MovableClock(Clock, Protocol):
    """The playground's clock, which can be moved forward."""

    async def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` and says what time it is then; the past changes nothing."""
        ...

    async def begin_again(self) -> datetime:
        """Deletes everything that happened in the playground, and returns the machine's time."""
        ...


class PlaygroundAdapter:
    """Serves the page and carries its calls to the doors. `drawings`: how other platforms would show it."""

    def __init__(
        self,
        doors: Doors,
        catalog: Catalog,
        transcript: Transcript,
        drawings: Mapping[str, Drawing],
        clock: MovableClock,
        gallery: Gallery,
    ) -> None:
        self._doors = doors
        self._catalog = catalog
        self._drawings = {"plain": Drawing(render.message_payload, render.form_payload), **drawings}
        self._clock = clock
        self._gallery = gallery
        self._conversation = Conversation(doors, catalog, transcript, self._drawings, clock, gallery)
        self._files = page_files()
        self._guard = Guard(frozenset(self._files))
        self._bell = Bell()
        self.messenger = PlaygroundMessenger(self._conversation, self._bell)
        self._travel_through: Travel = clock.travel

    def live_through(self, travel: Travel) -> None:
        """From now on time is skipped by `travel`, which lets everything happen that is due on the way."""
        self._travel_through = travel

    def application(self) -> web.Application:
        """The web application, without a socket yet."""
        app = web.Application(middlewares=[answer_refusals(self._guard)], client_max_size=BODY_LIMIT)
        app.on_response_prepare.append(harden)
        app.on_shutdown.append(self._end_streams)
        for url, serve in self._files.items():
            app.router.add_get(url, serve)
        app.router.add_get("/session", self._begin)
        app.router.add_get("/transcript", self._read)
        app.router.add_get("/home", self._show_home)
        app.router.add_get("/time", self._tell_time)
        app.router.add_get(PICTURE, self._show_picture)
        app.router.add_get("/events", self._stream)
        app.router.add_post("/call", self._call)
        app.router.add_post("/suggest", self._suggest)
        app.router.add_post("/clear", self._clear)
        app.router.add_post("/time", self._travel)
        return app

    async def serve(
        self, host: str, port: int, *, ready: Callable[[str], None], limits: HttpLimits = STRANGERS
    ) -> None:
        """Serves until cancelled and tells `ready` the page's address. Raises OSError for a taken port and
        ValueError for any other host than HOST, because other machines might reach it."""
        if host != HOST:
            raise ValueError("the playground has no sign-in, so it is served to this machine only")
        server = HttpServer("playground", limits)
        await server.serve(self.application(), host, port, ready=lambda port: ready(f"http://{host}:{port}"))

    async def watch(self) -> None:
        """Rings for what other processes on the same database say, until cancelled."""
        heard = None
        while True:
            with suppress(Exception):  # the database is away; the page asks by itself as well
                newest = await self._conversation.revision()
                if newest != heard:
                    heard = newest
                    for space in SPACES:
                        self._bell.ring(("message", space.address.id))
            await asyncio.sleep(WATCH_SECONDS)

    async def _begin(self, _request: web.Request) -> web.Response:
        """What the page needs first: the token, the cast and the commands."""
        return web.json_response(
            {
                "token": self._guard.token,
                "token_header": TOKEN_HEADER,
                "members": [
                    {"id": one.address.id, "name": one.name, "is_lead": one.is_lead} for one in MEMBERS
                ],
                "spaces": [{"id": one.address.id, "name": one.name} for one in SPACES],
                "places": [{"id": place, "name": name} for place, name in PLACES.items()],
                "drawings": list(self._drawings),
                "commands": palette(self._catalog),
            }
        )

    async def _read(self, request: web.Request) -> web.Response:
        scene = _receive(read_scene, request.query)
        after = _receive(read_revision, request.query.get("after", "0"))
        return web.json_response({"entries": await self._conversation.read(scene, after)})

    async def _show_home(self, request: web.Request) -> web.Response:
        scene = _receive(read_scene, {**request.query, "place": DIRECT})
        blocks = await self._doors.home(scene.space, scene.caller)
        pictures = await self._gallery.hang(charts_of(blocks))
        return web.json_response({"blocks": render.blocks_payload(blocks), "pictures": pictures})

    async def _show_picture(self, request: web.Request) -> web.Response:
        png = await self._gallery.find(request.match_info["name"])
        if png is None:
            raise Refused(404, "gone", "There is no such picture here.")
        # The name says what the picture shows, so it never shows anything else.
        return web.Response(body=png, content_type="image/png", headers={"Cache-Control": PICTURE_CACHING})

    async def _tell_time(self, request: web.Request) -> web.Response:
        """What time it is in the playground, and the zone that the member reads it in."""
        scene = _receive(read_scene, {**request.query, "place": GENERAL})
        zone = await self._doors.zone(scene.space, scene.caller)
        return web.json_response({"now": self._clock.now().isoformat(), "zone": zone})

    async def _travel(self, request: web.Request) -> web.Response:
        now = await self._travel_through(_receive(read_instant, await read_json(request)))
        self._bell.ring(("time", now.isoformat()))
        return web.json_response({"now": now.isoformat()})

    async def _call(self, request: web.Request) -> web.Response:
        payload = await read_json(request)
        call = _receive(lambda given: read_call(given, self._catalog.commands), payload)
        form = await self._conversation.carry_out(call)
        self._bell.ring(("message", call.space.address.id))
        return web.json_response({"form": form})

    async def _suggest(self, request: web.Request) -> web.Response:
        choices = await self._doors.suggest(_receive(read_typing, await read_json(request)))
        return web.json_response({"choices": [{"label": one.label, "value": one.value} for one in choices]})

    async def _clear(self, request: web.Request) -> web.Response:
        payload = await read_json(request)
        given = {**payload, "place": GENERAL} if isinstance(payload, dict) else {}
        scene = _receive(read_scene, given)
        if _receive(read_extent, given) == "messages":
            await self._conversation.clear(scene)
            self._bell.ring(("cleared", scene.space.address.id))
            return web.json_response({})
        now = await self._clock.begin_again()
        self._conversation.forget_answers()
        for space in SPACES:
            self._bell.ring(("cleared", space.address.id))
        self._bell.ring(("time", now.isoformat()))
        return web.json_response({})

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        """Server-sent events: in which community something is new, never what; and that the clock moved."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        try:
            await response.write(b"retry: 1000\n\n")
            with self._bell.listen() as rings:
                while True:
                    try:
                        async with asyncio.timeout(ALIVE_SECONDS):
                            ring = await rings.get()
                    except TimeoutError:
                        await response.write(b": here\n\n")
                        continue
                    if ring is None:
                        break
                    await response.write("event: {}\ndata: {}\n\n".format(*ring).encode())
        except ConnectionResetError:
            pass  # the page was closed
        return response

    async def _end_streams(self, _app: web.Application) -> None:
        self._bell.ring(None)


def _receive(read: Callable[[Given], T], given: Given) -> T:
    try:
        return read(given)
    except Malformed as error:
        raise Refused(400, "request", f"{error}.") from None
