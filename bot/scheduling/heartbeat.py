"""The heartbeat: jobs at an interval, and nothing else that APScheduler can do.

Intervals are those of the monotonic clock: whoever sets the machine's clock, back by an hour or ahead by a
year, moves no beat.
"""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta, tzinfo
from time import monotonic
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.base import BaseTrigger

# A beat that has begun gets so long to end; then it is cancelled.
FINISH_SECONDS = 2.0

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)

Job = Callable[[], Awaitable[None]]


class MonotonicZone(tzinfo):
    """A time zone in which it is as late as the monotonic clock says.

    APScheduler asks `datetime` for the present time in its zone, which by definition is what the zone's
    `fromutc` makes of the wall clock. This one makes nothing of it, so APScheduler never sees it.
    """

    def fromutc(self, _utc: datetime, /) -> datetime:
        return (_EPOCH + timedelta(seconds=monotonic())).replace(tzinfo=self)

    def utcoffset(self, _at: datetime | None, /) -> timedelta:
        return timedelta(0)

    def dst(self, _at: datetime | None, /) -> timedelta:
        return timedelta(0)

    def tzname(self, _at: datetime | None, /) -> str:
        return "monotonic"


class Every(BaseTrigger):  # type: ignore[misc]  # the library has no types
    """Fires an interval from now. APScheduler's own lists every beat that was missed, one by one."""

    def __init__(self, seconds: float) -> None:
        self._interval = timedelta(seconds=seconds)

    def get_next_fire_time(self, _previous: datetime | None, now: datetime) -> datetime:
        return now + self._interval


@asynccontextmanager
async def heartbeat(jobs: Mapping[Job, float]) -> AsyncIterator[None]:
    """Runs each job every so many seconds on the running event loop, while the block lasts.

    A job never runs beside itself; beats that were missed become one, however late it is.
    """
    scheduler = AsyncIOScheduler(
        timezone=MonotonicZone(),
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
    )
    running: set[asyncio.Task[Any]] = set()
    for job, seconds in jobs.items():
        scheduler.add_job(functools.partial(_beat, job, running), Every(seconds))
    scheduler.start()
    try:
        yield
    finally:
        scheduler.pause()
        if running:
            await asyncio.wait(running, timeout=FINISH_SECONDS)
        scheduler.shutdown(wait=False)


async def _beat(job: Job, running: set[asyncio.Task[Any]]) -> None:
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("a beat runs within a task")
    running.add(task)
    try:
        # A beat that goes on long after the end is cancelled by the scheduler, which would log an error.
        with suppress(asyncio.CancelledError):
            await job()
    finally:
        running.discard(task)
