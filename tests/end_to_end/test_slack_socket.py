"""A socket that is wedged, however it is, is noticed and opened anew."""

import asyncio
import logging

import pytest

from bot.adapters.slack import socket
from bot.adapters.slack.surroundings import READ_SECONDS
from tests.end_to_end.slack_bot import Met, meeting
from tests.end_to_end.slack_faults import BROKEN, LOST, RESET, Fault
from tests.end_to_end.slack_lines import SocketLine

PING = 0.3
HANGS = Fault("slow", seconds=60)
REFUSED = Fault("refuse", 200, "internal_error")


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "OPEN_SECONDS", 2 * PING)


def line_of(met: Met) -> SocketLine:
    assert isinstance(met.line, SocketLine)
    return met.line


def test_a_wedged_socket_costs_less_than_ninety_seconds() -> None:
    library = 4
    noticed = (library + socket.REVIVING_PINGS) * socket.PING_SECONDS
    assert noticed + socket.CLOSE_SECONDS + READ_SECONDS + socket.OPEN_SECONDS < 90


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize(
    ("method", "faults"),
    [
        ("socket", (HANGS,)),
        ("socket", (RESET,)),
        ("socket", (RESET, HANGS, RESET)),
        ("apps.connections.open", (HANGS,)),
        ("apps.connections.open", (REFUSED, BROKEN, RESET, LOST)),
    ],
    ids=["a door that stays shut", "a ticket used up", "one after the other", "no answer", "no address"],
)
async def test_what_the_library_can_not_revive_is_opened_anew(method: str, faults: tuple[Fault, ...]) -> None:
    async with meeting("socket", ping_seconds=PING) as met:
        met.fake.faults.plan(method, *faults)
        await line_of(met).drop()
        await met.wait(lambda: not met.fake.faults.planned(method))
        await line_of(met).opened()
        await met.member.type("/say", "")
        assert met.shown() == ["Card"]


@pytest.mark.usefixtures("impatient")
async def test_one_that_answers_no_ping_and_lets_nobody_in_again() -> None:
    async with meeting("socket", ping_seconds=PING) as met:
        line = line_of(met)
        met.fake.faults.plan("socket", HANGS)
        line.deaf = True
        await met.wait(lambda: not met.fake.faults.planned("socket"))
        line.deaf = False
        await line.drop()
        await line.opened()
        await met.member.type("/say", "")
        assert met.shown() == ["Card"]


@pytest.mark.usefixtures("impatient")
async def test_a_door_that_is_shut_from_the_start() -> None:
    async with meeting("socket", ping_seconds=PING, socket_faults=(HANGS, RESET)) as met:
        await met.member.type("/say", "")
        assert met.shown() == ["Card"]


async def test_nothing_is_left_of_those_that_were_given_up(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with meeting("socket", ping_seconds=PING) as met:
        line = line_of(met)
        await line.opened()
        tasks = len(asyncio.all_tasks())
        for _ in range(3):
            met.fake.faults.plan("socket", RESET)
            await line.drop()
            await met.wait(lambda: not met.fake.faults.planned("socket"))
            await line.opened()
        await met.member.type("/say", "")
        await met.wait(lambda: len(asyncio.all_tasks()) <= tasks)
    # Whoever knows the address of a socket can listen to it. The other end is the test's own.
    told = [record.getMessage() for record in caplog.records if record.name != "aiohttp.access"]
    assert not [line for line in told if "/socket/" in line]


async def test_what_is_being_answered_is_acknowledged_before_the_end() -> None:
    async with meeting("socket") as met:
        met.doors.seconds = 0.5
        asking = asyncio.create_task(met.member.type("/say", ""))
        await met.wait(lambda: bool(met.doors.calls))
    assert (await asking)["blocks"]
