"""How far the playground's clock is ahead, so that its time goes on from there after a restart."""

from datetime import timedelta

from sqlalchemy import Engine, select

from bot.storage.tables import playground_clocks as clocks
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

DEADLINE_SECONDS = 1.5

_OFFSET = select(clocks.c.offset_seconds)


class ClockRow:
    """The clock's one row. Each method is a transaction of its own, with the store's TryAgain."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def offset(self) -> timedelta:
        """How far the clock is ahead of the real one, in whole seconds. It never shrinks."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return timedelta(seconds=connection.execute(_OFFSET).scalar_one_or_none() or 0)

    def move(self, to_offset: timedelta) -> timedelta:
        """Moves the clock forward to an offset and gives the one it has then.

        A part of a second counts as a whole one. A clock that is there already, or further, stays.
        """
        # Rounded up, in whole numbers: a float loses the microseconds of a far year.
        wanted = -(-to_offset // timedelta(seconds=1))
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            move = upsert(
                connection.dialect.name,
                clocks,
                key=("id",),
                added=("offset_seconds",),
                returning=("offset_seconds",),
            )
            # Moving by nothing makes the row, or holds it until the commit: nobody can move it in between.
            now = connection.execute(move, {"id": 1, "offset_seconds": 0}).scalar_one()
            if wanted > now:
                now = connection.execute(move, {"id": 1, "offset_seconds": wanted - now}).scalar_one()
            return timedelta(seconds=now)
