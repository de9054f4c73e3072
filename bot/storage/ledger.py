"""The ledger as rows: claimed one by one under a lease, and marked with how it went."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, and_, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.domain.ledger import Occurrence, OccurrenceId, Outcome, Unsaid, bucket_of
from bot.core.ids import Address, SpaceId
from bot.core.time import DAY
from bot.storage.ledger_statements import (
    BUCKETS,
    DOUBT,
    DOUBTFUL,
    FINISH,
    LAST_WEEK,
    LEASE,
    NEXT,
    NEXT_URGENT,
    OLDEST,
    PERHAPS_SAID,
    STILL_DUE,
)
from bot.storage.notes import note_sent
from bot.storage.occurrences import COLUMNS, read_occurrence, read_unsaid, read_unsaid_before
from bot.storage.tables import ledger, spaces


@dataclass(frozen=True, slots=True)
class StoredLedger:
    connection: Connection

    def add(
        self,
        space: Address,
        space_id: SpaceId,
        kind: str,
        subject: int,
        week: date,
        due_at: datetime,
        now: datetime,
        *,
        urgent: bool = False,
    ) -> bool:
        """Adds the next ordinal of an occurrence, due at `due_at`. `urgent`: a person has just asked for it,
        so it goes before what was scheduled."""
        of = and_(
            ledger.c.space_id == space_id,
            ledger.c.kind == kind,
            ledger.c.subject == subject,
            ledger.c.week == week,
        )
        last = self.connection.execute(select(func.max(ledger.c.ordinal)).where(of)).scalar_one_or_none()
        row = {"space_id": space_id, "kind": kind, "subject": subject, "week": week}
        row |= {"ordinal": 0 if last is None else last + 1, "bucket": bucket_of(space)}
        row |= {"due_at": due_at, "not_before": due_at, "state": "pending", "attempts": 0, "token": 0}
        row |= {"place": "", "to_id": "", "ref": "", "why": "", "changed_at": now, "urgency": int(urgent)}
        insert = (postgresql if self.connection.dialect.name == "postgresql" else sqlite).insert(ledger)
        # A driver counts the rows that an INSERT wrote as it likes; a row that is given back is there.
        added = insert.on_conflict_do_nothing().returning(ledger.c.id)
        return self.connection.execute(added, row).one_or_none() is not None

    def move(
        self, space_id: SpaceId, kind: str, subject: int, week: date, due_at: datetime, now: datetime
    ) -> bool:
        """Gives what waits to be said again in that week another time. False when nothing waits."""
        # What a courier is claiming waits no more. To wait for it could end in a deadlock: it comes from the
        # ledger to the member's plan, who calls this comes the other way.
        waiting = (
            select(ledger.c.id)
            .where(
                ledger.c.space_id == space_id,
                ledger.c.kind == kind,
                ledger.c.subject == subject,
                ledger.c.week == week,
                ledger.c.ordinal > 0,
                ledger.c.state == "pending",
            )
            .with_for_update(skip_locked=True)
        )
        moved = update(ledger).where(ledger.c.id.in_(waiting))
        new = {"due_at": due_at, "not_before": due_at, "changed_at": now}
        return self.connection.execute(moved.values(new)).rowcount > 0

    def last_week(self, space: SpaceId, kind: str, subject: int, now: datetime) -> date | None:
        """The newest week that has begun somewhere for which the subject has a row of this kind."""
        place = {"space": space, "kind": kind, "subject": subject, "until": (now + DAY).date()}
        found: date | None = self.connection.execute(LAST_WEEK, place).scalar_one_or_none()
        return found

    def unsaid(self, space: SpaceId, row: int) -> Unsaid | None:
        """A row that could not be said; None for one that was, or may be yet."""
        return read_unsaid(self.connection, space, row)

    def said(self, space: SpaceId, row: int) -> Occurrence | None:
        """A row whose message is at its place, or may be."""
        found = select(*COLUMNS).join(spaces, spaces.c.id == ledger.c.space_id)
        here = (ledger.c.space_id == space, ledger.c.id == row, ledger.c.state.in_(PERHAPS_SAID))
        one = self.connection.execute(found.where(*here)).one_or_none()
        return None if one is None else read_occurrence(one, tried=one.attempts)

    def unsaid_before(self, space: SpaceId, row: int) -> Unsaid | None:
        """The row before it of the same kind and subject, if that could not be said either."""
        return read_unsaid_before(self.connection, space, row)

    def was_said(self, occurrence: Occurrence, kinds: tuple[str, ...]) -> bool:
        """Whether the subject was told something of these kinds, or is being told, in the same week."""
        if not kinds:
            return False
        said = select(ledger.c.id).where(
            ledger.c.space_id == occurrence.space_id,
            ledger.c.kind.in_(kinds),
            ledger.c.subject == occurrence.subject,
            ledger.c.week == occurrence.week,
            ledger.c.state.in_(("sent", "leased", "ambiguous", "held")),
        )
        return self.connection.execute(said.limit(1)).one_or_none() is not None

    def next(
        self,
        bucket: str,
        now: datetime,
        most: int,
        without: Collection[OccurrenceId] = (),
        *,
        urgent: bool = False,
    ) -> tuple[Occurrence, ...]:
        """The rows of the bucket that wait the longest, at most so many, `without` these, with one try more
        counted; what people have just asked for comes first, and nothing else where only what is `urgent` is
        wanted. Nobody has them until they are leased."""
        place = {"bucket": bucket, "now": now, "most": most, "without": list(without)}
        found = list(self.connection.execute(NEXT_URGENT, place))
        if not urgent and len(found) < most:
            place |= {"most": most - len(found), "without": [*without, *(row.id for row in found)]}
            found += self.connection.execute(NEXT, place)
        return tuple(read_occurrence(row, tried=row.attempts + 1) for row in found)

    def lease(self, rows: Sequence[Occurrence], token: int, now: datetime) -> set[OccurrenceId]:
        """Gives rows to a lease's token, with the place where each is about to be said, and its memo. Returns
        those that still waited to be said at `now`; the others are left as they are."""
        if not rows:
            return set()
        place = {"now": now, "rows": [row.id for row in rows]}
        waiting = set(self.connection.execute(STILL_DUE, place).scalars())
        new = {"new_token": token, "new_changed": now}
        leased = [
            {"row": row.id, "new_place": row.place, "new_to": row.to_id, "new_memo": row.memo, **new}
            for row in rows
            if row.id in waiting
        ]
        if leased:
            self.connection.execute(LEASE, leased)
        return waiting

    def doubtful(self, bucket: str, now: datetime, most: int) -> tuple[Occurrence, ...]:
        """The rows of the bucket, at most so many, of which nobody knows whether they were said and that may
        be looked for now."""
        found = self.connection.execute(DOUBTFUL, {"bucket": bucket, "now": now, "most": most})
        return tuple(read_occurrence(row, tried=row.attempts) for row in found)

    def finish(self, marks: Sequence[tuple[OccurrenceId, Outcome]], token: int, now: datetime) -> bool:
        """Writes how it went. False when a row has another token meanwhile: that one is left as it is."""
        if not marks:
            return True
        new = {"held_token": token, "new_changed": now}
        rows = [
            {
                "row": row,
                "untried": int(not outcome.tried),
                "is_delayed": int(outcome.delayed),
                "new_state": outcome.state,
                "new_not_before": outcome.not_before,
                "new_ref": outcome.ref,
                "new_why": outcome.why,
                **new,
            }
            for row, outcome in marks
        ]
        note_sent(self.connection, [row for row, outcome in marks if outcome.state == "sent"])
        return self.connection.execute(FINISH, rows).rowcount == len(rows)

    def doubt(self, bucket: str, token: int, now: datetime) -> int:
        """Rows that were being sent under an older token become ambiguous, under this one. How many."""
        place = {"the_bucket": bucket, "new_token": token, "new_changed": now}
        return self.connection.execute(DOUBT, place).rowcount

    def buckets(self, now: datetime) -> tuple[str, ...]:
        """Buckets in which something is due."""
        return tuple(self.connection.execute(BUCKETS, {"now": now}).scalars())

    def next_at(self) -> datetime | None:
        """When the row that waits the longest may go, or might have gone."""
        found: datetime | None = self.connection.execute(OLDEST).scalar_one_or_none()
        return found
