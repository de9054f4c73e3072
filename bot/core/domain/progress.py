"""Progress: how far a plan is, and its streak of weeks.

The streak is kind on purpose. A week with a goal done adds one to it. A week without one ends it, unless the
week was paused, had nothing due, saw the bot down, or is the first such week of its month: then it is frozen.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.core.domain.plans import (
    Place,
    Plan,
    goals_of,
    is_paused,
    late_goals,
    place_at,
    present_phase,
    week_at,
    zone_of,
)
from bot.core.time import WEEK, week_bounds, week_of

Downtime = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Streak:
    """`weeks` in a row with something done. `frozen` are the Mondays in between that a freeze covered.

    `freeze_left` says whether the present month still has its freeze.
    """

    weeks: int
    frozen: tuple[date, ...]
    freeze_left: bool


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a plan stands. The week that goes on counts as left; skipped goals count only as skipped.

    `phase_id` is that of the earliest goal still to do, None when nothing is. `hours_due` are those of the
    weeks that are over, `hours_done` those of everything done, ahead of time included.
    """

    place: Place
    phase_id: str | None
    weeks_done: int
    weeks_left: int
    goals_done: int
    goals_late: int
    goals_left: int
    goals_skipped: int
    hours_due: int
    hours_done: int
    streak: Streak

    @property
    def ratio(self) -> float | None:
        """Hours done for each hour that was due: 1.0 is on pace. None while nothing was due yet."""
        return self.hours_done / self.hours_due if self.hours_due else None


def measure(
    plan: Plan, now: datetime, downtime: Sequence[Downtime] = (), earlier: Sequence[Plan] = ()
) -> Progress:
    """The plan's progress. `downtime` are spans in which the bot couldn't be used, as aware instants. The
    streak goes on from the member's `earlier` plans.
    """
    place = place_at(plan, now)
    weeks_done = min(place.week, plan.weeks)
    late = len(late_goals(plan, now))
    done = [goal for goal in plan.goals if goal.state == "done"]
    skipped = sum(goal.state == "skipped" for goal in plan.goals)
    return Progress(
        place=place,
        phase_id=present_phase(plan),
        weeks_done=weeks_done,
        weeks_left=plan.weeks - weeks_done,
        goals_done=len(done),
        goals_late=late,
        goals_left=len(plan.goals) - len(done) - skipped - late,
        goals_skipped=skipped,
        hours_due=sum(g.hours for g in plan.goals if g.week < place.week and g.state != "skipped"),
        hours_done=sum(goal.hours for goal in done),
        streak=count_streak(plan, now, downtime, earlier),
    )


def count_streak(
    plan: Plan, now: datetime, downtime: Sequence[Downtime] = (), earlier: Sequence[Plan] = ()
) -> Streak:
    """The streak up to `now`. The week that goes on can add to it but never end it.

    A freeze is used only while there is a streak to keep, and belongs to the month of the week's Monday. A
    late goal that a remedy moves is no longer due in its old week, so taking a remedy can mend a streak.
    A week before the plan's start is judged by the `earlier` plan that had begun by then.
    """
    present = week_of(now, zone_of(plan))
    plans = sorted((*earlier, plan), key=lambda one: one.start)
    active = {goal.done_in for one in plans for goal in one.goals if goal.done_in is not None}
    weeks = 0
    frozen: list[date] = []
    used: set[tuple[int, int]] = set()
    for monday in _mondays(min({plans[0].start, *active}), max({present, *active})):
        if monday in active:
            weeks += 1
        elif monday < present and weeks and not _is_neutral(_plan_of(plans, monday), monday, downtime):
            if (monday.year, monday.month) in used:
                weeks, frozen = 0, []
            else:
                used.add((monday.year, monday.month))
                frozen.append(monday)
    return Streak(weeks, tuple(frozen), (present.year, present.month) not in used)


def _plan_of(plans: Sequence[Plan], monday: date) -> Plan:
    """The newest plan that had begun by then; plans are in the order of their starts."""
    begun = [one for one in plans if one.start <= monday]
    return begun[-1] if begun else plans[0]


def _mondays(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += WEEK


def _is_neutral(plan: Plan, monday: date, downtime: Sequence[Downtime]) -> bool:
    """Whether a week without anything done is no reason to end a streak."""
    if is_paused(plan, monday) or not _was_due(plan, monday):
        return True
    begin, end = week_bounds(monday, zone_of(plan))
    return any(down < end and begin < up for down, up in downtime)


def _was_due(plan: Plan, monday: date) -> bool:
    """Whether there was anything left to do when the week began. What was done ahead of time was not."""
    if monday < plan.start:
        return False
    return any(
        goal.state == "todo" or (goal.done_in is not None and goal.done_in > monday)
        for goal in goals_of(plan, week_at(plan, monday))
    )
