"""What can happen to a plan, for tests that keep one: each change is one of the domain's own."""

from collections.abc import Callable
from datetime import datetime

from bot.core.domain.alignment import align
from bot.core.domain.late import Remedy, catch_up, extend, rebalance
from bot.core.domain.marks import change_zone, mark_done, mark_undone, skip_goal, unskip_goal
from bot.core.domain.pace import add_goals, change_pace
from bot.core.domain.pauses import pause_until, resume
from bot.core.domain.plans import Plan, zone_of
from bot.core.errors import InvalidInput
from bot.core.time import DAY, local_day
from tests.properties.plan_values import ZONES, make_goal

Change = Callable[[Plan, int, datetime], Plan]


def change(plan: Plan, name: str, pick: int, now: datetime) -> Plan:
    """The plan after the change called `name`; the plan itself where the domain refuses it."""
    try:
        return CHANGES[name](plan, pick, now) if plan.goals else plan
    except InvalidInput:
        return plan


def _goal(plan: Plan, pick: int) -> str:
    return plan.goals[pick % len(plan.goals)].goal_id


def _pause(plan: Plan, pick: int, now: datetime) -> Plan:
    return pause_until(plan, local_day(now, zone_of(plan)) + (pick - 3) * DAY, now)


def _mend(remedy: Callable[[Plan, datetime], Remedy]) -> Change:
    return lambda plan, _pick, now: remedy(plan, now).plan or plan


def _add(plan: Plan, pick: int, now: datetime) -> Plan:
    goal = make_goal(f"extra{pick % 6}", 1 + pick % 5, core=pick % 2 == 0)
    return add_goals(plan, ((plan.phases[0].phase_id, goal),), now)


def _rename(plan: Plan, pick: int, _now: datetime) -> Plan:
    old = _goal(plan, pick)
    new = f"z{old}"  # behind all the others by name, and still where it was by position
    known = {goal.goal_id for goal in plan.goals} - {old} | {new}
    return align(plan, known, {old: new}).plan


def _drop(plan: Plan, pick: int, _now: datetime) -> Plan:
    return align(plan, {goal.goal_id for goal in plan.goals} - {_goal(plan, pick)}, {}).plan


CHANGES: dict[str, Change] = {
    "done": lambda plan, pick, now: mark_done(plan, _goal(plan, pick), now),
    "undone": lambda plan, pick, _: mark_undone(plan, _goal(plan, pick)),
    "skip": lambda plan, pick, _: skip_goal(plan, _goal(plan, pick)),
    "unskip": lambda plan, pick, _: unskip_goal(plan, _goal(plan, pick)),
    "pause": _pause,
    "resume": lambda plan, _, now: resume(plan, now),
    "pace": lambda plan, pick, now: change_pace(plan, 4 + pick % 17, now).plan,
    "zone": lambda plan, pick, _: change_zone(plan, ZONES[pick % len(ZONES)]),
    "catch up": _mend(catch_up),
    "rebalance": _mend(rebalance),
    "extend": _mend(extend),
    "add": _add,
    "rename": _rename,
    "drop": _drop,
}
