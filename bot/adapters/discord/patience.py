"""Asks Discord again while the same may get through in a moment: the one way in which answers are retried."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import monotonic
from typing import TypeVar

import aiohttp
import discord

from bot.adapters.discord.invalid import Refused, Stopped, seconds
from bot.core.errors import RetryLater

T = TypeVar("T")

# A request that ended like this may have been carried out.
BROKEN_LINE = (aiohttp.ClientError, TimeoutError, OSError)

UNKNOWN_WEBHOOK, ANSWERED_ALREADY = 10015, 40060


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an answer is worth the requests that it costs, in seconds.

    `not_yet`: so long an interaction that was deferred may be unknown to the rest of Discord. The first
    `pause` doubles with each try, up to the `longest`.
    """

    seconds: float = 120.0
    not_yet: float = 10.0
    pause: float = 0.25
    longest: float = 15.0

    async def ask(
        self, ask: Callable[[], Awaitable[T]], seconds: float | None = None, *, deferred: bool = False
    ) -> T:
        """The result of `ask`. It is called at least once, and again for `seconds` while Discord limits it,
        is broken or can't be reached; a Retry-After is obeyed. Raises what the last call raised.

        `deferred`: a webhook that is unknown at first is one that will be known soon.
        """
        began, pause = monotonic(), self.pause
        limit = self.seconds if seconds is None else seconds
        while True:
            try:
                return await ask()
            except (discord.DiscordException, *BROKEN_LINE, Refused, RetryLater) as error:
                spent = monotonic() - began
                wait = _wait(error, pause, is_early=deferred and spent < self.not_yet)
                if wait is None or spent + wait > limit:
                    raise
            await asyncio.sleep(wait)
            pause = min(2 * pause, self.longest)


def is_unknown_webhook(error: BaseException) -> bool:
    """Whether the interaction takes no answer: it was never acknowledged, or its token has run out."""
    return isinstance(error, discord.HTTPException) and error.code == UNKNOWN_WEBHOOK


def _wait(error: BaseException, pause: float, *, is_early: bool) -> float | None:
    """The seconds after which the same may get through; None when it won't."""
    match error:
        case Refused(after=after) | RetryLater(after=after):
            return pause if after is None else after
        case Stopped(after=after) | discord.RateLimited(retry_after=after):
            return after
        case discord.HTTPException(status=429):
            after = seconds(error.response.headers.get("Retry-After"))
            return pause if after is None else after
        case discord.HTTPException():
            if is_unknown_webhook(error):
                return pause if is_early else None
            return pause if error.status >= 500 else None
        case aiohttp.ClientError() | TimeoutError() | OSError():
            return pause
        case _:
            return None
