"""Recurrences in every zone, around every clock change of three years, and against `whenever`.

With CAIRN_SOAK=1: every zone, week, weekday and quarter hour, and thirty times as many random cases.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st
from whenever import ZonedDateTime

from bot.core.recurrence import MINUTES, Recurrence, dues, next_due
from bot.core.time import DAY, WEEK, monday_of, resolve
from tests.properties.plan_values import SOAK, patient, usual
from tests.properties.test_weeks import FIRST, LAST, QUARTER, SMALLEST, ZONES, changes, offset

NIGHT = range(0, 3 * 60 + 31, 15)


def spans(name: str) -> Iterator[tuple[date, int]]:
    """What has to be walked, as first Mondays and numbers of weeks: three years, or around each change."""
    if SOAK:
        yield monday_of(FIRST.date()), (LAST - FIRST) // WEEK + 1
        return
    for change in changes(name) or (FIRST + WEEK,):
        yield monday_of(change.astimezone(ZoneInfo(name)).date()) - WEEK, 3


def walked_zones() -> tuple[str, ...]:
    """Every zone, or one for each set of rules: many names stand for the same clock."""
    if SOAK:
        return ZONES
    by_rules: dict[object, str] = {}
    for name in ZONES:
        zone = ZoneInfo(name)
        rules = tuple((change, offset(change + QUARTER, zone)) for change in changes(name))
        by_rules.setdefault((offset(FIRST, zone), rules), name)
    return tuple(by_rules.values())


def test_exactly_one_in_every_local_week() -> None:
    names = walked_zones()
    assert len(names) > 50
    for name in names:
        zone = ZoneInfo(name)
        for monday, count in spans(name):
            weeks = [monday + week * WEEK for week in range(count)]
            before = resolve(monday, time(0), zone) - SMALLEST
            for weekday in range(7):
                for minute in NIGHT:
                    found = list(islice(dues(Recurrence(name, weekday, minute), before), count))
                    assert [due.week for due in found] == weeks, (name, weekday, minute)
                    # Not only in name: it is that date by the clocks of the zone.
                    shown = [due.at.astimezone(zone).date() for due in found]
                    assert shown == [due.day for due in found], (name, weekday, minute)


def near_changes(name: str) -> st.SearchStrategy[tuple[Recurrence, datetime]]:
    """A recurrence on the day of a clock change or next to it, and an instant within a week of it."""
    days = [change.astimezone(ZoneInfo(name)).date() for change in changes(name)]
    return st.builds(
        lambda day, minute, distance: (
            Recurrence(name, day.weekday(), minute),
            datetime.combine(day, time(), tzinfo=UTC) + distance,
        ),
        st.builds(lambda day, step: day + step * DAY, st.sampled_from(days), st.integers(-1, 1)),
        st.integers(0, 5 * 60) | st.integers(0, MINUTES - 1),
        st.timedeltas(-WEEK, WEEK),
    )


anywhere = st.tuples(
    st.builds(Recurrence, st.sampled_from(ZONES), st.integers(0, 6), st.integers(0, MINUTES - 1)),
    st.datetimes(datetime(1900, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001 - bounds are naive
)
cases = anywhere | st.sampled_from([name for name in ZONES if changes(name)]).flatmap(near_changes)


def next_by_whenever(recurrence: Recurrence, after: datetime) -> tuple[date, float]:
    """The first occurrence later than `after`, out of all those that `whenever` resolves around it."""
    hour, minute = divmod(recurrence.minute, 60)
    found = []
    for step in range(-9, 10):
        day = after.date() + step * DAY
        if day.weekday() == recurrence.weekday:
            date_and_time = day.year, day.month, day.day, hour, minute
            local = ZonedDateTime(*date_and_time, tz=recurrence.zone, disambiguation="compatible")
            found.append((day, local.timestamp()))
    return next((day, at) for day, at in found if at > after.timestamp())


@settings(patient, max_examples=60_000 if SOAK else 1_000)
@given(cases)
def test_whenever_agrees(case: tuple[Recurrence, datetime]) -> None:
    due = next_due(*case)
    assert (due.day, due.at.timestamp()) == next_by_whenever(*case)


@usual
@given(cases)
def test_weeks_follow_one_another(case: tuple[Recurrence, datetime]) -> None:
    recurrence, after = case
    found = list(islice(dues(recurrence, after), 60))
    assert found[0].at > after
    for one, following in pairwise(found):
        assert one.at < following.at
        assert following.week - one.week == WEEK
        assert abs(following.at - one.at - WEEK) <= timedelta(hours=26)
    assert next_due(recurrence, found[0].at - SMALLEST) == found[0]
