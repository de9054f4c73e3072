"""Brings a restored database up to what the journal knows, and marks what may have been sent since.

A *note* is one line of the journal (`storage/notes`). Everything here happens in one transaction, on a
database that nobody else uses.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.domain.ledger import bucket_of
from bot.core.domain.reminders import IGNORED_MOST, KIND
from bot.core.ids import Address
from bot.storage.documents import read_pauses
from bot.storage.leases import StoredLeases
from bot.storage.notes import Did, Fact, digest_of
from bot.storage.purge import UNNAMED, Purge
from bot.storage.restore_numbers import skip_numbers
from bot.storage.spaces import StoredSpaces
from bot.storage.tables import (
    cohort_members,
    evidence,
    inbox,
    installs,
    lead_roles,
    leads,
    ledger,
    members,
    plans,
    reminders,
    restores,
    schedules,
    slot_subjects,
    spaces,
)
from bot.storage.transaction import open_transaction

DEADLINE_SECONDS = 3_600.0
WHY_SENT = "sent, by the journal"
# Every purged space is given this instant, so that a purge of what went before the next day finds only them.
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
LONG_AGO_ENDS = datetime(2000, 1, 2, tzinfo=UTC)
BATCH = 1_000

SLOTS = ("slotted", "unslotted")
# Notes that are damaged, or of a newer version.
UNREADABLE = "unreadable"

# The columns by which a note names a row that somebody deleted.
DROPPED: Mapping[str, tuple[Table, tuple[str, ...]]] = {
    "evidence": (evidence, ("id",)),
    "leads": (leads, ("space_id", "member_id")),
    "lead_roles": (lead_roles, ("space_id", "role")),
    "cohort_members": (cohort_members, ("space_id", "cohort_id", "member_id")),
}


@dataclass(frozen=True, slots=True)
class Noted:
    """One note, with the instant at which it was written."""

    at: datetime
    did: Did
    facts: tuple[Fact, ...]


@dataclass(slots=True)
class Replayed:
    """How many rows each kind of note changed, and how many open rows may have been sent meanwhile."""

    changed: Counter[str] = field(default_factory=Counter)
    doubtful: int = 0
    calls: int = 0


def replay(engine: Engine, notes: Sequence[Noted], backup_at: datetime, now: datetime) -> Replayed:
    """Applies the notes, which are in the order of their instants, to a database as it was at `backup_at`.

    From its commit on the database waits to be confirmed.
    """
    done = Replayed()
    with open_transaction(engine, DEADLINE_SECONDS, writes=True) as connection:
        skip_numbers(connection, now)
        connection.execute(insert(restores), {"backup_at": backup_at, "restored_at": now})
        done.doubtful = _doubt_all(connection)
        done.calls = _settle_calls(connection)
        StoredLeases(connection).void()
        _forget_silence(connection)
        _Replay(connection, now, done.changed).apply(notes)
    purge = Purge(engine)
    while purge.step(LONG_AGO_ENDS):
        pass
    return done


def _doubt_all(connection: Connection) -> int:
    """Marks every row that could have been sent since. Returns how many of them are open."""
    could = ledger.c.state.in_(("pending", "retry", "leased", "ambiguous", "held", "dead"))
    connection.execute(update(ledger).where(could).values(restored=True))
    is_open = ledger.c.state.in_(("pending", "retry", "leased", "ambiguous"))
    return len(connection.execute(select(ledger.c.id).where(is_open)).all())


def _settle_calls(connection: Connection) -> int:
    """Calls that waited when the backup was made were carried out and answered long ago."""
    waited = update(inbox).where(inbox.c.state.in_(("waiting", "worked")))
    return connection.execute(waited.values(state="done", written="", back="")).rowcount


def _forget_silence(connection: Connection) -> None:
    """Nobody knows which members answered since the backup, so nobody is counted as silent for it."""
    counted = update(reminders).where(reminders.c.ignored <= IGNORED_MOST)
    connection.execute(counted.values(ignored=0, reminded_on=None))


class _Replay:
    def __init__(self, connection: Connection, now: datetime, changed: Counter[str]) -> None:
        self._connection = connection
        self._now = now
        self._changed = changed
        self._sent: list[dict[str, Any]] = []
        rows = connection.execute(select(spaces.c.id, spaces.c.platform, spaces.c.foreign_id))
        self._spaces = {row.id: Address(row.platform, row.foreign_id) for row in rows}
        self._changes: Mapping[str, Callable[..., int]] = {
            "sent": self._remember_sent,
            "space-left": self._leave,
            "space-back": self._come_back,
            "purged": self._purge,
            "uninstalled": self._uninstall,
            "cut": self._cut,
            "uncut": self._uncut,
            "slotted": lambda _at, *_of: 0,
            "unslotted": self._turn_off,
            "plan": self._plan,
            "reminder": self._reminder,
            "dropped": self._drop,
        }

    def apply(self, notes: Sequence[Noted]) -> None:
        # What was turned off and on again is on: of these, only the last word counts.
        last = {one.facts: one for one in notes if one.did in SLOTS}
        for one in notes:
            if one.did in SLOTS and last[one.facts] is not one:
                continue
            change = self._changes.get(one.did)
            try:
                self._changed[one.did if change else UNREADABLE] += (
                    change(one.at, *one.facts) if change else 1
                )
            except (TypeError, ValueError):
                self._changed[UNREADABLE] += 1
        self._mark_sent()

    def _remember_sent(
        self, at: datetime, space: int, kind: str, subject: int, week: str, ordinal: int
    ) -> int:
        if space not in self._spaces:
            return 0
        row: dict[str, Any] = {"space_id": space, "kind": str(kind), "subject": int(subject)}
        row |= {"week": date.fromisoformat(week), "ordinal": int(ordinal)}
        row |= {"bucket": bucket_of(self._spaces[space]), "state": "sent", "why": WHY_SENT, "restored": True}
        row |= dict.fromkeys(("due_at", "not_before", "changed_at"), at)
        self._sent.append(row | {"attempts": 1, "token": 0, "place": "", "to_id": "", "ref": ""})
        return 1

    def _mark_sent(self) -> None:
        is_postgres = self._connection.dialect.name == "postgresql"
        sent = (postgresql if is_postgres else sqlite).insert(ledger)
        key = ["space_id", "kind", "subject", "week", "ordinal"]
        new = {name: sent.excluded[name] for name in ("state", "why", "changed_at")}
        kept = sent.on_conflict_do_update(index_elements=key, set_=new, where=ledger.c.state != "sent")
        for first in range(0, len(self._sent), BATCH):
            self._connection.execute(kept, self._sent[first : first + BATCH])

    def _leave(self, _at: datetime, space: int, when: str) -> int:
        if space not in self._spaces:
            return 0
        at = datetime.fromisoformat(when)
        return StoredSpaces(self._connection).leave(self._spaces[space], at, self._now)

    def _come_back(self, _at: datetime, space: int, when: str) -> int:
        if space not in self._spaces:
            return 0
        return StoredSpaces(self._connection).back(self._spaces[space], datetime.fromisoformat(when))

    def _purge(self, _at: datetime, space: int) -> int:
        """The space loses its name at once, so that it can't come back to what is deleted."""
        unnamed = {"foreign_id": f"{UNNAMED}{space}", "name": "purged", "gone_at": LONG_AGO, "back_at": None}
        self._spaces.pop(space, None)
        return self._run(update(spaces).where(spaces.c.id == int(space)).values(unnamed))

    def _uninstall(self, _at: datetime, tenant: str, installed: str) -> int:
        """Deletes the token of that install, and of any before it."""
        until = datetime.fromisoformat(installed)
        known = self._connection.execute(select(installs.c.tenant).where(installs.c.installed_at <= until))
        named = [one for one in known.scalars() if digest_of(one) == tenant]
        return self._run(delete(installs).where(installs.c.tenant.in_(named)))

    def _cut(self, at: datetime, member: int, what: str) -> int:
        new = {"left_at": at} if what == "member" else {"closed_at": at, "told_at": None}
        return self._run(update(members).where(members.c.id == int(member)).values(new))

    def _uncut(self, _at: datetime, member: int, what: str = "") -> int:
        new: dict[str, Any] = {"left_at": None}
        if what != "member":
            new |= {"closed_at": None, "told_at": None}
        return self._run(update(members).where(members.c.id == int(member)).values(new))

    def _plan(self, at: datetime, plan: int, status: str, pauses: str) -> int:
        """A plan that was ended stays ended, a paused one paused."""
        new: dict[str, Any] = {"pauses": read_pauses(pauses), "changed_at": at}
        if status == "ended":
            new["status"] = status
        changed = update(plans).where(plans.c.id == int(plan))
        return self._run(changed.values(new | {"version": plans.c.version + 1}))

    def _reminder(self, _at: datetime, member: int, skipped: str) -> int:
        weeks = tuple(date.fromisoformat(one) for one in json.loads(skipped))
        return self._run(update(reminders).where(reminders.c.member_id == int(member)).values(skipped=weeks))

    def _drop(self, _at: datetime, name: str, *key: Fact) -> int:
        table, columns = DROPPED.get(name, (None, ()))
        if table is None:
            raise ValueError(f"nobody drops rows of {name} alone")
        same = (table.c[column] == value for column, value in zip(columns, key, strict=True))
        return self._run(delete(table).where(*same))

    def _turn_off(self, _at: datetime, space: int, kind: str, subject: int) -> int:
        """No slot points at the subject any more, and its own row says so too."""
        of_space, of = int(space), int(subject)
        own: Any = update(schedules).where(schedules.c.space_id == of_space, schedules.c.id == of)
        if kind == KIND:
            own = update(reminders).where(reminders.c.space_id == of_space, reminders.c.member_id == of)
        self._connection.execute(own.values(on=False))
        gone = delete(slot_subjects).where(
            slot_subjects.c.space_id == of_space,
            slot_subjects.c.kind == kind,
            slot_subjects.c.subject == of,
        )
        return self._run(gone)

    def _run(self, statement: Any) -> int:
        return int(self._connection.execute(statement).rowcount)
