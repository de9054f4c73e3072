"""Quiet hours: what would come at night comes in the morning. It moves, and is never dropped."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.core.time import resolve


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` up to, and without, `end`, by the member's clock; over midnight when the end is earlier.

    The same time twice means no quiet hours. What was moved lies outside of them, with two exceptions: a gap
    can carry their end into the next ones, and where clocks go back over their end, its first time ends them.
    """

    start: time = time(21)
    end: time = time(8)

    def move(self, instant: datetime, zone: ZoneInfo) -> datetime:
        """`instant` (aware), or the end of the quiet hours that it falls into, in UTC."""
        local = instant.astimezone(zone)
        wall = local.time()
        if self.start <= self.end:
            is_quiet = self.start <= wall < self.end
        else:
            is_quiet = wall >= self.start or wall < self.end
        if not is_quiet:
            return instant
        morning = local.date() + timedelta(days=wall >= self.end)
        # In an hour that exists twice, the first end of the quiet hours may lie behind already.
        return max(instant, resolve(morning, self.end, zone))
