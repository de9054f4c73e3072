"""Late goals: three ways out, each of which can be shown with its end before it is taken.

None of them loses a goal or moves one that is done, and all of them keep the order in which goals stand:
late ones go first and push the others back, behind the end of their phase only where there is no other way.
A week's hours are those still to do, plus what was done already in the present week.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from bot.core.domain.packing import most_hours, push, spread
from bot.core.domain.plans import (
    Place,
    Plan,
    PlannedGoal,
    PlannedPhase,
    hours_spent,
    last_day,
    late_goals,
    left_from,
    place_at,
)
from bot.core.domain.undo import remember_arrangement

Kind = Literal["catch_up", "rebalance", "extend"]
Obstacle = Literal["ended", "nothing-late", "no-weeks", "no-room"]

CATCH_UP_WEEKS = 2


@dataclass(frozen=True, slots=True)
class Remedy:
    """A way to deal with late goals: the plan that follows and its last day, or why it can't work.

    Reasons: "ended" (the plan has), "nothing-late", "no-weeks" (the last week is over), "no-room" (some week
    would go over 125 % of the pace).
    """

    kind: Kind
    plan: Plan | None
    end: date | None
    reason: Obstacle | None


def remedies(plan: Plan, now: datetime) -> tuple[Remedy, Remedy, Remedy]:
    """Catch up, rebalance and extend, as they would be if they were taken now."""
    return catch_up(plan, now), rebalance(plan, now), extend(plan, now)


def catch_up(plan: Plan, now: datetime) -> Remedy:
    """Puts the late goals into the present week and the one behind it; others move back as little as can be.

    During a pause these are the first two weeks behind it.
    """
    place, late = place_at(plan, now), late_goals(plan, now)
    obstacle = _obstacle(place, late)
    if obstacle:
        return Remedy("catch_up", None, None, obstacle)
    queue = _queue(plan, late, place, now)
    # What is pushed back as little as can be also stays in its phase if any way leaves it there.
    placed = push(queue.hours, queue.earliest, queue.rooms)
    if placed is None or any(week >= CATCH_UP_WEEKS for week in placed[: len(late)]):
        return Remedy("catch_up", None, None, "no-room")
    return _remedy("catch_up", plan, _carry(plan, late, queue, placed))


def rebalance(plan: Plan, now: datetime) -> Remedy:
    """Spreads what is left over the weeks that remain, as evenly as can be; no goal comes earlier."""
    place, late = place_at(plan, now), late_goals(plan, now)
    obstacle = _obstacle(place, late)
    if obstacle:
        return Remedy("rebalance", None, None, obstacle)
    queue = _queue(plan, late, place, now)
    placed = spread(queue.hours, queue.loads, queue.most, queue.windows)
    if placed is None:
        anywhere = tuple((begin, len(queue.loads) - 1) for begin, _ in queue.windows)
        placed = spread(queue.hours, queue.loads, queue.most, anywhere)
    if placed is None:
        return Remedy("rebalance", None, None, "no-room")
    return _remedy("rebalance", plan, _carry(plan, late, queue, placed))


def extend(plan: Plan, now: datetime) -> Remedy:
    """Moves everything that isn't late back by the fewest weeks, one at least, that make room for what is.

    The late goals come first, in the new weeks and in what room is left behind them. The phase that goes on
    grows by the new weeks, over its bounds if need be.
    """
    place, late = place_at(plan, now), late_goals(plan, now)
    obstacle = _obstacle(place, late)
    if obstacle and obstacle != "no-weeks":
        return Remedy("extend", None, None, obstacle)
    # As many new weeks as late goals always do, behind a present week that may be full.
    for weeks in range(1, len(late) + 2):
        shifted = _shift(plan, place.week, weeks)
        queue = _queue(shifted, late, place, now)
        placed = push(queue.hours, queue.earliest, queue.rooms)
        if placed is not None and queue.fits(placed):
            return _remedy("extend", plan, _carry(shifted, late, queue, placed))
    raise AssertionError("a goal is never longer than a week has room")


@dataclass(frozen=True, slots=True)
class _Queue:
    """What is left to do in its order, late goals first, and where each may go.

    Weeks count from the study week `first`. `loads` are the hours that each week has used up, and `most` what
    it may hold: a week that was too full before may stay so. `windows` are the first and last week of each.
    """

    goals: tuple[PlannedGoal, ...]
    first: int
    loads: tuple[int, ...]
    most: tuple[int, ...]
    windows: tuple[tuple[int, int], ...]

    @property
    def hours(self) -> tuple[int, ...]:
        return tuple(goal.hours for goal in self.goals)

    @property
    def earliest(self) -> tuple[int, ...]:
        return tuple(begin for begin, _ in self.windows)

    @property
    def rooms(self) -> tuple[int, ...]:
        return tuple(most - load for most, load in zip(self.most, self.loads, strict=True))

    def fits(self, placed: tuple[int, ...]) -> bool:
        """Whether no goal goes behind its last week."""
        return all(week <= last for week, (_, last) in zip(placed, self.windows, strict=True))


def _queue(plan: Plan, late: tuple[PlannedGoal, ...], place: Place, now: datetime) -> _Queue:
    """`late` are the plan's late goals, or were before it was made longer."""
    first = place.week
    named = {goal.goal_id for goal in late}
    coming = tuple(goal for goal in left_from(plan, first) if goal.goal_id not in named)
    ends = _phase_ends(plan)
    here = ends[min(first, plan.weeks - 1)] - first
    windows = [(0, here) for _ in late]
    windows += [(goal.week - first, ends[goal.week] - first) for goal in coming]
    loads = [hours_spent(plan, now), *(0 for _ in range(first + 1, plan.weeks))]
    held = list(loads)
    for goal in coming:
        held[goal.week - first] += goal.hours
    most = most_hours(plan.pace)
    return _Queue(
        (*late, *coming), first, tuple(loads), tuple(max(most, each) for each in held), tuple(windows)
    )


def _phase_ends(plan: Plan) -> tuple[int, ...]:
    """For each study week the last one of its phase."""
    ends: list[int] = []
    for phase in plan.phases:
        ends += [len(ends) + phase.weeks - 1] * phase.weeks
    return tuple(ends)


def _obstacle(place: Place, late: tuple[PlannedGoal, ...]) -> Obstacle | None:
    if place.kind == "ended":
        return "ended"
    if not late:
        return "nothing-late"
    return "no-weeks" if place.kind == "over" else None


def _remedy(kind: Kind, before: Plan, plan: Plan) -> Remedy:
    return Remedy(kind, remember_arrangement(before, plan), last_day(plan), None)


def _carry(plan: Plan, late: tuple[PlannedGoal, ...], queue: _Queue, placed: tuple[int, ...]) -> Plan:
    """The goals of the queue in their new weeks. Only a late one counts as carried."""
    named = {goal.goal_id for goal in late}
    weeks = {goal.goal_id: queue.first + week for goal, week in zip(queue.goals, placed, strict=True)}
    goals = tuple(
        replace(
            goal,
            week=weeks.get(goal.goal_id, goal.week),
            carried=goal.carried + (goal.goal_id in named),
        )
        for goal in plan.goals
    )
    return replace(plan, goals=goals)


def _shift(plan: Plan, week: int, weeks: int) -> Plan:
    """`weeks` empty weeks before the study week `week`, or behind the end, whichever comes first."""
    goals = tuple(
        replace(goal, week=goal.week + weeks) if goal.week >= week and goal.state != "done" else goal
        for goal in plan.goals
    )
    grown = weeks + max(0, week - plan.weeks)
    return replace(plan, goals=goals, phases=_grow(plan.phases, week, grown))


def _grow(phases: tuple[PlannedPhase, ...], week: int, weeks: int) -> tuple[PlannedPhase, ...]:
    """The phase that `week` falls into, or else the last one that takes any weeks, takes `weeks` more."""
    end, grows = 0, 0
    for index, phase in enumerate(phases):
        if phase.weeks:
            grows, end = index, end + phase.weeks
        if end > week:
            break
    return tuple(
        replace(phase, weeks=phase.weeks + weeks) if index == grows else phase
        for index, phase in enumerate(phases)
    )
