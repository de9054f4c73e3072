"""Alignment: what an edit of the curriculum does to a plan in flight."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace

from bot.core.domain.goals import State
from bot.core.domain.plans import Plan, PlannedGoal

_KEPT_FIRST: tuple[State, ...] = ("done", "todo", "skipped")


@dataclass(frozen=True, slots=True)
class Aligned:
    """A plan that fits the curriculum again.

    `renamed` are pairs of an old and a new goal id. `removed` are goals that left the plan because the
    curriculum has them no more, `merged` those whose new id stands in the plan already.
    """

    plan: Plan
    renamed: tuple[tuple[str, str], ...]
    removed: tuple[PlannedGoal, ...]
    merged: tuple[PlannedGoal, ...]


def align(plan: Plan, known: Collection[str], aliases: Mapping[str, str]) -> Aligned:
    """The plan with the goal ids of a curriculum that has the ids `known`.

    A renamed goal (`aliases`: old id to new, in any number of steps) keeps its state and its week. When two
    goals became one, the one that is done stays, else the one still to do. A removed goal stays when it is
    done. New goals are not forced in, and no week moves: a week that is left empty has nothing due.
    """
    named = [(goal, _name_now(goal.goal_id, known, aliases)) for goal in plan.goals]
    removed = tuple(goal for goal, name in named if name is None and goal.state != "done")
    staying: dict[str, PlannedGoal] = {}
    merged = []
    for goal, name in sorted(named, key=lambda pair: _KEPT_FIRST.index(pair[0].state)):
        if name in staying:
            merged.append(goal)
        elif name is not None or goal.state == "done":
            staying[name or goal.goal_id] = goal
    new_names = {goal.goal_id: name for name, goal in staying.items()}
    goals = tuple(
        replace(goal, goal_id=new_names[goal.goal_id]) for goal in plan.goals if goal.goal_id in new_names
    )
    renamed = tuple((old, new) for old, new in new_names.items() if old != new)
    return Aligned(replace(plan, goals=goals), renamed, removed, tuple(merged))


def _name_now(goal_id: str, known: Collection[str], aliases: Mapping[str, str]) -> str | None:
    """The id under which the curriculum knows a goal; None when it was removed."""
    seen: set[str] = set()
    while goal_id not in known:
        if goal_id in seen or goal_id not in aliases:
            return None
        seen.add(goal_id)
        goal_id = aliases[goal_id]
    return goal_id
