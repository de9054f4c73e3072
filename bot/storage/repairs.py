"""What a clock that was ahead has left behind, as rows that are put right."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.core.domain.slots import Slot
from bot.core.time import DAY
from bot.storage.slots import read_slot
from bot.storage.tables import WAITING, ledger, reminders, slots

_BEYOND = (
    select(slots)
    .where(slots.c.next_at > bindparam("then"))
    .order_by(slots.c.next_at.desc(), slots.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)


@dataclass(frozen=True, slots=True)
class StoredRepairs:
    connection: Connection

    def slots_beyond(self, then: datetime, limit: int) -> tuple[Slot, ...]:
        """Slots that are due later than `then`, the last first, held until the end of the transaction."""
        found = self.connection.execute(_BEYOND, {"then": then, "most": limit})
        return tuple(read_slot(row) for row in found)

    def call_back(self, now: datetime) -> None:
        """Makes everything due that waits for another try, and forgets reminders sent later than now."""
        tried = or_(ledger.c.state == "retry", ledger.c.state == "ambiguous")
        waiting = update(ledger).where(WAITING, tried, ledger.c.not_before > now)
        self.connection.execute(waiting.values(not_before=now))
        ahead = update(reminders).where(reminders.c.reminded_on > (now + DAY).date())
        self.connection.execute(ahead.values(reminded_on=None, counted_week=None))
