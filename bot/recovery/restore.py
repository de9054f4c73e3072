"""Restores a backup: proves it first, brings it up to date from the journal, and swaps it in at the end.

Until then the database that is there stays as it is, and whatever goes wrong leaves it so. The restored one
sends nothing until it is confirmed.
"""

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from bot.core.errors import BackupError
from bot.recovery.backup import STAMP, facts_file, sum_of
from bot.recovery.journal_reading import JournalRead, read_journal
from bot.recovery.places import closing_engine, open_database, plain_errors, sqlite_file
from bot.storage import postgres_copy, sqlite_copy
from bot.storage.copy_facts import CopyFacts
from bot.storage.migrate import current, head, is_known, upgrade
from bot.storage.postgres_tools import find_tools
from bot.storage.replay import Replayed, replay

SQLITE_HEAD, POSTGRES_HEAD = b"SQLite format 3\0", b"PGDMP"
NAMED_MOST = 5


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be restored, and where. `keys`: the names of the keys at hand. `replace`: set a database
    that is not empty aside. `accept_gaps`: go on although the journal is missing, or has gaps."""

    url: str = field(repr=False)
    backup: Path
    journal: tuple[Path, ...]
    keep: timedelta
    keys: frozenset[str] = frozenset()
    tools: Path | None = None
    replace: bool = False
    accept_gaps: bool = False


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restore did. `aside`: where the database that was there is now, "" if there was none."""

    made_at: datetime
    revisions: tuple[str, str]
    aside: str
    journal_files: int
    gaps: tuple[str, ...]
    replayed: Mapping[str, int]
    doubtful: int
    calls: int

    def as_values(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return {
            "backup_made": self.made_at.isoformat(),
            "revision": {"backup": self.revisions[0], "now": self.revisions[1]},
            "set_aside": self.aside,
            "journal": {
                "files": self.journal_files,
                "gaps": list(self.gaps),
                "replayed": dict(self.replayed),
            },
            "waiting_messages": self.doubtful,
            "waiting_calls_dropped": self.calls,
            "confirmed": False,
        }


def restore(wish: Wish, now: datetime) -> Restored:
    """Puts the backup in place of the database. Raises BackupError and OSError: then nothing has changed."""
    file = sqlite_file(wish.url)
    _check_file(wish.backup, SQLITE_HEAD if file is not None else POSTGRES_HEAD)
    with plain_errors():
        if file is not None:
            return _restore_sqlite(wish, file, now)
        return _restore_postgres(wish, now)


def _restore_sqlite(wish: Wish, target: Path, now: datetime) -> Restored:
    facts = sqlite_copy.read_copy(wish.backup)
    made_at, journal = _prove(wish, facts, now)
    if target.exists():
        if sqlite_copy.is_in_use(target):
            raise BackupError(f"another process uses {target}: stop Cairn first")
        _refuse_people(wish, sqlite_copy.holds_people(target), str(target))
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.restoring")
    try:
        for left in _with_sides(draft):
            left.unlink(missing_ok=True)
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(wish.backup, draft)
        sqlite_copy.drop_made(draft)
        done, revisions = _bring_up(f"sqlite:///{draft}", journal, made_at, now)
        if sqlite_copy.is_in_use(draft):  # it also leaves all of it in the one file
            raise BackupError("the restored copy is still in use")
        sqlite_copy.read_copy(draft)
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        aside = _set_aside_file(target, now)
        draft.rename(target)
    finally:
        for left in _with_sides(draft):
            left.unlink(missing_ok=True)
    return _told(facts, journal, done, revisions, aside)


def _restore_postgres(wish: Wish, now: datetime) -> Restored:
    database = open_database(wish.url)
    with closing_engine(database):
        with database.engine.connect() as connection:
            server = postgres_copy.server_version(connection)
        tools = find_tools(max(server, postgres_copy.needed_version(wish.backup)), wish.tools)
        facts = postgres_copy.read_dump(wish.backup, tools)
        made_at, journal = _prove(wish, facts, now)
        schema = postgres_copy.schema_of(database.engine)
        if facts.server > server:
            raise BackupError(f"the backup is of PostgreSQL {facts.server}, and the server here of {server}")
        if facts.schema != schema:
            raise BackupError(
                f"the backup's tables stood in the schema {facts.schema}, and here it is {schema}"
            )
        if others := postgres_copy.others_connected(database.engine):
            raise BackupError(
                f"others use the database: {_named(others)}. Stop Cairn, and close what else is open"
            )
        _refuse_people(wish, postgres_copy.holds_people(database.engine), "the database")
        aside = f"before_{now:{STAMP}}".lower()
        set_aside = postgres_copy.set_aside(database.engine, aside)
        try:
            postgres_copy.restore_dump(wish.url, tools, wish.backup)
            done, revisions = _bring_up(wish.url, journal, made_at, now)
        except BaseException:
            postgres_copy.put_back(database.engine, aside)
            raise
    return _told(facts, journal, done, revisions, f"the schema {aside}" if set_aside else "")


def _bring_up(
    url: str, journal: JournalRead, made_at: datetime, now: datetime
) -> tuple[Replayed, tuple[str, str]]:
    database = open_database(url)
    with closing_engine(database):
        before = current(database.engine) or ""
        upgrade(database.engine)
        return replay(database.engine, journal.notes, made_at, now), (before, head())


def _check_file(backup: Path, wanted: bytes) -> None:
    """Raises BackupError for a file that is no backup of this kind of database, or a damaged one."""
    if not backup.is_file():
        raise BackupError(f"there is no backup at {backup}. Name the file that `cairn backup` made")
    with backup.open("rb") as file:
        begins = file.read(len(SQLITE_HEAD))
    if not begins.startswith(wanted):
        other = begins.startswith((SQLITE_HEAD, POSTGRES_HEAD))
        kind = "of another kind of database than DATABASE_URL names" if other else "no backup, or damaged"
        raise BackupError(f"{backup} is {kind}")
    facts = facts_file(backup)
    if facts.is_file():
        try:
            known = json.loads(facts.read_text(encoding="utf-8"))["sha256"]
        except (ValueError, KeyError, TypeError):
            raise BackupError(f"{facts} is damaged: without that file, the backup is checked less") from None
        if known != sum_of(backup):
            raise BackupError(f"{backup} is damaged: it is not what {facts.name} describes")


def _prove(wish: Wish, facts: CopyFacts, now: datetime) -> tuple[datetime, JournalRead]:
    """When the backup was made, and the journal since. Raises BackupError for what can't be restored here."""
    if facts.made_at is None or facts.revision is None:
        raise BackupError(f"{wish.backup} was not made by `cairn backup`")
    if not is_known(facts.revision):
        raise BackupError(
            f"the backup is of a newer version of Cairn (revision {facts.revision}; this one has {head()}): "
            "install that one first"
        )
    if missing := facts.keys - wish.keys:
        raise BackupError(
            f"CAIRN_KEYS lacks the key that sealed the backup's tokens ({', '.join(sorted(missing))}): set "
            "it as it was when the backup was made"
        )
    journal = read_journal(wish.journal, facts.database, facts.made_at, now, wish.keep)
    if journal.gaps and not wish.accept_gaps:
        raise BackupError(
            f"{'; '.join(journal.gaps)}. What people turned off or deleted since would come back. Name the "
            "journal's folders with --journal, or go on all the same with --accept-gaps"
        )
    return facts.made_at, journal


def _refuse_people(wish: Wish, holds_people: bool, what: str) -> None:
    if holds_people and not wish.replace:
        raise BackupError(f"{what} is not empty. With --replace it is set aside and stays as it is")


def _set_aside_file(target: Path, now: datetime) -> str:
    """Renames the database that is there, and what a damaged one has beside it. Returns its new name."""
    aside = target.with_name(f"{target.name}.before-{now:{STAMP}}")
    for file, to in zip(_with_sides(target), _with_sides(aside), strict=True):
        if file.exists():
            file.rename(to)
            to.chmod(0o600)
    return str(aside) if aside.exists() else ""


def _with_sides(file: Path) -> tuple[Path, ...]:
    return (file, *(file.with_name(f"{file.name}-{side}") for side in ("wal", "shm", "journal")))


def _told(
    facts: CopyFacts, journal: JournalRead, done: Replayed, revisions: tuple[str, str], aside: str
) -> Restored:
    if facts.made_at is None:
        raise BackupError("the backup doesn't say when it was made")
    changed = {did: count for did, count in done.changed.items() if count}
    return Restored(
        facts.made_at, revisions, aside, journal.files, journal.gaps, changed, done.doubtful, done.calls
    )


def _named(others: tuple[str, ...]) -> str:
    more = len(others) - NAMED_MOST
    return ", ".join(others[:NAMED_MOST]) + (f" and {more} more" if more > 0 else "")
