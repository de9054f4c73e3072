"""What a courier does in transactions: claims rows under the lease of a bucket, and marks how they went."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple, Protocol

from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.domain.ledger import Cut, Occurrence, Outcome, platform_of
from bot.core.errors import DeliveryError, Unreachable
from bot.core.ports import Clock, Store, Transaction


class Notices(Protocol):
    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        """What is to be said, as it is true now. Raises Unreachable when it can't be made."""
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

    def report_bug(self, error: Exception, occurrence: Occurrence) -> str:
        """Logs what broke. A short reference to it."""
        ...


Marks = list[tuple[Occurrence, Outcome]]


class Lost(DeliveryError):
    """Somebody else holds the lease now."""


class Claimed(NamedTuple):
    """A row and what is said; None when there was nothing to say and the row is finished already."""

    occurrence: Occurrence
    notice: Notice | None


class Claims:
    """The rows of a courier. All methods block, and raise TryAgain when the database is busy or away.

    `owner` names the courier among others. `group`: how many rows are claimed, and marked, together.
    `platforms`: those that it is connected to; None: all.
    """

    def __init__(
        self,
        store: Store,
        notices: Notices,
        clock: Clock,
        *,
        owner: str,
        lease_seconds: float,
        group: int,
        platforms: Collection[str] | None,
    ) -> None:
        self._store = store
        self._notices = notices
        self._clock = clock
        self._owner = owner
        self._lease_seconds = lease_seconds
        self._group = group
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

    def turn(self, bucket: str, token: int, marks: Marks) -> tuple[Claimed, ...]:
        """Marks how it went, and claims what comes next. Raises Lost."""
        now = self._clock.now()
        try:
            with self._store.write() as tx:
                self._check(tx, bucket, token)
                self._write(tx, marks, token, now)
                return self._make(tx, tx.ledger.next(bucket, now, self._group), token, now)
        except (Lost, Unreachable) as error:
            # The marks were rolled back with the rest, but what was said was said.
            self.finish(marks, token)
            if isinstance(error, Lost):
                raise
        return self._claim_alone(bucket, token)

    def finish(self, marks: Marks, token: int) -> None:
        """Marks how it went. Raises Lost when a row is somebody else's meanwhile: they will find out."""
        if marks:
            with self._store.write() as tx:
                self._write(tx, marks, token, self._clock.now())

    def doubtful(self, bucket: str, token: int) -> Occurrence | None:
        """A row of which nobody knows whether it was said. Raises Lost."""
        with self._store.write() as tx:
            self._check(tx, bucket, token)
            return tx.ledger.doubtful(bucket, self._clock.now())

    def renew(self, bucket: str, token: int) -> None:
        """Keeps the lease. Raises Lost when it is somebody else's."""
        with self._store.write() as tx:
            self._check(tx, bucket, token)

    def _claim_alone(self, bucket: str, token: int) -> tuple[Claimed, ...]:
        """The next row without others, which would be rolled back with it. What can't be made is buried."""
        now = self._clock.now()
        rows: Sequence[Occurrence] = ()
        try:
            with self._store.write() as tx:
                self._check(tx, bucket, token)
                rows = tx.ledger.next(bucket, now, 1)
                return self._make(tx, rows, token, now)
        except Unreachable as error:
            with self._store.write() as tx:
                for row in rows:
                    tx.ledger.bury(row.id, error.why, now)
                    self._notices.report_unsaid(row, tx, now)
        return tuple(Claimed(row, None) for row in rows)

    def _make(
        self, tx: Transaction, rows: Sequence[Occurrence], token: int, now: datetime
    ) -> tuple[Claimed, ...]:
        made: list[Claimed] = []
        settled: Marks = []
        for row in rows:
            told = self._notices.notice(row, tx, now)
            if isinstance(told, Skip):
                settled.append((row, Outcome("skipped", told.why)))
            elif isinstance(told, Later):
                settled.append((row, Outcome("retry", told.why, not_before=told.at)))
            else:
                row = replace(row, place=told.place, to_id=told.to.id, memo=told.memo)
            made.append(Claimed(row, told if isinstance(told, Notice) else None))
        tx.ledger.lease(made, token, now)
        self._write(tx, settled, token, now)
        return tuple(made)

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
