"""Cohorts and who is in them, as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, bindparam, delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.domain.cohorts import Cohort, CohortId, name_key
from bot.core.domain.figures import Count, Recount
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan
from bot.core.ids import SpaceId
from bot.storage.counts import begin_count, find_unsettled, read_count
from bot.storage.members import ALL, read_member
from bot.storage.notes import note
from bot.storage.plan_rows import COUNTED, IN_COHORT, OF_COHORT, OF_THIS_COHORT, read_plans
from bot.storage.tables import cohort_members, cohorts, members

# Members who left the community are in none of its cohorts until they are heard of again.
_SIZE = (
    select(func.count())
    .select_from(IN_COHORT)
    .where(
        cohort_members.c.space_id == cohorts.c.space_id,
        cohort_members.c.cohort_id == cohorts.c.id,
        cohort_members.c.state == "in",
        members.c.left_at.is_(None),
    )
    .correlate(cohorts)
    .scalar_subquery()
)
_COHORTS: Select[Any] = select(cohorts.c.id, cohorts.c.name, cohorts.c.status, _SIZE.label("size")).where(
    cohorts.c.space_id == bindparam("space")
)
_RUNNING = _COHORTS.where(cohorts.c.status == "running").order_by(cohorts.c.id)
_ONE = _COHORTS.where(cohorts.c.id == bindparam("cohort"))
_OF = _COHORTS.where(
    cohorts.c.id.in_(
        select(cohort_members.c.cohort_id).where(
            cohort_members.c.space_id == bindparam("space"),
            cohort_members.c.member_id == bindparam("member"),
            cohort_members.c.state == "in",
        )
    )
)
_MEMBERS = (
    ALL.join(
        cohort_members,
        and_(cohort_members.c.space_id == members.c.space_id, cohort_members.c.member_id == members.c.id),
    )
    .where(OF_THIS_COHORT)
    .order_by(cohort_members.c.since, cohort_members.c.member_id)
)


@dataclass(frozen=True, slots=True)
class StoredCohorts:
    connection: Connection

    def add(self, space: SpaceId, name: str, now: datetime) -> Cohort | None:
        """A new running cohort; None when one of that name runs already."""
        row = {"space_id": space, "name": name, "name_key": name_key(name), "status": "running"}
        insert = (postgresql if self.connection.dialect.name == "postgresql" else sqlite).insert(cohorts)
        alone = insert.on_conflict_do_nothing().returning(cohorts.c.id)
        number = self.connection.execute(
            alone, {**row, "made_at": now, "changed_at": now}
        ).scalar_one_or_none()
        return None if number is None else Cohort(CohortId(number), name, running=True, size=0)

    def running(self, space: SpaceId) -> tuple[Cohort, ...]:
        """The space's running cohorts, the oldest first."""
        return tuple(_cohort(row) for row in self.connection.execute(_RUNNING, {"space": space}))

    def find(self, space: SpaceId, cohort: int) -> Cohort | None:
        """One of the space's cohorts, running or closed."""
        row = self.connection.execute(_ONE, {"space": space, "cohort": cohort}).one_or_none()
        return None if row is None else _cohort(row)

    def of(self, member: Member) -> Cohort | None:
        """The running cohort that the member is in: one at most."""
        place = {"space": member.space_id, "member": member.id}
        row = self.connection.execute(_OF, place).one_or_none()
        return None if row is None else _cohort(row)

    def join(self, member: Member, cohort: CohortId, now: datetime) -> bool:
        """False when nothing changed: they are in one already, or were taken out of this one.

        Raises IntegrityError for a cohort or a member that the space doesn't have.
        """
        row: dict[str, Any] = {"space_id": member.space_id, "cohort_id": cohort, "member_id": member.id}
        insert = (postgresql if self.connection.dialect.name == "postgresql" else sqlite).insert(
            cohort_members
        )
        # A driver counts the rows that an INSERT wrote as it likes; a row that is given back is there.
        joined = insert.on_conflict_do_nothing().returning(cohort_members.c.member_id)
        row |= {"state": "in", "since": now}
        return self.connection.execute(joined, row).one_or_none() is not None

    def leave(self, member: Member, cohort: CohortId) -> bool:
        note(self.connection, "dropped", "cohort_members", member.space_id, cohort, member.id)
        return self._forget(member, cohort, "in")

    def remove(self, member: Member, cohort: CohortId, now: datetime) -> bool:
        """They are out of it, and can't join it by themselves again."""
        note(self.connection, "dropped", "cohort_members", member.space_id, cohort, member.id)
        row = update(cohort_members).where(_is(member, cohort), cohort_members.c.state == "in")
        return self.connection.execute(row.values(state="removed", since=now)).rowcount == 1

    def pardon(self, member: Member, cohort: CohortId) -> bool:
        """Who was taken out may join again."""
        return self._forget(member, cohort, "removed")

    def close(self, space: SpaceId, cohort: CohortId, now: datetime) -> bool:
        """It runs no more, and nobody is in it any more."""
        row = update(cohorts).where(
            cohorts.c.space_id == space, cohorts.c.id == cohort, cohorts.c.status == "running"
        )
        if self.connection.execute(row.values(status="closed", changed_at=now)).rowcount != 1:
            return False
        left = update(cohort_members).where(
            cohort_members.c.space_id == space,
            cohort_members.c.cohort_id == cohort,
            cohort_members.c.state == "in",
        )
        self.connection.execute(left.values(state="past"))
        return True

    def members(self, space: SpaceId, cohort: CohortId) -> tuple[Member, ...]:
        """Who is in it, in the order in which they joined."""
        rows = self.connection.execute(_MEMBERS, {"space": space, "cohort": cohort})
        return tuple(read_member(row) for row in rows)

    def plans(self, space: SpaceId, cohort: CohortId) -> tuple[Plan, ...]:
        """The running plans of who is in it, in one query."""
        rows = self.connection.execute(OF_COHORT, {"space": space, "cohort": cohort}).all()
        return tuple(seen.plan for seen in read_plans(rows))

    def count(self, space: SpaceId, cohort: CohortId, *, held: bool = False) -> Count:
        """Which plans the cohort's figures are about, in numbers. `held`: nobody else changes it until the
        end of the transaction."""
        return read_count(self.connection, space, cohort, held=held)

    def begin_count(self, space: SpaceId, cohort: CohortId, change: Recount) -> None:
        """From now on the figures are about every running plan of its members, or about none."""
        begin_count(self.connection, space, cohort, change)

    def counted_plans(self, space: SpaceId, cohort: CohortId) -> tuple[Plan, ...]:
        """The plans that the figures are about and that are still there, in one query."""
        rows = self.connection.execute(COUNTED, {"space": space, "cohort": cohort}).all()
        return tuple(seen.plan for seen in read_plans(rows))

    def unsettled(self) -> tuple[tuple[SpaceId, CohortId], ...]:
        """Running cohorts, of all spaces, in whose count a plan is missing, or that have a summary posted
        each week and no count yet; at most 500."""
        return find_unsettled(self.connection)

    def _forget(self, member: Member, cohort: CohortId, state: str) -> bool:
        row = delete(cohort_members).where(_is(member, cohort), cohort_members.c.state == state)
        return self.connection.execute(row).rowcount == 1


def _is(member: Member, cohort: CohortId) -> Any:
    return and_(
        cohort_members.c.space_id == member.space_id,
        cohort_members.c.cohort_id == cohort,
        cohort_members.c.member_id == member.id,
    )


def _cohort(row: Row[Any]) -> Cohort:
    return Cohort(CohortId(row.id), row.name, row.status == "running", row.size)
