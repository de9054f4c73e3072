"""Who runs planner and courier: the port of the two runners, and how time is skipped on either."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from typing import Protocol

import structlog

from bot.core.errors import BotError
from bot.core.ports import Store

AGAIN_SECONDS = 1.0


class MovableClock(Protocol):
    def now(self) -> datetime: ...

    async def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` and says what time it is then; the past changes nothing."""
        ...


class Runner(Protocol):
    async def run(self) -> None:
        """Works until it is stopped: what is being said then is finished and marked first."""
        ...

    async def prepared(self) -> None:
        """Returns when the tables of its queue are there. `run` makes them, and tries again each second."""
        ...

    async def turn(self) -> None:
        """One beat: what is due gets its row, and who says it is woken. Raises nothing that passes."""
        ...

    async def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` through every moment at which something is due, in order."""
        ...

    def reconnected(self) -> None:
        """The platforms that it sends to are others now."""
        ...

    def stop(self) -> None:
        """Ends `run`."""
        ...


async def do_at_last(what: str, work: Callable[[], Awaitable[object]], stopped: asyncio.Event) -> None:
    """Does work that the database may have no time for, again each second until it is done or `stopped` is
    set. Logs each failure as `what`, and raises none: a process outlives its database."""
    while not stopped.is_set():
        try:
            await work()
        except Exception as error:  # noqa: BLE001  a process must not end because of its database
            structlog.get_logger().warning(what, **why_failed(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(AGAIN_SECONDS):
                    await stopped.wait()
        else:
            return


def why_failed(error: BaseException) -> dict[str, str]:
    """The fields of a log line: what our own errors say, and of all others only their type."""
    why = {"why": str(error)} if isinstance(error, BotError) else {}
    return {"error": type(error).__name__, **why}


async def travel_through(
    clock: MovableClock,
    instant: datetime,
    next_at: Callable[[], Awaitable[datetime | None]],
    run_due: Callable[[], Awaitable[bool]],
) -> datetime:
    """As `Runner.travel`. `run_due` says what is due by the clock, and whether there was anything to say."""
    await run_due()
    while (coming := await next_at()) is not None and coming <= instant:
        before = clock.now()
        await clock.travel(coming)
        if not await run_due() and coming <= before:
            break  # what waits can't be said now, so there is nothing to wait for
    return await clock.travel(instant)


def next_moment(store: Store) -> datetime | None:
    """When something is due next, or was."""
    with store.read() as tx:
        moments = [at for at in (tx.slots.next_at(), tx.ledger.next_at()) if at is not None]
    return min(moments, default=None)
