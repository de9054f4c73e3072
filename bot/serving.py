"""Cairn at work: connected to its platforms, planning and sending, until it is asked to stop."""

import asyncio
import functools
import signal
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import structlog

from bot.adapters.playground.adapter import HOST, PlaygroundAdapter
from bot.app import App, build, open_clerk, open_playground, open_runner, open_shared_runner
from bot.connecting import PlatformConnection
from bot.core.errors import SettingsError
from bot.core.ids import Platform
from bot.core.outbox import Messenger
from bot.core.ports import Clock
from bot.delivery.clerk import Desk
from bot.delivery.restored import RestoredMessenger
from bot.delivery.runner import Runner
from bot.delivery.switchboard import Switchboard
from bot.lines import Line, Ready, openings
from bot.listening import naming_address
from bot.scheduling.counts import CountKeeper
from bot.scheduling.heartbeat import heartbeat
from bot.settings import Settings

PULSE_SECONDS = 20
PRUNE_SECONDS = 3_600
COUNT_SECONDS = 600
# What is being said when Cairn is asked to stop may take so long; after that its lease runs out by itself.
STOP_SECONDS = 6.0

Beat = Callable[[], Awaitable[None]]
Serving = Coroutine[Any, Any, None]


async def serve(
    settings: Settings,
    url: str,
    roles: Collection[str],
    port: int,
    ready: Ready,
    wall: Clock | None = None,
) -> None:
    """Serves the platforms that the settings name, or the playground, in these roles until SIGINT or SIGTERM.
    `ready` is told what is served where; `wall` is another clock than this machine's.

    Raises SettingsError when a port is taken, or a platform doesn't take its token.
    """
    app = build(settings, url, roles, wall)
    async with AsyncExitStack() as stack:
        stack.callback(app.close)
        runner, serving = (
            _open_playground(app, port, ready, roles)
            if settings.is_playground
            else _open_platforms(app, stack, roles, ready)
        )
        beats: dict[Beat, float] = dict.fromkeys(
            (runner.turn, app.health.beat, app.health.look), settings.beat
        )
        if "planner" in roles:
            beats |= {pruner.prune: PRUNE_SECONDS for pruner in app.pruners}
            beats[CountKeeper(app.store, app.time.now, app.hop).settle] = COUNT_SECONDS
        if "gateway" in roles:
            beats[app.time.beat] = PULSE_SECONDS
        if settings.health_port is not None:
            serving.append(_serve_health(app, settings.health_port, functools.partial(ready, "health")))
        await _until_signal(runner, beats, serving)


def _open_playground(
    app: App, port: int, ready: Ready, roles: Collection[str]
) -> tuple[Runner, list[Serving]]:
    adapter = open_playground(app)
    messengers: dict[Platform, Messenger] = {"playground": adapter.messenger}
    runner = _open_runner(app, messengers, adapter.messenger.deduplicates, roles)
    adapter.live_through(runner.travel)
    serving: list[Serving] = []
    if "gateway" in roles:
        serving.append(_serve_page(adapter, port, functools.partial(ready, "playground"), app.settings))
        if app.url.startswith("postgres"):
            serving.append(adapter.watch())
    return runner, serving


async def _serve_page(
    adapter: PlaygroundAdapter, port: int, ready: Callable[[str], None], settings: Settings
) -> None:
    with naming_address(HOST, port, "the playground's address", "--port"):
        await adapter.serve(HOST, port, ready=ready, limits=settings.http_limits)


async def _serve_health(app: App, port: int, ready: Callable[[str], None]) -> None:
    host = app.settings.health_host
    with naming_address(host, port, "CAIRN_HEALTH_HOST", "CAIRN_HEALTH_PORT"):
        await app.health.serve(host, port, ready=ready, limits=app.settings.http_limits)


def _open_platforms(
    app: App, stack: AsyncExitStack, roles: Collection[str], ready: Ready
) -> tuple[Runner, list[Serving]]:
    """Nothing of these is ever moved in time: real members live by the machine's clock."""
    if app.time.ahead > timedelta(0):
        raise SettingsError(
            "the playground has moved this database's clock, so members would be reminded at wrong hours: "
            "choose another DATABASE_URL or CAIRN_DATA"
        )
    messengers: dict[Platform, Messenger] = {}
    desks: dict[Platform, Desk] = {}
    listens, ways = "gateway" in roles, openings(app, ready)
    runner = _open_runner(app, messengers, all(way.deduplicates for way in ways), roles)
    serving: list[Serving] = []
    if listens:
        clerk = open_clerk(app, desks)
        serving.append(clerk.run(app.settings.beat, alone=not app.url.startswith("postgres")))

    async def use(line: Line) -> None:
        messengers[line.platform], desks[line.platform] = line.messenger, line.desk
        runner.reconnected()
        await (line.listen() if listens else asyncio.Event().wait())

    def lose(platform: Platform) -> None:
        if messengers.pop(platform, None) is not None:
            del desks[platform]
            runner.reconnected()

    for way in ways:
        lost = functools.partial(lose, way.platform)
        connection = PlatformConnection(way, app.connections[way.platform], use, lost, runner.prepared)
        # Closed when all else has ended: what is being said then still needs it.
        stack.push_async_callback(connection.close)
        serving.append(connection.keep())
    return runner, serving


def _open_runner(
    app: App, messengers: Mapping[Platform, Messenger], deduplicates: bool, roles: Collection[str]
) -> Runner:
    switchboard = RestoredMessenger(Switchboard(messengers, deduplicates=deduplicates))
    platforms = messengers.keys()
    if app.url.startswith("postgres"):
        return open_shared_runner(app, switchboard, roles, platforms)
    return open_runner(app, switchboard, platforms)


async def _until_signal(runner: Runner, beats: Mapping[Beat, float], serving: Sequence[Serving]) -> None:
    """Runs all of it until the process is asked to stop, and ends it in order: nothing is left half said."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        async with asyncio.TaskGroup() as group:
            running = group.create_task(runner.run())
            tasks = [group.create_task(one) for one in serving]
            async with heartbeat(beats):
                await stop.wait()
                runner.stop()
            for task in tasks:
                task.cancel()
            await asyncio.wait((running,), timeout=STOP_SECONDS)
            running.cancel()
    except BaseExceptionGroup as group:
        # One that fails ends the others, so the first is the reason.
        raise group.exceptions[0] from None
    structlog.get_logger().info("stopped")
