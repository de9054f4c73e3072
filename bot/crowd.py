"""Many at once: nobody asks too often, and spaces take turns."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Hashable
from time import monotonic

MINUTE = 60.0
DAY = 24 * 60 * MINUTE
# So many full minutes a day may anybody fill.
MINUTES_A_DAY = 50


class Allowance:
    """How often each may ask within any minute of real time, and how often within a day that begins with
    their first call: fifty times as often."""

    def __init__(self, most: int, now: Callable[[], float] = monotonic) -> None:
        self._most = most
        self._now = now
        self._asked: dict[Hashable, deque[float]] = {}
        self._days: dict[Hashable, tuple[float, int]] = {}
        self._swept = now()

    def wait(self, who: Hashable) -> float:
        """0, and it is counted; or the seconds until `who` may ask again. What is refused doesn't count."""
        now = self._now()
        self._sweep(now)
        times = self._asked.setdefault(who, deque())
        while times and times[0] <= now - MINUTE:
            times.popleft()
        if len(times) >= self._most:
            return times[0] + MINUTE - now
        began, count = self._days.get(who, (now, 0))
        if began <= now - DAY:
            began, count = now, 0
        if count >= self._most * MINUTES_A_DAY:
            return began + DAY - now
        self._days[who] = (began, count + 1)
        times.append(now)
        return 0.0

    def _sweep(self, now: float) -> None:
        """Forgets, once a minute, minutes and days that are over."""
        if now - self._swept >= MINUTE:
            self._swept = now
            self._asked = {
                who: times for who, times in self._asked.items() if times and times[-1] > now - MINUTE
            }
            self._days = {who: day for who, day in self._days.items() if day[0] > now - DAY}


class Turns:
    """Lets `most` pieces of work be done at once. Who has to wait is let in space by space, each space's
    longest waiting first: a crowd in one of them keeps nobody else waiting."""

    def __init__(self, most: int) -> None:
        self._free = most
        self._waiting: OrderedDict[Hashable, deque[asyncio.Future[None]]] = OrderedDict()

    async def take(self, space: Hashable) -> None:
        """Returns when it is the space's turn, to be given back in the end."""
        if self._free:
            self._free -= 1
            return
        turn = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(space, deque()).append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if not turn.cancelled():  # it had just come
                self.give_back()
            raise

    def give_back(self) -> None:
        while self._waiting:
            space, line = self._waiting.popitem(last=False)
            turn = line.popleft()
            if line:
                self._waiting[space] = line  # now the last
            if not turn.done():  # whoever went away meanwhile is passed over
                turn.set_result(None)
                return
        self._free += 1
