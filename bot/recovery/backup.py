"""A backup: a copy of the database, made while Cairn runs, proved, and named only once it is whole."""

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.core.errors import BackupError
from bot.recovery.places import Database, closing_engine, find_database, plain_errors
from bot.storage.migrate import current, is_known
from bot.storage.postgres_copy import count_postgres, dump_postgres, read_dump, server_version, snapshot_of
from bot.storage.postgres_tools import find_tools
from bot.storage.sqlite_copy import copy_sqlite, count_sqlite, read_copy

STAMP = "%Y%m%dT%H%M%SZ"
# Tables whose rows are counted, and what they are called.
COUNTED: Mapping[str, str] = {
    "spaces": "spaces",
    "members": "members",
    "plans": "plans",
    "evidence": "evidence",
    "ledger": "outbox",
    "installs": "installs",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """A finished backup: where it is, what it holds, and the sum that tells a damaged copy of it."""

    file: Path
    made_at: datetime
    database: str
    revision: str
    bytes: int
    sha256: str
    rows: Mapping[str, int]
    keys: tuple[str, ...]

    def as_values(self) -> dict[str, Any]:
        """Plain values, ready for JSON."""
        return asdict(self) | {
            "file": str(self.file),
            "made_at": self.made_at.isoformat(),
            "rows": dict(self.rows),
            "keys": list(self.keys),
        }


def make_backup(url: str, place: Path | None, folder: Path, tools: Path | None, now: datetime) -> Backup:
    """Copies the database at `url` to the file or into the folder `place`; without one, into `folder`.

    `tools`: the folder of PostgreSQL's own tools, if they aren't on PATH. Raises BackupError and OSError;
    then nothing is left behind, and no older backup was touched.
    """
    database = find_database(url)
    with plain_errors(), closing_engine(database):
        revision = current(database.engine) or ""
    if not revision:
        raise BackupError("the database has no tables of Cairn yet, so there is nothing to back up")
    if not is_known(revision):
        raise BackupError(f"the database is of a newer version ({revision}): use its own `cairn backup`")
    target = _target(database, place, folder, now)
    with plain_errors(), _unfinished(target) as draft:
        if database.file is not None:
            made = _copy_sqlite(database.file, draft, now)
        else:
            made = _copy_postgres(database, draft, tools)
        made = replace(made, file=target, revision=revision)
        made = replace(made, bytes=draft.stat().st_size, sha256=sum_of(draft))
        _write_facts(made)
    return made


def facts_file(backup: Path) -> Path:
    """The file beside a backup that holds its sum, and what it printed."""
    return backup.with_name(f"{backup.name}.json")


def sum_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _target(database: Database, place: Path | None, folder: Path, now: datetime) -> Path:
    name = f"cairn-{now:{STAMP}}.{'sqlite3' if database.file else 'dump'}"
    if place is None:
        target = folder / name
    elif place.is_dir():
        target = place / name
    else:
        target = place
    if target.exists():
        raise BackupError(f"{target} is there already: name another file, or a folder")
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return target


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A name to write under, which becomes `target` when the block ends well; else it is deleted."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        yield draft
        with draft.open("rb+") as file:
            os.fsync(file.fileno())
        draft.rename(target)
        _sync_folder(target.parent)
    except BaseException:
        facts_file(target).unlink(missing_ok=True)
        raise
    finally:
        for left in target.parent.glob(f"{draft.name}*"):
            left.unlink(missing_ok=True)


def _copy_sqlite(source: Path, draft: Path, now: datetime) -> Backup:
    copy_sqlite(source, draft, now)
    counts = count_sqlite(draft, tuple(COUNTED))
    return _described(draft, now, "sqlite", counts, read_copy(draft).keys)


def _copy_postgres(database: Database, draft: Path, tools: Path | None) -> Backup:
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    with closing_engine(database), snapshot_of(database.engine) as (connection, snapshot):
        found = find_tools(server_version(connection), tools)
        counts = count_postgres(connection, tuple(COUNTED))
        dump_postgres(connection, snapshot, database.url, found, draft)
    facts = read_dump(draft, found)
    if facts.made_at is None:
        raise BackupError("pg_dump didn't say when it made the backup")
    return _described(draft, facts.made_at, "postgresql", counts, facts.keys)


def _described(
    file: Path, made_at: datetime, database: str, counts: Mapping[str, int], keys: frozenset[str]
) -> Backup:
    rows = {COUNTED[name]: count for name, count in counts.items()}
    return Backup(file, made_at, database, "", 0, "", rows, tuple(sorted(keys)))


def _write_facts(made: Backup) -> None:
    file = facts_file(made.file)
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    file.write_text(json.dumps(made.as_values(), indent=2) + "\n", encoding="utf-8")


def _sync_folder(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
