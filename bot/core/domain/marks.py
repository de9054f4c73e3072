"""Marks: what a member says about a goal, and about the plan as a whole.

Every mark changes a goal only from the states it makes sense in and leaves it alone otherwise, so that a
button that is pressed twice, or late, answers with how things are.
"""

from dataclasses import replace
from datetime import datetime

from bot.core.domain.goals import State
from bot.core.domain.plans import Plan, PlannedGoal, check_active, zone_of
from bot.core.errors import NotFound
from bot.core.time import find_zone, week_of


def find_goal(plan: Plan, goal_id: str) -> PlannedGoal:
    """Raises NotFound for a goal that isn't in the plan (any more)."""
    for goal in plan.goals:
        if goal.goal_id == goal_id:
            return goal
    raise NotFound("goal.gone")


def mark_done(plan: Plan, goal_id: str, now: datetime) -> Plan:
    """What is to do, or was skipped, becomes done. A goal that is done keeps its first instant."""
    goal = _open(plan, goal_id)
    if goal.state == "done":
        return plan
    return _put(plan, replace(goal, state="done", done_at=now, done_in=week_of(now, zone_of(plan))))


def mark_undone(plan: Plan, goal_id: str) -> Plan:
    """What is done becomes to do again, in the week where it stands."""
    return _back_to_do(plan, goal_id, "done")


def skip_goal(plan: Plan, goal_id: str) -> Plan:
    """What is to do becomes skipped: it stays listed, is never late and counts neither way."""
    goal = _open(plan, goal_id)
    return _put(plan, replace(goal, state="skipped")) if goal.state == "todo" else plan


def unskip_goal(plan: Plan, goal_id: str) -> Plan:
    """What is skipped becomes to do again, in the week where it stands."""
    return _back_to_do(plan, goal_id, "skipped")


def change_zone(plan: Plan, zone: str, *, by_platform: bool = False) -> Plan:
    """The same Mondays and goals by another zone's clocks: those that the member chose, or that the platform
    says. Raises InvalidInput for an unknown zone."""
    check_active(plan)
    find_zone(zone)
    return replace(plan, zone=zone, zone_by_platform=by_platform)


def end_plan(plan: Plan) -> Plan:
    """The plan as one that nothing changes any more. Ending twice changes nothing."""
    return replace(plan, status="ended")


def _open(plan: Plan, goal_id: str) -> PlannedGoal:
    check_active(plan)
    return find_goal(plan, goal_id)


def _back_to_do(plan: Plan, goal_id: str, state: State) -> Plan:
    goal = _open(plan, goal_id)
    if goal.state != state:
        return plan
    # A change of pace may have made the plan shorter since, and what is to do needs a week to stand in.
    week = min(goal.week, plan.weeks - 1)
    return _put(plan, replace(goal, state="todo", week=week, done_at=None, done_in=None))


def _put(plan: Plan, changed: PlannedGoal) -> Plan:
    goals = tuple(changed if goal.goal_id == changed.goal_id else goal for goal in plan.goals)
    return replace(plan, goals=goals)
