"""The runner of a single process: it plans by itself, and drains each bucket in a task of its own."""

import asyncio
import functools
from datetime import datetime

import structlog

from bot.core.ports import Store
from bot.delivery.courier import Courier
from bot.delivery.hop import Hop
from bot.delivery.runner import MovableClock, do_at_last, next_moment, travel_through, why_failed
from bot.scheduling.planner import Planner


class LocalRunner:
    """Plans what is due and drains every bucket. A bucket that has to wait keeps no other one waiting."""

    def __init__(
        self, planner: Planner, courier: Courier, store: Store, clock: MovableClock, hop: Hop
    ) -> None:
        self._planner = planner
        self._courier = courier
        self._store = store
        self._clock = clock
        self._hop = hop
        self._turn = asyncio.Lock()
        self._draining: dict[str, asyncio.Task[int]] = {}
        self._stopped = asyncio.Event()

    async def wake(self) -> None:
        """At the start: nobody else sends, so old leases are void, and zones may have new rules."""
        await self._hop(self._void)
        await self._hop(self._planner.resolve_anew, self._clock.now())

    async def run(self) -> None:
        async with self._turn:
            # Nothing is sent before: a lease that is voided late would be this process's own.
            await do_at_last("start delayed", self.wake, self._stopped)
        await self.turn()
        await self._stopped.wait()
        await asyncio.gather(*self._draining.values(), return_exceptions=True)

    async def prepared(self) -> None:
        """It has no queue."""

    def reconnected(self) -> None:
        """Each turn looks at which platforms there are."""

    def stop(self) -> None:
        self._courier.stop()
        self._stopped.set()

    async def turn(self) -> None:
        try:
            async with self._turn:
                await self._begin()
        except Exception as error:  # noqa: BLE001  what is due is due at the next turn still
            structlog.get_logger().warning("turn missed", **why_failed(error))

    async def run_once(self) -> int:
        """Says everything that is due now. How many ledger rows were finished."""
        async with self._turn:
            return await self._run_due()

    async def travel(self, instant: datetime) -> datetime:
        async with self._turn:
            next_at = functools.partial(self._hop, next_moment, self._store)
            return await travel_through(self._clock, instant, next_at, self._has_run)

    async def _has_run(self) -> bool:
        return await self._run_due() > 0

    async def _run_due(self) -> int:
        return sum(await asyncio.gather(*await self._begin()))

    async def _begin(self) -> tuple[asyncio.Task[int], ...]:
        """Plans, and begins to drain what is due in buckets that are not being drained yet."""
        await self._hop(self._planner.plan_due, self._clock.now())
        for bucket in await self._courier.due_buckets():
            if bucket not in self._draining:
                self._draining[bucket] = asyncio.create_task(self._courier.drain(bucket))
                self._draining[bucket].add_done_callback(functools.partial(self._end, bucket))
        return tuple(self._draining.values())

    def _end(self, bucket: str, task: asyncio.Task[int]) -> None:
        """What is left of the bucket is due at the next turn still."""
        del self._draining[bucket]
        if not task.cancelled() and (error := task.exception()) is not None:
            structlog.get_logger().warning("drain given up", bucket=bucket, **why_failed(error))

    def _void(self) -> None:
        with self._store.write() as tx:
            tx.leases.void()
