"""Plans as rows: one for the plan, with a version that grows with every change, and one for each goal."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Select, bindparam, delete, exists, insert, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, PlanId, PlannedGoal
from bot.core.errors import TryAgain
from bot.storage.documents import write_pauses
from bot.storage.newest import older_than
from bot.storage.notes import note
from bot.storage.plan_rows import (
    ACTIVE,
    GOAL_FIELDS,
    LOCKED_ACTIVE,
    LOCKED_ONE,
    ONE,
    PAST,
    PAST_LIMIT,
    PLAN_FIELDS,
    SeenPlan,
    goal_row,
    plan_row,
    read_plans,
)
from bot.storage.tables import RUNNING, plan_goals, plans
from bot.storage.transient import READ_ONLY

LOOKS = 3
# Ended plans that a member keeps: of those in which nothing was done, and of all.
UNUSED_MOST, ENDED_MOST = PAST_LIMIT, 100

_SAVE_PLAN = (
    update(plans)
    .where(
        plans.c.space_id == bindparam("space"),
        plans.c.member_id == bindparam("member"),
        plans.c.id == bindparam("plan"),
        plans.c.version == bindparam("seen"),
    )
    .values({name: bindparam(f"new_{name}") for name in (*PLAN_FIELDS, "changed_at")})
    .values(version=plans.c.version + 1)
)
_THIS_GOAL = (
    (plan_goals.c.space_id == bindparam("space"))
    & (plan_goals.c.member_id == bindparam("member"))
    & (plan_goals.c.plan_id == bindparam("plan"))
    & (plan_goals.c.goal_id == bindparam("goal"))
)
_SAVE_GOAL = (
    update(plan_goals)
    .where(_THIS_GOAL)
    .values({name: bindparam(f"new_{name}") for name in GOAL_FIELDS if name != "goal_id"})
)
_REMOVE_GOAL = delete(plan_goals).where(_THIS_GOAL)
_ADD_GOAL = insert(plan_goals)
_ENDED = plans.c.status == "ended"
_UNUSED = ~exists().where(plan_goals.c.plan_id == plans.c.id, plan_goals.c.state == "done")
_OLDER = (older_than(plans, UNUSED_MOST, _ENDED & _UNUSED), older_than(plans, ENDED_MOST, _ENDED))


@dataclass(frozen=True, slots=True)
class StoredPlans:
    connection: Connection
    # What this transaction knows of each plan: a value alone doesn't say of which version it is.
    _seen: dict[PlanId, SeenPlan] = field(default_factory=dict, repr=False)

    def active(self, member: Member) -> Plan | None:
        """One query; another only when the plan was changed while this one waited for its lock.

        Raises TryAgain when that goes on and on.
        """
        return self._look(LOCKED_ACTIVE if self._writes else ACTIVE, _owner(member))

    def find(self, member: Member, plan: PlanId) -> Plan | None:
        """Locked, and asked again, as `active` does."""
        return self._look(LOCKED_ONE if self._writes else ONE, {**_owner(member), "plan": plan})

    def past(self, member: Member) -> tuple[Plan, ...]:
        """One query for all of them."""
        rows = self.connection.execute(PAST, _owner(member)).all()
        return tuple(seen.plan for seen in read_plans(rows))

    def add(self, member: Member, plan: Plan, now: datetime) -> Plan:
        """Raises TryAgain when a plan of the member runs already, such as one that was begun at the same
        moment, and IntegrityError for a member the space doesn't have."""
        owner = {"space_id": member.space_id, "member_id": member.id}
        row = {**owner, **plan_row(plan), "version": 1, "made_at": now, "changed_at": now}
        number = self.connection.execute(_add(self.connection.dialect.name), row).scalar_one_or_none()
        if number is None:
            raise TryAgain("the member has a running plan")
        self._forget_older(member)
        kept = replace(plan, id=PlanId(number))
        self._add_goals(member, kept, kept.goals)
        self._seen[kept.id] = SeenPlan(kept, 1, is_whole=True)
        return kept

    def save(self, member: Member, before: Plan, after: Plan, now: datetime) -> None:
        """Nothing is written when nothing differs.

        Raises TryAgain when the rows are not those of `before` any more, or not the member's, and ValueError
        for two different plans.
        """
        if before.id != after.id:
            raise ValueError("a plan is saved over itself")
        if before == after:
            return
        version = self._check(member, before)
        place = {**_owner(member), "plan": before.id}
        row = {f"new_{name}": value for name, value in plan_row(after).items()}
        saved = self.connection.execute(_SAVE_PLAN, {**place, "seen": version, **row, "new_changed_at": now})
        if saved.rowcount != 1:
            raise TryAgain("the plan changed meanwhile")
        self._save_goals(member, before, after)
        if (before.status, before.pauses) != (after.status, after.pauses):
            note(self.connection, "plan", after.id, after.status, write_pauses(after.pauses))
        self._seen[after.id] = SeenPlan(after, version + 1, is_whole=True)

    def _forget_older(self, member: Member) -> None:
        """Who begins again and again keeps what they did, and not each plan that they gave up."""
        for older in _OLDER:
            for table, column in ((plan_goals, plan_goals.c.plan_id), (plans, plans.c.id)):
                self.connection.execute(delete(table).where(column.in_(older)), _owner(member))

    @property
    def _writes(self) -> bool:
        return not self.connection.get_execution_options().keys() >= READ_ONLY.keys()

    def _look(self, query: Select[Any], place: dict[str, int]) -> Plan | None:
        for _ in range(LOOKS):
            seen = next(read_plans(self.connection.execute(query, place).all()), None)
            if seen is None:
                return None
            if seen.is_whole:
                self._seen[seen.plan.id] = seen
                return seen.plan
        raise TryAgain("the plan keeps changing")

    def _check(self, member: Member, before: Plan) -> int:
        """The version of which `before` is, looked up unless this transaction made or read it itself."""
        seen = self._seen.get(before.id)
        if seen is None:
            self.find(member, before.id)
            seen = self._seen.get(before.id)
        if seen is None or seen.plan != before:
            raise TryAgain("the plan changed since it was read")
        return seen.version

    def _save_goals(self, member: Member, before: Plan, after: Plan) -> None:
        old = {goal.goal_id: goal for goal in before.goals}
        new = {goal.goal_id: goal for goal in after.goals}
        place = {**_owner(member), "plan": after.id}
        gone = [{**place, "goal": goal_id} for goal_id in old if goal_id not in new]
        if gone:
            self.connection.execute(_REMOVE_GOAL, gone)
        changed = [
            {**place, "goal": goal.goal_id} | {f"new_{name}": value for name, value in goal_row(goal).items()}
            for goal in after.goals
            if goal.goal_id in old and goal != old[goal.goal_id]
        ]
        if changed:
            self.connection.execute(_SAVE_GOAL, changed)
        self._add_goals(member, after, (goal for goal in after.goals if goal.goal_id not in old))

    def _add_goals(self, member: Member, plan: Plan, goals: Iterable[PlannedGoal]) -> None:
        place = {"space_id": member.space_id, "member_id": member.id, "plan_id": plan.id}
        rows = [{**place, **goal_row(goal)} for goal in goals]
        if rows:
            self.connection.execute(_ADD_GOAL, rows)


def _owner(member: Member) -> dict[str, int]:
    return {"space": member.space_id, "member": member.id}


@cache  # as in `upsert`
def _add(dialect: str) -> Insert:
    """Gives the new row's id, or no row when another plan of the member runs."""
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(plans)
    alone: Insert = statement.on_conflict_do_nothing(
        index_elements=["space_id", "member_id"], index_where=RUNNING
    )
    return alone.returning(plans.c.id)
