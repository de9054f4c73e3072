"""What Discord is asked before a refusal of its ends anything: each time about the very thing that is said to
be gone."""

from collections.abc import Awaitable

import discord

from bot.adapters.discord.failures import FAILURES, read_failure
from bot.adapters.discord.refusals import (
    NO_ACCESS,
    THREAD_ARCHIVED,
    THREAD_LOCKED,
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_USER,
)
from bot.adapters.discord.rest import Payload, Rest
from bot.core.domain.ledger import Occurrence
from bot.core.errors import RetryLater, Unreachable

_GUILD_GONE = (UNKNOWN_GUILD, NO_ACCESS)
_MEMBER_GONE = (UNKNOWN_MEMBER, UNKNOWN_USER)
_CHANNEL_GONE = (UNKNOWN_CHANNEL, NO_ACCESS)
_LOCKED = "locked"
# What a thread has to be for these refusals to be true.
_THREADS = {str(THREAD_ARCHIVED): ("archived", _LOCKED), str(THREAD_LOCKED): (_LOCKED,)}


class DiscordQuestion:
    """Each answer is a code of Discord's in digits, or "" for what is there after all."""

    def __init__(self, rest: Rest) -> None:
        self._rest = rest

    async def confirm(self, refusal: Unreachable, row: Occurrence) -> str:
        match refusal.cut:
            case "space":
                return await self.ask_guild(row.space.id, refusal.code)
            case "member":
                code, _ = await _ask(
                    self._rest.find_member(row.space.id, row.to_id), _MEMBER_GONE, refusal.code
                )
                return code
            case "channel":
                return await self._ask_channel(row.to_id, refusal)
            case _:
                return refusal.code  # nothing else than the message itself tells

    async def ask_guild(self, guild: str, refused: str = str(UNKNOWN_GUILD)) -> str:
        """Why the bot is not in the server; "" when it is."""
        code, _ = await _ask(self._rest.find_guild(guild), _GUILD_GONE, refused)
        return code

    async def _ask_channel(self, channel: str, refusal: Unreachable) -> str:
        code, told = await _ask(self._rest.find_channel(channel), _CHANNEL_GONE, refusal.code)
        if code or told is None:
            return code
        if refusal.code in _THREADS:
            state = told.get("thread_metadata") or {}
            return refusal.code if any(state.get(one) for one in _THREADS[refusal.code]) else ""
        # It is there and can be seen. Whether the bot may write in it, only a message tells.
        return "" if int(refusal.code) in _CHANNEL_GONE else refusal.code


async def _ask(
    asking: Awaitable[Payload | None], gone: tuple[int, ...], refused: str
) -> tuple[str, Payload | None]:
    """The code with which Discord says that it is gone, or "" and what it says of it. `refused` where it
    knows no such question."""
    try:
        return "", await asking
    except FAILURES as error:
        code = getattr(error, "code", 0)
        if code in gone:
            return str(code), None
        if isinstance(error, discord.NotFound) and not code:
            return refused, None
        failure = read_failure(error)
        raise failure if isinstance(failure, RetryLater) else RetryLater(failure.why) from error
