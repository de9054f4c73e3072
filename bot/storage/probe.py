"""Whether the database can be written to now, found out by writing."""

import sqlite3

from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.exc import DBAPIError

from bot.core.errors import TryAgain
from bot.storage.tables import pulses
from bot.storage.transaction import open_transaction

_SQLITE = {
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the database is read-only",
    sqlite3.SQLITE_IOERR: "the disk fails",
}
_POSTGRES = {
    "25006": "the database is read-only",
    "0A000": "the database is read-only",  # a standby, where a connection that was used before asks to write
    "53100": "the disk is full",
}


def write_trouble(engine: Engine, seconds: float) -> str:
    """Why nothing can be written, in a few words; empty after a write was committed within `seconds`.

    The row that is written keeps its value. That costs a page of the write-ahead log each time.
    """
    try:
        with open_transaction(engine, seconds, writes=True) as connection:
            _write(connection)
    except TryAgain as error:
        return _name(error.__cause__) or str(error)
    except DBAPIError as error:
        return _name(error) or type(error).__name__
    return ""


def _write(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A database that may not grow any more still takes a row of the same length, so a page is asked for.
        with connection.begin_nested() as asked:
            connection.execute(text("CREATE TABLE write_probe (x INTEGER)"))
            asked.rollback()
    connection.execute(update(pulses).values(beat_at=pulses.c.beat_at))


def _name(error: BaseException | None) -> str:
    found = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(found, sqlite3.Error):
        return _SQLITE.get(getattr(found, "sqlite_errorcode", 0) & 0xFF, "")
    return _POSTGRES.get(str(getattr(found, "sqlstate", "")), "")
