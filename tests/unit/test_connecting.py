"""How a connection is opened, lost, and opened again: what is waited for, and what is said meanwhile."""

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from typing import cast

import pytest
import structlog
from aiohttp import ClientConnectorDNSError, ClientConnectorError, ServerDisconnectedError
from aiohttp.client_reqrep import ConnectionKey

from bot.connecting import WAIT_MOST, PlatformConnection, describe
from bot.core.errors import NotConnected, RetryLater, SettingsError, TryAgain, Unknown
from bot.lines import Line, Opening
from bot.platform_health import PlatformHealth

KEY = ConnectionKey("slack.com", 443, True, True, None, None, None)
LINE = cast("Line", object())


class Ended(Exception):
    """The test has seen enough."""


class Scene:
    """A platform that answers each try as it is told to, and then holds."""

    def __init__(self, *tries: Exception | None) -> None:
        self.tries = list(tries)
        self.health = PlatformHealth()
        self.waits: list[float] = []
        self.opened: list[str] = []
        self.lost = 0
        self.loses: Exception | None = Ended()
        self.using = asyncio.Event()
        self.queue = asyncio.Event()
        self.queue.set()

    async def open(self, stack: AsyncExitStack) -> Line:
        self.opened.append("open")
        stack.callback(self.opened.append, "closed")
        error = self.tries.pop(0)
        if error is not None:
            raise error
        return LINE

    async def used(self, line: Line) -> None:
        assert line is LINE
        self.using.set()
        if self.loses is not None:
            raise self.loses
        await asyncio.Event().wait()

    def lose(self) -> None:
        self.lost += 1

    async def prepared(self) -> None:
        await self.queue.wait()

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if not self.tries:
            raise Ended

    def connection(self, open_: Callable[[AsyncExitStack], object] | None = None) -> PlatformConnection:
        opening = Opening("Slack", "slack", "the network", False, open_ or self.open)  # type: ignore[arg-type]
        return PlatformConnection(
            opening,
            self.health,
            self.used,
            self.lose,
            self.prepared,
            try_seconds=0.1,
            sleep=self.sleep,
        )


async def test_each_try_waits_longer_and_is_one_line() -> None:
    scene = Scene(*(RetryLater("503") for _ in range(9)))
    with structlog.testing.capture_logs() as logs, pytest.raises(Ended):
        await scene.connection().keep()
    assert scene.waits == [1, 2, 4, 8, 16, 32, WAIT_MOST, WAIT_MOST, WAIT_MOST]
    assert scene.opened == ["open", "closed"] * 9
    assert [line["next_try_seconds"] for line in logs] == scene.waits
    assert logs[0] == {
        "event": "Slack not connected",
        "log_level": "warning",
        "why": "it answered 503",
        "check": "the network",
        "next_try_seconds": 1.0,
    }
    assert (scene.health.is_ready, scene.health.trouble) == (False, "it answered 503; check the network")


async def test_nothing_is_opened_before_the_queue_is_there() -> None:
    """Discord counts the sessions that a bot begins."""
    scene = Scene(None)
    scene.queue.clear()
    keeping = asyncio.create_task(scene.connection().keep())
    for _ in range(10):
        await asyncio.sleep(0)
    assert scene.opened == []
    assert scene.health.trouble == "the queue of messages isn't there yet; check the database"
    scene.queue.set()
    with pytest.raises(Ended):
        await keeping
    assert scene.opened == ["open"]


async def test_what_the_platform_asks_for_is_waited_for() -> None:
    scene = Scene(RetryLater("ratelimited", 30.0), NotConnected("ratelimited", "the network", 7.0))
    with pytest.raises(Ended):
        await scene.connection().keep()
    assert scene.waits == [30.0, 7.0]


async def test_a_token_that_is_refused_at_once_ends_the_start() -> None:
    scene = Scene(SettingsError("SLACK_BOT_TOKEN is not a token"))
    with pytest.raises(SettingsError):
        await scene.connection().keep()
    assert scene.waits == []


async def test_a_token_that_is_refused_later_is_waited_for() -> None:
    """After an outage a platform may refuse what it will take again; the other platform works meanwhile."""
    scene = Scene(TryAgain("away"), SettingsError("SLACK_BOT_TOKEN is not a token"), None)
    with pytest.raises(Ended):
        await scene.connection().keep()
    assert scene.waits == [1, 2]
    assert scene.opened == ["open", "closed", "open", "closed", "open"]


async def test_a_connection_that_is_lost_is_opened_again() -> None:
    scene = Scene(None, None)
    scene.loses = RetryLater("503")
    with pytest.raises(Ended):
        await scene.connection().keep()
    assert (scene.opened, scene.lost) == (["open", "closed"] * 2, 2)


async def test_a_platform_that_never_answers_is_given_up_after_a_while() -> None:
    scene = Scene(None)

    async def never(_stack: AsyncExitStack) -> Line:
        scene.tries.clear()
        await asyncio.Event().wait()
        return LINE

    scene.health.failed("503")
    with structlog.testing.capture_logs() as logs, pytest.raises(Ended):
        await scene.connection(never).keep()
    assert logs[0]["why"] == "no answer in time (503)"


async def test_what_is_open_stays_open_until_it_is_closed() -> None:
    """A process that stops still has something to say through it."""
    scene = Scene(None)

    scene.loses = None
    connection = scene.connection()
    keeping = asyncio.create_task(connection.keep())
    await scene.using.wait()
    keeping.cancel()
    with suppress(asyncio.CancelledError):
        await keeping
    assert (scene.opened, scene.lost) == (["open"], 0)
    await connection.close()
    assert scene.opened == ["open", "closed"]


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (
            caused(RetryLater("x"), ClientConnectorDNSError(KEY, OSError())),
            "the name slack.com was not found",
        ),
        (
            caused(RetryLater("x"), ClientConnectorError(KEY, OSError(111, "refused"))),
            "no connection to slack.com:443 (Connection refused)",
        ),
        (caused(RetryLater("x"), TimeoutError()), "no answer in time"),
        (TimeoutError(), "no answer in time"),
        (ServerDisconnectedError(), "the connection broke (ServerDisconnectedError)"),
        (RetryLater("503"), "it answered 503"),
        (RetryLater("200"), "the answer was not the platform's"),
        (Unknown("internal_error"), "it answered internal_error"),
        (
            TryAgain("the database is busy or away"),
            "the database didn't take part: the database is busy or away",
        ),
    ],
)
def test_what_happened_is_told_in_words(error: Exception, why: str) -> None:
    assert describe(error, "the network", PlatformHealth()).why == why


def test_what_to_check_comes_with_the_error() -> None:
    told = describe(NotConnected("missing_scope", "the scope"), "the network", PlatformHealth())
    assert (told.why, told.check) == ("it answered missing_scope", "the scope")
