"""Quiet hours by hand: what they move, and where to, also through clock changes."""

from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bot.core.quiet import QuietHours

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
APIA = ZoneInfo("Pacific/Apia")
USUAL = QuietHours()
NAP = QuietHours(time(13), time(15))


def in_berlin(wall: str) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(
    ("quiet", "before", "after"),
    [
        (USUAL, "2027-01-04 20:59:59", "2027-01-04 20:59:59"),
        (USUAL, "2027-01-04 21:00", "2027-01-05 08:00"),
        (USUAL, "2027-01-05 00:00", "2027-01-05 08:00"),
        (USUAL, "2027-01-05 07:59:59", "2027-01-05 08:00"),
        (USUAL, "2027-01-05 08:00", "2027-01-05 08:00"),
        (NAP, "2027-01-05 12:59", "2027-01-05 12:59"),
        (NAP, "2027-01-05 13:00", "2027-01-05 15:00"),
        (NAP, "2027-01-05 15:00", "2027-01-05 15:00"),
        (QuietHours(time(21), time(0)), "2027-01-04 22:00", "2027-01-05 00:00"),
        (QuietHours(time(8), time(8)), "2027-01-05 08:00", "2027-01-05 08:00"),
        # Between the two lies a clock change: the night is an hour short, or long.
        (USUAL, "2027-03-27 23:00", "2027-03-28 08:00"),
        (USUAL, "2027-10-30 23:00", "2027-10-31 08:00"),
        # An end that doesn't exist moves forward by the gap.
        (QuietHours(time(21), time(2, 30)), "2027-03-28 01:00", "2027-03-28 03:30"),
    ],
)
def test_by_the_clock(quiet: QuietHours, before: str, after: str) -> None:
    assert quiet.move(in_berlin(before), BERLIN) == in_berlin(after)


def test_an_end_that_exists_twice_means_the_first() -> None:
    quiet = QuietHours(time(21), time(1, 30))
    first = datetime(2027, 11, 7, 5, 30, tzinfo=UTC)
    assert quiet.move(datetime(2027, 11, 7, 3, tzinfo=UTC), NEW_YORK) == first
    # 01:10 for the second time: the night is over already.
    second = datetime(2027, 11, 7, 6, 10, tzinfo=UTC)
    assert quiet.move(second, NEW_YORK) == second


def test_a_morning_that_never_was_is_the_next_one() -> None:
    evening = datetime(2011, 12, 30, 9, tzinfo=UTC)  # 29 December, 23:00 in Apia
    assert USUAL.move(evening, APIA) == datetime(2011, 12, 31, 8, tzinfo=APIA).astimezone(UTC)


def test_a_gap_can_carry_the_end_into_the_next_quiet_hours() -> None:
    quiet = QuietHours(time(2, 40), time(2, 15))
    moved = quiet.move(datetime(2027, 3, 28, 0, tzinfo=UTC), BERLIN)
    assert moved == datetime(2027, 3, 28, 3, 15, tzinfo=BERLIN).astimezone(UTC)
