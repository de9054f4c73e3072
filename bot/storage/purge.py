"""The end of what a space left behind: every row of it, in every table, some at a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, exists, or_, select, tuple_, update

from bot.storage.notes import note
from bot.storage.tables import direct_channels, members, metadata, spaces
from bot.storage.transaction import open_transaction

BATCH = 500
DEADLINE_SECONDS = 5.0
# In place of the id on the platform, which has no space in it.
UNNAMED = "purged "

# What is no space's: shared between them, the operator's, or the playground's page.
SHARED = frozenset(
    {
        "bucket_leases",
        "direct_channels",
        "downtimes",
        "identities",
        "inbox",
        "install_states",
        "install_teams",
        "installs",
        "platform_acts",
        "playground_clocks",
        "playground_keys",
        "playground_messages",
        "playground_pictures",
        "playground_revisions",
        "pulses",
        "restores",
        "schema_support",
        "slots",
        "uploads",
    }
)
# Children before what they refer to. Nothing cascades, so a table that is missing here stops the purge.
OWNED = tuple(one for one in reversed(metadata.sorted_tables) if "space_id" in one.c)


@dataclass(frozen=True, slots=True)
class Purge:
    """Deletes what is left of spaces that are gone. Each step is a transaction, with the store's TryAgain."""

    engine: Engine
    batch: int = BATCH

    def step(self, before: datetime) -> bool:
        """Deletes some rows of a space that is gone since before that instant, and in which nobody has used
        Cairn since that day. False when nothing is left to delete.

        First the space loses its name: from then on it can't come back to half of what it had.
        """
        with open_transaction(self.engine, DEADLINE_SECONDS, writes=True) as connection:
            used = exists().where(members.c.space_id == spaces.c.id, members.c.seen_on >= before.date())
            # What has lost its name was decided on, maybe before a backup that knew later uses.
            is_begun = spaces.c.foreign_id.startswith(UNNAMED)
            wanted = select(spaces.c.id, spaces.c.platform).where(
                spaces.c.gone_at < before, or_(~used, is_begun)
            )
            wanted = wanted.order_by(spaces.c.id).limit(1).with_for_update(of=spaces, skip_locked=True)
            space = connection.execute(wanted).one_or_none()
            if space is None:
                return False
            unnamed = {"foreign_id": f"{UNNAMED}{space.id}", "name": "purged"}
            connection.execute(update(spaces).where(spaces.c.id == space.id).values(unnamed))
            note(connection, "purged", space.id)
            if not any(self._delete(connection, table, space.id) for table in OWNED):
                _forget_channels(connection, space.platform)
                connection.execute(delete(spaces).where(spaces.c.id == space.id))
            return True

    def _delete(self, connection: Connection, table: Table, space: int) -> int:
        """How many rows of the space went, a batch at most."""
        key: Any = tuple_(*table.primary_key.columns)
        some = select(*table.primary_key.columns).where(table.c.space_id == space).limit(self.batch)
        return connection.execute(delete(table).where(key.in_(some))).rowcount


def _forget_channels(connection: Connection, platform: str) -> None:
    """Of people who are a member nowhere any more."""
    known = exists().where(
        members.c.foreign_id == direct_channels.c.foreign_id,
        members.c.space_id == spaces.c.id,
        spaces.c.platform == direct_channels.c.platform,
    )
    connection.execute(delete(direct_channels).where(direct_channels.c.platform == platform, ~known))
