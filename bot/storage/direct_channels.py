"""The channels in which people are written to, as rows: each is opened once."""

from datetime import datetime

from sqlalchemy import ColumnElement, Engine, and_, delete, select

from bot.core.ids import Platform
from bot.storage.tables import direct_channels
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

DEADLINE_SECONDS = 5.0
OPENED_MOST = 100


class KeptChannels:
    """One platform's. Each method is a transaction of its own, with the store's TryAgain."""

    def __init__(self, engine: Engine, platform: Platform) -> None:
        self._engine = engine
        self._platform = platform

    def find(self, user: str) -> str | None:
        """The channel of the user's direct messages."""
        found = select(direct_channels.c.channel).where(self._of(user))
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            channel: str | None = connection.execute(found).scalar_one_or_none()
            return channel

    def opened_since(self, then: datetime) -> tuple[datetime, ...]:
        """When channels were opened since then, the oldest first; at most so many as a minute takes."""
        opened = direct_channels.c.opened_at
        found = select(opened).where(direct_channels.c.platform == self._platform, opened > then)
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return tuple(connection.execute(found.order_by(opened).limit(OPENED_MOST)).scalars())

    def keep(self, user: str, channel: str, now: datetime) -> None:
        key = {"platform": self._platform, "foreign_id": user}
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            kept = upsert(
                connection.dialect.name, direct_channels, key=tuple(key), replaced=("channel", "opened_at")
            )
            connection.execute(kept, {**key, "channel": channel, "opened_at": now})

    def forget(self, user: str) -> None:
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            connection.execute(delete(direct_channels).where(self._of(user)))

    def _of(self, user: str) -> ColumnElement[bool]:
        return and_(direct_channels.c.platform == self._platform, direct_channels.c.foreign_id == user)
