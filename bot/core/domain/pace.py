"""Pace: packing what is left anew for other hours a week, and adding goals that were left out."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from bot.core.domain.drafts import check_pace
from bot.core.domain.goals import Goal
from bot.core.domain.packing import fewest_weeks, most_hours, spread
from bot.core.domain.plans import (
    Plan,
    PlannedGoal,
    PlannedPhase,
    check_active,
    hours_spent,
    left_from,
    place_at,
)
from bot.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class Repacked:
    """A plan at another pace. `set_aside`: ids of stretch goals without room, skipped but listed."""

    plan: Plan
    set_aside: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Ahead:
    """A phase of which `passed` weeks are over; the rest begins at the study week `first`.

    `spent` are hours of that first week that are used up; `present` says whether it is the one that goes on.
    """

    phase: PlannedPhase
    passed: int
    first: int
    present: bool
    spent: int

    @property
    def end(self) -> int:
        return self.first + self.phase.weeks - self.passed


def change_pace(plan: Plan, pace: int, now: datetime) -> Repacked:
    """The plan at `pace` hours a week, with what is left packed anew from the present week on.

    The rules are those of a draft, phase by phase, each with what now stands in its weeks. The present week
    stays in its phase, and a phase that was extended may stay as long as it is. Done goals don't move, and
    late ones stay late: remedies are for them. At the plan's own pace nothing changes. Raises InvalidInput
    for a pace out of range, or when what never drops has no room.
    """
    check_active(plan)
    if check_pace(pace) == plan.pace:
        return Repacked(plan, ())
    phases: list[PlannedPhase] = []
    moved: dict[str, PlannedGoal] = {}
    for ahead in _ahead(plan, now):
        first = sum(phase.weeks for phase in phases) + ahead.passed
        kept, weeks = _make_room(_left_in(plan, ahead), ahead, pace)
        phases.append(replace(ahead.phase, weeks=ahead.passed + weeks))
        moved |= _place(kept, first, (ahead.spent, *(0 for _ in kept))[:weeks], pace)
        moved |= _stand_aside(plan, ahead, kept, first, weeks)
    goals = tuple(moved.get(goal.goal_id, goal) for goal in plan.goals)
    set_aside = tuple(
        new.goal_id
        for new, old in zip(goals, plan.goals, strict=True)
        if new.state == "skipped" and old.state == "todo"
    )
    return Repacked(replace(plan, pace=pace, phases=tuple(phases), goals=goals), set_aside)


def add_goals(plan: Plan, goals: Iterable[tuple[str, Goal]], now: datetime) -> Plan:
    """The plan with more goals, each given with its phase's id, spread evenly over what remains of its phase.

    Where that has no room, or is over, they go to any week that remains. No goal that is there moves, and no
    week goes over 125 % of the pace. What stands in the plan already is left as it is. Raises InvalidInput
    when they don't all fit, or no week remains.
    """
    check_active(plan)
    listed = {goal.goal_id for goal in plan.goals}
    fresh = {goal.id: (phase_id, goal) for phase_id, goal in goals if goal.id not in listed}
    if not fresh:
        return plan
    first = place_at(plan, now).week
    if first >= plan.weeks:
        raise InvalidInput("plan.over")
    loads = [0] * (plan.weeks - first)
    loads[0] = hours_spent(plan, now)
    for left in left_from(plan, first):
        loads[left.week - first] += left.hours
    hours = tuple(goal.hours for _, goal in fresh.values())
    windows = _windows(plan, tuple(phase_id for phase_id, _ in fresh.values()), first)
    placed = spread(hours, loads, most_hours(plan.pace), windows)
    if placed is None:
        placed = spread(hours, loads, most_hours(plan.pace))
    if placed is None:
        raise InvalidInput("plan.full", pace=str(plan.pace))
    position = max((goal.position for goal in plan.goals), default=-1) + 1
    added = tuple(
        PlannedGoal(goal.id, phase_id, goal.hours, goal.stretch, first + week, position + index)
        for index, ((phase_id, goal), week) in enumerate(zip(fresh.values(), placed, strict=True))
    )
    return replace(plan, goals=(*plan.goals, *added))


def _windows(plan: Plan, phase_ids: tuple[str, ...], first: int) -> tuple[tuple[int, int], ...]:
    """The first and the last week, counted from `first`, for goals of these phases, given in their order."""
    spans, begin = {}, 0
    for phase in plan.phases:
        end = begin + phase.weeks - 1
        spans[phase.phase_id] = (max(begin - first, 0), max(end - first, 0))
        begin = end + 1
    windows: list[tuple[int, int]] = []
    for phase_id in phase_ids:
        opens, closes = spans.get(phase_id, (0, plan.weeks - 1 - first))
        before = windows[-1] if windows else (0, 0)
        windows.append((max(opens, before[0]), max(closes, before[1])))
    return tuple(windows)


def _ahead(plan: Plan, now: datetime) -> Iterator[_Ahead]:
    """Each phase of the plan, cut at the week that goes on or comes next."""
    present, spent, begin = place_at(plan, now).week, hours_spent(plan, now), 0
    for phase in plan.phases:
        end = begin + phase.weeks
        passed = min(max(present - begin, 0), phase.weeks)
        holds = begin <= present < end
        yield _Ahead(phase, passed, begin + passed, holds, spent if holds else 0)
        begin = end


def _left_in(plan: Plan, ahead: _Ahead) -> tuple[PlannedGoal, ...]:
    return tuple(goal for goal in left_from(plan, ahead.first) if goal.week < ahead.end)


def _make_room(
    goals: tuple[PlannedGoal, ...], ahead: _Ahead, pace: int
) -> tuple[tuple[PlannedGoal, ...], int]:
    """The goals that pack into what is ahead of the phase, and into how many weeks."""
    least = ahead.phase.weeks_min - ahead.passed
    most = max(ahead.phase.weeks_max, ahead.phase.weeks) - ahead.passed
    while True:
        weeks = fewest_weeks(tuple(goal.hours for goal in goals), pace, least, most, ahead.spent)
        if weeks is not None:
            return goals, max(weeks, int(ahead.present))
        stretch = [goal for goal in goals if goal.stretch]
        if not stretch:
            raise InvalidInput("pace.tight", pace=str(pace))
        goals = tuple(goal for goal in goals if goal is not stretch[-1])


def _place(
    goals: tuple[PlannedGoal, ...], first: int, loads: tuple[int, ...], pace: int
) -> dict[str, PlannedGoal]:
    placed = spread(tuple(goal.hours for goal in goals), loads, most_hours(pace)) or ()
    return {goal.goal_id: replace(goal, week=first + week) for goal, week in zip(goals, placed, strict=True)}


def _stand_aside(
    plan: Plan, ahead: _Ahead, kept: tuple[PlannedGoal, ...], first: int, weeks: int
) -> dict[str, PlannedGoal]:
    """What found no room, and what was skipped before, at its old distance from where the phase goes on."""
    staying = {goal.goal_id for goal in kept}
    return {
        goal.goal_id: replace(
            goal, state="skipped", week=first + min(goal.week - ahead.first, max(weeks - 1, 0))
        )
        for goal in plan.goals
        if ahead.first <= goal.week < ahead.end and goal.state != "done" and goal.goal_id not in staying
    }
