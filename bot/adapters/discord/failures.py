"""What Discord's refusals mean for something that was to be said unasked."""

import aiohttp
import discord

from bot.adapters.discord.invalid import Refused, Stopped
from bot.adapters.discord.refusals import REFUSALS, REST_SECONDS
from bot.core.domain.refusals import Refusal, why_of
from bot.core.errors import DeliveryError, Outage, RetryLater, Unknown, Unreachable

FAILURES = (discord.DiscordException, aiohttp.ClientError, TimeoutError, OSError, Refused, Stopped)


def read_failure(error: Exception, place: str = "") -> DeliveryError:
    """The delivery error that one of FAILURES stands for; `place` is where it was to be said."""
    match error:
        case Refused(code=code, after=after) if (refusal := _known_later(code)) is not None:
            return RetryLater(why_of(refusal.reason, str(code)), after or refusal.after, alone=refusal.alone)
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
            return Outage("no connection to Discord")
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
    code = error.code
    refusal = _known_later(code)
    if error.status == 429 and refusal is None:
        after = error.response.headers.get("Retry-After")
        return RetryLater("429", float(after) if after else REST_SECONDS)
    if error.status >= 500 and refusal is None:
        return Outage(str(error.status))
    if refusal is not None:
        return RetryLater(why_of(refusal.reason, str(code)), refusal.after, alone=refusal.alone)
    if error.status == 401:
        return Outage(why_of("token refused", str(code or 401)))
    known = REFUSALS.get(code)
    if known is None:
        return Unreachable(f"{error.status} {code}", code=str(code))
    # What is said of a channel ends nothing where it was somebody's direct messages.
    ends = None if known.ends == "channel" and place != "channel" else known.ends
    return Unreachable(why_of(known.reason, str(code)), ends, str(code))


def _known_later(code: int) -> Refusal | None:
    refusal = REFUSALS.get(code)
    return refusal if refusal is not None and refusal.after is not None else None
