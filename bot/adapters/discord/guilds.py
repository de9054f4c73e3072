"""Servers that take the bot in and out, and those that it is no longer in when it connects again."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog

from bot.adapters.discord.question import DiscordQuestion
from bot.adapters.discord.receive import PLATFORM
from bot.core.errors import RetryLater, TryAgain
from bot.core.ids import Address
from bot.core.ports import PlatformDoors

LOOKS_MOST = 10


class Guilds:
    """Ends a server that is missing from Discord's list only once Discord has said twice, `seconds` of real
    time apart, that the bot is not in it. One odd list ends nothing."""

    def __init__(self, doors: PlatformDoors, question: DiscordQuestion, seconds: float) -> None:
        self._doors = doors
        self._question = question
        self._seconds = seconds
        self._proving: dict[str, asyncio.Task[None]] = {}

    async def call_roll(self, is_here: Callable[[str], bool], is_mine: Callable[[str], bool]) -> None:
        """All servers of a shard are known: proves of those that are its own and missing that they are gone.
        Raises TryAgain when the database is busy."""
        for one in await self._doors.known(PLATFORM):
            if is_mine(one.id) and not is_here(one.id) and one.id not in self._proving:
                self._proving[one.id] = asyncio.create_task(self._prove(one))

    async def close(self) -> None:
        for task in tuple(self._proving.values()):
            task.cancel()
        await asyncio.gather(*self._proving.values(), return_exceptions=True)

    async def _prove(self, guild: Address) -> None:
        try:
            if await self._is_gone(guild):
                structlog.get_logger().warning(
                    "cut off", what="space", bucket=PLATFORM, why="not in the list"
                )
                await self._doors.left(guild)
        except TryAgain:
            structlog.get_logger().warning("server's coming or going not kept")
        finally:
            self._proving.pop(guild.id, None)

    async def _is_gone(self, guild: Address) -> bool:
        """Whether Discord says so twice. What it doesn't answer is asked again, and at last left to the next
        start."""
        said = 0
        for _ in range(LOOKS_MOST):
            try:
                if not await self._question.ask_guild(guild.id):
                    return False
                said += 1
            except RetryLater:
                pass
            if said == 2 or (said and not self._seconds):
                return True
            await asyncio.sleep(self._seconds)
        return False


@contextmanager
def unless_busy() -> Iterator[None]:
    """What the database has no time for is found out again: at the next start, or when something is sent."""
    try:
        yield
    except TryAgain:
        structlog.get_logger().warning("server's coming or going not kept")
