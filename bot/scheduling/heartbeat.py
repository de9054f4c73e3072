"""The heartbeat: jobs at an interval, and nothing else that APScheduler can do."""

import asyncio
import functools
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

# A beat that has begun gets so long to end; then it is cancelled.
FINISH_SECONDS = 2.0

Job = Callable[[], Awaitable[None]]


@asynccontextmanager
async def heartbeat(jobs: Mapping[Job, float]) -> AsyncIterator[None]:
    """Runs each job every so many seconds on the running event loop, while the block lasts.

    A job never runs beside itself; beats that were missed become one, however late it is.
    """
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    running: set[asyncio.Task[Any]] = set()
    for job, seconds in jobs.items():
        scheduler.add_job(functools.partial(_beat, job, running), "interval", seconds=seconds)
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
        await job()
    finally:
        running.discard(task)
