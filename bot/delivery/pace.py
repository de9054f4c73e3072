"""The pace of a bucket: no second holds more messages than its platform allows, whoever sends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Protocol

from bot.core.domain.ledger import platform_of
from bot.rate_limit import WINDOW, RateLimiter

# A bucket's rate is all that its platform takes, and messages don't all take equally long to get there.
MARGIN = 0.06
# More than anybody has in flight at once.
UNLIMITED = 1_000


@dataclass(frozen=True, slots=True)
class Rate:
    """Messages a second: of a whole bucket, and of one channel in it. None: not limited here."""

    bucket: float | None = None
    channel: float | None = None


class Pacing(Protocol):
    """When a worker may send in a bucket."""

    async def enter(self, bucket: str, token: int) -> None:
        """Waits until nothing that another worker sent counts any more. `token` is the new lease's."""
        ...

    async def wait(self, bucket: str, to: str) -> None:
        """Waits until the channel or member `to` in the bucket may be sent something, and counts that."""
        ...

    def room(self, bucket: str, seconds: float) -> int:
        """How many messages may be begun in the bucket within so many seconds."""
        ...

    def delay(self, bucket: str, to: str) -> float:
        """For how many seconds the channel or member `to` may be sent nothing."""
        ...


class Pace:
    """Spaces out what the workers of this process send, in real time. `rates`: by platform; one that is not
    named is not limited."""

    def __init__(
        self,
        rates: Mapping[str, Rate],
        now: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._rates = rates
        self._now = now
        self._sleep = sleep
        self._tokens: dict[str, int] = {}
        self._buckets: dict[str, RateLimiter] = {}
        self._channels: dict[tuple[str, str], float] = {}

    async def enter(self, bucket: str, token: int) -> None:
        """After a gap in the tokens somebody else has sent meanwhile."""
        if platform_of(bucket) not in self._rates:
            return
        last = self._tokens.get(bucket)
        self._tokens[bucket] = token
        if last is None or token > last + 1:
            await self._sleep(WINDOW)

    async def wait(self, bucket: str, to: str) -> None:
        rate = self._rates.get(platform_of(bucket))
        if rate is None:
            return
        while (left := self.delay(bucket, to)) > 0:
            await self._sleep(left)
        if rate.channel is not None:
            # Nobody else gets in between, and it is counted again from when it really goes.
            self._channels[bucket, to] = self._now() + 1 / rate.channel
        if rate.bucket is not None:
            await self._limiter(bucket, rate.bucket).acquire()
        if rate.channel is not None:
            now = self._now()
            self._channels = {place: free for place, free in self._channels.items() if free > now}
            self._channels[bucket, to] = now + 1 / rate.channel

    def room(self, bucket: str, seconds: float) -> int:
        rate = self._rates.get(platform_of(bucket))
        if rate is None or rate.bucket is None:
            return UNLIMITED
        return self._limiter(bucket, rate.bucket).room(seconds)

    def delay(self, bucket: str, to: str) -> float:
        return max(0.0, self._channels.get((bucket, to), 0.0) - self._now())

    def _limiter(self, bucket: str, rate: float) -> RateLimiter:
        limiter = self._buckets.get(bucket)
        if limiter is None:
            limiter = self._buckets[bucket] = RateLimiter(rate, self._now, self._sleep, MARGIN)
        return limiter
