"""The plan on a line of days."""

from bot.charts.days import Days, write_days
from bot.charts.palette import Theme
from bot.charts.rows import Grid, Row, write_row
from bot.charts.sheet import PAD, Sheet
from bot.core.chat.chart import Stretch, Timeline

_FOOT = 36.0
_SHORTEST = 6.0


def draw_timeline(data: Timeline, theme: Theme) -> Sheet:
    """A row for each stretch: solid what is done, tinted what is left, hatched a pause; a line for today."""
    grid = Grid(len(data.stretches), foot=_FOOT)
    sheet = Sheet(grid.height, theme)
    days = Days(data.start, data.end, grid.left, grid.span)
    for stretch, row in zip(data.stretches, grid.rows(), strict=True):
        pause = stretch.kind == "pause"
        value = "" if pause else _write_share(stretch.done)
        write_row(sheet, grid, row, stretch.label, value, strong=stretch.done > 0, quiet=pause)
        sheet.box(grid.left, row.top, grid.span, grid.bar, fill=sheet.palette.track)
        _draw_stretch(sheet, grid, row, stretch, days)
        if days.start <= data.today <= days.end:
            x = days.x(data.today)
            sheet.line([(x, row.top - 3), (x, row.top + grid.bar + 3)], sheet.palette.ink, 2.5)
    write_days(sheet, days, sheet.height - PAD, data.today, data.today_name)
    return sheet


def _draw_stretch(sheet: Sheet, grid: Grid, row: Row, stretch: Stretch, days: Days) -> None:
    palette = sheet.palette
    # A week in three years would be a hair: it keeps a width that can be seen, inside the line of days.
    width = max(days.x(stretch.end) - days.x(stretch.start), _SHORTEST)
    left = min(days.x(stretch.start), grid.left + grid.span - width)
    if stretch.kind == "pause":
        sheet.box(left, row.top, width, grid.bar, fill=palette.card, edge=palette.idle, hatch=palette.idle)
        return
    outline = sheet.box(left, row.top, width, grid.bar, fill=palette.tint, edge=palette.done)
    if stretch.done:
        sheet.box(left, row.top, width * stretch.done, grid.bar, fill=palette.done, radius=0, inside=outline)


def _write_share(done: float) -> str:
    """A share in whole per cent, rounded down: nothing is done before it is; 0.29 is 29 all the same."""
    return f"{int(done * 100 + 1e-9)} %"
