"""What delivery needs: slots, the ledger and leases of who may send, from the database; and a platform."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Protocol

from bot.core.chat.notice import Finding, Notice, Ref
from bot.core.domain.ledger import Occurrence, OccurrenceId, Outcome, Unsaid
from bot.core.domain.members import Member
from bot.core.domain.reminders import Reminder
from bot.core.domain.slots import Slot
from bot.core.ids import Address, SpaceId
from bot.core.recurrence import Due, Recurrence


class SlotRows(Protocol):
    def point(self, space: SpaceId, kind: str, subject: int, recurrence: Recurrence, upcoming: Due) -> Slot:
        """The subject's slot of this kind from now on: one at most. `upcoming` is what a new slot waits for;
        one that is there already keeps what it waits for."""
        ...

    def leave(self, space: SpaceId, kind: str, subject: int) -> None:
        """The subject has no slot of this kind any more."""
        ...

    def of(self, space: SpaceId, kind: str, subject: int) -> Slot | None:
        """The subject's slot of this kind."""
        ...

    def due(self, now: datetime) -> Slot | None:
        """The slot that is due the longest, held until the end of the transaction."""
        ...

    def next_at(self) -> datetime | None:
        """When a slot is due next, or was."""
        ...

    def plan(self, slot: Slot, occurrence: Due, spread: timedelta, limit: int, now: datetime) -> bool:
        """Gives up to `limit` of the slot's subjects their row in the ledger. Whether that was all of them.

        A row that is there already stays as it is, unless nothing was said of it and it was changed later
        than `now`: a clock that was ahead has made or skipped it. What begins at the same instant is spread
        over `spread`.
        """
        ...

    def advance(self, slot: Slot, upcoming: Due) -> None:
        """Everybody has their row: the slot waits for another occurrence."""
        ...

    def page(self, after: int, limit: int) -> tuple[Slot, ...]:
        """Slots in the order of their ids, from behind the id `after`."""
        ...


class RepairRows(Protocol):
    """What a clock that was ahead has left behind."""

    def slots_beyond(self, then: datetime, limit: int) -> tuple[Slot, ...]:
        """Slots that are due later than `then`, the last first, held until the end of the transaction."""
        ...

    def call_back(self, now: datetime) -> None:
        """Makes everything due that waits for another try, and forgets reminders sent later than now."""
        ...


class ReminderRows(Protocol):
    def of(self, member: Member) -> Reminder | None:
        """What the member chose; None for who never did."""
        ...

    def keep(self, member: Member, reminder: Reminder, now: datetime) -> None: ...

    def count(self, member: Member, reminder: Reminder, week: date) -> None:
        """Keeps what the sent reminder of the ISO week changed; nothing when that week, or a later one, was
        counted before. What the member chose stays as it is."""
        ...

    def waiting(self, member: Member, kind: str) -> Due | None:
        """The earliest occurrence of this kind that is planned for the member and may still be sent."""
        ...

    def member(self, space: SpaceId, member: int) -> Member | None:
        """The member with this number, for what the ledger says to them."""
        ...


class LedgerRows(Protocol):
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
        ...

    def move(
        self, space_id: SpaceId, kind: str, subject: int, week: date, due_at: datetime, now: datetime
    ) -> bool:
        """Gives what waits to be said again in that week another time. False when nothing waits."""
        ...

    def last_week(self, space: SpaceId, kind: str, subject: int, now: datetime) -> date | None:
        """The newest week that has begun for which the subject has a row of this kind."""
        ...

    def unsaid(self, space: SpaceId, row: int) -> Unsaid | None:
        """A row that could not be said; None for one that was, or may be yet."""
        ...

    def said(self, space: SpaceId, row: int) -> Occurrence | None:
        """A row whose message is at its place, or may be; None for any other."""
        ...

    def unsaid_before(self, space: SpaceId, row: int) -> Unsaid | None:
        """The row before it of the same kind and subject, if that could not be said either."""
        ...

    def was_said(self, occurrence: Occurrence, kinds: tuple[str, ...]) -> bool:
        """Whether the subject was told something of these kinds, or is being told, in the same week."""
        ...

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
        ...

    def lease(self, rows: Sequence[Occurrence], token: int, now: datetime) -> set[OccurrenceId]:
        """Gives rows to a lease's token, with the place where each is about to be said, so that the platform
        can be asked whether it was, and its memo. Returns those that still waited to be said at `now`; the
        others are left as they are."""
        ...

    def doubtful(self, bucket: str, now: datetime, most: int) -> tuple[Occurrence, ...]:
        """The rows of the bucket, at most so many, of which nobody knows whether they were said and that may
        be looked for now."""
        ...

    def finish(self, marks: Sequence[tuple[OccurrenceId, Outcome]], token: int, now: datetime) -> bool:
        """Writes how it went. False when a row has another token meanwhile: that one is left as it is."""
        ...

    def doubt(self, bucket: str, token: int, now: datetime) -> int:
        """Rows that were being sent under an older token become ambiguous, under this one. How many."""
        ...

    def buckets(self, now: datetime) -> tuple[str, ...]:
        """Buckets in which something is due."""
        ...

    def next_at(self) -> datetime | None:
        """When the row that waits the longest may go, or might have gone."""
        ...


class LeaseRows(Protocol):
    def take(self, bucket: str, owner: str, seconds: float) -> int | None:
        """A new token for the bucket; None while somebody else's lease lasts."""
        ...

    def renew(self, bucket: str, token: int, seconds: float) -> bool:
        """Whether the lease still lasted; then it lasts `seconds` from now, and nobody takes it over before
        this transaction ends."""
        ...

    def give_back(self, bucket: str, token: int, rest: float = 0.0) -> None:
        """Ends the lease. Nobody can take the bucket for the next `rest` seconds."""
        ...

    def void(self) -> None:
        """Ends every lease: for a process that knows that no other one sends."""
        ...


class Messenger(Protocol):
    """How a platform is told something unasked. Raises RetryLater (Outage when the platform as a whole does
    not answer), Unreachable or Unknown."""

    @property
    def deduplicates(self) -> bool:
        """Whether a key that comes again is recognised, so that people see its message once."""
        ...

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        """Says it, under the occurrence's key; completes a message that is there half made."""
        ...

    async def find(self, occurrence: Occurrence) -> Finding:
        """Whether the platform has the occurrence's message, at the place its row names."""
        ...
