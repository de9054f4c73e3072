"""The channels of direct messages: opened a few a minute, because Discord flags a bot that opens many, and
remembered, so that nobody's is opened again."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from time import monotonic
from typing import Protocol

import discord

from bot.adapters.discord.refusals import OPENING_TOO_FAST, REST_SECONDS
from bot.adapters.discord.rest import Rest
from bot.core.errors import RetryLater

KEPT_IN_MEMORY = 10_000
OPENINGS = 10
MINUTE = 60.0
WHY = "many direct messages opened"


class Memory(Protocol):
    """What outlives the process."""

    async def find(self, user: str) -> str | None:
        """The channel of the user's direct messages."""
        ...

    async def keep(self, user: str, channel: str) -> None:
        """The channel was opened just now."""
        ...

    async def ages(self, seconds: float) -> tuple[float, ...]:
        """How long ago channels were opened within the last so many seconds, the longest first."""
        ...

    async def forget(self, user: str) -> None: ...


class DirectChannels:
    """`openings`: how many new ones a minute. `now`: seconds of a clock that only goes forward."""

    def __init__(
        self, rest: Rest, memory: Memory, openings: int = OPENINGS, now: Callable[[], float] = monotonic
    ) -> None:
        self._rest = rest
        self._memory = memory
        self._openings = openings
        self._now = now
        self._known: OrderedDict[str, str] = OrderedDict()
        self._opened: deque[float] = deque()
        self._looking = asyncio.Lock()
        self._closed_until = 0.0
        self._promised = 0.0

    async def find(self, user: str) -> str | None:
        """The channel's id, when it was opened before; else whether one may be opened now is looked at.

        Raises RetryLater, for this user alone, when it may not: each who waits is given another moment.
        """
        channel = self._known.get(user) or await self._memory.find(user)
        if channel is None:
            await self._require_room()
        else:
            self._remember(user, channel)
        return channel

    async def open(self, user: str) -> str:
        """The id of a channel that is opened now. Raises as `find` does, and as `Rest`."""
        await self._require_room()
        self._opened.append(self._now())
        try:
            channel = await self._rest.open_direct(user)
        except discord.HTTPException as error:
            if error.code != OPENING_TOO_FAST:
                raise
            self._closed_until = self._now() + REST_SECONDS
            raise RetryLater(WHY, REST_SECONDS, alone=True) from error
        self._remember(user, channel)
        await self._memory.keep(user, channel)
        return channel

    async def forget(self, user: str) -> None:
        """The channel is not there any more."""
        self._known.pop(user, None)
        await self._memory.forget(user)

    def _remember(self, user: str, channel: str) -> None:
        self._known[user] = channel
        self._known.move_to_end(user)
        if len(self._known) > KEPT_IN_MEMORY:
            self._known.popitem(last=False)

    async def _require_room(self) -> None:
        async with self._looking:
            if not self._opened or self._opened[-1] <= self._now() - MINUTE:
                # Perhaps another process has opened some before this one took its place.
                ages = await self._memory.ages(MINUTE)
                self._opened.extend(self._now() - age for age in ages)
        now = self._now()
        while self._opened and self._opened[0] <= now - MINUTE:
            self._opened.popleft()
        full = len(self._opened) >= self._openings
        free = max(self._closed_until, self._opened[0] + MINUTE if full else now)
        if free > now:
            at = max(free, self._promised)
            self._promised = at + MINUTE / self._openings
            raise RetryLater(WHY, at - now, alone=True)
