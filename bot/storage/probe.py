"""Whether the database can be written to now, found out by writing."""

from sqlalchemy import Connection, Engine, text, update
from sqlalchemy.exc import DBAPIError

from bot.core.errors import TryAgain
from bot.storage.tables import pulses
from bot.storage.transaction import open_transaction


def write_trouble(engine: Engine, seconds: float) -> str:
    """Why nothing can be written, in a few words; empty after a write was committed within `seconds`.

    The row that is written keeps its value. That costs a page of the write-ahead log each time.
    """
    try:
        with open_transaction(engine, seconds, writes=True) as connection:
            _write(connection)
    except TryAgain as error:
        return str(error)
    except DBAPIError as error:
        return type(error).__name__
    return ""


def _write(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A database that may not grow any more still takes a row of the same length, so a page is asked for.
        with connection.begin_nested() as asked:
            connection.execute(text("CREATE TABLE write_probe (x INTEGER)"))
            asked.rollback()
    connection.execute(update(pulses).values(beat_at=pulses.c.beat_at))
