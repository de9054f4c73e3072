"""The composition root: everything is made here, once, and handed to what needs it."""

import asyncio
import functools
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from bot import telemetry
from bot.adapters.discord import render as discord_render
from bot.adapters.playground.adapter import Drawing, PlaygroundAdapter
from bot.adapters.slack import render as slack_render
from bot.clock import SystemClock, TimeMachine
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Space, Typing
from bot.core.chat.control import Choice
from bot.core.chat.message import Block
from bot.core.domain.curriculum import Content
from bot.core.domain.questions import Matcher
from bot.core.handlers import FEATURES
from bot.core.request import Library
from bot.core.router import Router
from bot.curriculum.cities import load_cities
from bot.curriculum.load import load_content
from bot.settings import Settings
from bot.storage.clock import ClockRow
from bot.storage.engine import open_engine
from bot.storage.migrate import upgrade
from bot.storage.playground import Transcript
from bot.storage.store import DatabaseStore

READERS = 2
POSTGRES_WRITERS = 5

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class App:
    """Cairn, assembled. `doors` and `transcript` are awaited; their work happens on database threads."""

    catalog: Catalog
    content: Content
    clock: TimeMachine
    store: DatabaseStore
    doors: "ThreadDoors"
    transcript: "ThreadTranscript"
    close: Callable[[], None]


def build(settings: Settings, url: str) -> App:
    """Opens the database at `url`, brings its tables up to date, reads the content and joins the parts.

    Raises ContentError for content that can't be used and CatalogError for a wrong declaration.
    """
    content = load_content(settings.content)
    cities = load_cities(settings.content / "cities.csv")
    catalog = Catalog(FEATURES)
    engine = open_engine(url)
    upgrade(engine)
    clock = TimeMachine(SystemClock(), ClockRow(engine))
    store = DatabaseStore(engine, settings.deadline)
    library = Library(content, Matcher(content.skill_map), tuple(catalog.commands.values()), cities)
    router = Router(catalog, store, clock, library, telemetry.report_bug)
    # SQLite has one writer at a time: a single thread queues requests better than its lock does.
    writers = ThreadPoolExecutor(1 if engine.dialect.name == "sqlite" else POSTGRES_WRITERS, "write")
    readers = ThreadPoolExecutor(READERS, "read")

    def close() -> None:
        writers.shutdown()
        readers.shutdown()
        engine.dispose()

    doors = ThreadDoors(router, writers, readers)
    return App(
        catalog, content, clock, store, doors, ThreadTranscript(Transcript(engine), writers, readers), close
    )


class ThreadDoors:
    """The router's doors, awaited: calls hop to a writer's thread, suggestions and homes to a reader's."""

    def __init__(self, router: Router, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor) -> None:
        self._router = router
        self._writers = writers
        self._readers = readers

    async def answer(self, call: Call) -> Answer:
        started = time.monotonic()
        answer = await _hop(self._writers, self._router.answer, call)
        took = round((time.monotonic() - started) * 1000, 1)
        structlog.get_logger().info("call", asked=telemetry.name_of(call), took_ms=took)
        return answer

    async def suggest(self, typing: Typing) -> tuple[Choice, ...]:
        return await _hop(self._readers, self._router.suggest, typing)

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]:
        return await _hop(self._readers, self._router.home, space, caller)

    async def zone(self, space: Space, caller: Caller) -> str:
        return await _hop(self._readers, self._router.zone, space, caller)


class ThreadTranscript:
    """The playground's transcript, awaited. What each method does stands at `Transcript`."""

    def __init__(
        self, transcript: Transcript, writers: ThreadPoolExecutor, readers: ThreadPoolExecutor
    ) -> None:
        self.append = functools.partial(_hop, writers, transcript.append)
        self.replace = functools.partial(_hop, writers, transcript.replace)
        self.clear = functools.partial(_hop, writers, transcript.clear)
        self.find = functools.partial(_hop, readers, transcript.find)
        self.since = functools.partial(_hop, readers, transcript.since)


def open_playground(app: App) -> PlaygroundAdapter:
    """The playground on an assembled Cairn, with the drawings of both platforms."""
    drawings = {
        "slack": Drawing(slack_render.message_payload, slack_render.form_payload),
        "discord": Drawing(discord_render.message_payload, discord_render.form_payload),
    }
    return PlaygroundAdapter(app.doors, app.catalog, app.transcript, drawings, app.clock)


async def play(settings: Settings, port: int, ready: Callable[[str], None]) -> None:
    """Serves the playground until SIGINT or SIGTERM. Raises OSError when the port is taken."""
    app = build(settings, settings.playground_url)
    try:
        await _until_signal(open_playground(app).serve("127.0.0.1", port, ready=ready))
    finally:
        app.close()


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


async def _hop(threads: ThreadPoolExecutor, work: Callable[..., T], *args: Any, **named: Any) -> T:
    return await asyncio.get_running_loop().run_in_executor(threads, functools.partial(work, *args, **named))
