"""What leads have posted for their cohorts, as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.domain.cohorts import CohortId
from bot.core.domain.schedules import WEEKLY, Schedule, ScheduleId
from bot.core.ids import MemberId, Role, SpaceId
from bot.core.recurrence import Recurrence
from bot.storage.tables import schedules
from bot.storage.upsert import upsert

_KEY = ("space_id", "cohort_id", "kind", "place", "stamp")
_REPLACED = ("to_id", "zone", "weekday", "minute", "on", "member_id", "by_platform", "by_role", "changed_at")
_PLACES: dict[str, Literal["channel", "direct"]] = {"channel": "channel", "direct": "direct"}


@dataclass(frozen=True, slots=True)
class StoredSchedules:
    connection: Connection

    def keep(self, space: SpaceId, schedule: Schedule, now: datetime) -> Schedule:
        """With its id. It takes the place of one with the same cohort, kind, place and stamp.

        Raises IntegrityError for a cohort or a member that the space doesn't have.
        """
        dialect = self.connection.dialect.name
        columns = tuple(schedules.c.keys())
        kept = upsert(dialect, schedules, key=_KEY, replaced=_REPLACED, returning=columns)
        return _schedule(self.connection.execute(kept, _row(space, schedule, now)).one())

    def add(self, space: SpaceId, schedule: Schedule, now: datetime) -> Schedule | None:
        """As `keep`, but None when there is one already."""
        insert = (postgresql if self.connection.dialect.name == "postgresql" else sqlite).insert(schedules)
        alone = insert.on_conflict_do_nothing().returning(*schedules.c)
        row = self.connection.execute(alone, _row(space, schedule, now)).one_or_none()
        return None if row is None else _schedule(row)

    def find(self, space: SpaceId, schedule: int) -> Schedule | None:
        one = select(schedules).where(schedules.c.space_id == space, schedules.c.id == schedule)
        row = self.connection.execute(one).one_or_none()
        return None if row is None else _schedule(row)

    def weekly(self, space: SpaceId, cohort: CohortId, kind: str) -> Schedule | None:
        """The cohort's weekly schedule of this kind, on or off."""
        one = select(schedules).where(
            schedules.c.space_id == space,
            schedules.c.cohort_id == cohort,
            schedules.c.kind == kind,
            schedules.c.place == "channel",
            schedules.c.stamp == WEEKLY,
        )
        row = self.connection.execute(one).one_or_none()
        return None if row is None else _schedule(row)

    def running(self, space: SpaceId, kind: str) -> tuple[Schedule, ...]:
        """The weekly schedules of this kind that are on, the oldest first."""
        on = select(schedules).where(
            schedules.c.space_id == space,
            schedules.c.kind == kind,
            schedules.c.stamp == WEEKLY,
            schedules.c.on.is_(True),
        )
        return tuple(_schedule(row) for row in self.connection.execute(on.order_by(schedules.c.id)))

    def turn_off(self, space: SpaceId, schedule: ScheduleId, now: datetime) -> None:
        one = update(schedules).where(schedules.c.space_id == space, schedules.c.id == schedule)
        self.connection.execute(one.values(on=False, changed_at=now))


def _row(space: SpaceId, schedule: Schedule, now: datetime) -> dict[str, Any]:
    key = (space, schedule.cohort, schedule.kind, schedule.place, schedule.stamp)
    return {
        **dict(zip(_KEY, key, strict=True)),
        "to_id": schedule.to,
        "zone": schedule.recurrence.zone,
        "weekday": schedule.recurrence.weekday,
        "minute": schedule.recurrence.minute,
        "on": schedule.on,
        "member_id": schedule.set_by,
        "by_platform": schedule.by_platform,
        "by_role": schedule.by_role,
        "changed_at": now,
    }


def _schedule(row: Row[Any]) -> Schedule:
    return Schedule(
        ScheduleId(row.id),
        CohortId(row.cohort_id),
        row.kind,
        _PLACES[row.place],
        row.to_id,
        Recurrence(row.zone, row.weekday, row.minute),
        MemberId(row.member_id),
        row.by_platform,
        row.on,
        row.stamp,
        None if row.by_role is None else Role(row.by_role),
    )
