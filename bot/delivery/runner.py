"""Who runs planner and courier: the port of the two runners, and how time is skipped on either."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from bot.core.ports import Store


class MovableClock(Protocol):
    def now(self) -> datetime: ...

    async def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` and says what time it is then; the past changes nothing."""
        ...


class Runner(Protocol):
    async def run(self) -> None:
        """Works until it is stopped: what is being said then is finished and marked first."""
        ...

    async def turn(self) -> None:
        """One beat: what is due gets its row, and who says it is woken. Raises nothing that passes."""
        ...

    async def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` through every moment at which something is due, in order."""
        ...

    def stop(self) -> None:
        """Ends `run`."""
        ...


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
