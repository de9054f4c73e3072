"""The courier: says what the ledger holds, once each, while it has the lease of a bucket.

Messages are made one by one, their rows leased a few at a time, and several are in flight at once, with no
transaction open; the next transaction marks how those that came back went. A row whose end nobody saw is
looked up at the platform before anything is sent again.
"""

from collections.abc import Collection
from time import monotonic

import structlog

from bot.core.outbox import Messenger
from bot.core.ports import Clock, Store
from bot.delivery.claims import Claims, Lost, Notices
from bot.delivery.drain import Drain
from bot.delivery.hop import Hop
from bot.delivery.lease import Lease
from bot.delivery.open_bucket import OpenBucket, Sending
from bot.delivery.outages import Outages
from bot.delivery.pace import Pacing

LEASE_SECONDS = 30.0
# So many rows are marked in one transaction where the platform knows a key that it has seen.
GROUP = 8
IN_FLIGHT = 16


class Courier:
    """Drains buckets. `owner` names this courier among others, `pace` says when it may send.

    `group`: how many rows are marked together; what a crash leaves unmarked is asked for at the platform.
    `in_flight`: how many messages of a bucket are on their way at once. `platforms`: those that it is
    connected to; None: all. `look` does blocking work that only reads, `hop` the rest.
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
        pace: Pacing,
        lease_seconds: float = LEASE_SECONDS,
        group: int = 1,
        in_flight: int = IN_FLIGHT,
        platforms: Collection[str] | None = None,
        look: Hop | None = None,
        outages: Outages | None = None,
    ) -> None:
        self._claims = Claims(
            store, notices, clock, owner=owner, lease_seconds=lease_seconds, platforms=platforms
        )
        self._sending = Sending(
            self._claims,
            notices,
            messenger,
            clock,
            hop,
            look or hop,
            pace,
            outages or Outages(),
            group,
            in_flight,
        )
        self._hop = hop
        self._lease_seconds = lease_seconds
        self._draining: set[str] = set()

    def stop(self) -> None:
        """From now on nothing more is begun: what is being said is finished and marked."""
        self._sending.stop()

    async def due_buckets(self) -> tuple[str, ...]:
        """Buckets in which something is due."""
        return await self._hop(self._claims.buckets)

    async def drain(self, bucket: str) -> int:
        """Says everything that is due in the bucket, unless somebody else does. How many rows it finished.

        Raises TryAgain when the database is busy or away: the lease then runs out by itself.
        """
        if bucket in self._draining:  # its own lease would not keep it away
            return 0
        self._draining.add(bucket)
        try:
            return await self._drain(bucket)
        finally:
            self._draining.discard(bucket)

    async def _drain(self, bucket: str) -> int:
        began = monotonic()
        token = await self._hop(self._claims.take, bucket)
        if token is None:
            return 0
        lease = Lease(self._claims, self._hop, bucket, token, self._lease_seconds, began)
        opened = OpenBucket(self._sending, lease)
        drain = Drain(self._sending, opened)
        try:
            async with lease:
                await drain.run()
        except Lost:
            structlog.get_logger().warning("lease lost", bucket=bucket)
            return drain.finished
        await self._hop(self._claims.give_back, bucket, token, opened.rest())
        return drain.finished
