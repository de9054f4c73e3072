"""What Discord's refusals mean for something that was to be said unasked."""

import aiohttp
import discord

from bot.adapters.discord.invalid import Refused, Stopped
from bot.core.domain.ledger import Cut
from bot.core.errors import DeliveryError, Outage, RetryLater, Unknown, Unreachable

FAILURES = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError, Refused, Stopped)

OPENING_TOO_FAST = 40003
# Long enough for whoever runs Cairn to notice that its token is not valid any more.
REST_SECONDS = 60.0

_WHY = {
    10003: "channel gone",
    10004: "not in the server",
    10007: "left the server",
    10013: "no such user",
    50001: "permission missing: View Channel",
    50007: "direct messages closed",
    50013: "permission missing: Send Messages (in a thread: Send Messages in Threads)",
    50278: "no server in common",
}


UNKNOWN_CHANNEL, UNKNOWN_GUILD, NO_ACCESS, NO_PERMISSION = 10003, 10004, 50001, 50013

_CUTS: dict[int, Cut] = {
    UNKNOWN_GUILD: "space",
    10007: "member",
    10013: "member",
    50007: "direct",
    50278: "member",
}


def read_failure(error: Exception, place: str = "") -> DeliveryError:
    """The delivery error that one of FAILURES stands for; `place` is where it was to be said."""
    match error:
        case Refused(status=status, after=None):
            return RetryLater(str(status), REST_SECONDS) if status == 429 else Outage(str(status))
        case Refused(status=status, after=after):
            return RetryLater(str(status), after)
        case Stopped(after=after):
            return RetryLater("too many refused requests", after)
        case discord.RateLimited(retry_after=after):
            return RetryLater("429", after)
        case discord.HTTPException():
            return _read_status(error, place)
        case aiohttp.ClientConnectorError() | aiohttp.ConnectionTimeoutError():
            return Outage("no connection")
        case _:
            return Unknown(type(error).__name__)


def is_broken(error: Exception) -> bool:
    """Whether one of FAILURES is the answer of a server that broke over it: what was asked may be done."""
    match error:
        case Refused(status=status, after=None) | discord.HTTPException(status=status):
            return status >= 500
        case _:
            return False


def _read_status(error: discord.HTTPException, place: str) -> DeliveryError:
    if error.status == 429:
        after = error.response.headers.get("Retry-After")
        return RetryLater("429", float(after) if after else REST_SECONDS)
    if error.status >= 500:
        return Outage(str(error.status))
    if error.status == 401:
        return Outage(f"{error.status} {error.code}")
    if error.code == OPENING_TOO_FAST:
        return RetryLater(f"{error.status} {error.code}", REST_SECONDS)
    cut = _CUTS.get(error.code)
    if place == "channel" and error.code in (UNKNOWN_CHANNEL, NO_ACCESS, NO_PERMISSION):
        cut = "channel"
    return Unreachable(_WHY.get(error.code, f"{error.status} {error.code}"), cut)
