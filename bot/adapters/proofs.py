"""What a platform refuses is proven before anything ends because of it: it is asked in another way, and once
more after a while. Both adapters have their messages sent through this."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from time import monotonic
from typing import Protocol, TypeVar

import structlog

from bot.core.chat.notice import Finding, Notice, Ref
from bot.core.domain.ledger import Cut, Occurrence, bucket_of
from bot.core.errors import RetryLater, Unproven, Unreachable
from bot.core.outbox import Messenger

T = TypeVar("T")
# What would end, in which space, and to whom or where.
Key = tuple[Cut, str, str]

PROOF_SECONDS = 60.0
DOUBTS_MOST = 10_000
# After an answer that the platform itself contradicts, the message is tried again this soon, then later.
AGAIN_SECONDS = 1.0
AGAIN_MOST_SECONDS = 300.0

# What a refusal may be about: of a post in a channel, and of a direct message, which has a channel too.
_CUTS: dict[bool, tuple[Cut, ...]] = {
    True: ("space", "channel"),
    False: ("space", "member", "direct", "channel"),
}


class Question(Protocol):
    async def confirm(self, refusal: Unreachable, row: Occurrence) -> str:
        """Asks the platform in another way whether what the refusal names is gone.

        Returns the platform's word for why, or "" when it says that it is there. Raises a DeliveryError when
        it can't be asked now.
        """
        ...


@dataclass(slots=True)
class _Doubt:
    """`code`: what the platform said, confirmed at `since` (monotonic seconds); "" until it was confirmed.
    `odd`: how many refusals it has contradicted by itself."""

    code: str = ""
    since: float = 0.0
    odd: int = 0


class ProvenMessenger:
    """A messenger that says "unreachable" only once that is proven.

    A refusal that would end a space, a member, their direct messages or a channel is put to `question`. What
    is confirmed waits for `seconds` of real time and is then tried again: only a second refusal that is
    confirmed in the same word counts. Until then Unproven is raised, so no try is counted. With 0 seconds one
    confirmed refusal is enough. `now` is a clock that only goes forward. `below` is the messenger itself.
    """

    def __init__(
        self,
        messenger: Messenger,
        question: Question,
        seconds: float = PROOF_SECONDS,
        now: Callable[[], float] = monotonic,
    ) -> None:
        self.below = messenger
        self._question = question
        self._seconds = seconds
        self._now = now
        self._doubts: OrderedDict[Key, _Doubt] = OrderedDict()
        # One question at a time: whoever was refused meanwhile finds its answer.
        self._asking = asyncio.Lock()

    @property
    def deduplicates(self) -> bool:
        return self.below.deduplicates

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        row = replace(occurrence, place=notice.place, to_id=notice.to.id)
        return await self._prove(row, lambda: self.below.post(occurrence, notice))

    async def find(self, occurrence: Occurrence) -> Finding:
        return await self._prove(occurrence, lambda: self.below.find(occurrence))

    async def _prove(self, row: Occurrence, ask: Callable[[], Awaitable[T]]) -> T:
        self._require_time(row)
        try:
            told = await ask()
        except Unreachable as refusal:
            if refusal.cut is None:
                raise
            async with self._asking:
                self._require_time(row)
                await self._weigh(refusal, refusal.cut, row)
            raise
        if self._doubts:
            for key in _keys(row):
                self._doubts.pop(key, None)
        return told

    def _require_time(self, row: Occurrence) -> None:
        """Raises Unproven while a refusal is too fresh to be tried again."""
        for key in _keys(row) if self._doubts else ():
            doubt = self._doubts.get(key)
            left = doubt.since + self._seconds - self._now() if doubt is not None and doubt.code else 0.0
            if doubt is not None and left > 0:
                raise Unproven(doubt.code, left, key[0], alone=_is_alone(key[0], row))

    async def _weigh(self, refusal: Unreachable, cut: Cut, row: Occurrence) -> None:
        """Returns once the refusal is proven. Raises RetryLater when it isn't, Unproven when it isn't yet."""
        key = _key(cut, row)
        code = await self._question.confirm(refusal, row)
        doubt = self._doubts.setdefault(key, _Doubt())
        self._doubts.move_to_end(key)
        if len(self._doubts) > DOUBTS_MOST:
            self._doubts.popitem(last=False)
        told = {"what": cut, "bucket": bucket_of(row.space), "row": row.id, "why": refusal.why}
        if not code:
            doubt.code, doubt.odd = "", doubt.odd + 1
            after = min(AGAIN_SECONDS * 2 ** (doubt.odd - 1), AGAIN_MOST_SECONDS)
            structlog.get_logger().warning("refusal contradicted", **told)
            raise RetryLater(f"contradicted: {refusal.why}", after, alone=True)
        if doubt.code != code and self._seconds:
            doubt.code, doubt.since = code, self._now()
            structlog.get_logger().warning("refusal not proven yet", **told, seconds=self._seconds)
            raise Unproven(refusal.why, self._seconds, cut, alone=_is_alone(cut, row))
        del self._doubts[key]
        structlog.get_logger().warning("cut off", **told)


def _keys(row: Occurrence) -> tuple[Key, ...]:
    """What a refusal of the row may be about."""
    return tuple(_key(cut, row) for cut in _CUTS[row.place == "channel"])


def _key(cut: Cut, row: Occurrence) -> Key:
    return cut, f"{row.space.platform}:{row.space.id}", "" if cut == "space" else row.to_id


def _is_alone(cut: Cut, row: Occurrence) -> bool:
    """Whether others in the bucket need not wait: a whole bucket does where it is the space's own."""
    return cut != "space" or bucket_of(row.space) == row.space.platform
