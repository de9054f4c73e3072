"""The heartbeat: jobs at an interval, and nothing else that APScheduler can do."""

from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

from apscheduler.schedulers.asyncio import AsyncIOScheduler


@contextmanager
def heartbeat(jobs: Mapping[Callable[[], Awaitable[None]], float]) -> Iterator[None]:
    """Runs each job every so many seconds on the running event loop, while the block lasts.

    A job never runs beside itself; beats that were missed become one, however late it is.
    """
    scheduler = AsyncIOScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    for job, seconds in jobs.items():
        scheduler.add_job(job, "interval", seconds=seconds)
    scheduler.start()
    try:
        yield
    finally:
        scheduler.shutdown(wait=False)
