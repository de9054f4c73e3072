"""The ledger: everything that Cairn says unasked, once each, and the rules that a row of it lives by.

A *slot* is a weekly moment that members and cohorts share; *subjects* point at it. When a slot is due, each
subject gets an *occurrence*: a row that is unique by space, kind, subject, local week and ordinal, so that
any number of planners may race. A snooze is the next ordinal of the same occurrence.
"""

import base64
import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal, NewType
from uuid import UUID, uuid5

from bot.core.ids import Address, SpaceId

OccurrenceId = NewType("OccurrenceId", int)

State = Literal["pending", "leased", "sent", "retry", "ambiguous", "held", "dead", "cancelled", "skipped"]
# To what the way is cut for good: everything in the space, the member, their direct messages, or the channel.
Cut = Literal["space", "member", "direct", "channel"]

# What may still be sent; every other state is final, but for "held", which waits for an operator.
OPEN: tuple[State, ...] = ("pending", "leased", "retry", "ambiguous")

# What was meant to be said and wasn't, as far as anybody knows.
UNSAID: tuple[State, ...] = ("held", "dead")
# Why a row was skipped that waited for too long.
TOO_LATE = "late"

# Why a message is left out: its platform can't tell whether the database that was restored had sent it.
PERHAPS_SENT = "perhaps sent before the restore"
# Why something isn't said in a space, or to a member, that is gone. If they come back within RESUME_WITHIN,
# it is said all the same.
RESUME_WITHIN = timedelta(hours=24)
TAKEN_OUT = "taken out of the space"
LEFT = "left"

KEY_LENGTH = 24
ATTEMPTS_MAX = 8
BACKOFF_MAX = timedelta(seconds=300)
OUTAGE_WAIT_MAX = timedelta(seconds=60)
BACKOFF_STEPS = 9  # enough of them to reach the longest wait

_KEYS = UUID("8e0b7b1c-6f0f-4ef5-9a53-50f3f4f1b0c1")


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One thing to be said, as the ledger keeps it.

    `week` is the Monday of the ISO week of the nominal local date, before a gap, quiet hours, a snooze or
    lateness moved anything. `due_at` is when it was meant to be said. `subject` is a row's number: a
    member's for what goes to a member, a schedule's for what goes to a channel. `place` and `to_id` say
    where it was about to be said, once it was, and `memo` what its last notice noted for when it is sent.
    `attempts` counts the tries that say something about this message, `delays` how often in a row it was put
    off because of the platform or the database; `ref` is the part of it that the platform has already, `why`
    what it waits for since its last try. `gone`: Cairn has been taken out of the space; `doubted`: the
    platform refused it there last time. `restored`: it may have been said before the database was restored
    from a backup.
    """

    id: OccurrenceId
    space_id: SpaceId
    space: Address
    kind: str
    subject: int
    week: date
    ordinal: int
    due_at: datetime
    attempts: int = 0
    place: str = ""
    to_id: str = ""
    gone: bool = False
    memo: str = ""
    restored: bool = False
    delays: int = 0
    ref: str = ""
    why: str = ""
    doubted: bool = False

    @property
    def key(self) -> str:
        """The key under which a platform recognises the message: the same for every try, 24 characters."""
        return base64.b32encode(self._digest).decode()[:KEY_LENGTH].lower()

    @property
    def uuid(self) -> UUID:
        """The same key as a UUID, for platforms that want one."""
        return uuid5(_KEYS, self.key)

    @property
    def _digest(self) -> bytes:
        told = (self.space.platform, self.space.id, self.kind, self.subject, self.week.isoformat())
        return hashlib.sha256("\0".join(map(str, (*told, self.ordinal))).encode()).digest()


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a row goes on: its new state, why, the platform's message, when it is tried again, and whether it
    was tried at all: a platform that only named its limit has not refused this row. `delayed`: it was put off
    because the platform or the database did not answer. `cut`: what can't be reached any more, besides this
    row's message; `doubt`: what the platform says that of, not proven yet."""

    state: State
    why: str = ""
    ref: str = ""
    not_before: datetime | None = None
    tried: bool = True
    delayed: bool = False
    cut: Cut | None = None
    doubt: Cut | None = None

    @property
    def is_unsaid(self) -> bool:
        """Whether somebody meant this to be said, and it won't be, or not before an operator decides."""
        return self.state in UNSAID or (self.state == "skipped" and is_late(self.why))


@dataclass(frozen=True, slots=True)
class Unsaid:
    """A row that could not be said: it came too late ("skipped"), is "dead", or is "held" for an operator."""

    kind: str
    subject: int
    due_at: datetime
    state: str
    why: str


@dataclass(frozen=True, slots=True)
class Refused:
    """How many spaces are cut off because their platform refuses Cairn there, and in how many that isn't
    proven yet."""

    cut_off: int
    unproven: int


def bucket_of(space: Address) -> str:
    """Who owns the rate limit: a Slack workspace has its own, every other platform one for the whole bot."""
    return f"slack:{space.id}" if space.platform == "slack" else space.platform


def platform_of(bucket: str) -> str:
    """The platform that a bucket belongs to."""
    return bucket.partition(":")[0]


def is_too_late(due_at: datetime, now: datetime, late: timedelta) -> bool:
    """Whether what was meant for `due_at` says nothing worth saying any more."""
    return now - due_at > late


def too_late(why: str) -> str:
    """Why a row is skipped that waited for too long, with what it waited for: `late: slow mode (20016)`."""
    return f"{TOO_LATE}: {why}" if why else TOO_LATE


def is_late(why: str) -> bool:
    """Whether `too_late` made this."""
    return why == TOO_LATE or why.startswith(f"{TOO_LATE}: ")


def late_reason(why: str) -> str:
    """What a row waited for that `too_late` speaks of; "" for nothing."""
    return why.removeprefix(TOO_LATE).removeprefix(": ")


def back_off(times: int, share: float, most: timedelta = BACKOFF_MAX) -> timedelta:
    """How long to wait after failing `times` times in a row (from 1): it doubles each time, up to `most`, and
    jitter takes up to half of it away. `share` is from 0 to 1."""
    return (0.5 + share / 2) * min(timedelta(seconds=2 ** min(times, BACKOFF_STEPS)), most)


def gives_up(attempts: int) -> bool:
    """Whether a row is dead after `attempts` tries that failed because of its own message. Everything else
    ends by lateness."""
    return attempts >= ATTEMPTS_MAX
