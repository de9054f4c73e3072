"""The composition root: everything is made here, once, and handed to what needs it."""

import asyncio
import functools
import os
import secrets
import signal
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog

from bot import telemetry
from bot.adapters.discord import render as discord_render
from bot.adapters.playground.adapter import Drawing, PlaygroundAdapter
from bot.adapters.playground.gallery import Gallery
from bot.adapters.slack import render as slack_render
from bot.charts.painter import ThreadPainter
from bot.clock import SystemClock, TimeMachine
from bot.core.catalog import Catalog
from bot.core.domain.curriculum import Content
from bot.core.domain.questions import Matcher
from bot.core.handlers import FEATURES
from bot.core.request import Library
from bot.core.router import Router
from bot.curriculum.cities import CITIES_FILE, load_cities
from bot.curriculum.load import load_content
from bot.delivery.courier import Courier, Hop
from bot.delivery.local import LocalRunner
from bot.scheduling.heartbeat import heartbeat
from bot.scheduling.planner import Planner
from bot.settings import Settings
from bot.storage.clock import ClockRow
from bot.storage.downtimes import Pulse
from bot.storage.engine import open_engine
from bot.storage.migrate import upgrade
from bot.storage.pictures import Pictures
from bot.storage.playground import Transcript
from bot.storage.store import DatabaseStore
from bot.threads import ThreadDoors, ThreadPictures, ThreadTime, ThreadTranscript, hop

READERS = 2
# A shorter silence, such as a deploy or a closed lid, leaves everybody time to do what is due.
A_DOWNTIME = timedelta(days=1)
BEAT_SECONDS = 60
TURN_SECONDS = 5
POSTGRES_WRITERS = 5


@dataclass(frozen=True, slots=True)
class App:
    """Cairn, assembled. What is awaited does its work on threads: the database's, and the painter's."""

    catalog: Catalog
    content: Content
    store: DatabaseStore
    router: Router
    hop: Hop
    time: ThreadTime
    doors: ThreadDoors
    transcript: ThreadTranscript
    pictures: ThreadPictures
    painter: ThreadPainter
    close: Callable[[], None]


def build(settings: Settings, url: str) -> App:
    """Opens the database at `url`, brings its tables up to date, reads the content and joins the parts.

    Raises ContentError for content that can't be used and CatalogError for a wrong declaration.
    """
    content = load_content(settings.content)
    cities = load_cities(settings.content / CITIES_FILE)
    catalog = Catalog(FEATURES)
    engine = open_engine(url)
    upgrade(engine)
    clock = TimeMachine(SystemClock(), ClockRow(engine))
    pulse = Pulse(engine)
    pulse.wake(clock.now(), A_DOWNTIME)
    store = DatabaseStore(engine, settings.deadline)
    library = Library(content, Matcher(content.skill_map), tuple(catalog.commands.values()), cities)
    router = Router(catalog, store, clock, library, telemetry.report_bug)
    # SQLite has one writer at a time: a single thread queues requests better than its lock does.
    writers = ThreadPoolExecutor(1 if engine.dialect.name == "sqlite" else POSTGRES_WRITERS, "write")
    readers = ThreadPoolExecutor(READERS, "read")
    painter = ThreadPainter()

    def close() -> None:
        painter.close()
        writers.shutdown()
        readers.shutdown()
        engine.dispose()

    return App(
        catalog=catalog,
        content=content,
        store=store,
        router=router,
        hop=functools.partial(hop, writers),
        time=ThreadTime(clock, pulse, writers),
        doors=ThreadDoors(router, writers, readers),
        transcript=ThreadTranscript(Transcript(engine), writers, readers),
        pictures=ThreadPictures(Pictures(engine), writers, readers),
        painter=painter,
        close=close,
    )


def open_playground(app: App) -> PlaygroundAdapter:
    """The playground on an assembled Cairn, with the drawings of both platforms."""
    drawings = {
        "slack": Drawing(slack_render.message_payload, slack_render.form_payload),
        "discord": Drawing(discord_render.message_payload, discord_render.form_payload),
    }
    gallery = Gallery(app.painter, app.pictures, app.time, telemetry.report_bug)
    return PlaygroundAdapter(app.doors, app.catalog, app.transcript, drawings, app.time, gallery)


def open_runner(app: App, adapter: PlaygroundAdapter) -> LocalRunner:
    """Planner and courier for the playground, in this process: without pacing, because nobody limits it."""

    async def at_once(_bucket: str) -> None:
        return

    owner = f"{os.getpid()}-{secrets.token_hex(4)}"
    courier = Courier(app.store, app.router, adapter.messenger, app.time, app.hop, owner=owner, pause=at_once)
    runner = LocalRunner(Planner(app.store), courier, app.store, app.time, app.hop)
    adapter.live_through(runner.travel)
    return runner


async def play(settings: Settings, port: int, ready: Callable[[str], None]) -> None:
    """Serves the playground until SIGINT or SIGTERM. Raises OSError when the port is taken."""
    app = build(settings, settings.playground_url)
    adapter = open_playground(app)
    runner = open_runner(app, adapter)
    try:
        await _until_signal(_serve(app, runner, adapter.serve("127.0.0.1", port, ready=ready)))
    finally:
        app.close()


async def _serve(app: App, runner: LocalRunner, serving: Coroutine[Any, Any, None]) -> None:
    """Serves, delivers and beats, until one of them ends."""
    await runner.wake()
    beating = asyncio.create_task(app.time.beat_every(BEAT_SECONDS))
    with heartbeat({runner.turn: TURN_SECONDS}):
        try:
            await serving
        finally:
            beating.cancel()


async def _until_signal(serving: Any) -> None:
    """Runs `serving` until it ends or the process is asked to stop."""
    task = asyncio.ensure_future(serving)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        await task
    except asyncio.CancelledError:
        structlog.get_logger().info("stopped")
