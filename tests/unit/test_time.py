"""Zones and weeks by hand: the wall times that don't exist, exist twice, or skip a day."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.core.errors import InvalidInput
from bot.core.time import find_zone, local_day, monday_of, resolve, start_monday, week_bounds, week_of

BERLIN = ZoneInfo("Europe/Berlin")
CAIRO = ZoneInfo("Africa/Cairo")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")
APIA = ZoneInfo("Pacific/Apia")


@pytest.mark.parametrize(
    ("zone", "day", "wall", "instant"),
    [
        (BERLIN, date(2027, 1, 4), time(9), datetime(2027, 1, 4, 8, tzinfo=UTC)),
        # 02:30 doesn't exist and becomes 03:30 in summer time.
        (BERLIN, date(2027, 3, 28), time(2, 30), datetime(2027, 3, 28, 1, 30, tzinfo=UTC)),
        # 02:30 exists twice; the first one is still summer time.
        (BERLIN, date(2027, 10, 31), time(2, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),
        # Midnight doesn't exist.
        (CAIRO, date(2027, 4, 30), time(0), datetime(2027, 4, 29, 22, tzinfo=UTC)),
        # A gap of half an hour: 02:10 becomes 02:40.
        (LORD_HOWE, date(2027, 10, 3), time(2, 10), datetime(2027, 10, 2, 15, 40, tzinfo=UTC)),
        # The whole day is missing: it moves forward by 24 hours.
        (APIA, date(2011, 12, 30), time(9), datetime(2011, 12, 30, 19, tzinfo=UTC)),
    ],
)
def test_wall_times(zone: ZoneInfo, day: date, wall: time, instant: datetime) -> None:
    assert resolve(day, wall, zone) == instant
    assert resolve(day, wall, zone).tzinfo is UTC


def test_a_wall_time_means_the_first_whatever_its_fold_says() -> None:
    wall = time(2, 30)
    assert resolve(date(2027, 10, 31), wall.replace(fold=1), BERLIN) == resolve(
        date(2027, 10, 31), wall, BERLIN
    )


@pytest.mark.parametrize(
    ("now", "day"),
    [
        (datetime(2027, 1, 5, 2, 59, tzinfo=UTC), date(2027, 1, 4)),
        (datetime(2027, 1, 5, 3, 0, tzinfo=UTC), date(2027, 1, 5)),
        (datetime(2027, 1, 5, 22, 59, tzinfo=UTC), date(2027, 1, 5)),
        (datetime(2027, 1, 5, 23, 0, tzinfo=UTC), date(2027, 1, 5)),
    ],
)
def test_a_day_ends_at_four(now: datetime, day: date) -> None:
    assert local_day(now, BERLIN) == day


def test_a_skipped_date_has_no_length() -> None:
    just_after = datetime(2011, 12, 30, 10, 0, tzinfo=UTC)  # 31 December, 00:00 in Apia
    assert local_day(just_after, APIA) == date(2011, 12, 29)
    assert local_day(datetime(2011, 12, 30, 14, tzinfo=UTC), APIA) == date(2011, 12, 31)


def test_a_week_begins_on_monday_at_four() -> None:
    begin, end = week_bounds(date(2027, 3, 22), BERLIN)
    assert begin == datetime(2027, 3, 22, 3, tzinfo=UTC)
    assert end == datetime(2027, 3, 29, 2, tzinfo=UTC), "the week of the clock change is an hour short"
    assert week_of(begin, BERLIN) == date(2027, 3, 22)
    assert week_of(end, BERLIN) == date(2027, 3, 29)


@pytest.mark.parametrize("offset", range(7))
def test_a_start_moves_to_the_next_monday_unless_it_is_one(offset: int) -> None:
    day = date(2027, 2, 1 + offset)
    assert monday_of(day) == date(2027, 2, 1)
    assert start_monday(day) == (date(2027, 2, 1) if offset == 0 else date(2027, 2, 8))


@pytest.mark.parametrize("name", ["Europe/Berlin", " America/Argentina/Buenos_Aires ", "UTC", "Etc/GMT+12"])
def test_zones_are_found(name: str) -> None:
    assert find_zone(name).key == name.strip()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "Berlin",
        "Europe/",
        "America",
        "../etc/passwd",
        "/etc/localtime",
        "Europe/Berlin\0",
        "Europe/Zürich",
        "right/UTC",
        "posix/UTC",
        "zone.tab",
        "leapseconds",
        "\ud800",
        "a" * 5_000,
        "Europe//Berlin",
        "CET" * 20,
    ],
)
def test_what_is_no_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        find_zone(name)
    assert refused.value.reason == "zone.unknown"
