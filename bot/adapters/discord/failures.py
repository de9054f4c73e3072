"""What Discord's refusals mean for something that was to be said unasked."""

import aiohttp
import discord

from bot.adapters.discord.invalid import Refused, Stopped
from bot.core.errors import DeliveryError, RetryLater, Unknown, Unreachable

FAILURES = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError, Refused, Stopped)

OPENING_TOO_FAST = 40003
# Long enough for whoever runs Cairn to notice that its token is not valid any more.
REST_SECONDS = 60.0

_WHY = {
    10003: "channel gone",
    10007: "left the server",
    10013: "no such user",
    50001: "no access",
    50007: "direct messages closed",
    50013: "permission missing",
    50278: "no server in common",
}


def read_failure(error: Exception) -> DeliveryError:
    """The delivery error that one of FAILURES stands for."""
    match error:
        case Refused(status=status, after=after):
            return RetryLater(str(status), after)
        case Stopped(after=after):
            return RetryLater("too many refused requests", after)
        case discord.RateLimited(retry_after=after):
            return RetryLater("429", after)
        case discord.HTTPException():
            return _read_status(error)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return RetryLater("no connection")
        case _:
            return Unknown(type(error).__name__)


def _read_status(error: discord.HTTPException) -> DeliveryError:
    if error.status == 429:
        after = error.response.headers.get("Retry-After")
        return RetryLater("429", float(after) if after else REST_SECONDS)
    if error.status >= 500:
        return RetryLater(str(error.status))
    if error.status == 401 or error.code == OPENING_TOO_FAST:
        return RetryLater(f"{error.status} {error.code}", REST_SECONDS)
    return Unreachable(_WHY.get(error.code, f"{error.status} {error.code}"))
