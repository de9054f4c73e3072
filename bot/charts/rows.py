"""Charts made of rows: a label, a value at the right, and a bar beneath or between them."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.charts.palette import Theme
from bot.charts.sheet import BODY, PAD, SMALL, WIDTH, Sheet, clip, measure
from bot.core.chat.chart import LEVEL_LIMIT, Counts, LevelRow, Levels

_HEAD = 30.0
_HIGHEST = 450.0
_ROOMY = 58.0
_SNUG = 46.0
_CLOSE = 31.0
_LABEL = 296.0
_SHORT_VALUE = 72.0
_LONG_VALUE = 100.0
_BETWEEN = 16.0
_STEP_GAP = 5.0


@dataclass(frozen=True, slots=True)
class Row:
    """Where one row stands: the baseline of its text, and the top of its bar."""

    baseline: float
    top: float


@dataclass(frozen=True, slots=True)
class Grid:
    """`count` rows below a head and above a foot; bars are `span` wide from `left`, and `bar` thick.

    `value` is the room at the right that bars leave to values in the same line.
    """

    count: int
    head: float = 0
    foot: float = 0
    value: float = _SHORT_VALUE

    @property
    def pitch(self) -> float:
        """How far rows are apart."""
        pitch = min(_ROOMY, self._room / self.count)
        return pitch if pitch >= _SNUG else min(_CLOSE, pitch)

    @property
    def beside(self) -> bool:
        """Whether labels stand beside their bars, as they do where rows are too many to stand above."""
        return self.pitch < _SNUG

    @property
    def left(self) -> float:
        return PAD + _LABEL + _BETWEEN if self.beside else PAD

    @property
    def span(self) -> float:
        return WIDTH - PAD - self.value - self.left if self.beside else WIDTH - 2 * PAD

    @property
    def bar(self) -> float:
        return 13 if self.beside else min(16.0, self.pitch - BODY - 20)

    @property
    def height(self) -> float:
        return 2 * PAD + self.head + self.foot + self.count * self.pitch - self._below

    def rows(self) -> Iterator[Row]:
        for number in range(self.count):
            top = PAD + self.head + number * self.pitch
            yield Row(top + BODY - 4, top + (2 if self.beside else BODY + 4))

    @property
    def _room(self) -> float:
        return _HIGHEST - 2 * PAD - self.head - self.foot + 10

    @property
    def _below(self) -> float:
        """What is left empty below the last row's bar: the card's own margin is enough there."""
        return self.pitch - 16 if self.beside else self.pitch - BODY - 4 - self.bar


def write_row(
    sheet: Sheet, grid: Grid, row: Row, label: str, value: str, *, strong: bool = True, quiet: bool = False
) -> None:
    """A row's text: the label, cut where it would meet the bar or the value, and the value at the right."""
    color = sheet.palette.quiet if quiet else sheet.palette.ink
    taken = measure(value, bold=strong) + _BETWEEN if value else 0
    sheet.write(PAD, row.baseline, clip(label, _LABEL if grid.beside else grid.span - taken), color=color)
    if value:
        sheet.write(WIDTH - PAD, row.baseline, value, bold=strong, color=color, align="right")


def draw_levels(data: Levels, theme: Theme) -> Sheet:
    """Three steps a row: solid what is reached, hatched what is left to close, empty what nobody asks for."""
    grid = Grid(len(data.rows), head=_HEAD)
    sheet = Sheet(grid.height, theme)
    _write_head(sheet, " → ".join(data.names))
    for level, row in zip(data.rows, grid.rows(), strict=True):
        gap = level.wanted > level.level
        value = f"{level.level} → {level.wanted}" if gap else f"{level.level} ✓"
        write_row(sheet, grid, row, level.label, value, strong=gap)
        _draw_steps(sheet, grid, row, level)
    return sheet


def draw_counts(data: Counts, theme: Theme) -> Sheet:
    """Bars that share one scale, the longest over the whole width."""
    grid = Grid(len(data.bars), head=_HEAD, value=_LONG_VALUE)
    sheet = Sheet(grid.height, theme)
    _write_head(sheet, data.unit)
    most = max(bar.count for bar in data.bars)
    for bar, row in zip(data.bars, grid.rows(), strict=True):
        write_row(sheet, grid, row, bar.label, f"{bar.count:,}")
        track = sheet.box(grid.left, row.top, grid.span, grid.bar, fill=sheet.palette.track)
        if bar.count:
            width = grid.span * bar.count / most
            sheet.box(grid.left, row.top, width, grid.bar, fill=sheet.palette.done, inside=track)
    return sheet


def _write_head(sheet: Sheet, text: str) -> None:
    text = clip(text, WIDTH - 2 * PAD, SMALL)
    sheet.write(WIDTH - PAD, PAD + SMALL - 4, text, size=SMALL, color=sheet.palette.quiet, align="right")


def _draw_steps(sheet: Sheet, grid: Grid, row: Row, level: LevelRow) -> None:
    width = (grid.span - _STEP_GAP * (LEVEL_LIMIT - 1)) / LEVEL_LIMIT
    palette = sheet.palette
    for step in range(LEVEL_LIMIT):
        x = grid.left + step * (width + _STEP_GAP)
        if step < level.level:
            sheet.box(x, row.top, width, grid.bar, fill=palette.done)
        elif step < level.wanted:
            sheet.box(x, row.top, width, grid.bar, fill=palette.card, edge=palette.ahead, hatch=palette.ahead)
        else:
            sheet.box(x, row.top, width, grid.bar, fill=palette.track)
