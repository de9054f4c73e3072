"""A database as it was before: what restoring a backup makes of it, without a backup."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, delete, insert, select

from bot.storage.notes import Note
from bot.storage.replay import Noted, Replayed, replay
from bot.storage.tables import metadata

Rows = dict[str, list[dict[str, Any]]]


class Notebook:
    """A journal in memory, whose notes all bear the instant that `at` says."""

    def __init__(self, at: datetime) -> None:
        self.at = at
        self.notes: list[Noted] = []

    def append(self, notes: Sequence[Note]) -> None:
        self.notes += [Noted(self.at, did, tuple(facts)) for did, *facts in notes]


def save(engine: Engine) -> Rows:
    """Every row of every table."""
    with engine.connect() as connection:
        return {
            one.name: [dict(row._mapping) for row in connection.execute(select(one))]
            for one in metadata.sorted_tables
        }


def rewind(engine: Engine, rows: Rows) -> None:
    """The database has these rows again, and no others."""
    with engine.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(delete(table))
        for table in metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])


def restore(engine: Engine, rows: Rows, notes: Sequence[Noted], made_at: datetime, now: datetime) -> Replayed:
    """As a restore of a backup with these rows, made at that instant."""
    rewind(engine, rows)
    return replay(engine, notes, made_at, now)
