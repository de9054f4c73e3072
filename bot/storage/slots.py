"""Slots and who points at them, as rows; and the ledger rows that a due slot makes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Insert,
    Row,
    and_,
    bindparam,
    case,
    delete,
    false,
    func,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.domain.slots import Slot, SlotId
from bot.core.ids import SpaceId
from bot.core.recurrence import Due, Recurrence, next_due
from bot.storage.columns import Instant
from bot.storage.notes import note
from bot.storage.tables import UNCONFIRMED, ledger, restores, slot_subjects, slots, spaces
from bot.storage.upsert import upsert

# A burst is spread over this many moments.
STEPS = 8
LARGEST = 2**62

_KEY = ("kind", "zone", "weekday", "minute")
_OF = (
    select(slots)
    .join(slot_subjects, slot_subjects.c.slot_id == slots.c.id)
    .where(
        slot_subjects.c.space_id == bindparam("space"),
        slot_subjects.c.kind == bindparam("kind"),
        slot_subjects.c.subject == bindparam("subject"),
    )
)
_LEAVE = delete(slot_subjects).where(
    slot_subjects.c.space_id == bindparam("space"),
    slot_subjects.c.kind == bindparam("the_kind"),
    slot_subjects.c.subject == bindparam("the_subject"),
)
# Planners on several machines take different slots.
_DUE = (
    select(slots)
    .where(slots.c.next_at <= bindparam("now"), ~UNCONFIRMED)
    .order_by(slots.c.next_at, slots.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_NEXT = select(func.min(slots.c.next_at))
_MOVE = (
    update(slots)
    .where(slots.c.id == bindparam("slot"))
    .values(
        next_day=bindparam("new_day"),
        next_at=bindparam("new_at"),
        after_space=bindparam("new_space"),
        after_subject=bindparam("new_subject"),
    )
)
# What was due before a restored database was in use may have been said by the one before it.
_LAST_RESTORE = select(func.max(restores.c.confirmed_at)).scalar_subquery()
_SUBJECT = tuple_(slot_subjects.c.space_id, slot_subjects.c.subject)
_BEHIND = and_(
    slot_subjects.c.slot_id == bindparam("slot"), tuple_(bindparam("space"), bindparam("subject")) < _SUBJECT
)
_LAST = (
    select(slot_subjects.c.space_id, slot_subjects.c.subject)
    .where(_BEHIND)
    .order_by(slot_subjects.c.space_id, slot_subjects.c.subject)
    .limit(1)
    .offset(bindparam("skipped"))
)


@dataclass(frozen=True, slots=True)
class StoredSlots:
    connection: Connection

    def point(self, space: SpaceId, kind: str, subject: int, recurrence: Recurrence, upcoming: Due) -> Slot:
        """The subject's slot of this kind from now on: one at most. `upcoming` is what a new slot waits for;
        one that is there already keeps what it waits for."""
        values = {
            "kind": kind,
            "zone": recurrence.zone,
            "weekday": recurrence.weekday,
            "minute": recurrence.minute,
            "next_day": upcoming.day,
            "next_at": upcoming.at,
            "after_space": 0,
            "after_subject": 0,
        }
        dialect = self.connection.dialect.name
        # Writing the zone over itself gives the row back whether it was there or not.
        kept = upsert(dialect, slots, key=_KEY, replaced=("zone",), returning=tuple(slots.c.keys()))
        slot = read_slot(self.connection.execute(kept, values).one())
        pointed = upsert(dialect, slot_subjects, key=("space_id", "kind", "subject"), replaced=("slot_id",))
        self.connection.execute(
            pointed, {"slot_id": slot.id, "space_id": space, "kind": kind, "subject": subject}
        )
        note(self.connection, "slotted", space, kind, subject)
        return slot

    def leave(self, space: SpaceId, kind: str, subject: int) -> None:
        """The subject has no slot of this kind any more."""
        self.connection.execute(_LEAVE, {"space": space, "the_kind": kind, "the_subject": subject})
        note(self.connection, "unslotted", space, kind, subject)

    def of(self, space: SpaceId, kind: str, subject: int) -> Slot | None:
        """The subject's slot of this kind."""
        place = {"space": space, "kind": kind, "subject": subject}
        row = self.connection.execute(_OF, place).one_or_none()
        return None if row is None else read_slot(row)

    def due(self, now: datetime) -> Slot | None:
        """The slot that is due the longest, held until the end of the transaction."""
        row = self.connection.execute(_DUE, {"now": now}).one_or_none()
        return None if row is None else read_slot(row)

    def next_at(self) -> datetime | None:
        """When a slot is due next, or was."""
        found: datetime | None = self.connection.execute(_NEXT).scalar_one_or_none()
        return found

    def plan(self, slot: Slot, occurrence: Due, spread: timedelta, limit: int, now: datetime) -> bool:
        """Gives up to `limit` of the slot's subjects their row in the ledger. Whether that was all of them.

        A row that is there already stays as it is, unless nothing was said of it and it was changed later
        than `now`: a clock that was ahead has made or skipped it. What begins at the same instant is spread
        over `spread`.
        """
        place = {"slot": slot.id, "space": slot.after_space, "subject": slot.after_subject}
        last = self.connection.execute(_LAST, {**place, "skipped": limit - 1}).one_or_none()
        until_space, until_subject = (LARGEST, LARGEST) if last is None else last
        moments = {f"moment_{step}": occurrence.at + spread * step / STEPS for step in range(STEPS)}
        values = {**place, **moments, "until_space": until_space, "until_subject": until_subject}
        values |= {"week": occurrence.week, "at": occurrence.at, "now": now}
        self.connection.execute(_plan(self.connection.dialect.name), values)
        if last is not None:
            self._move(slot, slot.upcoming, until_space, until_subject)
        return last is None

    def advance(self, slot: Slot, upcoming: Due) -> None:
        """Everybody has their row: the slot waits for another occurrence."""
        self._move(slot, upcoming, 0, 0)

    def page(self, after: int, limit: int) -> tuple[Slot, ...]:
        """Slots in the order of their ids, from behind the id `after`."""
        found = select(slots).where(slots.c.id > after).order_by(slots.c.id).limit(limit)
        return tuple(read_slot(row) for row in self.connection.execute(found))

    def _move(self, slot: Slot, upcoming: Due, space: int, subject: int) -> None:
        new = {"new_day": upcoming.day, "new_at": upcoming.at, "new_space": space, "new_subject": subject}
        self.connection.execute(_MOVE, {"slot": slot.id, **new})


def plan_missed(connection: Connection, space: SpaceId, since: datetime, now: datetime) -> None:
    """Gives the space's subjects their rows of what came due after `since`, while nothing was planned."""
    pointed = select(slot_subjects.c.slot_id).where(slot_subjects.c.space_id == space)
    for row in connection.execute(select(slots).where(slots.c.id.in_(pointed))).all():
        slot = read_slot(row)
        missed = next_due(slot.recurrence, since)
        if missed.at <= now:
            stretch = {"space": space, "subject": 0, "until_space": space, "until_subject": LARGEST}
            moments = {f"moment_{step}": missed.at for step in range(STEPS)}
            values = {"slot": slot.id, "week": missed.week, "at": missed.at, "now": now}
            connection.execute(_plan(connection.dialect.name), {**stretch, **moments, **values})


def read_slot(row: Row[Any]) -> Slot:
    return Slot(
        SlotId(row.id),
        row.kind,
        Recurrence(row.zone, row.weekday, row.minute),
        row.next_day,
        row.next_at,
        row.after_space,
        row.after_subject,
    )


@cache  # as in `upsert`
def _plan(dialect: str) -> Insert:
    """The ledger rows of a stretch of a slot's subjects."""
    moments = [
        (slot_subjects.c.subject % STEPS == step, _bound(f"moment_{step}")) for step in range(1, STEPS)
    ]
    bucket = case(
        (spaces.c.platform == "slack", literal("slack:") + spaces.c.foreign_id), else_=spaces.c.platform
    )
    columns = {
        "space_id": slot_subjects.c.space_id,
        "kind": slot_subjects.c.kind,
        "subject": slot_subjects.c.subject,
        "week": bindparam("week", type_=Date),
        "ordinal": literal(0),
        "bucket": bucket,
        "due_at": _bound("at"),
        "not_before": case(*moments, else_=_bound("moment_0")),
        "state": literal("pending"),
        "attempts": literal(0),
        "token": literal(0),
        "place": literal(""),
        "to_id": literal(""),
        "ref": literal(""),
        "why": literal(""),
        "changed_at": _bound("now"),
        "restored": func.coalesce(_bound("at") <= _LAST_RESTORE, false()),
    }
    rows = (
        select(*columns.values())
        .join(spaces, spaces.c.id == slot_subjects.c.space_id)
        .where(
            spaces.c.gone_at.is_(None),
            _BEHIND,
            tuple_(bindparam("until_space"), bindparam("until_subject")) >= _SUBJECT,
        )
    )
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(ledger)
    key = ["space_id", "kind", "subject", "week", "ordinal"]
    made = statement.from_select(list(columns), rows)
    # What was skipped then, for being late or because somebody paused, is judged again by what is true now.
    again = ("due_at", "not_before", "state", "attempts", "why", "changed_at")
    once: Insert = made.on_conflict_do_update(
        index_elements=key,
        set_={name: made.excluded[name] for name in again},
        where=and_(
            or_(ledger.c.state == "pending", ledger.c.state == "skipped"),
            ledger.c.changed_at > _bound("now"),
        ),
    )
    return once


def _bound(name: str) -> ColumnElement[datetime]:
    return bindparam(name, type_=Instant)
