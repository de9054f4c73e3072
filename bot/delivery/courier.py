"""The courier: says what the ledger holds, once each, while it has the lease of a bucket.

Row by row: a short transaction claims the row and makes the message, so that what is said is true at that
moment; then the platform gets it, with no transaction open; then a transaction marks how that went. A row
whose end nobody saw is looked up at the platform before anything is sent again.
"""

import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.domain.ledger import UNSAID, Occurrence, Outcome, back_off
from bot.core.errors import DeliveryError, TryAgain, Unreachable
from bot.core.outbox import Messenger
from bot.core.ports import Clock, Store, Transaction
from bot.delivery.outcomes import after_failure, after_finding

T = TypeVar("T")

# Waits out the pace of a bucket, under a lease's token, and of a channel or member in it. How many seconds.
Pause = Callable[[str, int, str], Awaitable[float]]

LEASE_SECONDS = 30.0
# So many sends are marked in one transaction where the platform knows a key that it has seen.
GROUP = 8


class Notices(Protocol):
    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        """What is to be said, as it is true now. Raises Unreachable when it can't be made."""
        ...

    def report_unsaid(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> bool:
        """Whether somebody is to be told that this could not be said."""
        ...

    def report_bug(self, error: Exception, occurrence: Occurrence) -> str:
        """Logs what broke. A short reference to it."""
        ...


class Hop(Protocol):
    async def __call__(self, work: Callable[..., T], *args: object) -> T:
        """Does blocking work on a thread of the database."""
        ...


@dataclass(frozen=True, slots=True)
class Claimed:
    """A row and what is said; None when there was nothing to say and the row is finished already."""

    occurrence: Occurrence
    notice: Notice | None


Marks = list[tuple[Occurrence, Outcome]]


class Lost(DeliveryError):
    """Somebody else holds the lease now."""


class Courier:
    """Drains buckets. `owner` names this courier among others, `pause` waits out the pace of a bucket.

    `group`: how many sends are marked together. What a crash leaves unmarked is asked for at the platform.
    `platforms`: those that it is connected to; None: all.
    """

    def __init__(
        self,
        store: Store,
        notices: Notices,
        messenger: Messenger,
        clock: Clock,
        hop: Hop,
        *,
        owner: str,
        pause: Pause,
        lease_seconds: float = LEASE_SECONDS,
        group: int = 1,
        platforms: Collection[str] | None = None,
    ) -> None:
        self._store = store
        self._notices = notices
        self._messenger = messenger
        self._clock = clock
        self._hop = hop
        self._owner = owner
        self._pause = pause
        self._lease_seconds = lease_seconds
        self._group = group
        self._platforms = platforms
        self._stopping = False

    def stop(self) -> None:
        """From now on nothing more is begun: what is being said is finished and marked."""
        self._stopping = True

    async def due_buckets(self) -> tuple[str, ...]:
        """Buckets in which something is due."""
        return await self._hop(self._buckets)

    async def drain(self, bucket: str) -> int:
        """Says everything that is due in the bucket, unless somebody else does. How many rows it finished.

        Raises TryAgain when the database is busy or away: the lease then runs out by itself.
        """
        token = await self._hop(self._take, bucket)
        if token is None:
            return 0
        rest, finished = 0.0, 0
        marks: Marks = []
        try:
            finished += await self._reconcile(bucket, token)
            while not self._stopping and not rest:
                claimed = await self._hop(self._claim, bucket, token)
                if claimed is None:
                    break
                finished += 1
                if claimed.notice is not None:
                    outcome, rest = await self._say(bucket, token, claimed.occurrence, claimed.notice)
                    marks.append((claimed.occurrence, outcome))
                if len(marks) >= self._group:
                    await self._mark(token, marks)
            await self._mark(token, marks)
        except Lost:
            structlog.get_logger().warning("lease lost", bucket=bucket)
            return finished
        await self._hop(self._give_back, bucket, token, rest)
        return finished

    async def _mark(self, token: int, marks: Marks) -> None:
        if marks:
            await self._hop(self._finish, tuple(marks), token)
            marks.clear()

    async def _reconcile(self, bucket: str, token: int) -> int:
        """Finds out about the rows whose end nobody saw. How many that were."""
        count = 0
        while not self._stopping and (row := await self._hop(self._doubtful, bucket, token)) is not None:
            await self._hop(self._finish, ((row, await self._ask(row)),), token)
            count += 1
        return count

    async def _ask(self, row: Occurrence) -> Outcome:
        """What the platform says of a row that may have been said."""
        now = self._clock.now()
        try:
            found = await self._messenger.find(row)
        except DeliveryError as error:
            return Outcome("ambiguous", error.why, not_before=now + self._later(row))
        return after_finding(found, row, now)

    async def _say(self, bucket: str, token: int, row: Occurrence, notice: Notice) -> tuple[Outcome, float]:
        """How it went, and for how many seconds the whole bucket has to wait."""
        waited = await self._pause(bucket, token, notice.to.id)
        if waited > self._lease_seconds / 3:
            await self._hop(self._renew, bucket, token)
        now = self._clock.now()
        try:
            ref = await self._messenger.post(row, notice)
        except DeliveryError as error:
            return after_failure(error, row, now, self._later(row))
        except TryAgain:
            return Outcome("retry", "database away", not_before=now + self._later(row)), 0.0
        except Exception as error:  # a bug in one message must not keep the others waiting
            return Outcome("held", f"bug {self._notices.report_bug(error, row)}"), 0.0
        return Outcome("sent", ref=str(ref)), 0.0

    def _later(self, row: Occurrence) -> timedelta:
        return back_off(row.attempts, random.random())  # noqa: S311 - spreads tries, guards nothing

    def _buckets(self) -> tuple[str, ...]:
        with self._store.read() as tx:
            due = tx.ledger.buckets(self._clock.now())
        mine = self._platforms
        return tuple(one for one in due if mine is None or one.partition(":")[0] in mine)

    def _take(self, bucket: str) -> int | None:
        with self._store.write() as tx:
            token = tx.leases.take(bucket, self._owner, self._lease_seconds)
            if token is not None:
                tx.ledger.doubt(bucket, token, self._clock.now())
            return token

    def _give_back(self, bucket: str, token: int, rest: float) -> None:
        with self._store.write() as tx:
            tx.leases.give_back(bucket, token, rest)

    def _claim(self, bucket: str, token: int) -> Claimed | None:
        now = self._clock.now()
        row = None
        try:
            with self._store.write() as tx:
                self._check(tx, bucket, token)
                row = tx.ledger.claim(bucket, token, now)
                return None if row is None else self._make(tx, row, token, now)
        except Unreachable as error:
            if row is None:
                raise
            # Whatever its handler wrote is rolled back, and so is the claim: it is buried by itself.
            with self._store.write() as tx:
                tx.ledger.bury(row.id, error.why, now)
                self._notices.report_unsaid(row, tx, now)
            return Claimed(row, None)

    def _make(self, tx: Transaction, row: Occurrence, token: int, now: datetime) -> Claimed:
        told = self._notices.notice(row, tx, now)
        if isinstance(told, Skip):
            tx.ledger.finish(row.id, token, Outcome("skipped", told.why), now)
            return Claimed(row, None)
        if isinstance(told, Later):
            tx.ledger.finish(row.id, token, Outcome("retry", told.why, not_before=told.at), now)
            return Claimed(row, None)
        tx.ledger.address(row.id, told)
        return Claimed(row, told)

    def _check(self, tx: Transaction, bucket: str, token: int) -> None:
        if not tx.leases.renew(bucket, token, self._lease_seconds):
            raise Lost("lease lost")

    def _doubtful(self, bucket: str, token: int) -> Occurrence | None:
        with self._store.write() as tx:
            self._check(tx, bucket, token)
            return tx.ledger.doubtful(bucket, self._clock.now())

    def _renew(self, bucket: str, token: int) -> None:
        with self._store.write() as tx:
            self._check(tx, bucket, token)

    def _finish(self, marks: Sequence[tuple[Occurrence, Outcome]], token: int) -> None:
        """Raises Lost when a row is somebody else's meanwhile: they will find out how it went."""
        now = self._clock.now()
        with self._store.write() as tx:
            for row, outcome in marks:
                if not tx.ledger.finish(row.id, token, outcome, now):
                    raise Lost("row taken over")
                if outcome.state in UNSAID:
                    self._notices.report_unsaid(row, tx, now)
