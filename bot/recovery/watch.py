"""Keeps the journal of a process, and says whether a restore waits to be confirmed."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Engine

from bot.core.errors import TryAgain
from bot.core.ports import Clock
from bot.recovery.journal import Journal, began_at, journal_files
from bot.storage.restores import Restore, Restores

LOOK_SECONDS = 10.0
REMIND_SECONDS = 600.0
CONFIRM = "cairn restore --confirm"


def keep_journal(engine: Engine, folder: Path, days: int, clock: Clock) -> tuple[Engine, "RecoveryWatch"]:
    """Returns the engine whose transactions are noted in a journal in `folder` for so many days, and what
    watches over that."""
    restores = Restores(engine)
    journal = Journal(folder, restores.identity(), clock, timedelta(days=days))
    return engine.execution_options(journal=journal), RecoveryWatch(restores, journal)


class RecoveryWatch:
    """What an operator has to know of recovery. `look` blocks; everything else returns at once."""

    def __init__(self, restores: Restores, journal: Journal, now: Callable[[], float] = monotonic) -> None:
        self._restores = restores
        self._journal = journal
        self._now = now
        self._last: Restore | None = None
        self._looked = self._told = float("-inf")
        self.close = journal.close

    def look(self) -> None:
        """Reads whether a restore is unconfirmed, at most every ten seconds. The log says so at the start and
        every ten minutes."""
        if self._now() - self._looked < LOOK_SECONDS:
            return
        self._looked = self._now()
        try:
            self._last = self._restores.last()
        except TryAgain:
            return
        if self._waits() and self._now() - self._told >= REMIND_SECONDS:
            self._told = self._now()
            structlog.get_logger().warning("restored, not confirmed: nothing is sent", do=CONFIRM)

    def figures(self) -> dict[str, Any]:
        """The journal's figures and the last restore: plain values, ready for JSON."""
        return {"journal": asdict(self._journal.figures()), "restore": restore_figures(self._last)}

    def _waits(self) -> bool:
        return self._last is not None and self._last.confirmed_at is None


def journal_state(folder: Path) -> dict[str, Any]:
    """What the journal's folder holds: plain values. `newest`: the instant at which its last file began."""
    files = journal_files(folder)
    return {"folder": str(folder), "files": len(files), "newest": began_at(files[-1]) if files else None}


def restore_figures(last: Restore | None) -> dict[str, Any] | None:
    """A restore as plain values; None for a database that never was restored."""
    if last is None:
        return None
    return {
        "backup": last.backup_at.isoformat(),
        "restored": last.restored_at.isoformat(),
        "confirmed": last.confirmed_at is not None,
    }
