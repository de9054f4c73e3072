"""The runner of a single process: it plans and drains by itself, and lives through skipped time."""

import asyncio
from datetime import datetime
from typing import Protocol

import structlog

from bot.core.errors import TryAgain
from bot.core.ports import Store
from bot.delivery.courier import Courier, Hop
from bot.scheduling.planner import Planner


class MovableClock(Protocol):
    def now(self) -> datetime: ...

    async def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` and says what time it is then; the past changes nothing."""
        ...


class LocalRunner:
    """Plans what is due and drains every bucket, one turn at a time."""

    def __init__(
        self, planner: Planner, courier: Courier, store: Store, clock: MovableClock, hop: Hop
    ) -> None:
        self._planner = planner
        self._courier = courier
        self._store = store
        self._clock = clock
        self._hop = hop
        self._turn = asyncio.Lock()

    def now(self) -> datetime:
        return self._clock.now()

    async def wake(self) -> None:
        """At the start: nobody else sends, so old leases are void, and zones may have new rules."""
        await self._hop(self._void)
        await self._hop(self._planner.resolve_anew, self._clock.now())

    async def run_once(self) -> int:
        """Says everything that is due now. How many ledger rows were finished."""
        async with self._turn:
            return await self._run_due()

    async def travel(self, instant: datetime) -> datetime:
        """Moves the clock to `instant` through every moment at which something is due, in order."""
        async with self._turn:
            await self._run_due()
            while (coming := await self._hop(self._next_at)) is not None and coming <= instant:
                before = self._clock.now()
                await self._clock.travel(coming)
                if not await self._run_due() and coming <= before:
                    break  # what waits can't be said now, so there is nothing to wait for
            return await self._clock.travel(instant)

    async def turn(self) -> None:
        """As `run_once`; what the database refuses is made up for by the next turn."""
        try:
            await self.run_once()
        except TryAgain:
            structlog.get_logger().warning("turn missed")

    async def _run_due(self) -> int:
        await self._hop(self._planner.plan_due, self._clock.now())
        finished = 0
        for bucket in await self._courier.due_buckets():
            finished += await self._courier.drain(bucket)
        return finished

    def _next_at(self) -> datetime | None:
        with self._store.read() as tx:
            moments = [at for at in (tx.slots.next_at(), tx.ledger.next_at()) if at is not None]
        return min(moments, default=None)

    def _void(self) -> None:
        with self._store.write() as tx:
            tx.leases.void()
