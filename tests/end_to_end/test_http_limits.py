"""What the HTTP servers do about connections that are too slow, too many, or send what can't be read."""

import asyncio
import gzip
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network
from time import monotonic
from typing import Any, cast

import aiohttp
import pytest
from aiohttp import web
from structlog.testing import capture_logs

from bot.core.errors import SettingsError
from bot.web.connections import YOUNG_SECONDS, Connections, Phase
from bot.web.limits import HttpLimits, find_client, group_address, parse_networks
from bot.web.refusals import REPORT_SECONDS, Refusals
from bot.web.server import SWEEP_SECONDS, HttpServer
from tests.end_to_end.strangers import HALF_BODY, HALF_HEAD, PATIENCE, WAYS, Stranger

PLANTED = "planted-8471"
SHORT = 0.6
LARGE = 30_000_000  # more than the kernel holds for a client that takes nothing
LIMITS = HttpLimits(head_seconds=SHORT, body_seconds=SHORT, idle_seconds=3 * SHORT, send_seconds=SHORT)
# One sweep later than its time each connection is gone, on a busy machine a little later.
SWEPT = 10 * SHORT


class Served:
    """A server that answers with the length of what it was sent. `gate` holds the answers back."""

    def __init__(self, server: HttpServer) -> None:
        self.server = server
        self.url = ""
        self.gate = asyncio.Event()
        self.gate.set()
        self.working = 0
        self.strangers: list[Stranger] = []

    async def come(self, address: str = "127.0.0.1") -> Stranger:
        self.strangers.append(await Stranger.come(self.url, address))
        return self.strangers[-1]

    def application(self) -> web.Application:
        app = web.Application(client_max_size=10_000)
        app.router.add_post("/slack/events", self._answer)
        app.router.add_get("/large", self._answer_much)
        app.router.add_get("/bug/{name}", self._fail)
        return app

    async def _answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        self.working += 1
        await self.gate.wait()
        self.working -= 1
        return web.Response(text=str(len(body)))

    async def _answer_much(self, _request: web.Request) -> web.Response:
        return web.Response(body=b"x" * LARGE)

    async def _fail(self, request: web.Request) -> web.Response:
        raise ValueError(request.match_info["name"])

    async def wait(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():  # noqa: ASYNC110  of a server that knows of no test
                await asyncio.sleep(0.01)


@asynccontextmanager
async def serving(limits: HttpLimits) -> AsyncIterator[Served]:
    served = Served(HttpServer("test", limits))
    ready: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    task = asyncio.create_task(
        served.server.serve(served.application(), "127.0.0.1", 0, ready=ready.set_result)
    )
    served.url = f"http://127.0.0.1:{await ready}/slack/events"
    try:
        yield served
    finally:
        served.gate.set()
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        for one in served.strangers:
            await one.leave()


async def post(served: Served, **headers: str) -> int:
    async with aiohttp.ClientSession() as session, session.post(served.url, headers=headers) as answer:
        return answer.status


@pytest.mark.parametrize("way", WAYS)
async def test_what_is_half_sent_is_cut_in_time_and_not_before(way: str) -> None:
    async with serving(LIMITS) as served:
        stranger = await served.come()
        await stranger.behave(way)
    assert stranger.cut_after is not None
    assert SHORT <= stranger.cut_after < SWEPT


def test_a_byte_of_a_half_sent_head_gives_no_more_time() -> None:
    """As above, but on no clock that a busy machine could make jump."""
    connections = Connections(LIMITS, Refusals("test"))
    connections.make_handler = lambda: cast("web.RequestHandler", asyncio.Protocol())
    connection = connections.accept()
    connection.connection_made(asyncio.Transport())
    began = connection.since
    connection.data_received(HALF_HEAD)
    assert (connection.phase, connection.since) == (Phase.HEAD, began)


async def test_a_connection_may_be_idle_for_longer_than_a_head_may_take() -> None:
    async with serving(LIMITS) as served, aiohttp.ClientSession() as session:
        for _ in range(3):
            async with session.post(served.url, data=b"four") as answer:
                assert await answer.text() == "4"
            await asyncio.sleep(1.5 * SHORT)
        stranger = await served.come()
        stranger.send(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        assert b"200 OK" in await stranger.until_cut()
        assert stranger.cut_after is not None
        assert LIMITS.idle_seconds <= stranger.cut_after < 2 * SWEPT


async def test_another_request_on_a_connection_has_its_own_time() -> None:
    async with serving(LIMITS) as served:
        stranger = await served.come()
        stranger.send(b"POST /slack/events HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n")
        await stranger.reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(1.2 * SHORT)
        stranger.send(HALF_HEAD)
        began = monotonic()
        await stranger.until_cut()
        assert SHORT <= monotonic() - began < SWEPT


async def test_a_handler_that_takes_long_is_waited_for() -> None:
    async with serving(LIMITS) as served:
        served.gate.clear()
        asking = asyncio.create_task(post(served))
        await asyncio.sleep(4 * SHORT)
        served.gate.set()
        assert await asking == 200


class Sipped(asyncio.Transport):
    """A connection to somebody who takes a byte between any two looks."""

    left = LARGE

    def get_write_buffer_size(self) -> int:
        self.left -= 1
        return self.left

    def is_closing(self) -> bool:
        return False


def test_an_answer_that_nobody_takes_but_in_sips_has_no_more_time() -> None:
    connections = Connections(LIMITS, Refusals("test"))
    connections.make_handler = lambda: cast("web.RequestHandler", asyncio.Protocol())
    connection = connections.accept()
    connection.connection_made(Sipped())
    connection.enter(Phase.WORK)
    connection.pause_writing()
    now = monotonic()
    assert not connection.is_overdue(now, LIMITS)
    assert connection.is_overdue(now + 2 * SHORT, LIMITS)


async def test_an_answer_that_nobody_takes_is_given_up() -> None:
    async with serving(HttpLimits(send_seconds=SHORT)) as served:
        stranger = await served.come()
        stranger.send(b"GET /large HTTP/1.1\r\nHost: x\r\n\r\n")
        await served.wait(lambda: bool(stranger.reader._buffer))  # type: ignore[attr-defined]
        stranger.writer.transport.pause_reading()  # type: ignore[attr-defined]
        await asyncio.sleep(4 * SHORT)
        stranger.writer.transport.resume_reading()  # type: ignore[attr-defined]
        assert len(await stranger.until_cut()) < LARGE


async def test_half_open_connections_keep_nobody_out() -> None:
    async with serving(HttpLimits(connections=20, per_address=1_000)) as served:
        strangers = [await served.come() for _ in range(60)]
        for number, one in enumerate(strangers):
            one.send(HALF_HEAD if number % 2 else HALF_BODY)
        cut = [asyncio.create_task(one.until_cut()) for one in strangers]
        for _ in range(5):
            assert await post(served) == 200
        # A moment later there are as many as there may be.
        await served.wait(lambda: sum(one.done() for one in cut) >= 40)
        assert sum(one.done() for one in cut) == 40
        assert await post(served) == 200
        for one in strangers:
            await one.leave()
        await asyncio.gather(*cut)


async def test_one_address_gets_no_more_than_its_share() -> None:
    async with serving(HttpLimits(connections=100, per_address=5)) as served:
        many = [await served.come("127.0.0.2") for _ in range(15)]
        few = [await served.come("127.0.0.3") for _ in range(5)]
        cut = [asyncio.create_task(one.until_cut()) for one in many + few]
        await served.wait(lambda: sum(one.done() for one in cut) >= 10)
        assert [one.done() for one in cut] == [True] * 10 + [False] * 10
        for one in many + few:
            await one.leave()
        await asyncio.gather(*cut)


async def test_what_is_being_answered_is_never_cut_for_somebody_new() -> None:
    limits = HttpLimits(connections=3, per_address=1)
    async with serving(limits) as served:
        served.gate.clear()
        asking = [asyncio.create_task(post(served)) for _ in range(limits.count_burst())]
        await served.wait(lambda: served.working == len(asking))
        stranger = await served.come()
        assert await stranger.until_cut() == b""
        await asyncio.sleep(YOUNG_SECONDS + 2 * SWEEP_SECONDS)
        served.gate.set()
        assert await asyncio.gather(*asking) == [200] * len(asking)
        assert await post(served) == 200


async def test_the_clients_of_a_trusted_proxy_have_a_share_each() -> None:
    proxies = (ip_network("127.0.0.1"),)
    async with serving(HttpLimits(per_address=2, trusted_proxies=proxies)) as served:
        served.gate.clear()
        asking = [asyncio.create_task(post(served, **{"X-Forwarded-For": "9.9.9.9"})) for _ in range(2)]
        await served.wait(lambda: served.working == 2)
        assert await post(served, **{"X-Forwarded-For": "9.9.9.9"}) == 429
        assert await post(served, **{"X-Forwarded-For": "1.1.1.1, 9.9.9.9"}) == 429
        asking.append(asyncio.create_task(post(served, **{"X-Forwarded-For": "8.8.8.8"})))
        await served.wait(lambda: served.working == 3)
        served.gate.set()
        assert await asyncio.gather(*asking) == [200] * 3


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6", "1.2.3.4, 10.0.0.2"], "1.2.3.4"),
        ("10.0.0.1", ["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["1.2.3.4, nonsense"], "10.0.0.1"),
        ("5.5.5.5", ["1.2.3.4"], "5.5.5.5"),
        ("::ffff:10.0.0.1", ["2001:db8::1"], "2001:db8::1"),
    ],
)
def test_only_what_trusted_proxies_added_is_believed(peer: str, forwarded: list[str], client: str) -> None:
    trusting = HttpLimits(trusted_proxies=parse_networks("10.0.0.0/24"))
    assert find_client(peer, forwarded, trusting) == client
    assert find_client(peer, forwarded, HttpLimits()) == peer


def test_an_ipv6_network_is_one_client() -> None:
    assert group_address("2001:db8::1") == group_address("2001:db8::ffff:1") != group_address("2001:db9::1")
    assert group_address("::ffff:1.2.3.4") == group_address("1.2.3.4") == "1.2.3.4"
    with pytest.raises(SettingsError, match="CAIRN_TRUSTED_PROXIES"):
        parse_networks("10.0.0.1,nginx")


async def test_nothing_that_a_stranger_sends_reaches_a_log(caplog: pytest.LogCaptureFixture) -> None:
    odd: list[bytes] = [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Odd: " + PLANTED.encode() + b"\x01\x02\r\n\r\n",
        b"\x16\x03\x01" + PLANTED.encode() + b"\r\n\r\n",
        b"GET /" + PLANTED.encode() + b" HTTP/9.9\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + PLANTED.encode() + b"\r\n\r\n",
        b"GET /" + PLANTED.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + PLANTED.encode() * 2_000 + b"\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: " + PLANTED.encode() + b"\r\n\r\n",
        b"POST /slack/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + PLANTED.encode(),
        b"GET /bug/" + PLANTED.encode() + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    ]
    with capture_logs() as logs:
        async with serving(LIMITS) as served:
            for one in odd * 20:
                stranger = await served.come()
                stranger.send(one)
                stranger.writer.write_eof()
                assert PLANTED.encode() not in await stranger.until_cut()
    told = [str(line) for line in logs] + [caplog.text]
    assert PLANTED not in "".join(told)
    bugs = [line for line in logs if line["event"] == "bug"]
    assert [line["asked"] for line in bugs] == ["/bug/{name}"] * 20
    (counted,) = (line for line in logs if line["event"] == "malformed requests refused")
    assert counted["count"] >= 100


def test_each_kind_of_refusal_is_one_line_a_minute() -> None:
    now = 0.0
    refusals = Refusals("test", lambda: now)
    with capture_logs() as logs:
        for _ in range(10 * 60 * 20):
            now += 0.05
            refusals.count("unsigned")
            refusals.count("descriptors")
            refusals.report()
        refusals.report(is_last=True)
    told: dict[str, list[Any]] = {}
    for line in logs:
        told.setdefault(line["event"], []).append(line["count"])
    assert set(told) == {"unsigned requests refused", "connections not accepted"}
    for counts in told.values():
        assert len(counts) <= 10 * 60 / REPORT_SECONDS + 1
        assert sum(counts) == 10 * 60 * 20


async def test_a_compressed_body_stays_as_it_was_sent() -> None:
    """A few bytes can become very many; and it is what was sent that is signed."""
    body = gzip.compress(b"x" * 9_000)
    async with serving(LIMITS) as served, aiohttp.ClientSession() as session:
        headers = {"Content-Encoding": "gzip"}
        async with session.post(served.url, data=body, headers=headers) as answer:
            assert await answer.text() == str(len(body))


async def test_a_server_ends_at_once_whoever_hangs_on_it() -> None:
    async with serving(HttpLimits()) as served:
        strangers = [await served.come() for _ in range(20)]
        for number, one in enumerate(strangers):
            one.send((b"", HALF_HEAD, HALF_BODY)[number % 3])
        asking = asyncio.create_task(post(served))
        assert await asking == 200
        began = monotonic()
    assert monotonic() - began < 2.5
