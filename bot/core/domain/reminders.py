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
    done is worth a short word. `ignored` counts the sent reminders in a row that followed one after which
    nothing was heard; `reminded_on` is the day, in UTC, for which the last one was meant. Both change only
    when a reminder was sent, so a week in which none was sent, for whatever reason, counts for nothing.
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


def after_silence(reminder: Reminder, seen_on: date | None) -> int:
    """The count for the next reminder to a member last seen on that day: below IGNORED_MOST it is a usual
    one, at IGNORED_MOST the question whether to go on, and above it nothing is sent.

    Anything heard since the last sent reminder begins a new count, and so does a member who was never sent
    one. Otherwise that one was ignored, and counts. The count goes above IGNORED_MOST only from there, and
    `after_sent` lets it get there only by the question: nobody goes silent before they were asked. A day is
    heard from whatever its hour: rather one reminder too many than one too few.
    """
    heard = reminder.reminded_on is None or (seen_on is not None and seen_on >= reminder.reminded_on)
    return 0 if heard else min(reminder.ignored + 1, IGNORED_MOST + 1)


def after_sent(reminder: Reminder, seen_on: date | None, due_on: date, *, asked: bool) -> Reminder:
    """What holds once the reminder that was meant for the day `due_on` was sent to a member last seen on
    that day; `asked`: it was the question. The day it was meant for counts, not the day on which it was sent
    or found to have been sent: an answer may have come in between."""
    most = IGNORED_MOST if asked else IGNORED_MOST - 1
    return replace(reminder, ignored=min(after_silence(reminder, seen_on), most), reminded_on=due_on)


def snooze_until(now: datetime, hours: int, zone: ZoneInfo) -> datetime:
    """When a snoozed reminder comes again: in `hours`, or at the same wall time tomorrow for 24."""
    if hours != SNOOZES[-1]:
        return now + timedelta(hours=hours)
    local = now.astimezone(zone)
    return resolve(local.date() + timedelta(days=1), local.time(), zone)
