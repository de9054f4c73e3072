"""Pauses: stopping until a day and going on again, in whole weeks, so that neither ever costs anything."""

from dataclasses import replace
from datetime import date, datetime

from bot.core.domain.plans import Pause, Plan, check_active, is_paused, place_at, zone_of
from bot.core.errors import InvalidInput
from bot.core.time import WEEK, local_day, monday_of, start_monday

PAUSE_WEEKS_MAX = 52


def pause_until(plan: Plan, until: date, now: datetime) -> Plan:
    """The plan with a pause from this week on. Study goes on at the first Monday that isn't before `until`.

    The present week is paused as a whole, because half a week is no week: what is left of it moves behind
    the pause, what was done stays done. Before the start the pause begins with the start. During a pause
    this moves its end, either way. Skipping a week is a pause until the next Monday. Raises InvalidInput
    when no whole week would be paused, for more than 52 weeks, and when the plan is over.
    """
    check_active(plan)
    if place_at(plan, now).kind == "over":
        raise InvalidInput("plan.over")
    today = local_day(now, zone_of(plan))
    present, back = max(monday_of(today), plan.start), start_monday(until)
    if until <= today or back <= present:
        raise InvalidInput("pause.past")
    if back > present + PAUSE_WEEKS_MAX * WEEK:
        raise InvalidInput("pause.long", weeks=str(PAUSE_WEEKS_MAX))
    going_on = [pause.first for pause in plan.pauses if pause.first <= present < pause.back]
    first = going_on[0] if going_on else present
    return replace(plan, pauses=(*_cut(plan.pauses, first), Pause(first, (back - first) // WEEK)))


def resume(plan: Plan, now: datetime) -> Plan:
    """The plan with its pause shortened: study goes on today, if it is a Monday, else on the next one.

    That is the rule of the start, for the same reason: going on on a Saturday must not make a week's goals
    late on Monday. A pause that began this week (or hasn't begun) disappears as if it never was, because
    then this is the undo of pausing. Without a pause nothing changes.
    """
    check_active(plan)
    today = local_day(now, zone_of(plan))
    monday = monday_of(today)
    if is_paused(plan, monday) and not any(pause.first == monday for pause in plan.pauses):
        return replace(plan, pauses=_cut(plan.pauses, start_monday(today)))
    return replace(plan, pauses=_cut(plan.pauses, monday))


def _cut(pauses: tuple[Pause, ...], monday: date) -> tuple[Pause, ...]:
    """What of the pauses lies before `monday`."""
    return tuple(
        Pause(pause.first, min(pause.weeks, (monday - pause.first) // WEEK))
        for pause in pauses
        if pause.first < monday
    )
