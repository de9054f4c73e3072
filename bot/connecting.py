"""Keeps the connection to a platform. One that can't be opened is tried again with back-off, and whatever
else this process does goes on."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from time import monotonic

import structlog
from aiohttp import (
    ClientConnectorCertificateError,
    ClientConnectorDNSError,
    ClientConnectorError,
    ClientError,
)

from bot.core.errors import DeliveryError, NotConnected, RetryLater, SettingsError, TryAgain
from bot.lines import Line, Opening
from bot.platform_health import PlatformHealth

PASSES = (DeliveryError, TryAgain, ClientError, TimeoutError)

TRY_SECONDS = 20.0
WAIT_SECONDS = 1.0
WAIT_MOST = 60.0
# A connection that held for so long begins a new row of tries when it is lost.
HELD_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a connection can't be opened now, and what an operator checks. `after`: the seconds that the
    platform asked for."""

    why: str
    check: str
    after: float | None = None


class PlatformConnection:
    """Opens the connection to one platform, has it used, and opens it again when it is lost.

    Nothing is opened before `prepared` returns, because a start that can't go on must not cost one of the
    sessions that a platform counts. `use` ends when the connection is lost, by an error as a rule; `lose` is
    called then.
    """

    def __init__(
        self,
        opening: Opening,
        health: PlatformHealth,
        use: Callable[[Line], Awaitable[None]],
        lose: Callable[[], None],
        prepared: Callable[[], Awaitable[None]],
        *,
        try_seconds: float = TRY_SECONDS,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._opening = opening
        self._health = health
        self._use = use
        self._lose = lose
        self._prepared = prepared
        self._try_seconds = try_seconds
        self._sleep = sleep
        self._stack = AsyncExitStack()

    async def keep(self) -> None:
        """Runs until cancelled; the connection is then still open, for what is being said to end.

        Raises SettingsError when the very first try is refused for a setting. After that the platform may be
        at fault, and the process has other things to do, so it waits.
        """
        self._health.waits("the queue of messages isn't there yet; check the database")
        await self._prepared()
        tries = 0
        while True:
            began = monotonic()
            try:
                trouble = await self._try()
            except SettingsError as error:
                if not tries:
                    raise
                trouble = Trouble(str(error), "the setting")
            await self.close()
            tries = 1 if monotonic() - began > HELD_SECONDS else tries + 1
            wait = trouble.after or min(WAIT_SECONDS * 2 ** (tries - 1), WAIT_MOST)
            self._health.waits(f"{trouble.why}; check {trouble.check}")
            structlog.get_logger().warning(
                f"{self._opening.name} not connected",
                why=trouble.why,
                check=trouble.check,
                next_try_seconds=wait,
            )
            await self._sleep(wait)

    async def close(self) -> None:
        """Closes whatever is open."""
        await self._stack.aclose()

    async def _try(self) -> Trouble:
        """Returns when there is no connection (any more), and why."""
        try:
            async with asyncio.timeout(self._try_seconds):
                line = await self._opening.open(self._stack)
            self._health.opened()
            await self._use(line)
        except PASSES as error:
            trouble = describe(error, self._opening.check, self._health)
        except SettingsError:
            self._lose()
            raise
        else:
            trouble = Trouble("the connection ended", self._opening.check)
        self._lose()
        return trouble


def describe(error: Exception, check: str, health: PlatformHealth) -> Trouble:
    """The error in words, without any address that lets somebody in."""
    if isinstance(error, TryAgain):
        return Trouble(f"the database didn't take part: {error}", "the database")
    if isinstance(error, NotConnected):
        check = error.check
    after = error.after if isinstance(error, RetryLater) else None
    return Trouble(_name(error, health), check, after)


def _name(error: BaseException, health: PlatformHealth) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__cause__, TimeoutError):
        return f"no answer in time{f' ({health.failure})' if health.failure else ''}"
    match error.__cause__ or error:
        case ClientConnectorDNSError() as cause:
            return f"the name {cause.host} was not found"
        case ClientConnectorCertificateError() as cause:
            return f"the certificate of {cause.host} is not valid"
        case ClientConnectorError() as cause:
            number = cause.os_error.errno
            return f"no connection to {cause.host}:{cause.port} ({os.strerror(number) if number else 'lost'})"
        case ClientError() | OSError() as cause:
            return f"the connection broke ({type(cause).__name__})"
    why = error.why if isinstance(error, DeliveryError) else type(error).__name__
    if why.isdigit() and int(why) < 400:
        return "the answer was not the platform's"
    return f"it answered {why}"
