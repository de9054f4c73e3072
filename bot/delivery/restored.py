"""Messages that may have been sent before the database was restored: looked up before they are sent."""

from dataclasses import replace

from bot.core.chat.notice import Absent, Finding, Found, Notice, Ref
from bot.core.domain.ledger import PERHAPS_SENT, Occurrence
from bot.core.errors import PerhapsSent
from bot.core.outbox import Messenger


class RestoredMessenger:
    """Passes everything on to `messenger`, and looks for a restored occurrence before it is posted."""

    def __init__(self, messenger: Messenger) -> None:
        self._messenger = messenger

    @property
    def deduplicates(self) -> bool:
        return self._messenger.deduplicates

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        """Returns the message that is there, or sends it. Raises PerhapsSent if the platform can't tell."""
        if not occurrence.restored:
            return await self._messenger.post(occurrence, notice)
        found = await self.find(replace(occurrence, place=notice.place, to_id=notice.to.id))
        match found:
            case Found(ref, complete=True):
                return ref
            case Found(ref):
                return await self._messenger.post(replace(occurrence, ref=str(ref)), notice)
            case Absent():
                return await self._messenger.post(occurrence, notice)
            case _:
                raise PerhapsSent(PERHAPS_SENT)

    async def find(self, occurrence: Occurrence) -> Finding:
        return await self._messenger.find(occurrence)
