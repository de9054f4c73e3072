"""How an SQLite file is opened: its settings, its transactions, and the deadline in them."""

import sqlite3
from pathlib import Path
from time import monotonic, sleep
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, event

from bot.core.errors import SettingsError
from bot.storage.deadline import Deadline
from bot.storage.private_files import make_private_file, make_private_folder
from bot.storage.transient import READ_ONLY

BUSY_MS = 5_000
WAL_PAUSE = 0.02
STEPS_BETWEEN_LOOKS = 1_000
_LOCKED = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def open_sqlite(address: URL, **pool: Any) -> Engine:
    file = Path(str(address.database)).expanduser()
    try:
        make_private_folder(file.parent)
    except OSError as error:
        raise SettingsError(
            f"the database can't be opened: the file can't be opened, because its folder {file.parent} can't "
            f"be made ({error.strerror}). Name one that Cairn's user may write, in CAIRN_DATA or DATABASE_URL"
        ) from None
    engine = create_engine(address.set(database=str(file)), hide_parameters=True, **pool)
    event.listen(engine, "do_connect", lambda *_given: make_private_file(file))
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    event.listen(engine, "commit", _forget_deadline)
    event.listen(engine, "rollback", _forget_deadline)
    return engine


def _prepare(raw: sqlite3.Connection, _record: object) -> None:
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
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF not in _LOCKED or monotonic() >= until:
                raise
            sleep(WAL_PAUSE)
        else:
            return


def _begin(connection: Connection) -> None:
    options = connection.get_execution_options()
    deadline: Deadline | None = options.get("deadline")
    reads = options.keys() >= READ_ONLY.keys()
    raw = _raw(connection)
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
    _raw(connection).set_progress_handler(None, 0)


def _raw(connection: Connection) -> sqlite3.Connection:
    return cast("sqlite3.Connection", connection.connection.dbapi_connection)
