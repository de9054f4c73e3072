"""What is kept for a while, and then no longer: what a space left behind, and what has come in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog

# Nothing is deleted before the clock has stayed as it is for so long: nearly the time between two beats.
STEADY_SECONDS = 3_000.0


class Wall(Protocol):
    @property
    def steady_seconds(self) -> float:
        """For how long nobody has set the machine's clock."""
        ...


@dataclass(frozen=True, slots=True)
class Pruner:
    """`step` deletes some of what is older than an instant and says whether there was any; each is a short
    transaction, so that nobody waits long. `keep`: how long it is kept; `wall`: the machine's clock."""

    step: Callable[[datetime], Awaitable[bool]]
    now: Callable[[], datetime]
    keep: timedelta
    wall: Wall

    async def prune(self) -> None:
        """Deletes all that is due. What the database has no time for now is left to the next beat, and so is
        everything while the clock was set a short time ago: what is deleted by a wrong clock is lost."""
        if self.wall.steady_seconds < STEADY_SECONDS:
            structlog.get_logger().warning("prune put off", why="the machine's clock was set")
            return
        steps = 0
        try:
            while await self.step(self.now() - self.keep):
                steps += 1
        except Exception as error:  # noqa: BLE001  a process must not end because of its database
            structlog.get_logger().warning("prune given up", error=type(error).__name__)
        if steps:
            structlog.get_logger().info("pruned", steps=steps)
