"""A command's way through a platform's library and back, beside a bare bot's that gives the same answer.

Cairn's command reads two rows and writes two; the bare bot has no database. Both speak to one fake, in one
process, and take turns.
"""

import asyncio
import json
import logging
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import aiohttp
import discord
import structlog
from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot import telemetry
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.slack.adapter import open_slack
from bot.adapters.slack.publish import REQUEST_PATH
from bot.adapters.slack.render import message_payload
from bot.clock import SystemClock
from bot.core.catalog import Catalog
from bot.core.chat.message import Message, Text
from bot.core.chat.part import Markdown
from bot.core.feature import Feature
from bot.core.locator import Locator
from bot.core.request import Context, Library, Request
from bot.core.router import Router
from bot.delivery.inbox import Inbox
from bot.doors import ThreadDoors, Threads
from bot.storage.engine import open_engine
from bot.storage.migrate import upgrade
from bot.storage.store import DatabaseStore
from tests.benchmarks.figures import ROUNDS, Figure
from tests.contract.planning import CONTENT, MATCHER
from tests.end_to_end.discord_bot import StubChannels, StubMemory, StubPainter
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord
from tests.end_to_end.discord_people import People
from tests.end_to_end.discord_world import MEMBER_RIGHTS
from tests.end_to_end.slack_bot import GENERAL, SECRET, Painter, Transport, connected
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_lines import HttpLine, Line, sign, write_body
from tests.end_to_end.slack_people import Person

TITLE, WORDS = "Noted", "It is kept."
NOTE = Message(TITLE, (Text((Markdown(WORDS),)),))
GOAL = "under 3x"
REPEATS = 100

Ask = Callable[[], Awaitable[object]]


def measure() -> tuple[Figure, ...]:
    logging.disable(logging.WARNING)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    return asyncio.run(_measure())


async def _measure() -> tuple[Figure, ...]:
    figures: list[Figure] = []
    for transport in get_args(Transport):
        async with on_slack(transport) as (ours, bare):
            figures += await compare(f"Slack, {transport}, beside bare Bolt", ours, bare)
    async with on_discord() as (ours, bare):
        figures += await compare("Discord, beside bare discord.py", ours, bare)
    return tuple(figures)


async def compare(name: str, ours: Ask, bare: Ask) -> tuple[Figure, Figure]:
    """Medians of ROUNDS in which both take turns, after a round that warms up: of the time until the answer,
    in which Bolt and the fake of Discord look every few milliseconds whether there is one; and of the
    processor's time, the fake's share included on both sides."""
    took: dict[Ask, list[tuple[float, float]]] = {ours: [], bare: []}
    for _ in range(ROUNDS + 1):
        for ask, times in took.items():
            began, busy = time.perf_counter(), time.process_time()
            for _ in range(REPEATS):
                await ask()
            spent = time.perf_counter() - began, time.process_time() - busy
            times.append((spent[0] / REPEATS, spent[1] / REPEATS))
    waited, worked = (
        [statistics.median(one[kind] for one in times[1:]) for times in took.values()] for kind in (0, 1)
    )
    return (
        Figure(f"a command of two rows, {name}", GOAL, *waited),
        Figure("  processor time", GOAL, *worked),
    )


def declare() -> Catalog:
    feature = Feature("notes", ModuleType("views"))

    @feature.command("note", "Keeps a note", private=True)
    def note(request: Request, ctx: Context) -> Message:
        """The member was read on the way here."""
        ctx.tx.questions.latest(request.member)
        ctx.tx.questions.keep(request.member, "a note", (), request.now)
        ctx.tx.tips.mark_seen(request.member, "a-tip", request.now)
        return NOTE

    return Catalog((feature,))


@asynccontextmanager
async def open_doors(catalog: Catalog, allowance: int = 1_000_000) -> AsyncIterator[ThreadDoors]:
    """The router on an SQLite file, with its threads, as Cairn runs it."""
    with (
        tempfile.TemporaryDirectory(prefix="cairn-bench-") as folder,
        ThreadPoolExecutor(1) as writers,
        ThreadPoolExecutor(2) as readers,
    ):
        engine = open_engine(str(Path(folder) / "cairn.db"))
        upgrade(engine)
        store = DatabaseStore(engine, 30.0)
        library = Library(CONTENT, MATCHER, tuple(catalog.commands.values()), ())
        router = Router(catalog, store, SystemClock(), library, telemetry.report_bug)
        yield ThreadDoors(
            router,
            Locator(store, frozenset()),
            Inbox(store, SystemClock()),
            Threads(writers, 1),
            Threads(readers, 2),
            writers,
            allowance=allowance,
            patience=10.0,
        )
        engine.dispose()


@asynccontextmanager
async def on_slack(transport: Transport) -> AsyncIterator[tuple[Ask, Ask]]:
    """Cairn in one workspace of a fake, a bare Bolt app in another: how each is asked."""
    async with AsyncExitStack() as stack:
        fake = SlackFake()
        await fake.start()
        stack.push_async_callback(fake.stop)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        ridge, valley = fake.install("Ridge"), fake.install("Valley")
        catalog = declare()
        doors = await stack.enter_async_context(open_doors(catalog))
        adapter = await stack.enter_async_context(
            open_slack(
                doors, catalog, Painter(), telemetry.report_bug, token=ridge.token, api_url=fake.api_url
            )
        )
        line = await stack.enter_async_context(connected(fake, ridge, adapter, transport, 10.0))
        client = AsyncWebClient(valley.token, fake.api_url, session=session)
        bare = await stack.enter_async_context(bare_bolt(fake, client, valley.app_token, transport))
        people = []
        for workspace, way in ((ridge, line), (valley, bare or fake.sockets[valley.id])):
            user = workspace.add_person("Member A")
            workspace.add_channel(GENERAL, user)
            people.append(Person(workspace, Kept(way, session), user, GENERAL))
        yield (lambda: slash(people[0])), (lambda: slash(people[1]))


async def slash(person: Person) -> None:
    told = await person.line.send("slash_commands", person.command_payload("/note", ""))
    assert told["blocks"][0]["text"]["text"] == TITLE


class Kept:
    """A line whose requests share one session, as Slack's own do."""

    def __init__(self, line: Line, session: aiohttp.ClientSession) -> None:
        self._line = line
        self._session = session

    async def send(self, kind: Any, payload: Mapping[str, Any]) -> dict[str, Any]:
        if not isinstance(self._line, HttpLine):
            return await self._line.send(kind, dict(payload))
        body, content_type = write_body(kind, dict(payload))
        headers = sign(SECRET, body) | {"Content-Type": content_type}
        status, told = await self._line.post(body, headers, self._session)
        assert status == 200
        return dict(json.loads(told))


@asynccontextmanager
async def bare_bolt(
    fake: SlackFake, client: AsyncWebClient, app_token: str, transport: Transport
) -> AsyncIterator[HttpLine | None]:
    """Bolt's hello world, with our answer for a word."""
    app = AsyncApp(client=client, signing_secret=SECRET)
    answer = message_payload(NOTE) | {"response_type": "ephemeral"}

    @app.command("/note")
    async def note(ack: Any) -> None:
        await ack(answer)

    if transport == "socket":
        handler = AsyncSocketModeHandler(app, app_token, web_client=client)
        await handler.connect_async()  # type: ignore[no-untyped-call]
        yield None
        await handler.close_async()  # type: ignore[no-untyped-call]
        return
    runner = web.AppRunner(app.web_app(REQUEST_PATH), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield HttpLine(f"http://127.0.0.1:{runner.addresses[0][1]}{REQUEST_PATH}", SECRET)
    await runner.cleanup()


class BareDiscord(discord.Client):
    """A handler and nothing else."""

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        view = discord.ui.LayoutView()
        for text in (f"## {TITLE}", WORDS):
            view.add_item(discord.ui.TextDisplay(text))
        view.stop()
        await interaction.response.send_message(view=view, ephemeral=True)


@asynccontextmanager
async def on_discord() -> AsyncIterator[tuple[Ask, Ask]]:
    """Cairn on one fake, a bare client on another that is just like it: how each is asked.

    The library has one address for the whole process, so they take turns on the other side of it.
    """
    async with AsyncExitStack() as stack:
        asks = []
        fake = FakeDiscord()
        await fake.start()
        stack.push_async_callback(fake.stop)
        catalog = declare()
        doors = await stack.enter_async_context(open_doors(catalog))
        adapter = DiscordAdapter(
            doors,
            catalog,
            StubPainter(),
            StubMemory(),
            StubChannels(),
            lambda error, _: telemetry.report_bug(error, None),  # type: ignore[arg-type]
            api_url=fake.api_url,
            gateway_url=fake.gateway_url,
        )
        bare = BareDiscord(
            intents=discord.Intents(guilds=True), allowed_mentions=discord.AllowedMentions.none()
        )
        asks = [turn(fake, "Ridge"), turn(fake, "Valley")]
        await adapter.sign_in(TOKEN)
        stack.push_async_callback(adapter.close)
        await listening(stack, fake, adapter.listen())
        ours = dict(fake.gateway.sessions)
        await bare.login(TOKEN)
        stack.push_async_callback(bare.close)
        await listening(stack, fake, bare.connect())
        theirs = {number: one for number, one in fake.gateway.sessions.items() if number not in ours}
        yield switched(fake, ours, asks[0]), switched(fake, theirs, asks[1])


def turn(fake: FakeDiscord, name: str) -> Ask:
    """A member of a server who types the command."""
    guild, user = fake.world.add_guild(name), fake.world.add_user("Member A")
    guild.members[user.id] = MEMBER_RIGHTS
    people = People(fake)

    async def ask() -> None:
        asked = await people.command(user, guild.channels["general"], "note", {})
        told = fake.world.messages.pop(asked.seen[-1])
        assert told.body["components"][0]["content"] == f"## {TITLE}"
        fake.world.interactions.clear()

    return ask


def switched(fake: FakeDiscord, sessions: Mapping[str, Any], ask: Ask) -> Ask:
    """Asks while only these sessions hear it."""

    async def ask_these() -> None:
        fake.gateway.sessions = dict(sessions)
        await ask()
        for one in sessions.values():
            one.events.clear()

    return ask_these


async def listening(stack: AsyncExitStack, fake: FakeDiscord, work: Any) -> None:
    """Listens until the stack ends, and is connected already."""
    fake.gateway.ready.clear()
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    stack.push_async_callback(end)
    async with asyncio.timeout(10):
        await fake.gateway.ready.wait()
