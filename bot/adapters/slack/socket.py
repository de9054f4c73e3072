"""Slack's requests over a socket that we open. When Slack asks for another one, or it is lost, the next is
opened."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import structlog
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN, code_of, nothing_said
from bot.adapters.slack.socket_client import CLOSED, OneSocketClient
from bot.platform_health import PlatformHealth

PING_SECONDS = 10.0
ASK_SECONDS = 5.0
OPEN_SECONDS = 10.0
# A socket that held for so long was a good one: the next is asked for at once. One that is ended with its
# first words, because there are too many, is not.
HELD_SECONDS = 5.0
FIRST_PAUSE, WAIT_MOST = 1.0, 60.0
# Without a socket for so long, nobody is answered, and it is no short change any more.
AWAY_SECONDS = 45.0
# What was received over a socket that is replaced gets so long to be answered.
RETIRE_SECONDS = 3.0
RESEND_SECONDS, RESEND_LOOK_SECONDS = 2.0, 0.05

# Slack's reasons for closing a socket after which it still works for some seconds.
_RENEWED = frozenset({"warning", "refresh_requested"})
_DO = {
    "link_disabled": "turn Socket Mode on again, on the app's page Socket Mode",
    "too_many_websockets": "stop other processes with the same SLACK_APP_TOKEN: Slack takes ten sockets",
}


class Socket:
    """Holds one socket open through whatever happens, and reports to `health` whether there is one."""

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        app_token: str,
        finish: Callable[[], Awaitable[None]],
        ping_seconds: float = PING_SECONDS,
        *,
        health: PlatformHealth | None = None,
    ) -> None:
        self._app = app
        self._client = client
        self._app_token = app_token
        self._finish = finish
        self._ping_seconds = ping_seconds
        self._health = health or PlatformHealth()
        self._sockets: list[OneSocketClient] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._alarm: asyncio.TimerHandle | None = None
        self._why = ""

    async def hold(self, url: str, ready: Callable[[], None]) -> None:
        """Listens at the address that Slack gave, then at others, until cancelled; what is being answered is
        then finished. `ready` is called once, when the first socket is open."""
        tries, is_told = 0, False
        self._note_absence()
        try:
            while True:
                socket, opened_at = await self._open(url), monotonic()
                if socket is not None:
                    if not is_told:
                        is_told = True
                        ready()
                    await socket.lost.wait()
                    await self._note_loss(socket)
                held = socket is not None and monotonic() - opened_at > HELD_SECONDS
                tries = 0 if held else tries + 1
                await asyncio.sleep(_backoff(tries))
                url = await self._ask_url(tries)
        except asyncio.CancelledError:
            await self._finish()
            await asyncio.gather(*(one.finish() for one in self._sockets))
            raise
        finally:
            await self._end()

    async def _open(self, url: str) -> OneSocketClient | None:
        """Returns the socket at this address, in the place of the one before; None when it doesn't open."""
        socket = OneSocketClient(
            url, self._app, self._app_token, self._client, self._ping_seconds, self._resend
        )
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await socket.connect()
        except BROKEN as error:
            await socket.close()
            # Its message may hold the address, which lets anybody in.
            self._warn("slack socket not opened", socket.reason, error)
            return None
        except BaseException:
            await socket.close()
            raise
        before, self._sockets = self._sockets, [socket]
        for one in before:
            self._start(self._retire(one))
        self._start(self._report_end(socket))
        self._health.connected()
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        return socket

    async def _ask_url(self, tries: int) -> str:
        """Returns the address of another socket, which is asked for until Slack names one, and never before
        the time that it says."""
        while True:
            try:
                async with asyncio.timeout(ASK_SECONDS):
                    opened: Any = await self._client.apps_connections_open(app_token=self._app_token)
                return str(opened["url"])
            except BROKEN as error:
                why = code_of(error) or type(error).__name__
                after = getattr(nothing_said(error), "after", None)
            tries += 1
            wait = _backoff(tries) if after is None else after
            self._why = why
            structlog.get_logger().warning("slack socket not opened", error=why, next_try_seconds=round(wait))
            await asyncio.sleep(wait)

    async def _resend(self, message: str) -> bool:
        """Sends an acknowledgement over the newest socket, once there is one; returns whether it was sent."""
        deadline = monotonic() + RESEND_SECONDS
        while monotonic() < deadline:
            for socket in tuple(self._sockets):
                if socket.is_open and await socket.send(message):
                    return True
            await asyncio.sleep(RESEND_LOOK_SECONDS)
        structlog.get_logger().warning("slack acknowledgement not sent", why="no socket")
        return False

    async def _note_loss(self, socket: OneSocketClient) -> None:
        """Logs why this socket ends, and ends it where the next one would be one too many."""
        if socket.reason in _RENEWED:
            structlog.get_logger().info("slack socket renewed", reason=socket.reason)
            return
        self._warn("slack socket lost", socket.reason)
        if socket.reason != CLOSED:
            await self._retire(socket)

    def _warn(self, event: str, reason: str, error: Exception | None = None) -> None:
        self._why = reason if reason in _DO or error is None else type(error).__name__
        do = {"do": _DO[reason]} if reason in _DO else {}
        structlog.get_logger().warning(event, error=self._why, **do)

    def _note_absence(self) -> None:
        """Starts to count how long there is no socket."""
        if self._alarm is None:
            loop = asyncio.get_running_loop()
            self._alarm = loop.call_later(AWAY_SECONDS, self._report_absence)

    def _report_absence(self) -> None:
        self._health.waits(f"no socket to Slack for {AWAY_SECONDS:.0f} s ({self._why or 'not opened'})")
        structlog.get_logger().error(
            "slack not heard",
            seconds=round(AWAY_SECONDS),
            error=self._why,
            do=_DO.get(self._why, "look at Slack's status page and at this machine's network"),
        )

    async def _report_end(self, socket: OneSocketClient) -> None:
        """Reports when the socket is closed and no other has taken its place."""
        await socket.until_closed()
        if not any(one.is_open for one in self._sockets):
            self._health.disconnected()
            self._note_absence()

    async def _retire(self, socket: OneSocketClient) -> None:
        """Closes a socket that was replaced, once what it received is answered."""
        try:
            async with asyncio.timeout(RETIRE_SECONDS):
                await socket.finish()
        except TimeoutError:
            pass
        finally:
            await socket.close()

    def _start(self, work: Any) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _end(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._health.disconnected()
        for one in self._sockets:
            await one.close()
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _backoff(tries: int) -> float:
    """Returns the seconds before another try: none after a good socket, then more each time, never all
    processes at one moment."""
    return random.uniform(0.5, 1.0) * min(FIRST_PAUSE * 2.0 ** (tries - 1), WAIT_MOST) if tries else 0.0  # noqa: S311
