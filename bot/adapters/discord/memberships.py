"""Who is in which server, as far as Discord has said so lately."""

from collections import OrderedDict
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import discord

from bot.adapters.discord.failures import FAILURES, read_failure
from bot.adapters.discord.refusals import UNKNOWN_MEMBER, UNKNOWN_USER
from bot.adapters.discord.rest import Rest
from bot.core.errors import RetryLater
from bot.core.ids import Address

KNOWN_MOST = 50_000


class Memberships:
    """Asks Discord whether somebody is in a server, unless it said so within the last `seconds`.

    `now`: seconds of a clock that only goes forward.
    """

    def __init__(self, rest: Rest, seconds: float, now: Callable[[], float] = monotonic) -> None:
        self._rest = rest
        self._seconds = seconds
        self._now = now
        self._seen: OrderedDict[tuple[str, str], float] = OrderedDict()

    def see(self, guild: str, user: str) -> None:
        """Notes that the user has just done something in the server."""
        self._seen[guild, user] = self._now()
        self._seen.move_to_end((guild, user))
        if len(self._seen) > KNOWN_MOST:
            self._seen.popitem(last=False)

    def hear(self, payload: Mapping[str, Any]) -> None:
        """Notes that somebody has just done something in a server, if the payload comes from one."""
        guild = payload.get("guild_id")
        who = payload.get("author") or (payload.get("member") or {}).get("user")
        if guild and who:
            self.see(str(guild), str(who["id"]))

    async def require(self, guild: str, user: str) -> None:
        """Returns if the user is in the server. Raises discord.NotFound if they are not, and as `Rest`."""
        seen = self._seen.get((guild, user))
        if seen is not None and self._now() - seen < self._seconds:
            return
        try:
            await self._rest.find_member(guild, user)
        except discord.NotFound:
            self._seen.pop((guild, user), None)
            raise
        self.see(guild, user)

    async def is_gone(self, space: Address, user: Address) -> bool:
        """Whether Discord says that the user is not in the server. Raises RetryLater when it says neither."""
        try:
            await self.require(space.id, user.id)
        except FAILURES as error:
            if getattr(error, "code", 0) in (UNKNOWN_MEMBER, UNKNOWN_USER):
                return True
            raise RetryLater(read_failure(error).why) from error
        return False
