"""A plan's goals counted week by week: what was planned up to each week, and what is done."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.domain.plans import Plan, last_day, monday_of_week, zone_of
from bot.core.time import WEEK, week_of


@dataclass(frozen=True, slots=True)
class Tally:
    """Goals up to the end of the week of `monday`, added up; `done` is None for a week that is to come."""

    monday: date
    planned: int
    done: int | None


def tally(plan: Plan, now: datetime) -> tuple[Tally, ...]:
    """Every week from the first in which something happened to the plan's last, or to the present one if it
    is later. Skipped goals count neither way, and a paused week adds nothing to what was planned."""
    present = week_of(now, zone_of(plan))
    counted = [goal for goal in plan.goals if goal.state != "skipped"]
    due = [monday_of_week(plan, goal.week) for goal in counted]
    done = [goal.done_in for goal in counted if goal.done_in is not None]
    first, last = min((plan.start, *done)), max((last_day(plan), *done))
    if plan.status == "active":
        last = max(last, present)
    weeks = (last - first) // WEEK + 1
    mondays = tuple(first + number * WEEK for number in range(weeks))
    return tuple(
        Tally(
            monday,
            sum(each <= monday for each in due),
            sum(each <= monday for each in done) if monday <= present else None,
        )
        for monday in mondays
    )


def tally_all(plans: Sequence[Plan], present: date, since: datetime | None = None) -> tuple[Tally, ...]:
    """As `tally`, for the goals of several plans together; `present` is the Monday of the present week. With
    `since`, of what was done after it and of weeks that began after it only."""
    counted = [(plan, goal) for plan in plans for goal in plan.goals if goal.state != "skipped"]
    due = sorted(monday_of_week(plan, goal.week) for plan, goal in counted)
    done = sorted(
        goal.done_in
        for _, goal in counted
        if goal.done_in is not None and (since is None or (goal.done_at is not None and goal.done_at > since))
    )
    if since is not None:
        due = [monday for monday in due if monday > since.date()]
    if not due:
        return ()
    first, last = min(*due, *done, present), max(*due, *done, present)
    mondays = tuple(first + number * WEEK for number in range((last - first) // WEEK + 1))
    return tuple(
        Tally(monday, bisect_right(due, monday), bisect_right(done, monday) if monday <= present else None)
        for monday in mondays
    )
