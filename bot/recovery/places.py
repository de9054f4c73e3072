"""Where a database is: a file, or a PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from bot.core.errors import BackupError
from bot.storage.address import read_address
from bot.storage.engine import open_engine


@dataclass(frozen=True, slots=True)
class Database:
    """`file` is the SQLite file; None for a PostgreSQL. The URL may hold a password."""

    url: str = field(repr=False)
    engine: Engine
    file: Path | None


def find_database(url: str) -> Database:
    """Returns the database at `url`, which is there. Nothing is connected yet.

    Raises BackupError for an SQLite file that isn't there, and SettingsError as `open_engine`.
    """
    file = sqlite_file(url)
    if file is not None and not file.is_file():
        raise BackupError(f"there is no database at {file}. Name another one in DATABASE_URL or CAIRN_DATA")
    return open_database(url)


def open_database(url: str) -> Database:
    """Returns the database at `url`, whether it is there or not. Nothing is connected yet."""
    return Database(url, open_engine(url), sqlite_file(url))


@contextmanager
def closing_engine(database: Database) -> Iterator[None]:
    """Ends the database's connections with the block."""
    try:
        yield
    finally:
        database.engine.dispose()


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turns what a database refuses into a BackupError with the first line of its own words."""
    try:
        yield
    except DBAPIError as error:
        said = str(error.orig).strip().partition("\n")[0]
        raise BackupError(f"the database can't be used: {said}") from None


def sqlite_file(url: str) -> Path | None:
    """Returns the file of an SQLite URL, or None for another one. Raises SettingsError as `open_engine`."""
    address = read_address(url)
    return Path(str(address.database)).expanduser() if address.get_backend_name() == "sqlite" else None
