"""Which database this is, and whether a restore of it still waits for somebody to confirm it."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.tables import UNCONFIRMED, identities, ledger, restores, slots, spaces
from bot.storage.transaction import open_transaction

DEADLINE_SECONDS = 5.0
# What was found dead or held in the backup already is no news of the restore.
_SINCE = ledger.c.changed_at >= select(func.max(restores.c.restored_at)).scalar_subquery()
_LEFT_OUT = ledger.c.state.in_(("held", "dead", "skipped")) & _SINCE


@dataclass(frozen=True, slots=True)
class Restore:
    """The last restore: `confirmed_at` is None while nothing is sent because nobody confirmed it."""

    backup_at: datetime
    restored_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Doubts:
    """How many messages may have been sent before the restore, by what became of them. `due`: still open and
    due, `later`: open and due later; `slots`: weekly moments that passed and have no messages yet."""

    due: int
    later: int
    slots: int
    sent: int
    left_out: int


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A message that may have been sent before the restore and was not sent again."""

    row: int
    kind: str
    subject: int
    platform: str
    due_at: datetime
    state: str
    why: str


class Restores:
    """Each method is a transaction of its own, with the store's TryAgain."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def identity(self) -> str:
        """Returns the database's name, a random one that its backups share; made at the first call."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            named = insert(identities).on_conflict_do_nothing()
            connection.execute(named, {"id": 1, "name": secrets.token_hex(8)})
            return str(connection.execute(select(identities.c.name)).scalar_one())

    def last(self) -> Restore | None:
        """Returns the newest restore, or None for a database that never was restored."""
        newest = select(restores).order_by(restores.c.confirmed_at.isnot(None), restores.c.id.desc()).limit(1)
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            row = connection.execute(newest).one_or_none()
        return None if row is None else Restore(row.backup_at, row.restored_at, row.confirmed_at)

    def confirm(self, now: datetime) -> bool:
        """Lets everything be sent again. Returns False when no restore waits for it."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            waiting = update(restores).where(restores.c.confirmed_at.is_(None))
            return connection.execute(waiting.values(confirmed_at=now)).rowcount > 0

    def is_unconfirmed(self) -> bool:
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return bool(connection.scalar(select(UNCONFIRMED)))

    def doubts(self, now: datetime) -> Doubts:
        """Counts what may have been sent before the restore, as it is now."""
        is_open = ledger.c.state.in_(("pending", "retry", "leased", "ambiguous"))
        is_due = ledger.c.not_before <= now
        counted = {
            "due": is_open & is_due,
            "later": is_open & ~is_due,
            "sent": ledger.c.state == "sent",
            "left_out": _LEFT_OUT,
        }
        columns = (func.count().filter(which).label(name) for name, which in counted.items())
        passed = select(func.count()).select_from(slots).where(slots.c.next_at <= now)
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            row = connection.execute(select(*columns).where(ledger.c.restored)).one()
            return Doubts(**row._mapping, slots=connection.scalar(passed) or 0)

    def left_out(self, limit: int) -> tuple[LeftOut, ...]:
        """Returns what may have been sent before the restore and was not sent since, the oldest first."""
        columns = (ledger.c[name] for name in ("id", "kind", "subject", "due_at", "state", "why"))
        wanted = (
            select(*columns, spaces.c.platform)
            .join(spaces, spaces.c.id == ledger.c.space_id)
            .where(ledger.c.restored, _LEFT_OUT)
            .order_by(ledger.c.due_at, ledger.c.id)
            .limit(limit)
        )
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return tuple(
                LeftOut(row.id, row.kind, row.subject, row.platform, row.due_at, row.state, row.why)
                for row in connection.execute(wanted)
            )
