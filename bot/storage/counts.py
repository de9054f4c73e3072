"""The counts that cohorts' figures are about, as columns of cohorts and of who is in them."""

from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select, update

from bot.core.domain.cohorts import FLOOR, CohortId
from bot.core.domain.figures import Count, Recount
from bot.core.domain.schedules import SUMMARY
from bot.core.ids import SpaceId
from bot.storage.plan_rows import HAS_PLAN, IN_COHORT, OF_THIS_COHORT
from bot.storage.tables import cohort_members, cohorts, members, plans, schedules

MOST = 500

_IS_COUNTED = cohort_members.c.counted_plan == plans.c.id
_THERE = (
    select(func.count(), func.count(case((_IS_COUNTED, 1))))
    .select_from(IN_COHORT.join(plans, HAS_PLAN))
    .where(OF_THIS_COHORT, plans.c.status == "active")
)
_KEPT = select(cohorts.c.counted, cohorts.c.counted_since).where(
    cohorts.c.space_id == bindparam("space"), cohorts.c.id == bindparam("cohort")
)
_HELD = _KEPT.with_for_update()

_PLAN = (
    select(plans.c.id).where(HAS_PLAN, plans.c.status == "active").correlate(cohort_members).scalar_subquery()
)
_STILL_THERE = (
    select(members.c.id)
    .where(
        members.c.space_id == cohort_members.c.space_id,
        members.c.id == cohort_members.c.member_id,
        members.c.left_at.is_(None),
    )
    .correlate(cohort_members)
    .exists()
)
_OF = and_(cohort_members.c.space_id == bindparam("space"), cohort_members.c.cohort_id == bindparam("cohort"))
_FORGET = update(cohort_members).where(_OF).values(counted_plan=None)
_COUNT = (
    update(cohort_members).where(_OF, cohort_members.c.state == "in", _STILL_THERE).values(counted_plan=_PLAN)
)
_COUNTED = select(func.count()).where(_OF, cohort_members.c.counted_plan.is_not(None))
_BEGIN = update(cohorts).where(cohorts.c.space_id == bindparam("space"), cohorts.c.id == bindparam("cohort"))

_OF_ITS = and_(cohort_members.c.space_id == cohorts.c.space_id, cohort_members.c.cohort_id == cohorts.c.id)
_ITS_PLANS = (
    select(func.count())
    .select_from(IN_COHORT.join(plans, HAS_PLAN))
    .where(_OF_ITS, cohort_members.c.state == "in", members.c.left_at.is_(None), plans.c.status == "active")
)
_INTACT = _ITS_PLANS.where(_IS_COUNTED).correlate(cohorts).scalar_subquery()
_ENOUGH = _ITS_PLANS.correlate(cohorts).scalar_subquery() >= FLOOR
_IS_SUMMED_UP = (
    select(schedules.c.id)
    .where(
        schedules.c.space_id == cohorts.c.space_id,
        schedules.c.cohort_id == cohorts.c.id,
        schedules.c.kind == SUMMARY,
        schedules.c.stamp == 0,
        schedules.c.on,
    )
    .correlate(cohorts)
    .exists()
)
_UNSETTLED = (
    select(cohorts.c.space_id, cohorts.c.id)
    .where(
        cohorts.c.status == "running",
        or_(
            and_(cohorts.c.counted > 0, cohorts.c.counted > _INTACT),
            and_(cohorts.c.counted == 0, _IS_SUMMED_UP, _ENOUGH),
        ),
    )
    .order_by(cohorts.c.id)
    .limit(MOST)
)


def read_count(connection: Connection, space: SpaceId, cohort: CohortId, *, held: bool) -> Count:
    """The cohort's count. `held`: nobody else changes it until the end of the transaction."""
    place = {"space": space, "cohort": cohort}
    kept = connection.execute(_HELD if held else _KEPT, place).one_or_none()
    if kept is None:
        return Count(0, 0, 0)
    there, intact = connection.execute(_THERE, place).one()
    return Count(kept.counted, intact, there, kept.counted_since)


def begin_count(connection: Connection, space: SpaceId, cohort: CohortId, change: Recount) -> None:
    """Marks every running plan of the cohort's members as counted, or none, and how many these are."""
    place: dict[str, Any] = {"space": space, "cohort": cohort}
    connection.execute(_FORGET, place)
    if change.counts:
        connection.execute(_COUNT, place)
    counted = connection.execute(_COUNTED, place).scalar_one()
    connection.execute(_BEGIN.values(counted=counted, counted_since=change.since), place)


def find_unsettled(connection: Connection) -> tuple[tuple[SpaceId, CohortId], ...]:
    rows = connection.execute(_UNSETTLED)
    return tuple((SpaceId(space), CohortId(cohort)) for space, cohort in rows)
