"""What a worker does in transactions: makes messages, leases their rows, and marks how they went.

A message is made in a transaction that only reads, so a slow one holds no lock and an error in it undoes
nothing else. Its row is leased afterwards, if it still waits.
"""

import random
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import NamedTuple, Protocol

from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.domain.ledger import Cut, Occurrence, OccurrenceId, Outcome, platform_of
from bot.core.errors import DeliveryError, TryAgain, Unreachable
from bot.core.ids import SpaceId
from bot.core.ports import Clock, Store, Transaction
from bot.delivery.outcomes import put_off

# Messages are made for so long before those that are made are sent.
MAKING_SECONDS = 0.25
# How often a claim looks behind rows that have to wait for a message to the same person.
LOOKS = 3

Subject = tuple[SpaceId, int]
Marks = list[tuple[Occurrence, Outcome]]


class Notices(Protocol):
    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        """What is to be said, as it is true now. Raises Unreachable when it can't be made."""
        ...

    def is_late(self, occurrence: Occurrence, now: datetime) -> bool:
        """Whether it is not worth saying any more."""
        ...

    def report_unsaid(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> bool:
        """Whether somebody is to be told that this could not be said."""
        ...

    def report_sent(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> None:
        """Writes what the message changes, now that it was sent. A second time changes nothing."""
        ...

    def report_cut(self, occurrence: Occurrence, cut: Cut, tx: Transaction, now: datetime) -> None:
        """What the occurrence was for can't be reached any more: nothing else is tried there."""
        ...

    def report_doubt(self, occurrence: Occurrence, why: str, tx: Transaction, now: datetime) -> None:
        """The platform refuses Cairn in the occurrence's space, which isn't proven yet; with an empty `why`
        it takes Cairn there again."""
        ...

    def report_bug(self, error: Exception, occurrence: Occurrence) -> str:
        """Logs what broke. A short reference to it."""
        ...


class Lost(DeliveryError):
    """Somebody else holds the lease now."""


class Made(NamedTuple):
    """A row and its message; or how it goes on without one. `at`: when that was known, on the monotonic
    clock."""

    row: Occurrence
    made: Notice | Outcome
    at: float


@dataclass(frozen=True, slots=True)
class Prepared:
    """Messages that can be sent now, and rows that wait for another one to the same subject."""

    made: tuple[Made, ...]
    passed: tuple[Occurrence, ...]


class Claims:
    """The rows of a worker. All methods block, and raise TryAgain when the database is busy or away.

    `owner` names the worker among others. `platforms`: those that it is connected to; None: all.
    """

    def __init__(
        self,
        store: Store,
        notices: Notices,
        clock: Clock,
        *,
        owner: str,
        lease_seconds: float,
        platforms: Collection[str] | None,
    ) -> None:
        self._store = store
        self._notices = notices
        self._clock = clock
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._platforms = platforms

    def buckets(self) -> tuple[str, ...]:
        """Those in which something is due."""
        with self._store.read() as tx:
            due = tx.ledger.buckets(self._clock.now())
        mine = self._platforms
        return tuple(one for one in due if mine is None or platform_of(one) in mine)

    def take(self, bucket: str) -> int | None:
        """The token of a lease; None while somebody else has it. What they left unmarked is in doubt then."""
        with self._store.write() as tx:
            token = tx.leases.take(bucket, self._owner, self._lease_seconds)
            if token is not None:
                tx.ledger.doubt(bucket, token, self._clock.now())
            return token

    def give_back(self, bucket: str, token: int, rest: float) -> None:
        """Ends the lease; nobody gets the bucket for `rest` seconds."""
        with self._store.write() as tx:
            tx.leases.give_back(bucket, token, rest)

    def renew(self, bucket: str, token: int) -> None:
        """Keeps the lease. Raises Lost when it is somebody else's."""
        with self._store.write() as tx:
            self._check(tx, bucket, token)

    def prepare(
        self,
        bucket: str,
        most: int,
        without: Collection[OccurrenceId],
        busy: Collection[Subject],
        urgent: bool = False,
    ) -> Prepared:
        """Makes the messages that wait the longest, at most so many: one for a subject, none for those that
        are `busy`, not the rows `without`, and only what people have just asked for if `urgent`. Stops early
        when it takes long."""
        began, now = monotonic(), self._clock.now()
        rows, passed = self._find(bucket, now, most, without, set(busy), urgent=urgent)
        made: list[Made] = []
        while len(made) < len(rows) and (not made or monotonic() - began < MAKING_SECONDS):
            made += self._make_some(rows[len(made) :], now, began + MAKING_SECONDS)
        return Prepared(tuple(made), tuple(passed))

    def lease(self, bucket: str, token: int, marks: Marks, made: Sequence[Made]) -> set[OccurrenceId]:
        """Marks how it went with earlier rows, and gives these to the lease's token, unless they changed
        meanwhile; those without a message are finished. Returns the leased rows. Raises Lost."""
        now = self._clock.now()
        with self._store.write() as tx:
            self._check(tx, bucket, token)
            self._write(tx, marks, token, now)
            leased = tx.ledger.lease([one.row for one in made], token, now)
            settled = [(one.row, one.made) for one in made if isinstance(one.made, Outcome)]
            self._write(tx, [(row, how) for row, how in settled if row.id in leased], token, now)
            return leased

    def finish(self, marks: Marks, token: int) -> None:
        """Marks how it went. Raises Lost when a row is somebody else's meanwhile: they will find out."""
        with self._store.write() as tx:
            self._write(tx, marks, token, self._clock.now())

    def doubtful(self, bucket: str, most: int) -> tuple[Occurrence, ...]:
        """Rows of which nobody knows whether they were said, and that may be looked for now."""
        with self._store.read() as tx:
            return tx.ledger.doubtful(bucket, self._clock.now(), most)

    def _find(
        self,
        bucket: str,
        now: datetime,
        most: int,
        without: Collection[OccurrenceId],
        busy: set[Subject],
        *,
        urgent: bool,
    ) -> tuple[list[Occurrence], list[Occurrence]]:
        """The next rows, and those that have to wait for one of the same subject: what is said to somebody
        may depend on what was just said to them."""
        rows: list[Occurrence] = []
        passed: list[Occurrence] = []
        for _ in range(LOOKS):
            skipped = {*without, *(row.id for row in (*rows, *passed))}
            with self._store.read() as tx:
                found = tx.ledger.next(bucket, now, most - len(rows), skipped, urgent=urgent)
            for row in found:
                subject = (row.space_id, row.subject)
                (passed if subject in busy else rows).append(row)
                busy.add(subject)
            if len(rows) >= most or len(found) < most:
                break
        return rows, passed

    def _make_some(self, rows: Sequence[Occurrence], now: datetime, until: float) -> list[Made]:
        """At least one, and the others as long as it takes no longer than `until`. One that takes longer
        than a transaction may is put off alone."""
        made: list[Made] = []
        begun: Occurrence | None = None
        try:
            with self._store.read() as tx:
                for row in rows:
                    begun = row
                    made.append(Made(*self._make(row, tx, now), monotonic()))
                    begun = None
                    # After a bug the transaction may be of no use any more.
                    if monotonic() >= until or _is_dead(made[-1].made):
                        break
        except TryAgain:
            # Nothing was written, so what was made stays true.
            if begun is None and not made:
                raise
            if begun is not None:
                off = put_off("not made in time", begun, now, random.random())  # noqa: S311 - only jitter
                made.append(Made(begun, off, monotonic()))
        return made

    def _make(self, row: Occurrence, tx: Transaction, now: datetime) -> tuple[Occurrence, Notice | Outcome]:
        try:
            told = self._notices.notice(row, tx, now)
        except Unreachable as error:
            return row, Outcome("dead", error.why)
        if isinstance(told, Skip):
            return row, Outcome("skipped", told.why)
        if isinstance(told, Later):
            return row, Outcome("retry", told.why, not_before=told.at)
        return replace(row, place=told.place, to_id=told.to.id, memo=told.memo), told

    def _check(self, tx: Transaction, bucket: str, token: int) -> None:
        if not tx.leases.renew(bucket, token, self._lease_seconds):
            raise Lost("lease lost")

    def _write(self, tx: Transaction, marks: Marks, token: int, now: datetime) -> None:
        """Raises Lost when a row is somebody else's meanwhile: they will find out how it went."""
        if not tx.ledger.finish([(row.id, outcome) for row, outcome in marks], token, now):
            raise Lost("row taken over")
        for row, outcome in marks:
            if outcome.state == "sent":
                self._notices.report_sent(row, tx, now)
            if outcome.is_unsaid:
                self._notices.report_unsaid(row, tx, now)
            if outcome.cut is not None:
                self._notices.report_cut(row, outcome.cut, tx, now)
            if outcome.doubt == "space":
                self._notices.report_doubt(row, outcome.why, tx, now)
            elif row.doubted and outcome.state == "sent":
                self._notices.report_doubt(row, "", tx, now)


def _is_dead(made: Notice | Outcome) -> bool:
    return isinstance(made, Outcome) and made.state == "dead"
