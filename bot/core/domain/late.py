"""Late goals: three ways out, each of which can be shown with its end before it is taken.

None of them loses a goal or moves one that is done. A week's hours are those still to do, plus what was done
already in the present week.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from bot.core.domain.packing import fill, most_hours, spread
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
    """Puts the late goals into the present week and the one behind it; everything else stays where it is.

    During a pause these are the first two weeks behind it.
    """
    return _put_late("catch_up", plan, now, CATCH_UP_WEEKS)


def rebalance(plan: Plan, now: datetime) -> Remedy:
    """Spreads the late goals over the weeks that remain, as evenly as can be; everything else stays."""
    return _put_late("rebalance", plan, now, plan.weeks)


def extend(plan: Plan, now: datetime) -> Remedy:
    """Moves everything that isn't late back by the fewest weeks, one at least, that make room for what is.

    The late goals go into the earliest weeks with room, the new ones first of all. The phase that goes on
    grows by the new weeks, over its bounds if need be.
    """
    place, late = place_at(plan, now), late_goals(plan, now)
    obstacle = _obstacle(place, late)
    if obstacle and obstacle != "no-weeks":
        return Remedy("extend", None, None, obstacle)
    hours = tuple(goal.hours for goal in late)
    # As many new weeks as late goals always do, behind a present week that may be full.
    for weeks in range(1, len(late) + 2):
        shifted = _shift(plan, place.week, weeks)
        loads = _loads(shifted, place, now, shifted.weeks)
        placed = fill(hours, loads, most_hours(plan.pace))
        if placed is not None:
            return _remedy("extend", _carry(shifted, late, placed, place.week))
    raise AssertionError("a goal is never longer than a week has room")


def _put_late(kind: Kind, plan: Plan, now: datetime, weeks: int) -> Remedy:
    place, late = place_at(plan, now), late_goals(plan, now)
    obstacle = _obstacle(place, late)
    if obstacle:
        return Remedy(kind, None, None, obstacle)
    loads = _loads(plan, place, now, min(place.week + weeks, plan.weeks))
    placed = spread(tuple(goal.hours for goal in late), loads, most_hours(plan.pace))
    if placed is None:
        return Remedy(kind, None, None, "no-room")
    return _remedy(kind, _carry(plan, late, placed, place.week))


def _obstacle(place: Place, late: tuple[PlannedGoal, ...]) -> Obstacle | None:
    if place.kind == "ended":
        return "ended"
    if not late:
        return "nothing-late"
    return "no-weeks" if place.kind == "over" else None


def _remedy(kind: Kind, plan: Plan) -> Remedy:
    return Remedy(kind, plan, last_day(plan), None)


def _loads(plan: Plan, place: Place, now: datetime, end: int) -> tuple[int, ...]:
    """The hours that each study week from the present one up to `end` (left out) holds already."""
    loads = [0] * (end - place.week)
    for goal in left_from(plan, place.week):
        if goal.week < end:
            loads[goal.week - place.week] += goal.hours
    loads[0] += hours_spent(plan, now)
    return tuple(loads)


def _carry(plan: Plan, late: tuple[PlannedGoal, ...], placed: tuple[int, ...], first: int) -> Plan:
    """The late goals in their new weeks, which count from the study week `first`."""
    weeks = {goal.goal_id: first + week for goal, week in zip(late, placed, strict=True)}
    goals = tuple(
        replace(goal, week=weeks[goal.goal_id], carried=goal.carried + 1) if goal.goal_id in weeks else goal
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
