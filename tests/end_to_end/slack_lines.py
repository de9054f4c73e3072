"""How the fake reaches a bot: signed requests over HTTP, or envelopes over a socket that the bot opened."""

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Literal, Protocol
from urllib.parse import urlencode
from uuid import uuid4

import aiohttp
from aiohttp import web

from tests.end_to_end.slack_workspace import Payload

Kind = Literal["slash_commands", "interactive", "events_api"]

HELLO: Payload = {"type": "hello", "num_connections": 1}
ACK_SECONDS = 3.0
CONNECT_SECONDS = 60.0


class Unacknowledged(AssertionError):
    """The bot did not acknowledge in time, or not with success."""


class Line(Protocol):
    async def send(self, kind: Kind, payload: Payload) -> Payload:
        """What the bot's acknowledgement holds, empty for none. Raises Unacknowledged."""
        ...


class HttpLine:
    """Signed requests to the bot's address."""

    def __init__(self, url: str, secret: str) -> None:
        self._url = url
        self._secret = secret

    async def send(self, kind: Kind, payload: Payload) -> Payload:
        body, content_type = write_body(kind, payload)
        status, told = await self.post(body, sign(self._secret, body) | {"Content-Type": content_type})
        if status != 200:
            raise Unacknowledged(f"HTTP {status}: {told!r}")
        return json.loads(told) if told.startswith("{") else {"text": told} if told else {}

    async def post(
        self, body: bytes, headers: Mapping[str, str], session: aiohttp.ClientSession | None = None
    ) -> tuple[int, str]:
        """The status and text that this request is answered with."""
        timeout = aiohttp.ClientTimeout(total=ACK_SECONDS + 1)
        async with AsyncExitStack() as stack:
            if session is None:
                session = await stack.enter_async_context(aiohttp.ClientSession())
            asking = session.post(self._url, data=io.BytesIO(body), headers=headers, timeout=timeout)
            answer = await stack.enter_async_context(asking)
            return answer.status, await answer.text()


class SocketLine:
    """Envelopes to the newest socket that the bot opened with a ticket.

    `deaf`: no ping is answered. `greeting`: what each new socket begins with, Slack's hello as a rule.
    """

    def __init__(self) -> None:
        self._sockets: list[web.WebSocketResponse] = []
        self._transports: dict[web.WebSocketResponse, asyncio.BaseTransport | None] = {}
        self._acks: dict[str, asyncio.Future[Payload]] = {}
        self.deaf = False
        self.greeting: Payload = HELLO

    async def send(self, kind: Kind, payload: Payload) -> Payload:
        envelope = str(uuid4())
        self._acks[envelope] = asyncio.get_running_loop().create_future()
        socket = await self.opened()
        await socket.send_json(
            {
                "envelope_id": envelope,
                "type": kind,
                "accepts_response_payload": kind != "events_api",
                "payload": payload,
            }
        )
        try:
            return await asyncio.wait_for(self._acks[envelope], ACK_SECONDS)
        except TimeoutError:
            raise Unacknowledged("no acknowledgement within three seconds") from None

    async def hold(self, request: web.Request) -> web.WebSocketResponse:
        """Holds one socket for as long as the bot does. A line that is `deaf` answers no ping."""
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.send_json(self.greeting)
        self._sockets.append(socket)
        self._transports[socket] = request.transport
        try:
            async for message in socket:
                if message.type is aiohttp.WSMsgType.PING and not self.deaf:
                    await socket.pong(message.data)
                elif message.type is aiohttp.WSMsgType.TEXT:
                    told = json.loads(message.data)
                    waiting = self._acks.get(str(told["envelope_id"]))
                    if waiting is not None and not waiting.done():
                        waiting.set_result(told.get("payload") or {})
        finally:
            self._sockets.remove(socket)
            self._transports.pop(socket, None)
        return socket

    async def drop(self) -> None:
        """Closes every socket, as Slack does now and then."""
        for socket in tuple(self._sockets):
            await socket.close()

    async def cut(self) -> None:
        """Every socket breaks without a word, as connections do."""
        for socket in tuple(self._sockets):
            transport = self._transports.get(socket)
            if isinstance(transport, asyncio.Transport):
                transport.abort()

    async def say(self, *frames: str | bytes | Payload) -> None:
        """Sends these to the newest socket as they are."""
        socket = await self.opened()
        for frame in frames:
            if isinstance(frame, bytes):
                await socket.send_bytes(frame)
            else:
                await socket.send_str(frame if isinstance(frame, str) else json.dumps(frame))

    @property
    def count(self) -> int:
        """How many sockets are open."""
        return sum(not one.closed for one in self._sockets)

    async def opened(self) -> web.WebSocketResponse:
        """The newest socket, once there is one. Raises Unacknowledged."""
        deadline = time.monotonic() + CONNECT_SECONDS
        while not (live := [one for one in self._sockets if not one.closed]):
            if time.monotonic() > deadline:
                raise Unacknowledged("no socket is open")
            await asyncio.sleep(0.01)
        return live[-1]


def write_body(kind: Kind, payload: Payload) -> tuple[bytes, str]:
    """The body of a request as Slack writes it, and its type."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def sign(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    """The headers by which Slack vouches for a body."""
    timestamp = str(int(time.time() if at is None else at))
    signed = hmac.new(secret.encode(), f"v0:{timestamp}:".encode() + body, hashlib.sha256)
    return {"X-Slack-Request-Timestamp": timestamp, "X-Slack-Signature": f"v0={signed.hexdigest()}"}
