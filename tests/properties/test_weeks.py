"""Days and weeks in every zone, around every clock change of three years, against offsets read one by one."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.time import (
    DAY,
    WEEK,
    find_zone,
    local_day,
    monday_of,
    resolve,
    start_monday,
    week_bounds,
    week_of,
)
from tests.properties.plan_values import patient

ZONES = tuple(sorted(available_timezones() - {"Factory", "localtime"}))
FIRST, LAST = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
SMALLEST = timedelta(microseconds=1)
CLOCKS = tuple(
    time(minutes // 60, minutes % 60) for minutes in (*range(0, 5 * 60, 15), 12 * 60, 23 * 60, 23 * 60 + 45)
)


def offset(instant: datetime, zone: ZoneInfo) -> timedelta:
    found = instant.astimezone(zone).utcoffset()
    assert found is not None
    return found


@cache
def changes(name: str) -> tuple[datetime, ...]:
    """Every instant of the three years at which the offset changes, to the minute."""
    zone, found = ZoneInfo(name), []
    instant = FIRST
    while instant < LAST:
        later = instant + WEEK
        if offset(instant, zone) != offset(later, zone):
            low, high = instant, later
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) // 2
                low, high = (middle, high) if offset(middle, zone) == offset(instant, zone) else (low, middle)
            found.append(high.replace(second=0, microsecond=0))
        instant = later
    return tuple(found)


def resolve_by_offsets(
    day: date, wall: time, before: timedelta, after: timedelta, zone: ZoneInfo
) -> datetime:
    """What `resolve` promises, spelled out for a day with one change: the first instant that shows `wall`."""
    local = datetime.combine(day, wall, tzinfo=UTC)
    shown = [local - each for each in (before, after) if offset(local - each, zone) == each]
    return min(shown) if shown else local + (after - before) - after


def days_around(instant: datetime, zone: ZoneInfo) -> Iterator[date]:
    day = instant.astimezone(zone).date()
    yield from (day - DAY, day, day + DAY)


def test_the_zones_do_change_their_clocks() -> None:
    changing = [name for name in ZONES if changes(name)]
    assert len(ZONES) > 400
    assert len(changing) > 100
    assert len(changes("Europe/Berlin")) == 6


def test_wall_times_around_every_clock_change() -> None:
    for name in ZONES:
        zone = find_zone(name)
        for change in changes(name):
            before, after = offset(change - QUARTER, zone), offset(change + QUARTER, zone)
            for day in days_around(change, zone):
                for wall in CLOCKS:
                    expected = resolve_by_offsets(day, wall, before, after, zone)
                    assert resolve(day, wall, zone) == expected, (name, day, wall)


def test_days_and_weeks_around_every_clock_change() -> None:
    """Walking through a change never goes back a day, never skips one, and agrees with the bounds."""
    for name in ZONES:
        zone = find_zone(name)
        for change in changes(name):
            instant, end = change - DAY, change + DAY
            last = local_day(instant, zone)
            while instant < end:
                day = local_day(instant, zone)
                assert day - last in (timedelta(0), DAY), (name, instant)
                assert resolve(day, time(4), zone) <= instant < resolve(day + DAY, time(4), zone)
                instant, last = instant + 2 * QUARTER, day


def test_every_week_of_three_years_in_every_zone() -> None:
    for name in ZONES:
        zone = find_zone(name)
        shifts = [abs(offset(each - QUARTER, zone) - offset(each, zone)) for each in changes(name)]
        shift = max(shifts, default=timedelta(0))
        for change in changes(name) or (FIRST,):
            for monday in (monday_of(change.date()) + step * WEEK for step in (-1, 0, 1)):
                begin, end = week_bounds(monday, zone)
                assert abs(end - begin - WEEK) <= shift, (name, monday)
                assert (week_of(begin, zone), week_of(end, zone)) == (monday, monday + WEEK), (name, monday)
                assert week_of(begin - SMALLEST, zone) == monday - WEEK, (name, monday)
                assert week_of(end - SMALLEST, zone) == monday, (name, monday)


@patient
@given(
    st.datetimes(datetime(1995, 1, 1), datetime(2045, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
    st.sampled_from(ZONES),
)
def test_an_instant_lies_in_the_week_it_belongs_to(now: datetime, name: str) -> None:
    zone = find_zone(name)
    begin, end = week_bounds(week_of(now, zone), zone)
    assert begin <= now < end


@patient
@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_a_start_is_the_first_monday_that_is_not_before_the_day(day: date) -> None:
    start = start_monday(day)
    assert start.weekday() == 0
    assert timedelta(0) <= start - day < WEEK


@pytest.mark.parametrize("name", ["Africa/Cairo", "America/Santiago", "Africa/Casablanca", "Asia/Gaza"])
def test_one_wall_time_falls_into_every_week_once(name: str) -> None:
    zone, monday = find_zone(name), date(2025, 12, 29)
    for step in range(157):
        for wall in (time(0), time(0, 30), time(3, 30), time(4)):
            day = monday + step * WEEK + 6 * DAY
            later = resolve(day + WEEK, wall, zone)
            assert resolve(day, wall, zone) < later
            assert week_of(later, zone) - week_of(resolve(day, wall, zone), zone) == WEEK
