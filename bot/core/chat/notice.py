"""What is said unasked: where, and what; or why not."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.chat.message import Message
from bot.core.ids import Address

Place = Literal["direct", "channel"]


@dataclass(frozen=True, slots=True)
class Notice:
    """`to` is a user when the place is "direct", else a channel. `memo` (at most 100 characters) stays
    with the row, for what its kind writes once the message was sent. `until`: what can't be sent before that
    moment of the monotonic clock has to be made again."""

    place: Place
    to: Address
    message: Message
    memo: str = ""
    until: float = math.inf


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing is said. `why` is kept in the ledger, for operators and for "why did I get nothing?"."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not now: it is asked again at `at` (aware UTC), as if it were due then."""

    at: datetime
    why: str


Telling = Notice | Skip | Later


@dataclass(frozen=True, slots=True)
class Ref:
    """A message that a platform has, by the id it gave it, and where it is."""

    channel: str
    id: str

    def __str__(self) -> str:
        return f"{self.channel}/{self.id}"

    @classmethod
    def read(cls, text: str) -> "Ref | None":
        """The reference that was written as `text`; None for an empty one."""
        channel, _, number = text.rpartition("/")
        return cls(channel, number) if number else None


@dataclass(frozen=True, slots=True)
class Found:
    """The platform has the message. It is not `complete` when its last form is still missing."""

    ref: Ref
    complete: bool = True


@dataclass(frozen=True, slots=True)
class Absent:
    """The platform surely doesn't have it."""


@dataclass(frozen=True, slots=True)
class CantTell:
    """The platform can't say whether it has it."""


Finding = Found | Absent | CantTell
