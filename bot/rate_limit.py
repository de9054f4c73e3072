"""A rate limiter: lets so many through in any second of real time, in the order in which they came."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from time import monotonic

# The span in which a platform counts.
WINDOW = 1.0
# A wait that lasted longer than it was asked to is made up for, by this much at most.
CREDIT = 0.05


class RateLimiter:
    """Lets `rate` a second through, evenly spaced. No second holds more, however late anybody wakes up.

    `now`: seconds of a clock that only goes forward. `margin`: seconds added to each window where `rate` is
    all that is allowed, because not every request takes equally long to arrive.
    """

    def __init__(
        self,
        rate: float,
        now: Callable[[], float] = monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        margin: float = 0.0,
    ) -> None:
        most = max(1, int(rate))
        self._window = max(WINDOW, most / rate) + margin
        self._gap = self._window / most
        self._credit = min(CREDIT, self._gap)
        self._now = now
        self._sleep = sleep
        self._free = 0.0
        self._passed: deque[float] = deque(maxlen=most)
        self._turn = asyncio.Lock()
        self._waiting = 0

    async def acquire(self) -> None:
        """Waits for the caller's turn."""
        self._waiting += 1
        try:
            async with self._turn:
                while (left := self._next() - self._now()) > 0:
                    await self._sleep(left)
                # Counted from when it really goes: a sleep may last longer than it was asked to.
                now = self._now()
                self._passed.append(now)
                self._free = max(self._free, now - self._credit) + self._gap
        finally:
            self._waiting -= 1

    def delay(self) -> float:
        """For how many seconds somebody who came now would wait."""
        return max(0.0, self._next() - self._now()) + self._waiting * self._gap

    def room(self, seconds: float) -> int:
        """How many who came now would be let through within so many seconds."""
        left = seconds - self.delay()
        return 0 if left < 0 else 1 + int(left / self._gap)

    def _next(self) -> float:
        """When the next one may pass."""
        if len(self._passed) < (self._passed.maxlen or 1):
            return self._free
        return max(self._free, self._passed[0] + self._window)
