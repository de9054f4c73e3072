"""Days as people read them, in one place."""

from datetime import date, timedelta

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_text(day: date, year: int) -> str:
    """`Mon 7 Dec`, and `Mon 7 Dec 2026` when that isn't in `year`, the plan's first."""
    text = f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]}"
    return text if day.year == year else f"{text} {day.year}"


def week_text(monday: date, year: int) -> str:
    """The days of a week: `Mon 7 to Sun 13 Dec`."""
    sunday = monday + timedelta(days=6)
    if monday.month == sunday.month:
        return f"{_WEEKDAYS[0]} {monday.day} to {day_text(sunday, year)}"
    return f"{day_text(monday, year)} to {day_text(sunday, year)}"


def count_text(number: int, noun: str) -> str:
    """`1 week`, `2 weeks`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
