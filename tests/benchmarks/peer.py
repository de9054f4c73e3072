"""The naive peer: one APScheduler job for each member, in its SQLAlchemyJobStore, on the database that is
measured."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.storage.engine import open_engine
from tests.benchmarks.stall import Stall

_left: set[int] = set()
_done: list[asyncio.Event] = []


@dataclass(frozen=True, slots=True)
class Peer:
    """What it takes, in seconds: to load a member, to send a message of a burst, to find nothing due; and
    how long the event loop stood still in the burst."""

    load: float
    send: float
    idle: float
    stall: float


async def send(member: int) -> None:
    """A message that costs nothing. (A job that is kept in a store has to be a function of a module.)"""
    _left.discard(member)
    if not _left:
        _done[-1].set()


def run_peer(url: str, count: int, *, tuned: bool) -> Peer:
    """`tuned`: on our engine, which on SQLite waits for the disk less often than SQLAlchemy's own default."""
    engine = open_engine(url) if tuned else None
    store = SQLAlchemyJobStore(engine=engine, url=url, tablename=f"peer_{tuned}")
    try:
        return asyncio.run(_run(store, count))
    finally:
        store.engine.dispose()


async def _run(store: Any, count: int) -> Peer:
    _left.update(range(count))
    _done.append(asyncio.Event())
    scheduler = AsyncIOScheduler(
        timezone="UTC",
        jobstores={"default": store},
        job_defaults={"coalesce": True, "misfire_grace_time": None},
    )
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    weekly = {"day_of_week": "mon", "hour": 9, "minute": 0}
    began = time.perf_counter()
    for number in range(count):
        scheduler.add_job(send, "cron", **weekly, args=[number], id=str(number), next_run_time=now)
    load = (time.perf_counter() - began) / count
    async with Stall() as stall:
        began = time.perf_counter()
        scheduler.resume()
        await _done[-1].wait()
        burst = (time.perf_counter() - began) / count
    began = time.perf_counter()
    for _ in range(100):
        store.get_due_jobs(now)
    idle = (time.perf_counter() - began) / 100
    scheduler.shutdown()
    return Peer(load, burst, idle, stall.worst)
