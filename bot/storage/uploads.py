"""What a platform was told of our commands last, so that it is told again only when they change."""

from sqlalchemy import Engine, select

from bot.core.ids import Platform
from bot.storage.tables import uploads
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

DEADLINE_SECONDS = 5.0


class Uploads:
    """One platform's row. Each method is a transaction of its own, with the store's TryAgain."""

    def __init__(self, engine: Engine, platform: Platform) -> None:
        self._engine = engine
        self._platform = platform

    def digest(self) -> str | None:
        """That of what was uploaded last; None before the first upload."""
        found = select(uploads.c.digest).where(uploads.c.platform == self._platform)
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            digest: str | None = connection.execute(found).scalar_one_or_none()
            return digest

    def keep(self, digest: str) -> None:
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            kept = upsert(connection.dialect.name, uploads, key=("platform",), replaced=("digest",))
            connection.execute(kept, {"platform": self._platform, "digest": digest})
