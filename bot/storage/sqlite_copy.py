"""Copies of an SQLite database: made while it is in use, proved, and read before they are used."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from bot.core.errors import BackupError
from bot.storage.copy_facts import CopyFacts

WAIT_MS = 30_000


def copy_sqlite(source: Path, target: Path, made_at: datetime) -> None:
    """Copies a database that may be in use into the new file `target`, readable by its owner alone. A table
    of the copy, `cairn_backup`, says when it was made.

    Raises BackupError when it can't be read, or the disk is full.
    """
    if not source.is_file():
        raise BackupError(f"there is no database at {source}")
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        with _opened(source) as database:
            database.execute("VACUUM INTO ?", (str(target),))
        with _opened(target) as copy:
            copy.execute("CREATE TABLE cairn_backup (made_at TEXT NOT NULL)")
            copy.execute("INSERT INTO cairn_backup VALUES (?)", (made_at.isoformat(),))
            copy.commit()
            check_sqlite(copy)
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except sqlite3.Error as error:
        raise BackupError(f"the database at {source} could not be copied: {error}") from None


def read_copy(file: Path) -> CopyFacts:
    """Proves a copy and returns what it says of itself. Raises BackupError for a damaged or foreign file."""
    try:
        with _opened(file) as copy:
            check_sqlite(copy)
            made_at = _values(copy, "cairn_backup", "made_at")
            return CopyFacts(
                datetime.fromisoformat(made_at[0]) if made_at else None,
                next(iter(_values(copy, "alembic_version", "version_num")), None),
                next(iter(_values(copy, "identities", "name")), ""),
                frozenset(_values(copy, "installs", "sealed_with")),
            )
    except (sqlite3.Error, ValueError) as error:
        raise BackupError(f"{file} is damaged, or no database: {error}") from None


def count_sqlite(file: Path, tables: Sequence[str]) -> dict[str, int]:
    """Returns how many rows each of those tables has that are there."""
    with _opened(file) as database:
        return {
            name: int(database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608 - ours
            for name in tables
            if _has(database, name)
        }


def check_sqlite(database: sqlite3.Connection) -> None:
    """Raises BackupError when SQLite finds a fault in the database."""
    found = [row[0] for row in database.execute("PRAGMA integrity_check(3)")]
    if found != ["ok"]:
        raise BackupError(f"the database is damaged: {'; '.join(found)}")
    if broken := database.execute("PRAGMA foreign_key_check").fetchone():
        raise BackupError(f"the database is damaged: a row of {broken[0]} refers to nothing")


def is_in_use(file: Path) -> bool:
    """Whether another process has the database open. Leaves everything of it in the one file when not."""
    try:
        with _opened(file, wait_ms=0) as database:
            # SQLite refuses this while anybody else has the database open.
            return bool(database.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete")
    except sqlite3.DatabaseError as error:
        # What is damaged can't be asked; it is set aside as it is.
        return "locked" in str(error)


def holds_people(file: Path) -> bool:
    """Whether the database has anything that would be missed. A damaged one may have."""
    try:
        return any(count_sqlite(file, ("spaces", "installs")).values())
    except sqlite3.Error:
        return True


def drop_made(file: Path) -> None:
    """Takes the copy's own table out of a copy that becomes a database."""
    with _opened(file) as database:
        database.execute("DROP TABLE IF EXISTS cairn_backup")
        database.commit()


@contextmanager
def _opened(file: Path, wait_ms: int = WAIT_MS) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(file, timeout=wait_ms / 1000)) as database:
        yield database


def _values(database: sqlite3.Connection, table: str, column: str) -> list[str]:
    """A column of one of our tables; empty where there is no such table."""
    if not _has(database, table):
        return []
    return [str(row[0]) for row in database.execute(f'SELECT "{column}" FROM "{table}"')]  # noqa: S608 - ours


def _has(database: sqlite3.Connection, table: str) -> bool:
    asked = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
    return database.execute(asked, (table,)).fetchone() is not None
