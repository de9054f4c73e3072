"""The courier: says what the ledger holds, once each, while it has the lease of a bucket.

A short transaction claims a row, or a few, and makes the message, so that what is said is true at that
moment; then the platform gets it, with no transaction open; the next transaction marks how that went. A row
whose end nobody saw is looked up at the platform before anything is sent again.
"""

import random
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import timedelta
from time import monotonic
from typing import Protocol, TypeVar

import structlog

from bot.core.chat.notice import Notice
from bot.core.domain.ledger import Occurrence, Outcome, back_off
from bot.core.errors import DeliveryError, TryAgain, Unreachable
from bot.core.outbox import Messenger
from bot.core.ports import Clock, Store
from bot.delivery.claims import Claimed, Claims, Lost, Marks, Notices
from bot.delivery.outcomes import after_failed_finding, after_failure, after_finding, after_refused_finding

T = TypeVar("T")

# Waits out the pace of a bucket, under a lease's token, and of a channel or member in it. How many seconds.
Pause = Callable[[str, int, str], Awaitable[float]]

LEASE_SECONDS = 30.0
# So many rows are claimed, and marked, in one transaction where the platform knows a key that it has seen.
GROUP = 8
# A member who changes their mind has waited for no longer than this, even when a group is sent slowly.
FRESH_SECONDS = 1.0

PUT_BACK = Outcome("pending", "put back", tried=False)


class Hop(Protocol):
    async def __call__(self, work: Callable[..., T], *args: object) -> T:
        """Does blocking work on a thread of the database."""
        ...


class Courier:
    """Drains buckets. `owner` names this courier among others, `pause` waits out the pace of a bucket.

    `group`: how many rows are claimed, and marked, together. What a crash leaves unmarked is asked for at
    the platform. `platforms`: those that it is connected to; None: all.
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
        self._claims = Claims(
            store,
            notices,
            clock,
            owner=owner,
            lease_seconds=lease_seconds,
            group=group,
            platforms=platforms,
        )
        self._notices = notices
        self._messenger = messenger
        self._clock = clock
        self._hop = hop
        self._pause = pause
        self._lease_seconds = lease_seconds
        self._stopping = False

    def stop(self) -> None:
        """From now on nothing more is begun: what is being said is finished and marked."""
        self._stopping = True

    async def due_buckets(self) -> tuple[str, ...]:
        """Buckets in which something is due."""
        return await self._hop(self._claims.buckets)

    async def drain(self, bucket: str) -> int:
        """Says everything that is due in the bucket, unless somebody else does. How many rows it finished.

        Raises TryAgain when the database is busy or away: the lease then runs out by itself.
        """
        token = await self._hop(self._claims.take, bucket)
        if token is None:
            return 0
        rest, finished = 0.0, 0
        marks: Marks = []
        try:
            finished, rest = await self._reconcile(bucket, token)
            while not self._stopping and not rest:
                looked = monotonic()
                claimed, marks = await self._hop(self._claims.turn, bucket, token, marks), []
                if not claimed:
                    break
                marks, rest = await self._say_all(bucket, token, claimed, looked)
                finished += len(claimed) - sum(outcome is PUT_BACK for _, outcome in marks)
            await self._hop(self._claims.finish, marks, token)
        except Lost:
            structlog.get_logger().warning("lease lost", bucket=bucket)
            return finished
        await self._hop(self._claims.give_back, bucket, token, rest)
        return finished

    async def _reconcile(self, bucket: str, token: int) -> tuple[int, float]:
        """Finds out about the rows whose end nobody saw. How many that were, and for how many seconds the
        whole bucket has to wait."""
        count, rest = 0, 0.0
        while (
            not self._stopping
            and not rest
            and (row := await self._hop(self._claims.doubtful, bucket, token)) is not None
        ):
            await self._keep_pace(bucket, token, row.to_id)
            outcome, rest = await self._ask(row)
            await self._hop(self._claims.finish, [(row, outcome)], token)
            count += 1
        return count, rest

    async def _ask(self, row: Occurrence) -> tuple[Outcome, float]:
        """What the platform says of a row that may have been said, and for how many seconds the whole bucket
        has to wait."""
        now = self._clock.now()
        try:
            found = await self._messenger.find(row)
        except Unreachable as error:
            return after_refused_finding(error, row), 0.0
        except DeliveryError as error:
            return after_failed_finding(error, now, self._later(row))
        return after_finding(found, row, now), 0.0

    async def _say_all(
        self, bucket: str, token: int, claimed: Sequence[Claimed], looked: float
    ) -> tuple[Marks, float]:
        """How it went with each, and for how many seconds the whole bucket has to wait. What can't be said
        soon after somebody looked whether it still should be is put back, and so is what comes behind a place
        that can't be reached any more."""
        marks: Marks = []
        rest, cut = 0.0, False
        for number, (row, notice) in enumerate(claimed):
            if notice is None:
                continue
            if number and (self._stopping or rest or cut or monotonic() - looked > FRESH_SECONDS):
                marks.append((row, PUT_BACK))
                continue
            outcome, rest = await self._say(bucket, token, row, notice)
            cut = outcome.cut is not None
            marks.append((row, outcome))
        return marks, rest

    async def _say(self, bucket: str, token: int, row: Occurrence, notice: Notice) -> tuple[Outcome, float]:
        """How it went, and for how many seconds the whole bucket has to wait."""
        await self._keep_pace(bucket, token, notice.to.id)
        now = self._clock.now()
        try:
            ref = await self._messenger.post(row, notice)
        except DeliveryError as error:
            return after_failure(error, row, now, self._later(row))
        except TryAgain:
            waits = now + self._later(row)
            return Outcome("retry", "database away", not_before=waits, tried=False), 0.0
        except Exception as error:  # a bug in one message must not keep the others waiting
            return Outcome("held", f"bug {self._notices.report_bug(error, row)}"), 0.0
        return Outcome("sent", ref=str(ref)), 0.0

    async def _keep_pace(self, bucket: str, token: int, to: str) -> None:
        waited = await self._pause(bucket, token, to)
        if waited > self._lease_seconds / 3:
            await self._hop(self._claims.renew, bucket, token)

    def _later(self, row: Occurrence) -> timedelta:
        return back_off(row.attempts, random.random())  # noqa: S311 - spreads tries, guards nothing
