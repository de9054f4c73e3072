"""Undo for the ways out of being late: every goal goes back to the week from which it was moved."""

from dataclasses import replace

from bot.core.domain.arrangement import Arrangement, MovedGoal
from bot.core.domain.plans import Plan


def remember_arrangement(before: Plan, after: Plan) -> Plan:
    """Returns `after` with what `undo_arrangement` needs to lead back to the weeks of `before`."""
    old = {goal.goal_id: goal for goal in before.goals}
    moved = tuple(
        MovedGoal(goal.goal_id, old[goal.goal_id].week, goal.week, old[goal.goal_id].carried)
        for goal in after.goals
        if goal.week != old[goal.goal_id].week
    )
    return replace(after, undo=Arrangement(_weeks(before), _weeks(after), moved))


def can_undo(plan: Plan) -> bool:
    """Whether the goals that were moved still stand where they were put, in a plan of the same length.

    Marks made since then don't matter. A goal that has left the curriculum meanwhile doesn't either. A goal
    that was added since then, to a week that the plan would lose, keeps the plan as it is.
    """
    known = plan.undo
    if known is None or plan.status == "ended" or _weeks(plan) != known.phases_after:
        return False
    weeks = {goal.goal_id: goal.week for goal in plan.goals}
    moved = {one.goal_id for one in known.moved}
    stays = (goal.week for goal in plan.goals if goal.state == "todo" and goal.goal_id not in moved)
    fits = all(week < sum(known.phases) for week in stays)
    return fits and all(weeks.get(one.goal_id, one.to) == one.to for one in known.moved)


def undo_arrangement(plan: Plan) -> Plan:
    """Returns the plan with its goals back in their earlier weeks; done and skipped goals keep their state.

    Returns the plan as it is when there is nothing to undo (any more).
    """
    known = plan.undo
    if known is None or not can_undo(plan):
        return plan
    back = {one.goal_id: one for one in known.moved}
    goals = tuple(
        replace(goal, week=back[goal.goal_id].week, carried=back[goal.goal_id].carried)
        if goal.goal_id in back
        else goal
        for goal in plan.goals
    )
    phases = tuple(
        replace(phase, weeks=weeks) for phase, weeks in zip(plan.phases, known.phases, strict=True)
    )
    return replace(plan, phases=phases, goals=goals, undo=None)


def _weeks(plan: Plan) -> tuple[int, ...]:
    return tuple(phase.weeks for phase in plan.phases)
