"""Which members are still in a community: the platform is asked before a lead sees who is in a cohort, or how
it is doing, because nobody tells Cairn when somebody leaves who is never written to."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from time import monotonic

import structlog

from bot.core.errors import DeliveryError, TryAgain
from bot.core.ids import Address, Platform
from bot.core.ports import PlatformDoors

# So long the platform's word is kept.
KNOWN_SECONDS = 86_400.0
KNOWN_MOST = 50_000
# So many are asked about at the same time; each platform's own limits hold besides.
AT_ONCE = 4
# How often everybody is asked about whose turn it is, for what is posted without a call.
ROUND_SECONDS = 3_600.0

# Whether the platform says that a user (second) is not in a space (first). Raises DeliveryError when it says
# nothing now.
IsGone = Callable[[Address, Address], Awaitable[bool]]


class RollCall:
    """Asks `is_gone` about each member of a space's cohorts, once a day, and reports who left to the doors.
    Two answers in a row are needed. `now`: seconds of a clock that only goes forward."""

    def __init__(self, doors: PlatformDoors, is_gone: IsGone, now: Callable[[], float] = monotonic) -> None:
        self._doors = doors
        self._is_gone = is_gone
        self._now = now
        self._asked: OrderedDict[tuple[Address, str], float] = OrderedDict()
        self._nudged: dict[Address, float] = {}
        self._running: dict[Address, asyncio.Task[None]] = {}

    async def check(self, space: Address, seconds: float) -> None:
        """Returns once everybody in the space was asked about, or after so many seconds; the rest is asked
        about behind that. Raises nothing."""
        if space not in self._running:
            task = asyncio.create_task(self._call(space))
            self._running[space] = task
            task.add_done_callback(lambda _: self._running.pop(space, None))
        await asyncio.wait({self._running[space]}, timeout=max(0.0, seconds))

    async def nudge(self, space: Address) -> None:
        """Somebody has just used Cairn in the space: everybody in it whose turn it is may be asked about,
        once an hour, behind whatever goes on."""
        last = self._nudged.get(space)
        if last is None or self._now() - last >= ROUND_SECONDS:
            self._nudged[space] = self._now()
            await self.check(space, 0.0)

    async def go_round(self, platform: Platform) -> None:
        """Checks every space of the platform once an hour, until cancelled."""
        while True:
            await asyncio.sleep(ROUND_SECONDS)
            try:
                for space in await self._doors.known(platform):
                    await self._call(space)
            except TryAgain:
                structlog.get_logger().warning("roll call put off")

    async def close(self) -> None:
        running = tuple(self._running.values())
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def _call(self, space: Address) -> None:
        try:
            members = await self._doors.gathered(space)
        except TryAgain:
            return
        unsure = [one for one in members if not self._is_known(space, one)]
        turns = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._ask(space, one, turns) for one in unsure))

    async def _ask(self, space: Address, user: Address, turns: asyncio.Semaphore) -> None:
        async with turns:
            try:
                if not (await self._is_gone(space, user) and await self._is_gone(space, user)):
                    self._note(space, user)
                    return
                structlog.get_logger().info("member left", bucket=space.platform)
                await self._doors.lost(space, user)
            except (DeliveryError, TryAgain):
                return  # asked again at the next call

    def _is_known(self, space: Address, user: Address) -> bool:
        asked = self._asked.get((space, user.id))
        return asked is not None and self._now() - asked < KNOWN_SECONDS

    def _note(self, space: Address, user: Address) -> None:
        self._asked[space, user.id] = self._now()
        self._asked.move_to_end((space, user.id))
        if len(self._asked) > KNOWN_MOST:
            self._asked.popitem(last=False)
