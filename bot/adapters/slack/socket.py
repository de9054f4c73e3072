"""Slack's requests over a socket that we open. The library keeps it alive; what it can't revive is given up,
and another one is opened."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.arrival import arriving
from bot.adapters.slack.errors import BROKEN, code_of
from bot.platform_health import PlatformHealth

# The library takes a socket for lost that answered none of four pings, and opens another one. But then it
# knocks at one address for ever, even when the ticket in it was used up. So many pings it may take for that:
REVIVING_PINGS = 2
PING_SECONDS = 10.0
OPEN_SECONDS = 10.0
CLOSE_SECONDS = 5.0
SEND_SECONDS = 1.0


class Socket:
    """One socket at a time, held open through whatever happens to it."""

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

    async def hold(self, url: str, ready: Callable[[], None]) -> None:
        """Listens at the address that Slack gave, then at others, until cancelled: `finish` waits then for
        what is still being answered. `ready` is told once."""
        told = False
        while True:
            handler = self._make_handler(url)
            try:
                if await self._open(handler):
                    self._health.connected()
                    if not told:
                        ready()
                        told = True
                    await self._until_lost(handler)
            except asyncio.CancelledError:
                await self._finish()
                await handler.finish()
                raise
            finally:
                self._health.disconnected()
                await _close(handler.client)
            structlog.get_logger().warning("slack socket lost")
            url = await self._ask_url()

    def _make_handler(self, url: str) -> "_Handler":
        handler = _Handler(
            self._app, self._app_token, _silent(), self._client, ping_interval=self._ping_seconds
        )
        handler.client.wss_uri = url
        return handler

    async def _open(self, handler: AsyncSocketModeHandler) -> bool:
        """Whether it was opened in time."""
        try:
            async with asyncio.timeout(OPEN_SECONDS):
                await handler.connect_async()  # type: ignore[no-untyped-call]
        except TimeoutError:
            return False
        return True

    async def _until_lost(self, handler: AsyncSocketModeHandler) -> None:
        """Returns when the library has had its chance."""
        reviving = 0
        while reviving < REVIVING_PINGS:
            await asyncio.sleep(self._ping_seconds)
            if await handler.client.is_connected():
                reviving = 0
                self._health.connected()
            else:
                reviving += 1
                self._health.disconnected()

    async def _ask_url(self) -> str:
        """The address of another socket, asked for until Slack names one."""
        while True:
            try:
                opened: Any = await self._client.apps_connections_open(app_token=self._app_token)
                return str(opened["url"])
            except BROKEN as error:
                why = code_of(error) or type(error).__name__
                structlog.get_logger().warning("slack socket not opened", error=why)
            await asyncio.sleep(self._ping_seconds)


class _Handler(AsyncSocketModeHandler):
    """Knows which acknowledgements are still on their way: Bolt sends them once a listener has ended."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._running: set[asyncio.Future[None]] = set()

    async def handle(self, client: Any, req: Any) -> None:
        running = asyncio.ensure_future(self._handle(client, req))
        self._running.add(running)
        try:
            await running
        finally:
            self._running.discard(running)

    async def _handle(self, client: Any, req: Any) -> None:
        with arriving():
            await super().handle(client, req)

    async def finish(self) -> None:
        if self._running:
            await asyncio.wait(self._running, timeout=SEND_SECONDS)


async def _close(client: SocketModeClient) -> None:
    """The library would wait as long as it takes for somebody who has fallen silent."""
    client.closed, client.auto_reconnect_enabled = True, False
    for task in (client.current_session_monitor, client.message_receiver, client.message_processor):
        if task is not None:
            task.cancel()
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            if client.current_session is not None:
                await client.current_session.close()
    except TimeoutError:
        pass
    finally:
        await client.aiohttp_client_session.close()


def _silent() -> logging.Logger:
    """The library's own errors name the socket's address, which lets anybody in who knows it."""
    logger = logging.getLogger("slack.socket")
    logger.setLevel(logging.CRITICAL + 1)
    return logger
