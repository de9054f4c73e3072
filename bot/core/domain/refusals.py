"""Refusals: why a platform does not take a message, in words that every platform shares, and what follows.

Each adapter has one table that gives every code of its platform a `Refusal`; `views.refusals` has words and a
remedy for every reason.
"""

import re
from dataclasses import dataclass
from typing import Literal, get_args

from bot.core.domain.ledger import Cut

Reason = Literal[
    "account closed",
    "app restricted",
    "app scope missing",
    "channel archived",
    "channel gone",
    "channel hidden",
    "direct messages closed",
    "direct messages off",
    "left",
    "message limit",
    "message not taken",
    "moderation",
    "no text channel",
    "not in the channel",
    "not in the community",
    "picture not taken",
    "platform busy",
    "posting restricted",
    "sending forbidden",
    "slow mode",
    "thread archived",
    "thread locked",
    "threads only",
    "token refused",
    "workspace moving",
]
REASONS: frozenset[str] = frozenset(get_args(Reason))

_WHY = re.compile(r"(?P<reason>[^()]*) \((?P<code>[^()]*)\)")


@dataclass(frozen=True, slots=True)
class Refusal:
    """What a code of a platform means.

    `ends`: what takes nothing more, once that is proven; None: only this message. `after`: nothing ends, and
    the message is tried again after so many seconds; everything in its bucket waits unless it is `alone`.
    """

    reason: Reason
    ends: Cut | None = None
    after: float | None = None
    alone: bool = False


def why_of(reason: str, code: str) -> str:
    """How the outbox keeps a refusal: `channel archived (is_archived)`."""
    return f"{reason} ({code})"


def read_why(why: str) -> tuple[str, str]:
    """The reason, or "" where it is none that is known, and the platform's code, or the text as it is."""
    found = _WHY.fullmatch(why)
    if found is None:
        return "", why
    return found["reason"] if found["reason"] in REASONS else "", found["code"]
