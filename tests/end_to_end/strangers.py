"""Strangers at an HTTP address: connections that send half of something, slowly, or nothing."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import Any
from urllib.parse import urlsplit

from tests.end_to_end.slack_lines import sign

PATIENCE = 60.0
DRIP_SECONDS = 0.2

# With the shape of a signature, so that the body has to be waited for.
SIGNED = "".join(f"{name}: {value}\r\n" for name, value in sign("stranger", b"").items())
HEAD = f"POST /slack/events HTTP/1.1\r\nHost: bot.example\r\n{SIGNED}Content-Length: 1000\r\n"
HALF_HEAD = HEAD.encode()
HALF_BODY = f"{HEAD}\r\ntext=half-of-a-body".encode()
WAYS = ("nothing", "half a head", "half a body", "a head that drips", "a body that drips")


class Stranger:
    """One connection. `cut_after`: the seconds after which the other end closed it; None while it is open."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, began: float) -> None:
        self.reader = reader
        self.writer = writer
        self.began = began
        self.cut_after: float | None = None

    @classmethod
    async def come(cls, url: str, address: str = "127.0.0.1") -> "Stranger":
        """Connects from an address of this machine. Raises OSError when that is refused."""
        place, began = urlsplit(url), monotonic()
        reader, writer = await asyncio.open_connection(place.hostname, place.port, local_addr=(address, 0))
        return cls(reader, writer, began)

    async def behave(self, way: str) -> None:
        """Sends what is sent in this way, until the other end closes the connection."""
        drips = {"a head that drips": HALF_HEAD, "a body that drips": HALF_BODY}.get(way)
        try:
            if drips is None:
                self.send({"half a head": HALF_HEAD, "half a body": HALF_BODY}.get(way, b""))
                await self.until_cut()
            else:
                await self._drip(drips)
        finally:
            await self.leave()

    def send(self, data: bytes) -> None:
        self.writer.write(data)

    async def until_cut(self) -> bytes:
        """What was answered before the other end closed the connection. Raises TimeoutError."""
        answered = b""
        async with asyncio.timeout(PATIENCE):
            with suppress(ConnectionError):
                answered = await self.reader.read()
        self.cut_after = monotonic() - self.began
        return answered

    async def leave(self) -> None:
        self.writer.transport.abort()
        with suppress(ConnectionError):
            await self.writer.wait_closed()

    async def _drip(self, start: bytes) -> None:
        """Sends the start, and then a byte now and then: a head goes on with a header, a body with text."""
        self.send(start + (b"" if b"\r\n\r\n" in start else b"X-Long: "))
        cut = asyncio.create_task(self.until_cut())
        while not cut.done():
            self.send(b"x")
            await asyncio.wait((cut,), timeout=DRIP_SECONDS)
        await cut


async def crowd(url: str, count: int) -> list[Stranger]:
    """So many strangers, each in one of WAYS, until the last of them was cut."""

    async def behave(number: int) -> Stranger | None:
        try:
            stranger = await Stranger.come(url)
        except OSError:
            return None
        await stranger.behave(WAYS[number % len(WAYS)])
        return stranger

    came = await asyncio.gather(*(behave(number) for number in range(count)))
    return [one for one in came if one is not None]


async def time_calls(call: Callable[[], Awaitable[object]], until: asyncio.Future[Any]) -> list[float]:
    """How many seconds each of the calls took that were made, one after the other, until this was done."""
    took = list[float]()
    while not until.done():
        began = monotonic()
        await call()
        took.append(monotonic() - began)
    return sorted(took)
