"""The courier: says what the ledger holds, once each, while it has the lease of a bucket.

Row by row: a short transaction claims the row and makes the message, so that what is said is true at that
moment; then the platform gets it, with no transaction open; then a transaction marks how that went. A row
whose end nobody saw is looked up at the platform before anything is sent again.
"""

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar

import structlog

from bot.core.chat.notice import Absent, Found, Later, Notice, Skip, Telling
from bot.core.domain.ledger import Occurrence, Outcome, back_off, gives_up
from bot.core.errors import DeliveryError, RetryLater, Unknown, Unreachable
from bot.core.ports import Clock, Messenger, Store, Transaction

T = TypeVar("T")

LEASE_SECONDS = 30.0


class Notices(Protocol):
    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        """What is to be said, as it is true now. Raises Unreachable when it can't be made."""
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


class Lost(DeliveryError):
    """Somebody else holds the lease now."""


class Courier:
    """Drains buckets. `owner` names this courier among others, `pause` waits out the pace of a bucket."""

    def __init__(
        self,
        store: Store,
        notices: Notices,
        messenger: Messenger,
        clock: Clock,
        hop: Hop,
        *,
        owner: str,
        pause: Callable[[str], Awaitable[None]],
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._store = store
        self._notices = notices
        self._messenger = messenger
        self._clock = clock
        self._hop = hop
        self._owner = owner
        self._pause = pause
        self._lease_seconds = lease_seconds

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
        try:
            finished += await self._reconcile(bucket, token)
            while (claimed := await self._hop(self._claim, bucket, token)) is not None:
                finished += 1
                if claimed.notice is None:
                    continue
                outcome, rest = await self._say(bucket, claimed.occurrence, claimed.notice)
                await self._hop(self._finish, claimed.occurrence, token, outcome)
                if rest:
                    break
        except Lost:
            structlog.get_logger().warning("lease lost", bucket=bucket)
            return finished
        await self._hop(self._give_back, bucket, token, rest)
        return finished

    async def _reconcile(self, bucket: str, token: int) -> int:
        """Finds out about the rows whose end nobody saw. How many that were."""
        count = 0
        while (row := await self._hop(self._doubtful, bucket, token)) is not None:
            await self._hop(self._finish, row, token, await self._ask(row))
            count += 1
        return count

    async def _ask(self, row: Occurrence) -> Outcome:
        """What the platform says of a row that may have been said."""
        now = self._clock.now()
        try:
            found = await self._messenger.find(row)
        except DeliveryError as error:
            return Outcome("ambiguous", error.why, not_before=now + self._later(row))
        match found:
            case Found(ref, complete=True):
                return Outcome("sent", "found", str(ref))
            case Found(ref):
                return Outcome("retry", "half made", str(ref), not_before=now)
            case Absent():
                return Outcome("retry", "not there", not_before=now)
            case _ if row.place == "channel":
                return Outcome("held", "perhaps said already; an operator decides")
            case _:
                return Outcome("retry", "perhaps said already; once more", not_before=now)

    async def _say(self, bucket: str, row: Occurrence, notice: Notice) -> tuple[Outcome, float]:
        """How it went, and for how many seconds the whole bucket has to wait."""
        await self._pause(bucket)
        now = self._clock.now()
        try:
            ref = await self._messenger.post(row, notice)
        except RetryLater as error:
            after = timedelta(seconds=error.after) if error.after is not None else self._later(row)
            if gives_up(row.attempts, row.due_at, now):
                return Outcome("dead", error.why), error.after or 0.0
            return Outcome("retry", error.why, not_before=now + after), error.after or 0.0
        except Unreachable as error:
            return Outcome("dead", error.why), 0.0
        except Unknown as error:
            return Outcome("ambiguous", error.why, not_before=now + self._later(row)), 0.0
        return Outcome("sent", ref=str(ref)), 0.0

    def _later(self, row: Occurrence) -> timedelta:
        return back_off(row.attempts, random.random())  # noqa: S311 - spreads tries, guards nothing

    def _buckets(self) -> tuple[str, ...]:
        with self._store.read() as tx:
            return tx.ledger.buckets(self._clock.now())

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

    def _finish(self, row: Occurrence, token: int, outcome: Outcome) -> None:
        """Raises Lost when the row is somebody else's meanwhile: they will find out how it went."""
        with self._store.write() as tx:
            if not tx.ledger.finish(row.id, token, outcome, self._clock.now()):
                raise Lost("row taken over")
