"""Opens the database with the settings that Cairn relies on: SQLite or PostgreSQL, told apart by the URL."""

from typing import Any

from sqlalchemy import Connection, Engine, event

from bot.core.errors import SettingsError
from bot.storage import postgres_engine
from bot.storage.address import read_address
from bot.storage.sqlite_engine import open_sqlite
from bot.storage.transient import raise_try_again

POOL: dict[str, Any] = {"pool_size": 5, "max_overflow": 5, "pool_timeout": 1.5}


def open_engine(url: str) -> Engine:
    """An engine for `postgresql://...` (psycopg 3), `sqlite:///path` or a bare path to an SQLite file.

    Nothing is connected yet, but the folder of an SQLite file is made. Raises SettingsError, without the URL
    (it may hold a password), when Cairn can't keep its rows there.
    """
    address = read_address(url)
    is_sqlite = address.get_backend_name() == "sqlite"
    engine = open_sqlite(address, **POOL) if is_sqlite else postgres_engine.open_postgres(address, **POOL)
    raise_try_again(engine)
    event.listen(engine, "before_execute", _refuse_writes)
    return engine


def connection_string(url: str, setting: str = "DATABASE_URL") -> str:
    """A PostgreSQL URL as psycopg takes it, with the same limits as the engine's. Holds the password. Raises
    SettingsError as `open_engine` does, with the setting's name."""
    address = read_address(url, setting)
    if address.get_backend_name() != "postgresql":
        raise SettingsError(f"{setting} is postgresql://user:password@host:5432/name")
    return postgres_engine.connection_string(address)


def _refuse_writes(connection: Connection, statement: Any, *_given: object) -> None:
    # A part of a transaction can't be made read-only on both databases without asking them.
    if connection.get_execution_options().get("only_reading") and not statement.is_select:
        raise RuntimeError("a write where nothing may be written")
