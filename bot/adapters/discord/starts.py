"""When a session may begin at the gateway. Discord allows about a thousand a day, and resets the token of a
bot that burns them, as one does that crashes and is started again all day long."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from time import monotonic
from typing import Any, Protocol

import structlog

from bot.core.errors import TryAgain
from bot.platform_health import PlatformHealth

WINDOW_SECONDS = 3_600.0
# So many within the window are free, for whoever tries something out; after that each waits twice as long.
FREE = 5
FIRST_WAIT, LONGEST_WAIT = 10.0, 900.0
# Left for other processes of the same bot, and for shards that have to begin again.
RESERVE = 10
# Discord takes one session in five seconds, for each of `max_concurrency` groups of shards.
BETWEEN_SECONDS = 5.0
LOOK_SECONDS = 3_600.0
AGAIN_SECONDS = 2.0


class Acts(Protocol):
    """What this bot has done lately, in any process; it outlives each of them. Raises TryAgain."""

    async def note(self, act: str) -> None: ...

    async def ages(self, act: str, seconds: float) -> tuple[float, ...]:
        """How long ago the act was done within the last so many seconds, the longest first."""
        ...


class RecentActs:
    """Of this process alone."""

    def __init__(self) -> None:
        self._at: defaultdict[str, list[float]] = defaultdict(list)

    async def note(self, act: str) -> None:
        self._at[act].append(monotonic())

    async def ages(self, act: str, seconds: float) -> tuple[float, ...]:
        now = monotonic()
        return tuple(now - at for at in self._at[act] if now - at < seconds)


def wait_for(ages: tuple[float, ...]) -> float:
    """The seconds until a shard may begin, given how long ago it began lately."""
    if len(ages) < FREE:
        return 0.0
    pause: float = min(FIRST_WAIT * 2 ** (len(ages) - FREE), LONGEST_WAIT)
    return max(0.0, pause - min(ages))


class Starts:
    """Lets shards begin one after another, each when it may. Everything that waits says so in one line."""

    def __init__(self, acts: Acts, health: PlatformHealth) -> None:
        self._acts = acts
        self._health = health
        self._turns: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._began: dict[int, float] = {}
        self.concurrency = 1

    def room(self, limit: Mapping[str, Any], needed: int) -> float:
        """The seconds until Discord allows so many sessions more; 0 when it does. Keeps `max_concurrency`."""
        self.concurrency = max(1, _number(limit, "max_concurrency", 1))
        if _number(limit, "remaining", RESERVE + needed) >= min(RESERVE + needed, _number(limit, "total", 1)):
            return 0.0
        return max(1.0, min(_number(limit, "reset_after", 0) / 1_000, LOOK_SECONDS))

    async def hold(self, why: str, seconds: float) -> None:
        """Waits, and says why."""
        self._health.waits(f"{why}; members are not heard before that is over")
        structlog.get_logger().warning("gateway start waits", why=why, seconds=round(seconds))
        await asyncio.sleep(seconds)

    async def wait(self, shard: int) -> None:
        """Returns when the shard may begin, as far as it has begun lately."""
        while (wait := wait_for(await self._ages(shard))) > 0:
            await self.hold("many starts within the hour: look at what ended them", wait)

    async def begin(self, shard: int) -> None:
        """The session begins right after this: in its turn, and noted in the database. One that can't be
        noted does not begin."""
        key = shard % self.concurrency
        async with self._turns[key]:
            since = monotonic() - self._began.get(key, float("-inf"))
            if since < BETWEEN_SECONDS:
                await asyncio.sleep(BETWEEN_SECONDS - since)
            while True:
                try:
                    await self._acts.note(_act(shard))
                    break
                except TryAgain:
                    structlog.get_logger().warning("gateway start waits", why="the database takes no write")
                    await asyncio.sleep(AGAIN_SECONDS)
            self._began[key] = monotonic()

    async def _ages(self, shard: int) -> tuple[float, ...]:
        while True:
            try:
                return await self._acts.ages(_act(shard), WINDOW_SECONDS)
            except TryAgain:
                await self.hold("the database doesn't answer", AGAIN_SECONDS)


def _act(shard: int) -> str:
    return f"identify {shard}"


def _number(limit: Mapping[str, Any], name: str, instead: int) -> int:
    told = limit.get(name)
    return told if isinstance(told, int) and not isinstance(told, bool) else instead
