"""Reads the journal of a database back: the notes since a backup, and whether any are missing."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

from bot.recovery.journal import VERSION, journal_files
from bot.storage.notes import Did
from bot.storage.replay import Noted

# A backup and the journal may be stamped by clocks that differ by this much.
MARGIN = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class JournalRead:
    """The notes since the backup in the order of their instants, from so many files of this database.

    `foreign`: files of other databases. `gaps`: what is missing, for people.
    """

    notes: tuple[Noted, ...]
    files: int
    foreign: int
    gaps: tuple[str, ...]


def read_journal(
    places: Sequence[Path], database: str, backup_at: datetime, now: datetime, keep: timedelta
) -> JournalRead:
    """Reads files, and folders of files, for what the database called `database` did since `backup_at`.

    `keep`: how long a process keeps its files. A place that isn't there holds none. Raises OSError for a file
    that can't be read.
    """
    notes: list[Noted] = []
    gaps: list[str] = []
    files = foreign = damaged = 0
    for file in _files(places):
        lines = list(_lines(file))
        if not lines or not _is_of(lines[0], database):
            foreign += 1
            continue
        files += 1
        for line in lines[1:]:
            noted = _read(line)
            if noted is None:
                damaged += 1
            elif noted.at >= backup_at - MARGIN:
                _sort_in(noted, notes, gaps)
    if not files:
        gaps.append(f"no journal of this database was found in {', '.join(map(str, places))}")
    if damaged:
        gaps.append(f"{damaged} lines of the journal can't be read")
    if now - backup_at > keep:
        gaps.append(f"the journal reaches back {keep.days} days, and the backup is older")
    notes.sort(key=lambda one: one.at)
    return JournalRead(tuple(notes), files, foreign, tuple(gaps))


def _files(places: Sequence[Path]) -> Iterator[Path]:
    for place in places:
        if place.is_file():
            yield place
        else:
            yield from journal_files(place)


def _lines(file: Path) -> Iterator[Any]:
    """Returns each line's value, None for one that is no JSON. A last line that was cut off is left out."""
    *lines, rest = file.read_bytes().split(b"\n")
    del rest
    for line in lines:
        try:
            yield json.loads(line)
        except ValueError:
            yield None


def _is_of(head: Any, database: str) -> bool:
    return (
        isinstance(head, dict) and head.get("cairn journal") == VERSION and head.get("database") == database
    )


def _read(line: Any) -> Noted | None:
    try:
        at, did, *facts = line
        if not all(isinstance(one, str | int | None) for one in facts):
            return None
        return Noted(datetime.fromisoformat(at), cast("Did", did), tuple(facts))
    except (TypeError, ValueError):
        return None


def _sort_in(noted: Noted, notes: list[Noted], gaps: list[str]) -> None:
    if str(noted.did) == "gap":
        since, count = noted.facts
        gaps.append(f"{count} notes could not be written between {since} and {noted.at.isoformat()}")
    else:
        notes.append(noted)
