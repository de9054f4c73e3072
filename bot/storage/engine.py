"""Opens the database with the settings that Cairn relies on: SQLite or PostgreSQL, told apart by the URL."""

import sqlite3
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError

from bot.storage.deadline import Deadline
from bot.storage.transient import raise_try_again

BUSY_MS = 5_000
WAL_PAUSE = 0.02
CONNECT_SECONDS = 3
POOL = {"pool_size": 5, "max_overflow": 5, "pool_timeout": 1.5}
STEPS_BETWEEN_LOOKS = 1_000
POSTGRES_SETTINGS = {
    "statement_timeout": "10s",
    "lock_timeout": "3s",
    # A process that is stopped in the middle of a transaction must not keep its locks: others wait for them.
    "idle_in_transaction_session_timeout": "10s",
    "timezone": "UTC",
}
POSTGRES_SILENCE_MS = 10_000


def open_engine(url: str) -> Engine:
    """An engine for `postgresql://...` (psycopg 3), `sqlite:///path` or a bare path to an SQLite file.

    Nothing is connected yet, but the folder of an SQLite file is made. Raises ValueError, without the URL
    (it may hold a password), when Cairn can't keep its rows there.
    """
    place = _read_url(url)
    engine = _open_sqlite(place) if place.get_backend_name() == "sqlite" else _open_postgres(place)
    raise_try_again(engine)
    event.listen(engine, "before_execute", _refuse_writes)
    return engine


def _refuse_writes(connection: Connection, statement: Any, *_given: object) -> None:
    # A part of a transaction can't be made read-only on both databases without asking them.
    if connection.get_execution_options().get("only_reading") and not statement.is_select:
        raise RuntimeError("a write where nothing may be written")


def _read_url(url: str) -> URL:
    if "://" not in url:
        url = f"sqlite:///{url}"
    try:
        place = make_url(url)
    except ArgumentError:
        place = None
    scheme = place.drivername if place is not None else ""
    if place is None or scheme not in {"sqlite", "postgresql", "postgres", "postgresql+psycopg"}:
        raise ValueError("the database is a path, sqlite:///path or postgresql://user:password@host/name")
    if scheme == "sqlite":
        if place.database in (None, "", ":memory:"):
            raise ValueError("an SQLite database needs a file, such as data/cairn.db")
        return place
    return place.set(drivername="postgresql+psycopg")


def _open_sqlite(place: URL) -> Engine:
    file = Path(str(place.database)).expanduser()
    file.parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(place.set(database=str(file)), hide_parameters=True, **POOL)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "commit", _forget_deadline)
    event.listen(engine, "rollback", _forget_deadline)
    return engine


def _prepare_sqlite(raw: sqlite3.Connection, _record: object) -> None:
    # The driver's own transactions begin too late (at the first write, and never for a SELECT or for DDL):
    # here SQLAlchemy's events begin them.
    raw.isolation_level = None
    raw.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    _use_wal(raw)
    raw.execute("PRAGMA synchronous=NORMAL")
    raw.execute("PRAGMA foreign_keys=ON")


def _use_wal(raw: sqlite3.Connection) -> None:
    # Two connections that turn a new file to WAL at once get "locked" without the wait they asked for.
    until = monotonic() + BUSY_MS / 1000
    while True:
        try:
            raw.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError:
            if monotonic() >= until:
                raise
            sleep(WAL_PAUSE)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    deadline: Deadline | None = options.get("deadline")
    reads = "postgresql_readonly" in options
    raw = _raw_sqlite(connection)
    # Waiting for a lock doesn't call the progress handler, so the wait has a limit of its own.
    patience = options.get("patience", BUSY_MS)
    if deadline is not None:
        patience = min(patience, deadline.milliseconds())
    raw.execute(f"PRAGMA busy_timeout={patience}")
    raw.execute(f"PRAGMA query_only={int(reads)}")
    raw.set_progress_handler(None if deadline is None else deadline.is_past, STEPS_BETWEEN_LOOKS)
    # A deferred transaction that turns into a writer fails at once when another one wrote in between.
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _forget_deadline(connection: Connection) -> None:
    # A commit or rollback that is interrupted would leave the transaction open.
    _raw_sqlite(connection).set_progress_handler(None, 0)


def _raw_sqlite(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)


def _open_postgres(place: URL) -> Engine:
    given = place.query.get("options", "")
    settings = " ".join(f"-c {name}={value}" for name, value in POSTGRES_SETTINGS.items())
    engine = create_engine(
        place,
        hide_parameters=True,
        pool_pre_ping=True,
        **POOL,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "tcp_user_timeout": POSTGRES_SILENCE_MS,
            # What the URL asks for comes last, so it wins.
            "options": f"{settings} {given if isinstance(given, str) else ' '.join(given)}".strip(),
        },
    )
    event.listen(engine, "before_cursor_execute", _tell_postgres_the_deadline)
    return engine


def _tell_postgres_the_deadline(connection: Connection, cursor: Any, *_statement: object) -> None:
    deadline: Deadline | None = connection.get_execution_options().get("deadline")
    if deadline is not None and (left := deadline.news()) is not None:
        cursor.execute(f"SET LOCAL statement_timeout = {left}")
