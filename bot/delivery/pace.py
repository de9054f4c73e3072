"""The pace of a bucket: no second holds more sends than its platform allows, whoever sends."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from time import monotonic

# So long a courier that is new to a bucket waits: whatever was sent before is in no second of its own.
WINDOW = 1.0


@dataclass(frozen=True, slots=True)
class Rate:
    """Sends a second: of a whole bucket, and of one channel in it. None: nobody limits them."""

    bucket: float
    channel: float | None = None


class Pace:
    """Spaces out what the couriers of this process send, in real time. `rates`: by platform; one that is
    not named is not limited."""

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
        self._free: dict[str, float] = {}
        self._channels: dict[tuple[str, str], float] = {}

    async def wait(self, bucket: str, token: int, to: str) -> float:
        """Waits until the channel or member `to` in the bucket may be told something. How many seconds.

        `token` is that of the lease. After a gap in them somebody else has sent meanwhile.
        """
        rate = self._rates.get(bucket.partition(":")[0])
        if rate is None:
            return 0.0
        began = self._now()
        last = self._tokens.get(bucket)
        self._tokens[bucket] = token
        if last is None or token > last + 1:
            self._free[bucket] = began + WINDOW
        at = max(self._free.get(bucket, began), self._channels.get((bucket, to), began))
        while (left := at - self._now()) > 0:
            await self._sleep(left)
        # Counted from when it really goes: a sleep may last longer than it was asked to.
        now = self._now()
        self._free[bucket] = now + 1 / rate.bucket
        if rate.channel is not None:
            self._channels = {place: free for place, free in self._channels.items() if free > now}
            self._channels[bucket, to] = now + 1 / rate.channel
        return now - began
