"""Weekly recurrences: once in every local week, whatever the clocks do.

One rule: take the next local date, then resolve the wall time. A time that doesn't exist moves forward by the
length of the gap, one that exists twice means the first; so no week is left out and none has two.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from bot.core.errors import InvalidInput
from bot.core.time import WEEK, find_zone, monday_of, resolve

MINUTES = 24 * 60
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_NAMED_HOURS = {"noon": 12 * 60, "midday": 12 * 60, "midnight": 0}
_WALL = re.compile(
    r"(?:at |um )?([0-9]{1,2})(?:(?: ?[:.h] ?)?([0-9]{2}))? ?(?:h|uhr|o'?clock)? ?(?:(a|p)\.? ?m\.?)?",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A wall time on a day of the week in an IANA zone. `weekday`: 0 is Monday; `minute`: from midnight.

    Raises ValueError for a day or a minute that no week has.
    """

    zone: str
    weekday: int
    minute: int

    def __post_init__(self) -> None:
        if not 0 <= self.weekday < len(WEEKDAYS) or not 0 <= self.minute < MINUTES:
            raise ValueError(f"a weekday of 0 to 6 and a minute of 0 to {MINUTES - 1}")

    @property
    def wall(self) -> time:
        return time(*divmod(self.minute, 60))


@dataclass(frozen=True, slots=True)
class Due:
    """One occurrence: its nominal local date, and the instant (aware, UTC) at which it really is."""

    day: date
    at: datetime

    @property
    def week(self) -> date:
        """The Monday of the ISO week of the nominal date: what happened since moves nothing into another."""
        return monday_of(self.day)


def next_due(recurrence: Recurrence, after: datetime) -> Due:
    """The first occurrence later than the instant `after`."""
    zone = find_zone(recurrence.zone)
    # A week back, because a gap can push an occurrence past the day that it is meant for.
    day = after.astimezone(zone).date() - WEEK
    day += timedelta(days=(recurrence.weekday - day.weekday()) % 7)
    while (at := resolve(day, recurrence.wall, zone)) <= after:
        day += WEEK
    return Due(day, at)


def dues(recurrence: Recurrence, after: datetime) -> Iterator[Due]:
    """All occurrences later than `after`, without an end."""
    while True:
        due = next_due(recurrence, after)
        yield due
        after = due.at


def read_weekday(text: str) -> int:
    """The day of the week, from its name or the first letters of it: 0 is Monday. Raises InvalidInput."""
    typed = _trim(text).removeprefix("on ").removeprefix("every ")
    found = {
        number
        for number, name in enumerate(WEEKDAYS)
        if len(typed) >= 2 and (f"{name}s".startswith(typed) or (typed == "weds" and name == "wednesday"))
    }
    if len(found) != 1:
        raise InvalidInput("weekday.unknown", weekday=text)
    return found.pop()


def read_wall(text: str) -> int:
    """Minutes from midnight, from a time such as `9`, `9:30`, `0930`, `21h30`, `9 pm` or `noon`. Raises
    InvalidInput."""
    typed = _trim(text)
    if typed in _NAMED_HOURS:
        return _NAMED_HOURS[typed]
    found = _WALL.fullmatch(typed)
    # Four digits that could be a year are no time of day: a cohort may be called Autumn 2027.
    if found is None or re.fullmatch(r"2[0-9]{3}", typed):
        raise InvalidInput("wall.unknown", time=text)
    hour, minute, half = int(found[1]), int(found[2] or 0), found[3]
    if minute > 59 or hour > (12 if half else 23) or (half and not hour):
        raise InvalidInput("wall.unknown", time=text)
    return (hour % 12 + 12 * (half == "p") if half else hour) * 60 + minute


def is_weekday(text: str) -> bool:
    """Whether the text names a day of the week."""
    return _reads(read_weekday, text)


def is_wall(text: str) -> bool:
    """Whether the text is a time of day."""
    return _reads(read_wall, text)


def _reads(read: Callable[[str], int], text: str) -> bool:
    try:
        read(text)
    except InvalidInput:
        return False
    return True


def _trim(text: str) -> str:
    """In small letters, without punctuation behind."""
    return " ".join(text.lower().replace("’", "'").split()).rstrip(",;:.!?")
