"""Chart data: what is refused when it is built."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from bot.core.chat.chart import (
    Bar,
    Burnup,
    Chart,
    Counts,
    LevelRow,
    Levels,
    Point,
    Stretch,
    Timeline,
)

MONDAY = date(2026, 11, 23)
COUNTS = Counts((Bar("Phase one", 3),), "members")


def weeks(count: int) -> tuple[Point, ...]:
    return tuple(Point(MONDAY + timedelta(weeks=number), number, None) for number in range(count))


def phase(start: int, end: int, done: float = 0) -> Stretch:
    return Stretch("Phase", MONDAY + timedelta(days=start), MONDAY + timedelta(days=end), "phase", done)


LIMITS: list[tuple[str, Callable[[int], object], int]] = [
    ("alt", lambda n: Chart(COUNTS, "x" * n), 500),
    ("label of a row", lambda n: LevelRow("x" * n, 0, 0), 100),
    ("label of a stretch", lambda n: Stretch("x" * n, MONDAY, date.max, "phase", 0), 100),
    ("label of a bar", lambda n: Bar("x" * n, 0), 100),
    ("level", lambda n: LevelRow("x", n, 0), 3),
    ("wanted", lambda n: LevelRow("x", 0, n), 3),
    ("rows", lambda n: Levels((LevelRow("x", 0, 0),) * n), 12),
    ("names", lambda n: Levels((LevelRow("x", 0, 0),), ("now", "x" * n)), 20),
    ("stretches", lambda n: Timeline((phase(0, 7),) * n, MONDAY), 12),
    ("days", lambda n: Timeline((phase(0, 7), phase(7, n)), MONDAY), 1_100),
    ("today", lambda n: Timeline((phase(0, 7),), MONDAY, "x" * n), 20),
    ("weeks", lambda n: Burnup(weeks(n), MONDAY), 104),
    ("planned", lambda n: Point(MONDAY, n, 0), 100_000),
    ("done", lambda n: Point(MONDAY, 0, n), 100_000),
    ("planned and done", lambda n: Burnup(weeks(1), MONDAY, ("planned", "x" * n)), 20),
    ("bars", lambda n: Counts((Bar("x", 0),) * n, "x"), 12),
    ("count", lambda n: Bar("x", n), 100_000),
    ("unit", lambda n: Counts((Bar("x", 0),), "x" * n), 20),
]


@pytest.mark.parametrize(("build", "limit"), [each[1:] for each in LIMITS], ids=[each[0] for each in LIMITS])
def test_limit_holds_to_the_last_one(build: Callable[[int], object], limit: int) -> None:
    build(limit)
    for over in (limit + 1, limit * 10):
        with pytest.raises(ValueError, match="a chart keeps this limit: "):
            build(over)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Levels(()),
        lambda: Timeline((), MONDAY),
        lambda: Burnup((), MONDAY),
        lambda: Counts((), "members"),
        lambda: Chart(COUNTS, ""),
        lambda: Chart(COUNTS, " \n"),
        lambda: Chart(COUNTS, "\x00"),
        lambda: LevelRow("x", -1, 0),
        lambda: LevelRow("x", 0, -1),
        lambda: LevelRow("", 0, 0),
        lambda: LevelRow(" ", 0, 0),
        lambda: LevelRow("two\nlines", 0, 0),
        lambda: LevelRow("a\ttab", 0, 0),
        lambda: LevelRow("\ud800", 0, 0),
        lambda: Levels((LevelRow("x", 0, 0),), ("", "wanted")),
        lambda: phase(7, 7),
        lambda: phase(7, 0),
        lambda: phase(0, 7, 1.01),
        lambda: phase(0, 7, -0.01),
        lambda: phase(0, 7, float("nan")),
        lambda: Stretch("Break", MONDAY, date.max, "pause", 0.5),
        lambda: Point(MONDAY + timedelta(days=1), 0, 0),
        lambda: Point(MONDAY, -1, 0),
        lambda: Point(MONDAY, 0, -1),
        lambda: Burnup((weeks(1) * 2), MONDAY),
        lambda: Burnup(weeks(2)[::-1], MONDAY),
        lambda: Burnup((weeks(1)[0], Point(MONDAY + timedelta(weeks=1), 1, 1)), MONDAY),
        lambda: Burnup((weeks(1)[0], Point(MONDAY + timedelta(weeks=158), 1, None)), MONDAY),
        lambda: Bar("x", -1),
        lambda: Counts((Bar("x", 0),), ""),
    ],
)
def test_what_makes_no_sense_is_refused(build: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="a chart keeps this limit: "):
        build()


def test_timeline_reaches_from_the_first_start_to_the_last_end() -> None:
    timeline = Timeline((phase(7, 70), phase(0, 14)), MONDAY)
    assert timeline.start == MONDAY
    assert timeline.end == MONDAY + timedelta(days=70)


def test_equal_charts_are_one_key() -> None:
    assert len({COUNTS, Counts((Bar("Phase one", 3),), "members")}) == 1
