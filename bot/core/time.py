"""Zones and weeks: where a wall time falls, and which local day and week an instant belongs to."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.errors import InvalidInput

DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)

# Whoever works past midnight still works on the evening's day.
DAY_STARTS = time(4)

_ZONE_NAME = re.compile(r"[A-Za-z0-9_+-]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,3}")
# Copies that some systems keep beside the zones; "right" counts leap seconds, which nobody's clock does.
_NOT_ZONES = frozenset(("right", "posix"))


def resolve(day: date, wall: time, zone: ZoneInfo) -> datetime:
    """The instant, aware in UTC, at which clocks in `zone` show `wall` on `day`.

    A time that doesn't exist moves forward by the length of the gap; one that exists twice means the first.
    """
    # With fold 0 a time inside a gap is read with the offset from before it, which lands behind the gap.
    return datetime.combine(day, wall.replace(fold=0, tzinfo=None), tzinfo=zone).astimezone(UTC)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """The day that `now` belongs to in `zone`: a day lasts from 04:00 to the next day's 04:00."""
    day = now.astimezone(zone).date()
    # Comparing instants rather than wall times keeps days in order when clocks go back over 04:00. It is a
    # loop because a zone can skip a whole date (Apia, 30 December 2011), which then has no length.
    while now < resolve(day, DAY_STARTS, zone):
        day -= DAY
    return day


def monday_of(day: date) -> date:
    return day - day.weekday() * DAY


def week_of(now: datetime, zone: ZoneInfo) -> date:
    """The Monday whose week, from Monday 04:00 to Monday 04:00 in `zone`, holds `now`."""
    return monday_of(local_day(now, zone))


def week_bounds(monday: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Where the week of `monday` begins, and where the next one does, as instants in UTC."""
    return resolve(monday, DAY_STARTS, zone), resolve(monday + WEEK, DAY_STARTS, zone)


def start_monday(day: date) -> date:
    """`day` itself if it is a Monday, else the next Monday: nobody starts with half a week."""
    return monday_of(day + 6 * DAY)


def find_zone(name: str) -> ZoneInfo:
    """The IANA zone called `name`, such as "Europe/Lisbon". Raises InvalidInput when there is none."""
    name = name.strip()
    if _ZONE_NAME.fullmatch(name) and name.split("/")[0] not in _NOT_ZONES:
        try:
            return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass  # a folder such as "America", or a file that is no zone
    raise InvalidInput("zone.unknown", zone=name)
