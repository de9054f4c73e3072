"""Reminders: when a member wants to be told of the week, and when they are left in peace."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.core.domain.plans import Plan, late_goals, place_at, zone_of
from bot.core.recurrence import Due, Recurrence, next_due
from bot.core.time import WEEK, monday_of, resolve

KIND = "reminder.weekly"
LATE = timedelta(hours=24)
# From here on a reminder says that it comes late.
LATE_FROM = timedelta(hours=1)
# The ordinal of the last day that a calendar knows.
WEEK_MOST = date.max.toordinal()
SNOOZES = (1, 3, 24)  # hours
SKIPS_KEPT = 8
# After so many reminders without an answer one question is asked, and then nothing comes by itself.
IGNORED_MOST = 2


@dataclass(frozen=True, slots=True)
class Reminder:
    """What a member chose. `minute` counts from local midnight; nothing is ever sent while it isn't `on`.

    `skipped` are Mondays of ISO weeks without a reminder; `well_done` says whether a week with everything
    done is worth a short word. `ignored` counts the reminders in a row after which nothing was heard;
    `reminded_on` is the day, in UTC, of the last one.
    """

    weekday: int = 0
    minute: int = 9 * 60
    on: bool = False
    well_done: bool = True
    skipped: tuple[date, ...] = ()
    ignored: int = 0
    reminded_on: date | None = None

    def recurrence(self, zone: str) -> Recurrence:
        return Recurrence(zone, self.weekday, self.minute)


def skip(reminder: Reminder, week: date) -> Reminder:
    """Without the reminder of the week that begins on the Monday `week`."""
    kept = sorted({*reminder.skipped, week})[-SKIPS_KEPT:]
    return replace(reminder, skipped=tuple(kept))


def unskip(reminder: Reminder, weeks: Collection[date]) -> Reminder:
    """With the reminders of those weeks again."""
    return replace(reminder, skipped=tuple(week for week in reminder.skipped if week not in weeks))


def upcoming(reminder: Reminder, zone: str, now: datetime, spoken: date | None) -> Due:
    """The next reminder that is not skipped. `spoken` is the newest ISO week that had its reminder already:
    no week has two, even when its day is moved."""
    found = next_due(reminder.recurrence(zone), now)
    while found.week in reminder.skipped or (spoken is not None and found.week <= spoken):
        found = next_due(reminder.recurrence(zone), found.at)
    return found


def has_open_goals(plan: Plan, week: int, now: datetime) -> bool:
    """Whether anything of the study week, or late, is left to do."""
    return bool(late_goals(plan, now)) or any(g.state == "todo" and g.week == week for g in plan.goals)


def why_silent(reminder: Reminder, plan: Plan | None, week: date, now: datetime) -> str | None:
    """Why a reminder that is due in the ISO week `week` is not sent; None when it is."""
    if not reminder.on:
        return "off"
    if week in reminder.skipped:
        return "skipped"
    if plan is None:
        return "no plan"
    place = place_at(plan, now)
    if place.kind in ("paused", "ended"):
        return place.kind
    if place.kind == "before" and plan.start - monday_of(now.astimezone(zone_of(plan)).date()) > WEEK:
        return "not begun"
    return None


def after_silence(reminder: Reminder, seen_on: date | None) -> Reminder:
    """The reminder with its count brought up to date, when another one is due for a member last seen on that
    day. A day is heard from whatever its hour: rather one reminder too many than one too few."""
    heard = reminder.reminded_on is None or (seen_on is not None and seen_on >= reminder.reminded_on)
    return replace(reminder, ignored=0 if heard else min(reminder.ignored + 1, IGNORED_MOST + 1))


def snooze_until(now: datetime, hours: int, zone: ZoneInfo) -> datetime:
    """When a snoozed reminder comes again: in `hours`, or at the same wall time tomorrow for 24."""
    if hours != SNOOZES[-1]:
        return now + timedelta(hours=hours)
    local = now.astimezone(zone)
    return resolve(local.date() + timedelta(days=1), local.time(), zone)
