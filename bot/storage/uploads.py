"""What a platform was told of our commands last, and when this bot did what the platform counts."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, delete, insert, select

from bot.core.ids import Platform
from bot.storage.tables import platform_acts, uploads
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

DEADLINE_SECONDS = 5.0
REMEMBERED = timedelta(days=1)


def owner_of(platform: str) -> str:
    """The name of the row that says which application of the platform the database belongs to."""
    return f"{platform} application"


class Uploads:
    """One platform's row. Each method is a transaction of its own, with the store's TryAgain."""

    def __init__(self, engine: Engine, platform: Platform | str) -> None:
        self._engine = engine
        self._platform = platform

    def digest(self) -> str | None:
        """That of what was uploaded last; None before the first upload."""
        found = select(uploads.c.digest).where(uploads.c.platform == self._platform)
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            digest: str | None = connection.execute(found).scalar_one_or_none()
            return digest

    def forget(self) -> bool:
        """Whether there was something to forget."""
        row = delete(uploads).where(uploads.c.platform == self._platform)
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            return connection.execute(row).rowcount == 1

    def keep(self, digest: str) -> None:
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            kept = upsert(connection.dialect.name, uploads, key=("platform",), replaced=("digest",))
            connection.execute(kept, {"platform": self._platform, "digest": digest})

    def note(self, act: str, now: datetime) -> None:
        """The act is done now. What was done more than a day ago is forgotten."""
        old = platform_acts.c.at < now - REMEMBERED
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            connection.execute(delete(platform_acts).where(old, platform_acts.c.platform == self._platform))
            row = {"platform": self._platform, "act": act, "at": now}
            connection.execute(insert(platform_acts), row)

    def noted(self, act: str, after: datetime) -> tuple[datetime, ...]:
        """When the act was done since then, the longest ago first."""
        found = (
            select(platform_acts.c.at)
            .where(
                platform_acts.c.platform == self._platform,
                platform_acts.c.act == act,
                platform_acts.c.at > after,
            )
            .order_by(platform_acts.c.at)
        )
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return tuple(connection.execute(found).scalars())
