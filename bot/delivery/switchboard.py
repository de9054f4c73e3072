"""One messenger for all platforms: each occurrence is said by the one of its own space."""

from collections.abc import Mapping

from bot.core.chat.notice import Finding, Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.errors import Outage
from bot.core.ids import Platform
from bot.core.outbox import Messenger


class Switchboard:
    """`lines`: the platforms that this process is connected to now; they come and go. What is for another
    one waits for a process that is. `deduplicates`: whether every platform does that will ever be there; what
    is marked in groups may be said again after a crash."""

    def __init__(self, lines: Mapping[Platform, Messenger], *, deduplicates: bool) -> None:
        self._lines = lines
        self.deduplicates = deduplicates

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        return await self._line(occurrence).post(occurrence, notice)

    async def find(self, occurrence: Occurrence) -> Finding:
        return await self._line(occurrence).find(occurrence)

    def _line(self, occurrence: Occurrence) -> Messenger:
        line = self._lines.get(occurrence.space.platform)
        if line is None:
            raise Outage(f"not connected to {occurrence.space.platform}")
        return line
