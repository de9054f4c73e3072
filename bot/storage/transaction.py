"""One transaction with a deadline, on either database."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from bot.core.errors import TryAgain
from bot.storage.deadline import Deadline
from bot.storage.engine import READ_ONLY

_SQLITE_PASSES = frozenset(
    {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_INTERRUPT, sqlite3.SQLITE_PROTOCOL}
)
# Connection lost, rolled back (deadlock, serialization), cancelled or shutting down; no room for another
# connection; lock not available; ended because it was idle. A full disk is none of them: somebody must hear
# of it.
_POSTGRES_PASSES = ("08", "40", "57", "53300", "55P03", "25P03")


@contextmanager
def open_transaction(engine: Engine, seconds: float, *, writes: bool) -> Iterator[Connection]:
    """Commits at the end of the block, rolls back when it raises or took longer than `seconds`.

    Raises TryAgain when the time was up or the database was busy, locked or away; every other error of
    the database passes as it is. Without `writes`, a statement that changes something fails.
    """
    deadline = Deadline(seconds)
    options = {"deadline": deadline, **({} if writes else READ_ONLY)}
    try:
        with (
            _trouble_passes(),
            engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection
            if deadline.is_past():
                raise TryAgain(f"not done within {seconds:g} s")
    except PoolExhausted as error:
        raise TryAgain("every connection is taken") from error


@contextmanager
def only_reading(connection: Connection) -> Iterator[None]:
    """A part of a transaction in which a statement that changes something raises RuntimeError. Raises
    TryAgain as the whole does."""
    connection.execution_options(only_reading=True)
    try:
        with _trouble_passes():
            yield
    finally:
        connection.execution_options(only_reading=False)


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """A part of a transaction that is undone alone when it raises. Raises TryAgain as the whole does."""
    with _trouble_passes(), connection.begin_nested():
        yield


@contextmanager
def _trouble_passes() -> Iterator[None]:
    """Raises TryAgain for an error of the database that passes by itself; others go on as they are."""
    try:
        yield
    except DBAPIError as error:
        if not _passes(error):
            raise
        raise TryAgain("the database is busy or away") from error


def _passes(error: DBAPIError) -> bool:
    """Whether the same statement may well succeed in a moment."""
    if error.connection_invalidated:
        return True
    if isinstance(error.orig, sqlite3.Error):
        code = getattr(error.orig, "sqlite_errorcode", None)
        return code is not None and code & 0xFF in _SQLITE_PASSES
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        # psycopg has no state for what it finds out itself: refused, reset, timed out.
        return type(error).__name__ == "OperationalError"
    return str(state).startswith(_POSTGRES_PASSES)
