"""Recurrences by hand: wall times that don't exist or exist twice, and a Friday that never was."""

from datetime import UTC, date, datetime, timedelta
from itertools import islice

import pytest

from bot.core.errors import InvalidInput
from bot.core.recurrence import Due, Recurrence, dues, next_due, read_wall, read_weekday

FRIDAY, SUNDAY = 4, 6
SMALLEST = timedelta(microseconds=1)


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("recurrence", "day", "instants"),
    [
        # 01:30 doesn't exist on 28 March and becomes 02:30 in summer time.
        (
            Recurrence("Europe/Lisbon", SUNDAY, 90),
            date(2027, 3, 21),
            (utc(2027, 3, 21, 1, 30), utc(2027, 3, 28, 1, 30), utc(2027, 4, 4, 0, 30)),
        ),
        # 01:30 exists twice on 7 November; the first one is still summer time.
        (
            Recurrence("America/New_York", SUNDAY, 90),
            date(2027, 10, 31),
            (utc(2027, 10, 31, 5, 30), utc(2027, 11, 7, 5, 30), utc(2027, 11, 14, 6, 30)),
        ),
        # Midnight doesn't exist on 30 April and becomes 01:00.
        (
            Recurrence("Africa/Cairo", FRIDAY, 0),
            date(2027, 4, 23),
            (utc(2027, 4, 22, 22), utc(2027, 4, 29, 22), utc(2027, 5, 6, 21)),
        ),
        (
            Recurrence("America/Santiago", SUNDAY, 0),
            date(2027, 8, 29),
            (utc(2027, 8, 29, 4), utc(2027, 9, 5, 4), utc(2027, 9, 12, 3)),
        ),
        # The Friday never was: 09:00 moves forward by the 24 hours that are missing.
        (
            Recurrence("Pacific/Apia", FRIDAY, 9 * 60),
            date(2011, 12, 23),
            (utc(2011, 12, 23, 19), utc(2011, 12, 30, 19), utc(2012, 1, 5, 19)),
        ),
    ],
)
def test_one_a_week_through_a_clock_change(
    recurrence: Recurrence, day: date, instants: tuple[datetime, ...]
) -> None:
    expected = [Due(day + timedelta(weeks=week), at) for week, at in enumerate(instants)]
    assert list(islice(dues(recurrence, instants[0] - SMALLEST), len(instants))) == expected


def test_the_next_one_is_strictly_later() -> None:
    recurrence = Recurrence("UTC", 0, 9 * 60)
    at = utc(2027, 1, 4, 9)
    assert next_due(recurrence, at - SMALLEST) == Due(date(2027, 1, 4), at)
    assert next_due(recurrence, at) == Due(date(2027, 1, 11), at + timedelta(weeks=1))


def test_the_second_of_two_equal_wall_times_is_past() -> None:
    between = utc(2027, 11, 7, 6)  # 01:00 for the second time in New York
    assert next_due(Recurrence("America/New_York", SUNDAY, 90), between).day == date(2027, 11, 14)


def test_the_week_is_that_of_the_nominal_date() -> None:
    late_on_sunday = Due(date(2027, 5, 2), utc(2027, 5, 3, 0, 30))
    assert late_on_sunday.week == date(2027, 4, 26)


@pytest.mark.parametrize(("weekday", "minute"), [(-1, 0), (7, 0), (0, -1), (0, 24 * 60)])
def test_what_no_week_has_is_refused(weekday: int, minute: int) -> None:
    with pytest.raises(ValueError, match="weekday"):
        Recurrence("UTC", weekday, minute)


@pytest.mark.parametrize(
    ("text", "weekday"),
    [
        ("Monday", 0),
        ("tue", 1),
        (" WED ", 2),
        ("th", 3),
        ("friday", 4),
        ("sunday", 6),
        ("Fri,", 4),
        ("Fridays", 4),
        ("weds.", 2),
    ],
)
def test_weekdays_are_read(text: str, weekday: int) -> None:
    assert read_weekday(text) == weekday


@pytest.mark.parametrize("text", ["", "t", "s", "montag", "1", "0"])
def test_what_is_no_weekday_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_weekday(text)
    assert (refused.value.reason, refused.value.facts) == ("weekday.unknown", {"weekday": text})


@pytest.mark.parametrize(
    ("text", "minute"),
    [
        ("9", 540),
        ("9:00", 540),
        ("09:00", 540),
        ("9am", 540),
        (" 9 PM ", 1260),
        ("21:30", 1290),
        ("9:30 pm", 1290),
        ("12am", 0),
        ("12 pm", 720),
        ("0", 0),
        ("23:59", 1439),
    ],
)
def test_wall_times_are_read(text: str, minute: int) -> None:
    assert read_wall(text) == minute


@pytest.mark.parametrize("text", ["", "24:00", "9:60", "13pm", "0am", "9:5", "-1", "nine", "9:00:00", "9 xm"])
def test_what_is_no_wall_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_wall(text)
    assert (refused.value.reason, refused.value.facts) == ("wall.unknown", {"time": text})
