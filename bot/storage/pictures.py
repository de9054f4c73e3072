"""The pictures of the playground's charts, so that an old message still shows its own after a restart."""

from datetime import datetime

from sqlalchemy import Engine, bindparam, delete, select

from bot.storage.tables import playground_pictures as pictures
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

DEADLINE_SECONDS = 1.5
# A message whose picture is gone shows its alt text, as it does when none was painted.
KEPT_MOST = 200

_NEWEST = select(pictures.c.name).order_by(pictures.c.made_at.desc(), pictures.c.name).limit(KEPT_MOST)
_PRUNE = delete(pictures).where(pictures.c.name.not_in(_NEWEST))
_FIND = select(pictures.c.png).where(pictures.c.name == bindparam("picture"))


class Pictures:
    """PNG files by name. Each method is a transaction of its own, with the store's TryAgain."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, name: str, png: bytes, now: datetime) -> None:
        """Keeps at most 400 KiB under a name of at most 100 characters, in place of what was there. Of all
        pictures the newest KEPT_MOST stay.

        Raises IntegrityError, or DataError, for more.
        """
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            kept = upsert(connection.dialect.name, pictures, key=("name",), replaced=("png", "made_at"))
            connection.execute(kept, {"name": name, "png": png, "made_at": now})
            connection.execute(_PRUNE)

    def find(self, name: str) -> bytes | None:
        """The PNG kept under the name."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            png = connection.execute(_FIND, {"picture": name}).scalar_one_or_none()
            return None if png is None else bytes(png)
