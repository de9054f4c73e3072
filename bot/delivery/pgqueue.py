"""The runner of several processes on PostgreSQL: PgQueuer wakes one courier for each bucket.

The ledger is the truth and a job is only a wake-up, one a bucket at most: whatever is lost of it, the next
turn wakes every bucket in which something is due.
"""

import asyncio
import functools
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from time import monotonic
from typing import Protocol

import structlog
from pgqueuer.core.qm import QueueManager
from pgqueuer.domain.models import Job

from bot.core.domain.ledger import platform_of
from bot.core.errors import TryAgain
from bot.core.ports import Store
from bot.delivery.courier import LEASE_SECONDS, Courier
from bot.delivery.hop import Hop
from bot.delivery.queue_connection import QueueDriver, connect, install, listen, queries_on, tables
from bot.delivery.runner import MovableClock, do_at_last, next_moment, travel_through, why_failed
from bot.scheduling.planner import Planner

POLL = timedelta(seconds=1)
LOG_KEPT_SECONDS = 3600
# While time is skipped: how long the couriers may take for what is due at one moment.
PATIENCE = 10.0
LOOK_SECONDS = 0.1


# A server whose clock is set back by an hour would leave what it was given just before for an hour.
CALL_BACK = """UPDATE pgqueuer.pgqueuer
    SET execute_after = LEAST(execute_after, now()), heartbeat = LEAST(heartbeat, now())
    WHERE execute_after > now() OR heartbeat > now()"""


class SharedClock(MovableClock, Protocol):
    async def follow(self) -> None:
        """Goes where another process has moved the clock meanwhile."""
        ...


class QueueRunner:
    """Plans, if it `plans`, and sends what is for the platforms that it `sends_to`, which may come and go;
    other processes may do the same, or the rest. `direct_url`: the same database without the pooler that
    `url` may lead to."""

    def __init__(
        self,
        url: str,
        planner: Planner,
        courier: Courier,
        store: Store,
        clock: SharedClock,
        hop: Hop,
        *,
        plans: bool,
        sends_to: Collection[str],
        lease_seconds: float = LEASE_SECONDS,
        direct_url: str | None = None,
    ) -> None:
        self._url = url
        self._direct_url = direct_url or url
        self._planner = planner
        self._courier = courier
        self._store = store
        self._clock = clock
        self._hop = hop
        self._plans = plans
        self._sends_to = sends_to
        # A courier that died keeps its job for so long. That is over before its lease is, so nobody waits for
        # both; a job that is taken from one who lives finds the bucket leased, and ends.
        self._patience = timedelta(seconds=lease_seconds / 2)
        self._installed = asyncio.Event()
        self._stopped = asyncio.Event()
        self._changed = asyncio.Event()
        self._manager: QueueManager | None = None
        self._log_cleared = monotonic()

    async def run(self) -> None:
        await do_at_last("queue not installed", functools.partial(install, self._url), self._stopped)
        if not self._stopped.is_set():
            self._installed.set()
        if self._plans:
            await do_at_last("start delayed", self._resolve, self._stopped)
        await self.turn()
        while not self._stopped.is_set():
            self._changed.clear()
            if self._sends_to:
                await do_at_last("queue away", self._take_jobs, self._stopped)
            else:
                await self._changed.wait()

    async def prepared(self) -> None:
        await self._installed.wait()

    def reconnected(self) -> None:
        # What a manager takes jobs for is settled when it begins.
        self._changed.set()
        if self._manager is not None:
            self._manager.shutdown.set()

    def stop(self) -> None:
        self._courier.stop()
        self._stopped.set()
        self.reconnected()

    async def turn(self) -> None:
        try:
            await self._clock.follow()
            if self._plans:
                await self._hop(self._planner.plan_due, self._clock.now())
                await self._wake(await self._hop(self._due_buckets))
        except Exception as error:  # noqa: BLE001  what is due is due at the next turn still
            structlog.get_logger().warning("turn missed", **why_failed(error))

    async def travel(self, instant: datetime) -> datetime:
        next_at = functools.partial(self._hop, next_moment, self._store)
        return await travel_through(self._clock, instant, next_at, self._see_it_said)

    async def _see_it_said(self) -> bool:
        """Plans what is due and waits until couriers have said it. Whether there was anything to say."""
        until = monotonic() + PATIENCE
        await self._hop(self._planner.plan_due, self._clock.now())
        was_due = False
        while buckets := await self._hop(self._due_buckets):
            if monotonic() > until:
                return False
            was_due = True
            await self._wake(buckets)
            await asyncio.sleep(LOOK_SECONDS)
        return was_due

    async def _resolve(self) -> None:
        await self._hop(self._planner.resolve_anew, self._clock.now())

    def _due_buckets(self) -> tuple[str, ...]:
        """Of every platform: who plans wakes couriers of all of them."""
        with self._store.read() as tx:
            return tx.ledger.buckets(self._clock.now())

    async def _wake(self, buckets: Sequence[str]) -> None:
        """A job for each bucket, unless it has one."""
        stale = monotonic() > self._log_cleared + LOG_KEPT_SECONDS
        if not self._installed.is_set() or not (buckets or stale):
            return  # what is due wakes somebody at the next turn still
        async with connect(self._url) as line:
            queries = queries_on(QueueDriver(line))
            await line.execute(CALL_BACK)
            for bucket in buckets:
                await queries.enqueue(
                    platform_of(bucket), bucket.encode(), dedupe_key=bucket, on_conflict="skip"
                )
            if stale:
                await queries.clear_queue_log()
                self._log_cleared = monotonic()

    async def _take_jobs(self) -> None:
        """Drains the bucket of every job that this process gets, until it is stopped."""
        await install(self._url)
        async with connect(self._url) as asking:
            driver = QueueDriver(asking)
            self._manager = QueueManager(queries_on(driver), tables().channel)
            for platform in tuple(self._sends_to):
                self._manager.entrypoint(platform, accepts_context=False)(self._drain)
            if self._stopped.is_set() or self._changed.is_set():
                return
            hearing = asyncio.create_task(listen(self._direct_url, driver.hear))
            try:
                await self._manager.run(
                    dequeue_timeout=POLL,
                    heartbeat_timeout=self._patience,
                    log_aggregation_interval=timedelta(0),
                )
            finally:
                hearing.cancel()
                await asyncio.gather(hearing, return_exceptions=True)

    async def _drain(self, job: Job) -> None:
        bucket = (job.payload or b"").decode()
        try:
            await self._clock.follow()
            await self._courier.drain(bucket)
        except TryAgain as error:
            # What is left of the bucket is due at the next turn still.
            structlog.get_logger().warning("drain given up", bucket=bucket, **why_failed(error))
