"""One socket to Slack: the library's client, without its habit of opening others by itself."""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from time import time
from typing import Any

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.arrival import arriving

CLOSE_SECONDS = 5.0
SEND_SECONDS = 1.0
# How often a socket is looked at that was closed without a word.
LOOK_SECONDS = 0.5

# Slack gave no reason, or there was no time for one.
CLOSED = "closed"
_WORD = re.compile("[a-z_]{1,40}")

Resend = Callable[[str], Awaitable[bool]]


class OneSocketClient(SocketModeClient):
    """One socket, from its opening to its end. The library by itself asks for another address every ten
    seconds, whatever Slack says, and knocks at a used one for ever; here `lost` is set and whoever holds the
    socket decides. Silence is noticed by aiohttp's heartbeat, within one and a half `ping_seconds`.

    `resend` brings an acknowledgement to Slack that this socket could not send.
    """

    def __init__(
        self,
        url: str,
        app: AsyncApp,
        app_token: str,
        web_client: AsyncWebClient,
        ping_seconds: float,
        resend: Resend,
    ) -> None:
        super().__init__(app_token, _silent(), web_client, ping_interval=ping_seconds)
        self.wss_uri = url
        self.auto_reconnect_enabled = self.default_auto_reconnect_enabled = False
        self.lost = asyncio.Event()
        self.reason = CLOSED
        self._app = app
        self._resend = resend
        self._greeted = asyncio.Event()
        self._ended = asyncio.Event()
        self._answering: set[asyncio.Future[None]] = set()
        self._watching: asyncio.Task[None] | None = None
        self.socket_mode_request_listeners.append(self._answer)

    @property
    def is_open(self) -> bool:
        return not self.closed and self.current_session is not None and not self.current_session.closed

    async def connect(self) -> None:
        """Opens the socket and waits for Slack's hello. Raises an aiohttp error, or ConnectionError when
        something else came first."""
        self.current_session = await self.aiohttp_client_session.ws_connect(
            self.wss_uri or "", autoping=False, heartbeat=self.ping_interval, proxy=self.proxy
        )
        self.message_receiver = asyncio.ensure_future(self.receive_messages())
        self._watching = asyncio.ensure_future(self._watch())
        waiting = [asyncio.ensure_future(one.wait()) for one in (self._greeted, self.lost)]
        try:
            await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for one in waiting:
                one.cancel()
        if not self._greeted.is_set():
            raise ConnectionError(self.reason)

    async def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Never does: whoever holds this socket opens others."""
        del force
        self._lose(CLOSED)

    async def run_message_listeners(self, message: dict[str, Any], raw_message: str) -> None:
        """As the library's, but for what is about the socket itself. What can't be read is skipped there."""
        kind, reason = message.get("type"), message.get("reason")
        if kind == "hello":
            self._greeted.set()
        elif kind == "disconnect":
            is_word = isinstance(reason, str) and _WORD.fullmatch(reason)
            self._lose(str(reason) if is_word else CLOSED)
        else:
            await super().run_message_listeners(message, raw_message)

    async def send_message(self, message: str) -> None:
        """Sends an acknowledgement, over another socket if this one is closed: Slack takes it from any."""
        if await self.send(message):
            return
        if not await self._resend(message):
            raise ConnectionError(CLOSED)

    async def send(self, message: str) -> bool:
        """Returns whether this socket took the message."""
        if self.current_session is None:
            return False
        try:
            await self.current_session.send_str(message)
        except ConnectionError:
            self._lose(CLOSED)
            return False
        return True

    async def until_closed(self) -> None:
        """Returns when nothing can come over this socket any more."""
        await self._ended.wait()

    async def finish(self) -> None:
        """Waits a little for acknowledgements that are on their way."""
        if self._answering:
            await asyncio.wait(self._answering, timeout=SEND_SECONDS)

    async def close(self) -> None:
        """Closes the socket. The library would wait for ever for somebody who has fallen silent."""
        self.closed = True
        self._end()
        for task in (self.message_receiver, self.message_processor, self._watching):
            if task is not None:
                task.cancel()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                if self.current_session is not None:
                    await self.current_session.close()
        except TimeoutError:
            pass
        finally:
            await self.aiohttp_client_session.close()

    def _lose(self, reason: str) -> None:
        if not self.lost.is_set():
            self.reason = reason
            self.lost.set()

    async def _watch(self) -> None:
        while self.is_open:  # noqa: ASYNC110  the library says nothing when it is closed
            await asyncio.sleep(min(LOOK_SECONDS, self.ping_interval))
        self._end()

    def _end(self) -> None:
        self._lose(CLOSED)
        self._ended.set()

    async def _answer(self, _client: Any, request: SocketModeRequest) -> None:
        answering = asyncio.ensure_future(self._dispatch(request))
        self._answering.add(answering)
        try:
            await answering
        finally:
            self._answering.discard(answering)

    async def _dispatch(self, request: SocketModeRequest) -> None:
        began = time()
        with arriving():
            response = await run_async_bolt_app(self._app, request)
            await send_async_response(self, request, response, began)


def _silent() -> logging.Logger:
    """The library's own errors name the socket's address, which lets anybody in who knows it."""
    logger = logging.getLogger("slack.socket")
    logger.setLevel(logging.CRITICAL + 1)
    return logger
