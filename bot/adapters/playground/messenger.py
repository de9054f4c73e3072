"""What is said unasked in the playground: written into the transcript, once for each key."""

from bot.adapters.playground.bell import Bell
from bot.adapters.playground.cast import DIRECT
from bot.adapters.playground.conversation import Conversation
from bot.core.chat.notice import Absent, Finding, Found, Notice, Ref
from bot.core.domain.ledger import Occurrence


class PlaygroundMessenger:
    """The playground as the courier sees it. What it was told under a key it says once."""

    deduplicates = True

    def __init__(self, conversation: Conversation, bell: Bell) -> None:
        self._conversation = conversation
        self._bell = bell

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        """Says it, unless its key was said before: then that message is the answer."""
        to = notice.to.id
        direct = notice.place == "direct"
        channel = f"{DIRECT}-{to}" if direct else to
        space = occurrence.space.id
        entry = await self._conversation.tell(
            occurrence.key, space, channel, to if direct else None, notice.message
        )
        self._bell.ring(("message", space))
        return Ref(channel, str(entry))

    async def find(self, occurrence: Occurrence) -> Finding:
        """What was said under the occurrence's key."""
        entry = await self._conversation.told(occurrence.key)
        return Absent() if entry is None else Found(Ref(entry.channel, str(entry.id)))
