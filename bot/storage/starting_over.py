"""The playground as it was on its first day: everything that its communities left behind is deleted."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, delete, or_, select, update

from bot.storage.purge import OWNED
from bot.storage.tables import (
    bucket_leases,
    direct_channels,
    downtimes,
    inbox,
    playground_keys,
    playground_messages,
    playground_pictures,
    pulses,
    slot_subjects,
    slots,
    spaces,
)
from bot.storage.tables import playground_clocks as clocks
from bot.storage.transaction import open_transaction

PLAYGROUND = "playground"
DEADLINE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class StartingOver:
    """Deletes what the playground's communities hold, and nothing of any platform."""

    engine: Engine

    def forget_all(self, now: datetime) -> None:
        """Deletes it in one transaction, and takes the playground's clock back to `now`, the machine's time.
        Raises TryAgain when nothing was deleted."""
        with open_transaction(self.engine, DEADLINE_SECONDS, writes=True) as connection:
            ours = select(spaces.c.id).where(spaces.c.platform == PLAYGROUND)
            for table in OWNED:
                connection.execute(delete(table).where(table.c.space_id.in_(ours)))
            for table in (inbox, direct_channels, spaces):
                connection.execute(delete(table).where(table.c.platform == PLAYGROUND))
            for table in (playground_keys, playground_messages, playground_pictures):
                connection.execute(delete(table))
            _take_back(connection, now)


def _take_back(connection: Connection, now: datetime) -> None:
    """What stands in the time that was skipped: no weekly moment waits for it, no lease lasts until then."""
    wanted = select(slot_subjects.c.slot_id)
    connection.execute(delete(slots).where(slots.c.id.not_in(wanted)))
    connection.execute(update(bucket_leases).where(bucket_leases.c.until > now).values(until=now))
    connection.execute(delete(downtimes).where(or_(downtimes.c.ended_at > now, downtimes.c.began_at > now)))
    connection.execute(update(pulses).values(beat_at=now))
    connection.execute(update(clocks).values(offset_seconds=0))
