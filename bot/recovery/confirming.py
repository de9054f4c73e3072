"""What comes after a restore: it is confirmed, and what could not be settled is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.core.errors import BackupError
from bot.recovery.places import closing_engine, find_database, plain_errors
from bot.recovery.watch import restore_figures
from bot.storage.restores import Restores
from bot.storage.store import DatabaseStore

LISTED = 100


def confirm(url: str, now: datetime) -> dict[str, Any]:
    """Lets the restored database send again, and returns what a report returns. Raises BackupError when no
    restore waits for that."""
    with _restores_at(url) as restores:
        if not restores.confirm(now):
            raise BackupError("no restore waits to be confirmed")
        return _report(restores, now)


def report(url: str, now: datetime) -> dict[str, Any]:
    """Returns the last restore, how many messages may have been sent before it, and those that were left out
    for that: plain values. Raises BackupError for a database that never was restored."""
    with _restores_at(url) as restores:
        return _report(restores, now)


def _report(restores: Restores, now: datetime) -> dict[str, Any]:
    last = restores.last()
    if last is None:
        raise BackupError("this database never was restored")
    left_out = [{**asdict(one), "due_at": one.due_at.isoformat()} for one in restores.left_out(LISTED)]
    return {"restore": restore_figures(last), "messages": asdict(restores.doubts(now)), "left_out": left_out}


@contextmanager
def _restores_at(url: str) -> Iterator[Restores]:
    database = find_database(url)
    with plain_errors(), closing_engine(database):
        if not DatabaseStore(database.engine).status().works:
            raise BackupError("the database's tables are not up to date: run `cairn migrate` first")
        yield Restores(database.engine)
