"""The next reminder that will really be sent, with every reason for silence taken into account."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from bot.core.domain.ledger import Cut
from bot.core.domain.plans import Plan, place_at
from bot.core.domain.reminders import (
    IGNORED_MOST,
    Reminder,
    after_silence,
    has_open_goals,
    upcoming,
    why_silent,
)
from bot.core.recurrence import Due, next_due
from bot.core.time import WEEK

# A pause can be long, but a plan with something left to do speaks again after it.
WEEKS_LOOKED = 260

Reason = Literal["off", "left", "closed", "unanswered", "done"]


@dataclass(frozen=True, slots=True)
class Quiet:
    """No reminder comes as things are.

    "off": the member wants none. "left": they, or Cairn, left the community. "closed": their direct messages
    are. "unanswered": several were ignored. "done": nothing is left to do.
    """

    reason: Reason


Coming = Due | Quiet


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of a member beside their plan. `spoken`: the newest ISO week that has its reminder.
    `waiting`: a reminder that is planned but not sent, such as one that was put off."""

    reminder: Reminder
    seen_on: date | None
    spoken: date | None
    waiting: Due | None
    cut: Cut | None


def next_reminder(standing: Standing, plan: Plan, now: datetime) -> Coming:
    """Returns the first reminder after `now` that will be sent if the member does nothing until then, or why
    none will be."""
    reminder = standing.reminder
    if not reminder.on:
        return Quiet("off")
    if standing.cut is not None:
        return Quiet("closed" if standing.cut == "direct" else "left")
    if after_silence(reminder, standing.seen_on) > IGNORED_MOST:
        return Quiet("unanswered")
    for due in _candidates(standing, plan, now):
        if will_be_sent(reminder, plan, due):
            return due
    return Quiet("done")


def will_be_sent(reminder: Reminder, plan: Plan, due: Due) -> bool:
    """Whether a reminder that is due then has something to say, as the plan stands now."""
    if why_silent(reminder, plan, due.week, due.at) is not None:
        return False
    place = place_at(plan, due.at)
    return has_open_goals(plan, place.week, due.at) or (reminder.well_done and place.kind == "studying")


def _candidates(standing: Standing, plan: Plan, now: datetime) -> Iterator[Due]:
    # What waits for longer was planned by a clock that was ahead.
    if standing.waiting is not None and standing.waiting.at - now <= WEEK:
        yield standing.waiting
    due = upcoming(standing.reminder, plan.zone, now, standing.spoken)
    for _ in range(WEEKS_LOOKED):
        yield due
        due = next_due(standing.reminder.recurrence(plan.zone), due.at)
