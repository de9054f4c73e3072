"""Days on a line: where each stands, how it is written, and which are named below a chart."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.charts.sheet import SMALL, Sheet, measure

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_APART = 18.0


@dataclass(frozen=True, slots=True)
class Days:
    """The days from `start` up to, and without, `end` on a line from `left`, `width` long."""

    start: date
    end: date
    left: float
    width: float

    def x(self, day: date) -> float:
        """Where the day begins; a line of no days has everything at its start."""
        return self.left + self.width * (day - self.start).days / max((self.end - self.start).days, 1)

    def months(self) -> Iterator[date]:
        """The first day of each month on the line."""
        for number in range(self.start.year * 12 + self.start.month - 1, self.end.year * 12 + self.end.month):
            first = date(number // 12, number % 12 + 1, 1)
            if self.start <= first <= self.end:
                yield first


def write_day(day: date) -> str:
    """A day as it stands below a chart: "23 Nov"."""
    return f"{day.day} {MONTHS[day.month - 1]}"


def write_days(sheet: Sheet, days: Days, y: float, today: date, today_name: str) -> None:
    """Names today, both ends and the months between on the baseline `y`; what would overlap is left out.

    The first named wins, so today always stands there when it lies on the line.
    """
    taken: list[tuple[float, float]] = []
    palette = sheet.palette
    if days.start <= today <= days.end:
        _place(sheet, days, y, today, today_name, taken, palette.ink, bold=True)
    last = days.end - timedelta(days=1)
    for day, named in ((days.start, days.start), (days.end, last)):
        _place(sheet, days, y, day, write_day(named), taken, palette.quiet)
    for day in days.months():
        _place(sheet, days, y, day, MONTHS[day.month - 1], taken, palette.quiet)


def _place(
    sheet: Sheet,
    days: Days,
    y: float,
    day: date,
    text: str,
    taken: list[tuple[float, float]],
    color: str,
    *,
    bold: bool = False,
) -> None:
    width = measure(text, SMALL, bold)
    left = min(max(days.x(day) - width / 2, days.left), days.left + days.width - width)
    if all(left > right + _APART or left + width < other - _APART for other, right in taken):
        taken.append((left, left + width))
        sheet.write(left, y, text, size=SMALL, color=color, bold=bold)
