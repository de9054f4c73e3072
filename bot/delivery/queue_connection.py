"""PgQueuer's connections: what is asked may go through a pooler, only who listens needs a direct one.

A pooler hands out another connection with each transaction. So nothing is prepared, no lock outlives its
transaction, and a LISTEN behind it hears nothing: there the queue is asked each second, as it always is.
"""

import asyncio
import functools
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import NoReturn

import psycopg
import structlog
from pgqueuer.adapters.drivers.psycopg import PsycopgDriver
from pgqueuer.adapters.persistence import schema_plan
from pgqueuer.adapters.persistence.qb import (
    QueryBuilderEnvironment,
    QueryQueueBuilder,
    QuerySchedulerBuilder,
)
from pgqueuer.adapters.persistence.queries import Queries
from pgqueuer.domain.settings import DBSettings
from pgqueuer.ports.driver import NotifyCallback
from psycopg import sql

from bot.delivery.runner import AGAIN_SECONDS, why_failed

LOCK_WAIT = "60s"


class Pooled(Exception):
    """The connection leads to a pooler, which tells nobody who listens."""


@asynccontextmanager
async def connect(address: str) -> AsyncIterator[psycopg.AsyncConnection]:
    """A connection that commits by itself, as PgQueuer wants it. `address`: a URL, or what psycopg takes."""
    dsn = re.sub(r"^postgres(ql)?(\+psycopg)?://", "postgresql://", address)
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True, prepare_threshold=None) as line:
        yield line


async def install(address: str) -> None:
    """Makes PgQueuer's tables, or makes them anew where they are another version's: nothing in them outlives
    a wake-up. Any number of processes may ask at once."""
    async with connect(address) as line, line.transaction():
        await line.execute(f"SET LOCAL lock_timeout = '{LOCK_WAIT}'")
        # PgQueuer's own lock is a connection's, and a pooler would keep that for ever.
        await line.execute("SELECT pg_advisory_xact_lock(%s)", (schema_plan.advisory_key(tables()),))
        queries = queries_on(QueueDriver(line))
        is_there = await queries.schema_is_installed()
        if is_there and not (await queries.plan_upgrade()).statements:
            return
        if is_there:
            await queries.uninstall()
        await queries.install()


class QueueDriver(PsycopgDriver):
    """Asks on one connection; what another one hears is handed to `hear`."""

    def __init__(self, asking: psycopg.AsyncConnection) -> None:
        super().__init__(asking)
        self._callbacks: list[NotifyCallback] = []

    def hear(self, payload: str) -> None:
        """Something was told to those who listen."""
        for callback in tuple(self._callbacks):
            callback(payload)

    async def notify(self, channel: str, payload: str) -> None:
        """PgQueuer tells only itself something, to see whether it hears."""
        del channel
        self.hear(payload)

    async def add_listener(self, channel: str, callback: NotifyCallback) -> None:
        del channel
        self._callbacks.append(callback)

    async def remove_listener(self, channel: str, callback: NotifyCallback) -> None:
        del channel
        self._callbacks.remove(callback)


async def listen(address: str, hear: Callable[[str], None]) -> None:
    """Hands on what is told to those who listen, until cancelled, over as many connections as it takes. Ends
    by itself behind a pooler."""
    while True:
        try:
            await _listen(address, hear)
        except Pooled:
            structlog.get_logger().warning(
                "queue asked each second",
                why="the database is behind a pooler",
                do="give its direct address as DATABASE_DIRECT_URL",
            )
            return
        except Exception as error:  # noqa: BLE001  who doesn't hear asks
            structlog.get_logger().warning("queue not heard", **why_failed(error))
        await asyncio.sleep(AGAIN_SECONDS)


async def _listen(address: str, hear: Callable[[str], None]) -> NoReturn:
    # A connection of its own: one that waits for news keeps what is asked on it waiting for up to a second.
    async with connect(address) as line:
        own = await (await line.execute("SELECT pg_backend_pid()")).fetchone()
        if own is None or own[0] != line.info.backend_pid:
            raise Pooled
        await line.execute(sql.SQL("LISTEN {}").format(sql.Identifier(tables().channel)))
        async for note in line.notifies():
            hear(note.payload)
    raise psycopg.OperationalError("the connection ended")


def queries_on(driver: PsycopgDriver) -> Queries:
    made = tables()
    return Queries(
        driver, QueryBuilderEnvironment(made), QueryQueueBuilder(made), QuerySchedulerBuilder(made)
    )


@functools.cache
def tables() -> DBSettings:
    """PgQueuer's tables stand in a schema of their own."""
    return DBSettings(db_schema="pgqueuer")
