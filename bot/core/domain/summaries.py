"""How a cohort is doing, in counts and sums over the plans that its figures are about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.domain.figures import Count, Standing, standing
from bot.core.domain.plans import Plan, PlannedGoal, place_at, present_phase
from bot.core.domain.tally import Tally, tally_all
from bot.core.time import WEEK, monday_of

ACTIVE_FOR = timedelta(weeks=2)


@dataclass(frozen=True, slots=True)
class Summary:
    """Counts and sums over a cohort's counted plans: nothing about one member alone.

    `standing` is "open" when they may be shown. `active` plans had a goal done within the last two weeks;
    `goals_week` were done within the last seven days. `reached` says how many plans have come to a phase or a
    later one. With `since`, only what happened after that moment is counted, and `reached` says how many have
    finished the phase since.
    """

    members: int
    standing: Standing
    since: datetime | None
    planning: int
    active: int
    goals_week: int
    goals_all: int
    hours_due: int
    hours_done: int
    reached: tuple[tuple[str, int], ...]
    tallies: tuple[Tally, ...]

    @property
    def ratio(self) -> float | None:
        """Hours done for each hour that was due, over all plans. None while nothing was due yet."""
        return self.hours_done / self.hours_due if self.hours_due else None


def summarise(
    members: int, count: Count, plans: Sequence[Plan], phases: Sequence[str], now: datetime
) -> Summary:
    """The summary of a cohort of so many members whose count holds these plans; `phases` are ids in order."""
    since = count.since
    done = [goal for plan in plans for goal in plan.goals if _is_done_after(goal, since)]
    due = [goal.hours for plan in plans for goal in plan.goals if _fell_due(plan, goal, since, now)]
    return Summary(
        members=members,
        standing=standing(count, now),
        since=since,
        planning=len(plans),
        active=sum(_is_active(plan, since, now) for plan in plans),
        goals_week=sum(goal.done_at is not None and now - goal.done_at <= WEEK for goal in done),
        goals_all=len(done),
        hours_due=sum(due),
        hours_done=sum(goal.hours for goal in done),
        reached=_count_phases(plans, phases, since, now),
        tallies=_tally_past(plans, since, now),
    )


def _is_done_after(goal: PlannedGoal, since: datetime | None) -> bool:
    return goal.state == "done" and (since is None or (goal.done_at is not None and goal.done_at > since))


def _fell_due(plan: Plan, goal: PlannedGoal, since: datetime | None, now: datetime) -> bool:
    """Whether the goal's week is over, and began after `since`."""
    if goal.state == "skipped" or goal.week >= place_at(plan, now).week:
        return False
    return since is None or goal.week > place_at(plan, since).week


def _is_active(plan: Plan, since: datetime | None, now: datetime) -> bool:
    return any(
        goal.done_at is not None and now - goal.done_at <= ACTIVE_FOR and _is_done_after(goal, since)
        for goal in plan.goals
    )


def _count_phases(
    plans: Sequence[Plan], phases: Sequence[str], since: datetime | None, now: datetime
) -> tuple[tuple[str, int], ...]:
    if since is not None:
        return tuple((phase, sum(_finished(plan, phase, since) for plan in plans)) for phase in phases)
    come = [_last_reached(plan, phases, now) for plan in plans]
    return tuple((phase, sum(one >= number for one in come)) for number, phase in enumerate(phases))


def _finished(plan: Plan, phase: str, since: datetime) -> bool:
    """Whether the last goal of the phase was done after `since`."""
    goals = [goal for goal in plan.goals if goal.phase_id == phase]
    return all(goal.state != "todo" for goal in goals) and any(_is_done_after(goal, since) for goal in goals)


def _last_reached(plan: Plan, phases: Sequence[str], now: datetime) -> int:
    """The number of the phase in which the member is by what they have done: -1 before the plan's start, the
    last one when nothing is left to do."""
    if place_at(plan, now).kind == "before":
        return -1
    phase = present_phase(plan)
    if phase is None:
        return len(phases) - 1
    return phases.index(phase) if phase in phases else -1


def _tally_past(plans: Sequence[Plan], since: datetime | None, now: datetime) -> tuple[Tally, ...]:
    """Week by week up to the present one. Weeks to come are left out: a later count would show them again."""
    present = monday_of(now.date())
    tallies = [one for one in tally_all(plans, present, since) if one.done is not None]
    return tuple(tallies)
