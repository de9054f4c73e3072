"""The ledger as an operator sees it: what is held, dead or in doubt, and how to send it on its way."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Engine, Row, case, false, func, or_, select, update

from bot.core.domain.ledger import PERHAPS_SENT
from bot.core.ids import PLATFORMS, Platform
from bot.storage.tables import WAITING, ledger, spaces
from bot.storage.transaction import open_transaction

DEADLINE_SECONDS = 5.0
STUCK = ("held", "dead")
LISTED = (*STUCK, "ambiguous")

_COLUMNS = (
    *(ledger.c[name] for name in ("id", "kind", "subject", "week", "ordinal", "state", "attempts", "delays")),
    *(ledger.c[name] for name in ("why", "due_at", "not_before", "changed_at")),
    spaces.c.platform,
    spaces.c.name.label("space"),
)
_ROWS = select(*_COLUMNS).join(spaces, spaces.c.id == ledger.c.space_id)


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One ledger row. `subject` is a number of ours: no name and no text is shown to an operator."""

    id: int
    kind: str
    subject: int
    week: date
    ordinal: int
    state: str
    attempts: int
    delays: int
    why: str
    due_at: datetime
    not_before: datetime
    changed_at: datetime
    platform: str
    space: str


class Outbox:
    """Each method is a transaction of its own, with the store's TryAgain. `platforms`: those that are served
    now; what was planned for others waits until they are configured again."""

    def __init__(self, engine: Engine, platforms: Collection[Platform] = PLATFORMS) -> None:
        self._engine = engine
        self._platforms = platforms

    def stuck(self, limit: int) -> tuple[OutboxRow, ...]:
        """Rows that are held, dead, or in doubt, the newest first."""
        rows = _ROWS.where(ledger.c.state.in_(LISTED)).order_by(ledger.c.changed_at.desc(), ledger.c.id)
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return tuple(_row(row) for row in connection.execute(rows.limit(limit)))

    def find(self, row_id: int) -> OutboxRow | None:
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            row = connection.execute(_ROWS.where(ledger.c.id == row_id)).one_or_none()
            return None if row is None else _row(row)

    def retry(self, row_id: int, now: datetime) -> bool:
        """A held or dead row is tried again from now on. False for any other row.

        One that is held because it was perhaps sent before a restore is sent without another look.
        """
        looked = case((ledger.c.why == PERHAPS_SENT, false()), else_=ledger.c.restored)
        new = {"state": "retry", "attempts": 0, "not_before": now, "why": "an operator", "restored": looked}
        return self._change(row_id, now, **new)

    def cancel(self, row_id: int, now: datetime) -> bool:
        """A held or dead row is never said. False for any other row."""
        return self._change(row_id, state="cancelled", why="an operator", now=now)

    def oldest(self) -> datetime | None:
        """When the open row that waits the longest, of the platforms served, might have gone."""
        served = (
            or_(ledger.c.bucket == one, ledger.c.bucket.startswith(f"{one}:", autoescape=True))
            for one in self._platforms
        )
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            found: datetime | None = connection.execute(
                select(func.min(ledger.c.not_before)).where(WAITING, or_(false(), *served))
            ).scalar_one_or_none()
            return found

    def _change(self, row_id: int, now: datetime, **values: Any) -> bool:
        changed = update(ledger).where(ledger.c.id == row_id, ledger.c.state.in_(STUCK))
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            return connection.execute(changed.values(**values, changed_at=now)).rowcount == 1


def _row(row: Row[Any]) -> OutboxRow:
    return OutboxRow(**row._mapping)
