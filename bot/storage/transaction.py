"""One transaction with a deadline, on either database."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from bot.core.errors import TryAgain
from bot.storage.deadline import Deadline
from bot.storage.notes import hand_over
from bot.storage.transient import READ_ONLY, why_it_passes


@contextmanager
def open_transaction(engine: Engine, seconds: float, *, writes: bool) -> Iterator[Connection]:
    """Commits at the end of the block, rolls back when it raises or took longer than `seconds`.

    Raises TryAgain when the time was up or the database is busy, full, read-only or away, in the block as
    well as at its ends; every other error of the database passes as it is. Without `writes`, a statement that
    changes something fails.
    """
    deadline = Deadline(seconds)
    options = {"deadline": deadline, "notes": [], **({} if writes else READ_ONLY)}
    try:
        with engine.connect().execution_options(**options) as connection:
            with connection.begin():
                yield connection
                deadline.check()
            hand_over(connection)
    except TryAgain:
        raise
    except PoolExhausted as error:
        raise TryAgain("every connection is taken") from error
    except DBAPIError as error:
        # The engine's hook is not asked for what fails while it handles another error.
        why = deadline.spoilt or (error.orig and why_it_passes(error.orig, reads=not writes))
        if not why:
            raise
        raise TryAgain(why) from error
    except Exception as error:
        # Whatever became of it in between, it began with the database.
        if deadline.spoilt is None:
            raise
        raise TryAgain(deadline.spoilt) from error


@contextmanager
def only_reading(connection: Connection) -> Iterator[None]:
    """A part of a transaction in which a statement that changes something raises RuntimeError. Raises
    TryAgain as the whole does."""
    connection.execution_options(only_reading=True)
    try:
        yield
    finally:
        connection.execution_options(only_reading=False)


@contextmanager
def savepoint(connection: Connection) -> Iterator[None]:
    """A part of a transaction that is undone alone when it raises. Raises TryAgain as the whole does."""
    with connection.begin_nested():
        yield
