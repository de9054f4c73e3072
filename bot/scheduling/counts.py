"""Keeps the counts that cohorts' figures are about up to date, soon after a member or a plan went."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from bot.core.handlers.figures import settle_counts
from bot.core.ports import Store


@dataclass(frozen=True, slots=True)
class CountKeeper:
    """`hop` runs a function on a database thread."""

    store: Store
    now: Callable[[], datetime]
    hop: Callable[[Callable[[], int]], Awaitable[int]]

    async def settle(self) -> None:
        """Settles what is waiting. What the database has no time for now is left to the next run."""
        try:
            await self.hop(self._settle)
        except Exception as error:  # noqa: BLE001  a process must not end because of its database
            structlog.get_logger().warning("counts put off", error=type(error).__name__)

    def _settle(self) -> int:
        with self.store.write() as tx:
            return settle_counts(tx, self.now())
