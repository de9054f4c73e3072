"""Goals planned against goals done, week by week."""

from dataclasses import dataclass
from datetime import date, timedelta

from bot.charts.days import Days, write_days
from bot.charts.palette import Theme
from bot.charts.sheet import PAD, SMALL, WIDTH, Sheet, clip
from bot.core.chat.chart import Burnup

Points = list[tuple[float, float]]

_HEIGHT = 400.0
_FLOOR = _HEIGHT - PAD - 34
_TOP = PAD + 14
_BESIDE = 112.0
_RIGHT = WIDTH - PAD - _BESIDE
_NUMBER = 22.0
_LABEL_HEIGHT = 54.0
_LABEL_GAP = 12.0
_LOWEST = _FLOOR - 34
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Curves:
    """Both curves in logical pixels: nothing on the first Monday, then a corner at each week's end.

    `total` is what is done at the end of the curve `done`.
    """

    days: Days
    planned: Points
    done: Points
    total: int


def draw_burnup(data: Burnup, theme: Theme) -> Sheet:
    """The plan as a dashed line, what is done as a solid one above a tint, each named where it ends."""
    sheet = Sheet(_HEIGHT, theme)
    curves = _plot(data)
    palette = sheet.palette
    target = curves.planned[-1][1]
    sheet.line([(PAD, target), (_RIGHT, target)], palette.track, 1.5)
    sheet.area([*curves.done, (curves.done[-1][0], _FLOOR), (PAD, _FLOOR)], palette.tint)
    sheet.line([(PAD, _FLOOR), (_RIGHT, _FLOOR)], palette.edge, 1.5)
    if curves.days.start <= data.today <= curves.days.end:
        x = curves.days.x(data.today)
        sheet.line([(x, _TOP - 8), (x, _FLOOR)], palette.idle, 1.25)
    sheet.line(curves.planned, palette.quiet, 2.5, dashed=True)
    sheet.line(curves.done, palette.done, 3.5)
    sheet.dot(*curves.done[-1], palette.done)
    _write_labels(sheet, data, curves)
    write_days(sheet, curves.days, _HEIGHT - PAD, data.today, data.today_name)
    return sheet


def _plot(data: Burnup) -> Curves:
    days = Days(data.weeks[0].monday, _end_of_week(data.weeks[-1].monday), PAD, _RIGHT - PAD)
    most = max(max(week.planned, week.done or 0) for week in data.weeks) or 1
    planned, done, total = [(PAD, _FLOOR)], [(PAD, _FLOOR)], 0
    for week in data.weeks:
        planned.append((days.x(_end_of_week(week.monday)), _height(week.planned / most)))
        if week.done is not None:
            # What is done this week is done by today, not by its end.
            last = min(_end_of_week(week.monday), max(data.today, week.monday))
            done.append((days.x(last), _height(week.done / most)))
            total = week.done
    return Curves(days, planned, done, total)


def _end_of_week(monday: date) -> date:
    return min(monday, date.max - _WEEK) + _WEEK


def _height(share: float) -> float:
    return _FLOOR - (_FLOOR - _TOP) * share


def _write_labels(sheet: Sheet, data: Burnup, curves: Curves) -> None:
    """Both totals with their names; beside the chart they move apart when their ends are near each other."""
    palette = sheet.palette
    plan = curves.planned[-1][1]
    x, done = curves.done[-1]
    if x > _RIGHT - _BESIDE:
        x = _RIGHT
        if done < plan:
            done, plan = _move_apart(done, plan)
        else:
            plan, done = _move_apart(plan, done)
    _write_total(sheet, _RIGHT, plan, data.weeks[-1].planned, data.names[0], palette.quiet)
    _write_total(sheet, x, done, curves.total, data.names[1], palette.done)


def _move_apart(upper: float, lower: float) -> tuple[float, float]:
    """Two heights so that a label fits between them, and the lower one's label above the floor."""
    lower = min(max(lower, upper + _LABEL_HEIGHT), _LOWEST)
    return min(upper, lower - _LABEL_HEIGHT), lower


def _write_total(sheet: Sheet, x: float, y: float, count: int, name: str, color: str) -> None:
    x, y = x + _LABEL_GAP, min(y, _LOWEST) + 6
    name = clip(name, _BESIDE - _LABEL_GAP, SMALL)
    sheet.write(x, y, f"{count:,}", size=_NUMBER, bold=True, color=color, halo=True)
    sheet.write(x, y + 20, name, size=SMALL, color=color, halo=True)
