"""What a chart shows, as plain values. Whoever paints it decides how it looks.

A value that breaks a limit is never built: the constructor raises ValueError, which is a bug in a view.
The few words a chart shows besides its labels are fields too, so that a view can say them its own way.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from bot.core.chat.markup import is_drawable, is_visible

ALT_LIMIT = 500
LABEL_LIMIT = 100
WORD_LIMIT = 20
ROW_LIMIT = 12
LEVEL_LIMIT = 3
DAY_LIMIT = 1_100
WEEK_LIMIT = 104
COUNT_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class LevelRow:
    """One thing to learn: the level somebody is at, and the one they want; both 0 to 3."""

    label: str
    level: int
    wanted: int

    def __post_init__(self) -> None:
        _require_label(self.label)
        for level in (self.level, self.wanted):
            _require(0 <= level <= LEVEL_LIMIT, f"levels of 0 to {LEVEL_LIMIT}: {level}")


@dataclass(frozen=True, slots=True)
class Levels:
    """A gap report: 1 to 12 rows, in the order in which they are shown. `names` says level and wanted."""

    rows: tuple[LevelRow, ...]
    names: tuple[str, str] = ("now", "wanted")

    def __post_init__(self) -> None:
        _require_rows(self.rows)
        _require_words(*self.names)


@dataclass(frozen=True, slots=True)
class Stretch:
    """A phase or a pause from its first day up to, and without, the day `end`.

    `done` is the share of its goals that are done, 0 to 1; a pause has 0.
    """

    label: str
    start: date
    end: date
    kind: Literal["phase", "pause"]
    done: float

    def __post_init__(self) -> None:
        _require_label(self.label)
        _require(self.start < self.end, f"a start before the end: {self.start} to {self.end}")
        _require(0 <= self.done <= 1, f"a share of 0 to 1: {self.done}")
        _require(self.kind == "phase" or self.done == 0, "nothing done in a pause")


@dataclass(frozen=True, slots=True)
class Timeline:
    """A dated plan: 1 to 12 stretches, at most three years from end to end; they may overlap.

    `today` may lie outside. `today_name` says it.
    """

    stretches: tuple[Stretch, ...]
    today: date
    today_name: str = "today"

    def __post_init__(self) -> None:
        _require_rows(self.stretches)
        _require((self.end - self.start).days <= DAY_LIMIT, f"{DAY_LIMIT} days from end to end")
        _require_words(self.today_name)

    @property
    def start(self) -> date:
        return min(stretch.start for stretch in self.stretches)

    @property
    def end(self) -> date:
        return max(stretch.end for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class Point:
    """The week that starts on `monday`: goals planned and goals done, all weeks up to its end added up.

    `done` is None for a week that is still to come.
    """

    monday: date
    planned: int
    done: int | None

    def __post_init__(self) -> None:
        _require(self.monday.weekday() == 0, f"a Monday: {self.monday}")
        for count in (self.planned, self.done or 0):
            _require(0 <= count <= COUNT_LIMIT, f"counts of 0 to {COUNT_LIMIT}: {count}")


@dataclass(frozen=True, slots=True)
class Burnup:
    """Goals planned against goals done: 1 to 104 weeks in order, those without `done` at the end.

    `names` says planned and done.
    """

    weeks: tuple[Point, ...]
    today: date
    names: tuple[str, str] = ("planned", "done")
    today_name: str = "today"

    def __post_init__(self) -> None:
        _require(0 < len(self.weeks) <= WEEK_LIMIT, f"1 to {WEEK_LIMIT} weeks")
        for earlier, later in pairwise(self.weeks):
            _require(earlier.monday < later.monday, f"weeks in order: {earlier.monday}, {later.monday}")
            _require(earlier.done is not None or later.done is None, "what is done comes before what isn't")
        span = (self.weeks[-1].monday - self.weeks[0].monday).days
        _require(span <= DAY_LIMIT, f"{DAY_LIMIT} days from end to end")
        _require_words(*self.names, self.today_name)


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    count: int

    def __post_init__(self) -> None:
        _require_label(self.label)
        _require(0 <= self.count <= COUNT_LIMIT, f"counts of 0 to {COUNT_LIMIT}: {self.count}")


@dataclass(frozen=True, slots=True)
class Counts:
    """1 to 12 simple bars. `unit` says what is counted ("members")."""

    bars: tuple[Bar, ...]
    unit: str

    def __post_init__(self) -> None:
        _require_rows(self.bars)
        _require_words(self.unit)


ChartData = Levels | Timeline | Burnup | Counts


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture and the text that stands in for it: `alt` says in 1 to 500 characters what `data` shows."""

    data: ChartData
    alt: str

    def __post_init__(self) -> None:
        _require(is_drawable(self.alt) and is_visible(self.alt), "an alt text with something to read")
        _require(len(self.alt) <= ALT_LIMIT, f"alt text of {ALT_LIMIT}: {self.alt!r}")


def picture_name(chart: Chart) -> str:
    """The name of the chart's picture, the same for the same data: `chart-0a1b2c3d4e5f.png`."""
    return f"chart-{hashlib.sha256(repr(chart.data).encode()).hexdigest()[:12]}.png"


def _require_label(label: str) -> None:
    _require(_is_line(label), f"a label is one visible line: {label!r}")
    _require(len(label) <= LABEL_LIMIT, f"label of {LABEL_LIMIT}: {label!r}")


def _require_words(*words: str) -> None:
    for word in words:
        _require(_is_line(word), f"a word is one visible line: {word!r}")
        _require(len(word) <= WORD_LIMIT, f"word of {WORD_LIMIT}: {word!r}")


def _require_rows(rows: Sequence[object]) -> None:
    _require(0 < len(rows) <= ROW_LIMIT, f"1 to {ROW_LIMIT} rows")


def _is_line(text: str) -> bool:
    return is_drawable(text) and is_visible(text) and "\n" not in text and "\t" not in text


def _require(holds: bool, limit: str) -> None:
    if not holds:
        raise ValueError(f"a chart keeps this limit: {limit}")
