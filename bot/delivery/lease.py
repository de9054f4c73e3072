"""The lease of a bucket, kept alive while a worker sends."""

import asyncio
from contextlib import suppress
from time import monotonic
from types import TracebackType

from bot.core.errors import TryAgain
from bot.delivery.claims import Claims, Lost
from bot.delivery.hop import Hop

# A lease is renewed after this share of it, so two renewals may fail before it ends.
RENEWED_AFTER = 1 / 3


class Lease:
    """The right to send from one bucket. Within its block it is renewed in the background, so that a slow
    answer of the platform does not outlast it.

    `began`: when it was asked for, on the monotonic clock: the database counts from then or later.
    """

    def __init__(
        self, claims: Claims, hop: Hop, bucket: str, token: int, seconds: float, began: float
    ) -> None:
        self.bucket = bucket
        self.token = token
        self._claims = claims
        self._hop = hop
        self._seconds = seconds
        self._until = began + seconds
        self._lost = False
        self._ended = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def is_held(self) -> bool:
        """Whether nobody else can have taken the bucket over by now."""
        return not self._lost and monotonic() < self._until

    def lose(self) -> None:
        """Somebody else has it."""
        self._lost = True

    async def __aenter__(self) -> "Lease":
        self._task = asyncio.create_task(self._keep())
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        # A renewal that is under way ends first: it must not come after the lease was given back.
        self._ended.set()
        if self._task is not None:
            await self._task

    async def _keep(self) -> None:
        while not self._lost and not await self._has_ended():
            began = monotonic()
            try:
                await self._hop(self._claims.renew, self.bucket, self.token)
            except Lost:
                self._lost = True
            except TryAgain:
                continue  # the next renewal may come in time
            else:
                self._until = began + self._seconds

    async def _has_ended(self) -> bool:
        """Whether the lease is not needed any more, after the time that a renewal lasts."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._ended.wait(), self._seconds * RENEWED_AFTER)
        return self._ended.is_set()
