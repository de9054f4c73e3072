"""The open connections of one server: each is cut when it is too slow, or when there are too many."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from enum import Enum, auto
from time import monotonic

from aiohttp import web

from bot import telemetry
from bot.web.limits import HttpLimits, find_client, group_address
from bot.web.refusals import Refusals

# A connection that was closed gets so long to send the rest of its answer.
CLOSE_SECONDS = 5.0
# A request that is on its way has arrived by then, even when the process was busy for a moment: nothing that
# is younger makes room for others.
YOUNG_SECONDS = 2.0
TRIM_SECONDS = 0.1
# What is on its way when the server ends gets so long to arrive.
END_SECONDS = 0.2

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Phase(Enum):
    """What a connection waits for: the head of a request, its body, its answer, or another request."""

    HEAD = auto()
    BODY = auto()
    WORK = auto()
    IDLE = auto()


class Connection(asyncio.Protocol):
    """One connection, between its transport and aiohttp's handler, which by itself limits only how long an
    idle connection is kept."""

    def __init__(self, connections: "Connections") -> None:
        self._connections = connections
        self._handler: web.RequestHandler | None = None
        self._transport: asyncio.Transport | None = None
        self._stalled: float | None = None
        self._unsent, self._sent_at = 0, 0.0
        self._closing: float | None = None
        self.peer = self.address = ""
        self.phase = Phase.HEAD
        self.since = monotonic()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  what a server of sockets makes
        self._transport = transport
        peer = transport.get_extra_info("peername")
        self.peer = str(peer[0]) if peer else ""
        self.address = group_address(self.peer)
        self._handler = self._connections.admit(self)
        if self._handler is None:
            transport.abort()
        else:
            self._handler.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._handler is None:
            return
        if self.phase is Phase.IDLE:
            self.enter(Phase.HEAD)
        self._handler.data_received(data)

    def eof_received(self) -> None:
        if self._handler is not None:
            self._handler.eof_received()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._connections.forget(self, self._handler)
        if self._handler is not None:
            self._handler.connection_lost(exc)

    def pause_writing(self) -> None:
        self._stalled = monotonic()
        if self._handler is not None:
            self._handler.pause_writing()

    def resume_writing(self) -> None:
        self._stalled = None
        if self._handler is not None:
            self._handler.resume_writing()

    def enter(self, phase: Phase) -> None:
        self.phase, self.since = phase, monotonic()

    def has_whole_body(self) -> None:
        if self.phase is Phase.BODY:
            self.enter(Phase.WORK)

    def is_overdue(self, now: float, limits: HttpLimits) -> bool:
        """Whether the client has had its time."""
        if self._transport is not None and self._transport.is_closing():
            self._closing = self._closing or now
            return now - self._closing > CLOSE_SECONDS
        unsent = self._transport.get_write_buffer_size() if self._transport is not None else 0
        if unsent != self._unsent:
            self._unsent, self._sent_at = unsent, now
        if self._stalled is not None or unsent:
            return now - (self._stalled or self._sent_at) > limits.send_seconds
        allowed = {
            Phase.HEAD: limits.head_seconds,
            Phase.BODY: limits.body_seconds,
            Phase.IDLE: limits.idle_seconds,
        }.get(self.phase)
        return allowed is not None and now - self.since > allowed

    def cut(self) -> None:
        if self._transport is not None:
            self._transport.abort()


class Connections:
    """Admits connections and cuts them. `make_handler` makes aiohttp's side of one.

    More than there may be are admitted for a moment, because a burst of half-open ones and the request of a
    member look alike until they had time to send it.
    """

    def __init__(self, limits: HttpLimits, refusals: Refusals) -> None:
        self._limits = limits
        self._refusals = refusals
        self._most = limits.count_connections()
        self._burst = limits.count_burst()
        self._trimmed = monotonic()
        self._open: dict[Connection, None] = {}
        self._by_handler: dict[object, Connection] = {}
        self._in_progress: Counter[str] = Counter()
        self.make_handler: Callable[[], web.RequestHandler] | None = None

    def accept(self) -> Connection:
        """Returns the protocol of another connection."""
        return Connection(self)

    def admit(self, new: Connection) -> web.RequestHandler | None:
        """Returns the handler of a new connection; None when it is refused, because there are too many."""
        if len(self._open) >= self._burst and monotonic() - self._trimmed > TRIM_SECONDS:
            self._trim()
        if self.make_handler is None or len(self._open) >= self._burst:
            self._refusals.count("crowded")
            return None
        handler = self.make_handler()
        self._open[new] = None
        self._by_handler[handler] = new
        return handler

    def forget(self, connection: Connection, handler: web.RequestHandler | None) -> None:
        self._open.pop(connection, None)
        self._by_handler.pop(handler, None)

    def sweep(self) -> None:
        """Cuts every connection whose client was too slow, and the longest waiting of too many."""
        now = monotonic()
        for one in [one for one in self._open if one.is_overdue(now, self._limits)]:
            if one.phase is not Phase.IDLE:
                self._refusals.count("slow")
            self._cut(one)
        self._trim()

    async def end(self) -> None:
        """Cuts every request that is still not whole after a moment: the server ends."""
        deadline = monotonic() + END_SECONDS
        while half_sent := [one for one in self._open if one.phase in (Phase.HEAD, Phase.BODY)]:
            if monotonic() > deadline:
                for one in half_sent:
                    self._cut(one)
                return
            await asyncio.sleep(END_SECONDS / 10)

    @web.middleware
    async def watch(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The outermost middleware: knows in which phase a connection is, and answers for our own bugs."""
        connection = self._by_handler.get(request.protocol)
        if connection is None:
            return await self._answer(request, handler)
        connection.enter(Phase.BODY)
        request.content.on_eof(connection.has_whole_body)
        try:
            with self._share_of(connection.peer, request) as is_free:
                if is_free:
                    return await self._answer(request, handler)
            self._refusals.count("crowded")
            return web.Response(status=429, headers={"Retry-After": "1"})
        finally:
            connection.enter(Phase.IDLE)

    async def _answer(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except (web.HTTPException, ConnectionError):
            raise
        except Exception as error:  # noqa: BLE001  the library would log what was sent
            resource = request.match_info.route.resource
            telemetry.report_bug(error, "?" if resource is None else resource.canonical)
            return web.Response(status=500)

    @contextmanager
    def _share_of(self, peer: str, request: web.Request) -> Iterator[bool]:
        """Whether one more request of a trusted proxy's client is answered now."""
        if not self._limits.trusts(peer):
            yield True
            return
        client = group_address(find_client(peer, request.headers.getall("X-Forwarded-For", []), self._limits))
        if self._in_progress[client] >= self._limits.per_address:
            yield False
            return
        self._in_progress[client] += 1
        try:
            yield True
        finally:
            self._in_progress[client] -= 1
            if not self._in_progress[client]:
                del self._in_progress[client]

    def _trim(self) -> None:
        """Makes room: whoever has sent no whole request for a while goes, the longest waiting first, so that
        half-open connections keep nobody out. An idle one has proved more and goes after them."""
        now = self._trimmed = monotonic()
        waiting = [one for one in self._open if one.phase is not Phase.WORK]
        held = Counter(one.address for one in waiting if not self._limits.trusts(one.peer))
        surplus = len(self._open) - self._most
        if surplus <= 0 and (not held or max(held.values()) <= self._limits.per_address):
            return
        for one in sorted(waiting, key=lambda one: (one.phase is Phase.IDLE, one.since)):
            is_too_many = surplus > 0 or held[one.address] > self._limits.per_address
            if is_too_many and now - one.since > YOUNG_SECONDS:
                surplus -= 1
                held[one.address] -= 1
                self._refusals.count("crowded")
                self._cut(one)

    def _cut(self, connection: Connection) -> None:
        self._open.pop(connection, None)
        connection.cut()
