"""The router's doors, awaited: each call takes its turn among the spaces, and hops to a database thread."""

import asyncio
import functools
import math
import time
from collections.abc import Callable, Hashable
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime
from typing import Any, TypeVar

import structlog

from bot import telemetry
from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Call, Caller, Pressed, Space, Submitted, Typed, Typing
from bot.core.chat.control import Choice
from bot.core.chat.message import Block, Message
from bot.core.errors import TryAgain
from bot.core.ids import Address, Platform
from bot.core.inbox import Kept
from bot.core.locator import Locator
from bot.core.router import Router
from bot.core.views.calls import too_often
from bot.crowd import Allowance, Turns
from bot.delivery.inbox import Inbox

T = TypeVar("T")

# A transaction is given up by its own deadline; only one that doesn't notice is left behind so much later.
MARGIN_SECONDS = 0.1
# What is not woken within these is due a little later by itself; others wait to be kept.
WAKE_SECONDS = 0.3


class Threads:
    """`most` threads of a pool, which spaces take turns at."""

    def __init__(self, pool: ThreadPoolExecutor, most: int) -> None:
        self._pool = pool
        self._turns = Turns(most)

    async def do(
        self,
        space: Hashable,
        work: Callable[..., T],
        *args: Any,
        patience: float | None = None,
        budget: CallBudget | None = None,
    ) -> T:
        """Does the work on one of the threads. Raises TryAgain when that can't begin within `patience`, or
        has not ended when `budget` has."""
        if budget is not None:
            patience = min(budget.left(), budget.left() if patience is None else patience)
        try:
            async with nullcontext() if patience is None else asyncio.timeout(patience):
                await self._turns.take(space)
        except TimeoutError:
            raise TryAgain("every thread is taken") from None
        job = asyncio.get_running_loop().run_in_executor(self._pool, functools.partial(work, *args))
        job.add_done_callback(lambda _: self._turns.give_back())
        # A thread can't be interrupted: who goes away meanwhile has their turn until it is over.
        return await within(job, budget)


async def within(job: "asyncio.Future[T]", budget: CallBudget | None) -> T:
    """The result of work on a thread. Raises TryAgain when the budget ends before it: what the thread is
    stuck in, such as a connection that nobody answers, goes on without anybody waiting."""
    if budget is not None:
        await asyncio.wait({job}, timeout=budget.left() + MARGIN_SECONDS)
        if not job.done():
            job.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            raise TryAgain("the platform waits no longer")
    return await asyncio.shield(job)


class ThreadDoors:
    """Calls go to the writers, suggestions and homes to the readers. A call that can't be carried out in time
    is kept by a `keeper`, which no call keeps waiting.

    `allowance`: how many calls a member has in a minute. `patience`: the seconds within which a call has to
    begin, or it is given up.
    """

    def __init__(
        self,
        router: Router,
        locator: Locator,
        inbox: Inbox,
        writers: Threads,
        readers: Threads,
        keeper: ThreadPoolExecutor,
        *,
        allowance: int,
        patience: float,
    ) -> None:
        self._router = router
        self._locator = locator
        self._inbox = inbox
        self._writers = writers
        self._readers = readers
        self._keeper = keeper
        self._allowance = Allowance(allowance)
        self._patience = patience
        self._ring: Callable[[], None] = lambda: None

    def ring_when_kept(self, ring: Callable[[], None]) -> None:
        """From now on `ring` is called whenever a call that was kept can be carried out."""
        self._ring = ring

    def admit(self, caller: Address, space: Address | None = None) -> Answer | None:
        wait = self._allowance.wait((caller, space))
        return Answer(too_often(math.ceil(wait)), private=True, refused=True) if wait else None

    async def answer(
        self, call: Call, kept: Kept | None = None, budget: CallBudget | None = None
    ) -> Answer | None:
        """`kept`: the call has waited in the inbox, and is carried out now."""
        started = time.monotonic()
        work, space = self._router.answer, call.space.address
        try:
            answer = await self._writers.do(
                space, work, call, kept, budget, patience=self._patience, budget=budget
            )
        except TryAgain:
            answer = self._router.give_up(call)
        took = round((time.monotonic() - started) * 1000, 1)
        structlog.get_logger().info("call", asked=telemetry.name_of(call), took_ms=took)
        return answer

    async def keep(self, call: Call, back: str, seconds: float, budget: CallBudget | None = None) -> bool:
        keeping = functools.partial(self._inbox.keep, call, back, seconds, budget, acknowledged=False)
        job = asyncio.get_running_loop().run_in_executor(self._keeper, keeping)
        is_first = await within(job, budget)
        if is_first:
            structlog.get_logger().info("call kept", asked=telemetry.name_of(call))
        return is_first

    async def wake(self, call: Call) -> None:
        budget = CallBudget(time.monotonic() + WAKE_SECONDS, time.monotonic)
        try:
            await asyncio.get_running_loop().run_in_executor(self._keeper, self._inbox.wake, call, budget)
        except TryAgain:
            structlog.get_logger().warning("kept call not woken")
        self._ring()

    async def suggest(self, typing: Typing, budget: CallBudget | None = None) -> tuple[Choice, ...]:
        space = typing.space.address
        try:
            return await self._readers.do(space, self._router.suggest, typing, budget=budget)
        except TryAgain:
            return ()

    async def check(self, call: Call, budget: CallBudget | None = None) -> Answer | None:
        try:
            return await self._readers.do(call.space.address, self._router.check, call, budget=budget)
        except TryAgain:
            return None

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]:
        return await self._readers.do(space.address, self._router.home, space, caller)

    async def zone(self, space: Space, caller: Caller) -> str:
        return await self._readers.do(space.address, self._router.zone, space, caller)

    async def locate(
        self, caller: Caller, what: Typed | Pressed | Submitted, budget: CallBudget | None = None
    ) -> Space | Answer | None:
        work = self._locator.locate
        try:
            return await self._writers.do(caller.address, work, caller, what, budget, budget=budget)
        except TryAgain:
            return self._locator.give_up()

    async def learn(self, space: Space, caller: Caller) -> None:
        await self._writers.do(space.address, self._router.learn, space, caller)

    async def left(self, space: Address, at: datetime | None = None) -> None:
        await self._writers.do(space, self._router.left, space, at)

    async def gathered(self, space: Address) -> tuple[Address, ...]:
        return await self._readers.do(space, self._router.gathered, space)

    async def lost(self, space: Address, user: Address) -> None:
        await self._writers.do(space, self._router.lost, space, user)

    async def returned(self, space: Space, at: datetime | None = None) -> Message:
        return await self._writers.do(space.address, self._router.returned, space, at)

    async def known(self, platform: Platform) -> tuple[Address, ...]:
        return await self._readers.do(platform, self._router.known, platform)
