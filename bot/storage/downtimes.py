"""When Cairn was last alive, and when it was down: nobody's streak ends because of that."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from bot.core.domain.progress import Downtime
from bot.storage.tables import downtimes, pulses
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

DEADLINE_SECONDS = 1.5

_SINCE = (
    select(downtimes.c.began_at, downtimes.c.ended_at)
    .where(downtimes.c.ended_at > bindparam("instant"))
    .order_by(downtimes.c.began_at)
)
_LAST = select(pulses.c.beat_at)


@dataclass(frozen=True, slots=True)
class StoredDowntimes:
    connection: Connection

    def since(self, instant: datetime) -> tuple[Downtime, ...]:
        rows = self.connection.execute(_SINCE, {"instant": instant}).all()
        return tuple((began, ended) for began, ended in rows)


class Pulse:
    """The one row that says when Cairn was last alive. Each method is a transaction of its own."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def beat(self, now: datetime) -> None:
        """Alive at `now`."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            _beat(connection, now)

    def last(self) -> datetime | None:
        """The last beat; None before the first."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            found: datetime | None = connection.execute(_LAST).scalar_one_or_none()
            return found

    def wake(self, now: datetime, least: timedelta) -> None:
        """Alive again. A silence of `least` or more since the last beat is kept as a downtime."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            last = connection.execute(_LAST).scalar_one_or_none()
            if last is not None and now - last >= least:
                connection.execute(insert(downtimes), {"began_at": last, "ended_at": now})
            _beat(connection, now)


def _beat(connection: Connection, now: datetime) -> None:
    # A clock that was ahead when Cairn woke has made a downtime that lasts into the future.
    lasting = (downtimes.c.began_at < now) & (downtimes.c.ended_at > now)
    connection.execute(update(downtimes).where(lasting).values(ended_at=now))
    kept = upsert(connection.dialect.name, pulses, key=("id",), replaced=("beat_at",))
    connection.execute(kept, {"id": 1, "beat_at": now})
