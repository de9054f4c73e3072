"""Who may send: one lease a bucket, with a token that grows with every change of hands.

Leases are measured in real time, whatever the playground's clock says: by the database's own clock on
PostgreSQL, where couriers run on several machines, and by the one process's monotonic clock on SQLite.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from time import monotonic
from typing import Any

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Insert,
    Interval,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    type_coerce,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningUpdate

from bot.storage.tables import UNCONFIRMED, Instant
from bot.storage.tables import bucket_leases as leases

LONGEST_LEASE, LONGEST_REST = timedelta(minutes=10), timedelta(days=1)

_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class _Statements:
    """Made once for each database: building them takes longer than running them."""

    blank: Insert
    take: ReturningUpdate[Any]
    renew: Update
    give_back: Update


@cache
def _statements(dialect: str) -> _Statements:
    is_postgres = dialect == "postgresql"
    length = bindparam("length", type_=Interval)
    if is_postgres:
        now: ColumnElement[Any] = type_coerce(func.clock_timestamp(), Instant)
        until: ColumnElement[Any] = type_coerce(func.clock_timestamp() + length, Instant)
    else:
        now, until = bindparam("now", type_=Instant), bindparam("then", type_=Instant)
    resting = bindparam("rests", type_=Boolean)
    mine = (leases.c.bucket == bindparam("of")) & (leases.c.token == bindparam("held"))
    free = or_(leases.c.until <= now, leases.c.owner == bindparam("who"))
    if is_postgres:
        # Its clock may be set back: no lease lasts longer than any does, and no rest.
        lease, rest = (
            type_coerce(func.clock_timestamp() + literal(longest, Interval), Instant)
            for longest in (LONGEST_LEASE, LONGEST_REST)
        )
        held = and_(leases.c.owner != "", leases.c.until > lease)
        free = or_(free, held, leases.c.until > rest)
    return _Statements(
        (postgresql if is_postgres else sqlite).insert(leases).on_conflict_do_nothing(),
        update(leases)
        .where(leases.c.bucket == bindparam("of"), free, ~UNCONFIRMED)
        .values(token=leases.c.token + 1, owner=bindparam("who"), until=until)
        .returning(leases.c.token),
        update(leases).where(mine, leases.c.until > now).values(until=until),
        update(leases).where(mine).values(until=case((resting, until), else_=_EPOCH), owner=""),
    )


@dataclass(frozen=True, slots=True)
class StoredLeases:
    connection: Connection

    def take(self, bucket: str, owner: str, seconds: float) -> int | None:
        """A new token for the bucket; None while somebody else's lease lasts."""
        blank = {"bucket": bucket, "token": 0, "owner": "", "until": _EPOCH}
        self.connection.execute(self._made.blank, blank)
        place = {"of": bucket, "who": owner, **self._span(seconds)}
        token: int | None = self.connection.execute(self._made.take, place).scalar_one_or_none()
        return token

    def renew(self, bucket: str, token: int, seconds: float) -> bool:
        """Whether the lease still lasted; then it lasts `seconds` from now, and nobody takes it over before
        this transaction ends."""
        place = {"of": bucket, "held": token, **self._span(seconds)}
        return self.connection.execute(self._made.renew, place).rowcount == 1

    def give_back(self, bucket: str, token: int, rest: float = 0.0) -> None:
        """Ends the lease. Nobody can take the bucket for the next `rest` seconds."""
        place = {"of": bucket, "held": token, "rests": rest > 0, **self._span(rest)}
        self.connection.execute(self._made.give_back, place)

    def void(self) -> None:
        """Ends every lease: for a process that knows that no other one sends."""
        self.connection.execute(update(leases).values(until=_EPOCH, owner=""))

    @property
    def _made(self) -> _Statements:
        return _statements(self.connection.dialect.name)

    def _span(self, seconds: float) -> dict[str, Any]:
        """From now on for so long: PostgreSQL has a clock of its own."""
        length = timedelta(seconds=seconds)
        if self.connection.dialect.name == "postgresql":
            return {"length": length}
        now = _EPOCH + timedelta(seconds=monotonic())
        return {"now": now, "then": now + length}
