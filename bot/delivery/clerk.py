"""The clerk: carries out the calls that were kept, and has each answered where it came from.

Whoever claims a call has it for the length of a lease. Its effect and the word that it is there are one
transaction, so nothing is done twice; a clerk that ends in between leaves the call to the next one.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Protocol

import structlog

from bot.core.chat.call import Answer, Call
from bot.core.chat.call_codec import read_call
from bot.core.errors import RetryLater, SealBroken, TryAgain
from bot.core.given import read_typed
from bot.core.ids import PLATFORMS, Address, Platform
from bot.core.inbox import Kept
from bot.core.ports import Clock
from bot.core.views.calls import unseen
from bot.core.views.errors import busy
from bot.delivery.hop import Hop
from bot.delivery.inbox import Inbox
from bot.delivery.runner import why_failed

AT_ONCE = 16
AT_ONCE_IN_A_SPACE = 4
# A call that takes longer is left before somebody else may take it up.
OF_LEASE = 0.8
FINISH_SECONDS = 3.0
FINISH_TRIES = 3
FINISH_PAUSE = 1.0

# What may well succeed in a moment.
PASSES = (RetryLater, SealBroken, TryAgain, TimeoutError)

Ask = Callable[[Call], Awaitable[Answer | None]]


class Desk(Protocol):
    """Where a platform's calls come in, and its answers go out."""

    async def work(self, call: Call, back: str, ask: Ask) -> None:
        """Completes the call, asks, and brings the answer to `back`; there is none where `ask` gives None.

        Raises RetryLater, SealBroken or TryAgain when that can't be done now, and what `ask` raises.
        """
        ...


class Clerk:
    """`answer` carries a call out. `desks`: those of the platforms that are connected now; they come and go.
    `lease_seconds`: that of the inbox."""

    def __init__(
        self,
        inbox: Inbox,
        desks: Mapping[Platform, Desk],
        answer: Callable[[Call, Kept], Awaitable[Answer | None]],
        clock: Clock,
        hop: Hop,
        report: Callable[[Exception, Call], object],
        *,
        lease_seconds: float,
    ) -> None:
        self._inbox = inbox
        self._desks = desks
        self._answer = answer
        self._clock = clock
        self._hop = hop
        self._report = report
        self._patience = lease_seconds * OF_LEASE
        self._claiming = asyncio.Lock()
        self._running: dict[asyncio.Task[None], Address | None] = {}
        self._stopped = False

    async def run(self, beat: float, *, alone: bool) -> None:
        """Looks at what waits every `beat` seconds, until cancelled; then as `finish`. `alone`: there is no
        other process, so what one had taken up before is nobody's."""
        try:
            if alone:
                with suppress(Exception):  # then their leases run out
                    await self._hop(self._inbox.free, PLATFORMS)
            while True:
                await self.turn()
                await asyncio.sleep(beat)
        finally:
            await self.finish()

    async def turn(self) -> None:
        """Takes up what waits, as much at once as there is room for. Raises nothing that passes."""
        try:
            async with self._claiming:
                while not self._stopped and await self._take_up():
                    pass
        except Exception as error:  # noqa: BLE001  what waits is still there at the next turn
            structlog.get_logger().warning("inbox not read", **why_failed(error))

    def ring(self) -> None:
        """Something waits."""
        if not self._stopped:
            self._begin(self.turn(), None)

    async def finish(self) -> None:
        """Takes up nothing more, and waits a little for what it has; the rest is left to the next clerk."""
        self._stopped = True
        if self._running:
            await asyncio.wait(self._running, timeout=FINISH_SECONDS)
        for task in tuple(self._running):
            task.cancel()

    async def _take_up(self) -> bool:
        """Whether there was something, and room for it."""
        spaces = Counter(space for space in self._running.values() if space is not None)
        if spaces.total() >= AT_ONCE:
            return False
        crowded = tuple(space for space, count in spaces.items() if count >= AT_ONCE_IN_A_SPACE)
        kept = await self._hop(self._inbox.claim, tuple(self._desks), crowded)
        if kept is not None:
            self._begin(self._work(kept), kept.space)
        return kept is not None

    def _begin(self, work: Awaitable[None], space: Address | None) -> None:
        task = asyncio.ensure_future(work)
        self._running[task] = space
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        space = self._running.pop(task)
        if space is not None:
            self.ring()  # there is room again
        if not task.cancelled() and (error := task.exception()) is not None:
            structlog.get_logger().warning("kept call left", **why_failed(error))

    async def _work(self, kept: Kept) -> None:
        try:
            call = read_call(kept.written)
        except ValueError:
            structlog.get_logger().error("kept call not readable")
            await self._settle(kept)
            return
        try:
            async with asyncio.timeout(self._patience):
                await self._desk(kept).work(call, kept.back, lambda asked: self._ask(kept, asked))
        except PASSES as error:
            if not self._is_over(kept):
                structlog.get_logger().warning(
                    "kept call waits", why=type(error).__name__, tries=kept.attempts
                )
                await self._hop(self._inbox.release, kept)
                return
            structlog.get_logger().error("kept call given up", why=type(error).__name__, tries=kept.attempts)
        except Exception as error:  # noqa: BLE001  a bug of ours, which would be there the next time
            self._report(error, call)
        await self._settle(kept)

    def _desk(self, kept: Kept) -> Desk:
        desk = self._desks.get(kept.space.platform)
        if desk is None:
            raise RetryLater("not connected")
        return desk

    async def _ask(self, kept: Kept, call: Call) -> Answer | None:
        if kept.worked:
            return Answer(unseen(), private=True)
        if self._is_over(kept):
            # Perhaps they can still be told; carried out it is no more, because nobody waits for it.
            structlog.get_logger().error("kept call given up", why="too late", tries=kept.attempts)
            return Answer(busy(read_typed(call.what)), private=True, refused=True)
        answer = await self._answer(call, kept)
        if answer is not None and answer.given_up:
            raise TryAgain("not carried out in time")
        return answer

    async def _settle(self, kept: Kept) -> None:
        """Left unsaid, this would have the caller told once more."""
        for tries_left in reversed(range(FINISH_TRIES)):
            try:
                await self._hop(self._inbox.finish, kept)
            except TryAgain:
                if not tries_left:
                    raise
                await asyncio.sleep(FINISH_PAUSE)
            else:
                return

    def _is_over(self, kept: Kept) -> bool:
        return self._clock.now() >= kept.until
