"""A plan and its goals as rows: how they are asked for, and the plan that they make."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import ColumnElement, FromClause, Row, String, bindparam, select, type_coerce

from bot.core.domain.goals import State
from bot.core.domain.plans import Plan, PlanId, PlannedGoal
from bot.storage.documents import read_pauses, read_phases, read_undo
from bot.storage.tables import cohort_members, members, plan_goals, plans

PAST_LIMIT = 20

# What a row keeps of a plan beside its id, and of a goal: the fields of the values themselves.
PLAN_FIELDS = tuple(field.name for field in fields(Plan) if field.name not in ("id", "goals"))
GOAL_FIELDS = tuple(field.name for field in fields(PlannedGoal))

# All but its documents.
OWN_FIELDS = tuple(name for name in PLAN_FIELDS if name not in ("phases", "pauses", "undo"))

_STATES: dict[str, State] = {"todo": "todo", "done": "done", "skipped": "skipped"}
_STATUSES: dict[str, Literal["active", "ended"]] = {"active": "active", "ended": "ended"}


@dataclass(frozen=True, slots=True)
class SeenPlan:
    """A plan as a query found it. `is_whole`: its goals are of the same moment as the plan's own row."""

    plan: Plan
    version: int
    is_whole: bool


IN_COHORT = cohort_members.join(
    members,
    (members.c.space_id == cohort_members.c.space_id) & (members.c.id == cohort_members.c.member_id),
)
HAS_PLAN = (plans.c.space_id == cohort_members.c.space_id) & (plans.c.member_id == cohort_members.c.member_id)
OF_THIS_COHORT = (
    (cohort_members.c.space_id == bindparam("space"))
    & (cohort_members.c.cohort_id == bindparam("cohort"))
    & (cohort_members.c.state == "in")
    & members.c.left_at.is_(None)
)


def plan_row(plan: Plan) -> dict[str, Any]:
    """What is kept of the plan itself, but for its id."""
    return {name: getattr(plan, name) for name in PLAN_FIELDS}


def goal_row(goal: PlannedGoal) -> dict[str, Any]:
    return {name: getattr(goal, name) for name in GOAL_FIELDS}


def read_plans(rows: Sequence[Row[Any]]) -> Iterator[SeenPlan]:
    """The plans of one of the queries below."""
    for _, same in groupby(rows, attrgetter("id")):
        yield _read_plan(list(same))


def _columns(source: FromClause, seen: FromClause) -> tuple[ColumnElement[Any], ...]:
    # A plan's own columns come again with each of its goals: its documents are texts until one is read.
    documents = (type_coerce(source.c[name], String).label(name) for name in ("phases", "pauses", "undo"))
    own = (source.c[name] for name in ("id", *OWN_FIELDS, "version"))
    return (*own, *documents, seen.c.version.label("seen"), *(plan_goals.c[name] for name in GOAL_FIELDS))


def _is_owned(source: FromClause) -> ColumnElement[bool]:
    return (source.c.space_id == bindparam("space")) & (source.c.member_id == bindparam("member"))


# A query that waits for a lock gets the plan as the other transaction left it, and its goals as they were
# before. The plan's row from that earlier moment, `seen`, tells: it has another version then. It is also by
# `seen` that the plan is chosen, so that one which ended meanwhile isn't simply missing.
_SEEN = plans.alias("seen")
_OWN = (
    select(*_columns(plans, _SEEN))
    .select_from(
        _SEEN.join(plans, plans.c.id == _SEEN.c.id).outerjoin(plan_goals, plan_goals.c.plan_id == plans.c.id)
    )
    .where(_is_owned(_SEEN))
)
ACTIVE = _OWN.where(_SEEN.c.status == "active")
ONE = _OWN.where(_SEEN.c.id == bindparam("plan"))
LOCKED_ACTIVE = ACTIVE.with_for_update(of=plans)
LOCKED_ONE = ONE.with_for_update(of=plans)

_NEWEST = (
    select(plans)
    .where(_is_owned(plans), plans.c.status == "ended")
    .order_by(plans.c.id.desc())
    .limit(PAST_LIMIT)
    .subquery()
)
PAST = (
    select(*_columns(_NEWEST, _NEWEST))
    .select_from(_NEWEST.outerjoin(plan_goals, plan_goals.c.plan_id == _NEWEST.c.id))
    .order_by(_NEWEST.c.id.desc())
)

# The running plans of the members of a cohort who are still in the community, with their goals.
OF_COHORT = (
    select(*_columns(plans, plans))
    .select_from(IN_COHORT.join(plans, HAS_PLAN).outerjoin(plan_goals, plan_goals.c.plan_id == plans.c.id))
    .where(OF_THIS_COHORT, plans.c.status == "active")
    .order_by(plans.c.id)
)
COUNTED = OF_COHORT.where(cohort_members.c.counted_plan == plans.c.id)


def _read_plan(rows: Sequence[Row[Any]]) -> SeenPlan:
    row = rows[0]
    goals = [_read_goal(each) for each in rows if each.goal_id is not None]
    plan = Plan(
        id=PlanId(row.id),
        track_id=row.track_id,
        start=row.start,
        pace=row.pace,
        zone=row.zone,
        phases=read_phases(row.phases),
        goals=tuple(sorted(goals, key=_by_place)),
        pauses=read_pauses(row.pauses),
        status=_STATUSES[row.status],
        zone_by_platform=bool(row.zone_by_platform),
        undo=read_undo(row.undo) if row.undo else None,
    )
    return SeenPlan(plan, row.version, row.version == row.seen)


def _read_goal(row: Row[Any]) -> PlannedGoal:
    goal_id, phase_id, hours, stretch, week, position, state, done_at, done_in, carried = row[
        -len(GOAL_FIELDS) :
    ]
    return PlannedGoal(
        goal_id, phase_id, hours, stretch, week, position, _STATES[state], done_at, done_in, carried
    )


def _by_place(goal: PlannedGoal) -> tuple[int, str]:
    return goal.position, goal.goal_id
