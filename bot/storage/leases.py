"""Who may send: one lease a bucket, with a token that grows with every change of hands.

Leases are measured in real time, whatever the playground's clock says: by the database's own clock on
PostgreSQL, where couriers run on several machines, and by the one process's monotonic clock on SQLite.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Connection, Interval, func, literal, or_, type_coerce, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.tables import Instant
from bot.storage.tables import bucket_leases as leases

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StoredLeases:
    connection: Connection

    def take(self, bucket: str, owner: str, seconds: float) -> int | None:
        """A new token for the bucket; None while somebody else's lease lasts."""
        dialect = self.connection.dialect.name
        blank = (postgresql if dialect == "postgresql" else sqlite).insert(leases).on_conflict_do_nothing()
        self.connection.execute(blank, {"bucket": bucket, "token": 0, "owner": "", "until": _EPOCH})
        free = or_(leases.c.until <= self._now(), leases.c.owner == owner)
        taken = (
            update(leases)
            .where(leases.c.bucket == bucket, free)
            .values(token=leases.c.token + 1, owner=owner, until=self._until(seconds))
            .returning(leases.c.token)
        )
        token: int | None = self.connection.execute(taken).scalar_one_or_none()
        return token

    def renew(self, bucket: str, token: int, seconds: float) -> bool:
        """Whether the lease still lasted; then it lasts `seconds` from now, and nobody takes it over before
        this transaction ends."""
        renewed = update(leases).where(self._held(bucket, token)).values(until=self._until(seconds))
        return self.connection.execute(renewed).rowcount == 1

    def give_back(self, bucket: str, token: int, rest: float = 0.0) -> None:
        """Ends the lease. Nobody can take the bucket for the next `rest` seconds."""
        ended = update(leases).where(leases.c.bucket == bucket, leases.c.token == token)
        self.connection.execute(ended.values(until=self._until(rest), owner=""))

    def void(self) -> None:
        """Ends every lease: for a process that knows that no other one sends."""
        self.connection.execute(update(leases).values(until=_EPOCH, owner=""))

    def _held(self, bucket: str, token: int) -> ColumnElement[bool]:
        return (leases.c.bucket == bucket) & (leases.c.token == token) & (leases.c.until > self._now())

    def _now(self, ahead: timedelta = timedelta(0)) -> ColumnElement[Any]:
        if self.connection.dialect.name == "postgresql":
            return type_coerce(func.clock_timestamp() + literal(ahead, Interval), Instant)
        return literal(_EPOCH + timedelta(seconds=monotonic()) + ahead, Instant)

    def _until(self, seconds: float) -> ColumnElement[Any]:
        return self._now(timedelta(seconds=seconds))
