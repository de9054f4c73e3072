"""What members did within a day, as rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Connection, Insert, bindparam, case, or_
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.domain.caps import DayCount
from bot.core.domain.members import Member
from bot.storage.tables import day_counts

# A day that begins so much later than now was begun by a clock that was ahead, and is over.
AHEAD = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class StoredDayCounts:
    connection: Connection

    def add(self, member: Member, what: str, day: timedelta, now: datetime) -> DayCount:
        """Counts one more, in one statement. Raises IntegrityError for a member the space doesn't have."""
        row = {"space_id": member.space_id, "member_id": member.id, "what": what, "times": 1, "since": now}
        added = _add(self.connection.dialect.name)
        return DayCount(
            *self.connection.execute(added, {**row, "over": now - day, "ahead": now + AHEAD}).one()
        )


@cache  # as in `upsert`
def _add(dialect: str) -> Insert:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(day_counts)
    since = day_counts.c.since
    is_over = or_(since <= bindparam("over", type_=since.type), since > bindparam("ahead", type_=since.type))
    counted: Insert = statement.on_conflict_do_update(
        index_elements=["space_id", "member_id", "what"],
        set_={
            "times": case((is_over, 1), else_=day_counts.c.times + 1),
            "since": case((is_over, statement.excluded.since), else_=since),
        },
    )
    return counted.returning(day_counts.c.times, day_counts.c.since)
