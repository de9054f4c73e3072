"""A socket that is wedged, however it is, is noticed and opened anew."""

import asyncio
import logging
from itertools import pairwise
from typing import Any

import pytest
from structlog.testing import capture_logs

from bot.adapters.slack import socket
from bot.adapters.slack.socket_client import LOOK_SECONDS
from tests.end_to_end.slack_bot import Met, meeting
from tests.end_to_end.slack_faults import BROKEN, LOST, RESET, Fault
from tests.end_to_end.slack_lines import HELLO, SocketLine

PING = 0.3
HANGS = Fault("slow", seconds=60)
REFUSED = Fault("refuse", 200, "internal_error")


@pytest.fixture(autouse=True)
def pause(monkeypatch: pytest.MonkeyPatch) -> float:
    """The seconds that back-off begins with here."""
    monkeypatch.setattr(socket, "FIRST_PAUSE", 0.1)
    return socket.FIRST_PAUSE


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "OPEN_SECONDS", 2 * PING)
    monkeypatch.setattr(socket, "ASK_SECONDS", 2 * PING)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """No socket is too young here to be asked for again at once."""
    monkeypatch.setattr(socket, "HELD_SECONDS", 0.0)


def line_of(met: Met) -> SocketLine:
    assert isinstance(met.line, SocketLine)
    return met.line


def test_a_wedged_socket_costs_less_than_forty_five_seconds() -> None:
    noticed = 1.5 * socket.PING_SECONDS + LOOK_SECONDS
    assert noticed + socket.ASK_SECONDS + socket.OPEN_SECONDS < socket.AWAY_SECONDS


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


async def test_nothing_is_left_of_those_that_were_given_up(
    quick: None, caplog: pytest.LogCaptureFixture
) -> None:
    del quick
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


async def test_the_time_that_slack_names_is_waited_for(quick: None) -> None:
    """It was asked again every ten seconds, whatever it said."""
    del quick
    async with meeting("socket", ping_seconds=PING) as met:
        line, limited = line_of(met), Fault("refuse", 429, "ratelimited", retry_after=2)
        met.fake.faults.plan("apps.connections.open", limited)
        await line.drop()
        await met.wait(lambda: not met.fake.faults.planned("apps.connections.open"))
        await line.opened()
        await met.member.type("/say", "")
        asked = [one.at for one in met.fake.limits.asked if one.method == "apps.connections.open"]
    assert len(asked) == 3
    assert asked[2] - asked[1] >= 2.0


async def test_without_a_time_it_is_asked_less_often_each_time(quick: None, pause: float) -> None:
    del quick
    async with meeting("socket", ping_seconds=PING) as met:
        met.fake.faults.plan("apps.connections.open", *[REFUSED] * 4)
        await line_of(met).drop()
        await met.wait(lambda: not met.fake.faults.planned("apps.connections.open"))
        asked = [one.at for one in met.fake.limits.asked if one.method == "apps.connections.open"]
    waited = [after - before for before, after in pairwise(asked[1:])]
    assert all(wait >= pause / 2 * 2**number for number, wait in enumerate(waited)), waited


def test_back_off_grows_up_to_a_minute_and_differs(pause: float) -> None:
    assert socket._backoff(0) == 0.0
    for tries in range(1, 40):
        waits = {socket._backoff(tries) for _ in range(50)}
        most = min(pause * 2.0 ** (tries - 1), 60.0)
        assert len(waits) > 40
        assert most / 2 <= min(waits) <= max(waits) <= most


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
async def test_a_socket_that_slack_renews_serves_until_the_next_is_open(reason: str) -> None:
    async with meeting("socket") as met:
        line = line_of(met)
        met.doors.seconds = 0.5
        asking = asyncio.create_task(met.member.type("/say", ""))
        await met.wait(lambda: bool(met.doors.calls))
        with capture_logs() as logs:
            await line.say({"type": "disconnect", "reason": reason, "debug_info": {"host": "h"}})
            assert (await asking)["blocks"]
            await met.wait(lambda: met.fake.calls["apps.connections.open"] == 2)
            await met.wait(lambda: line.count == 1)
            assert (await met.member.type("/say", ""))["blocks"]
        assert [one["event"] for one in logs if "socket" in one["event"]] == ["slack socket renewed"]


async def test_a_socket_that_slack_renews_serves_until_slack_names_another() -> None:
    """Which takes a minute here, so nothing else can serve."""
    async with meeting("socket") as met:
        line = line_of(met)
        met.fake.faults.plan("apps.connections.open", Fault("refuse", 429, "ratelimited", retry_after=60))
        await line.say({"type": "disconnect", "reason": "warning", "debug_info": {"host": "h"}})
        await met.wait(lambda: not met.fake.faults.planned("apps.connections.open"))
        assert (await met.member.type("/say", ""))["blocks"]
        assert line.count == 1


@pytest.mark.parametrize("reason", ["link_disabled", "too_many_websockets", "something_new", "Odd\n1", None])
async def test_a_socket_that_slack_ends_is_named_once_and_replaced(reason: str | None) -> None:
    async with meeting("socket") as met:
        line = line_of(met)
        with capture_logs() as logs:
            await line.say({"type": "disconnect", "reason": reason})
            await met.wait(lambda: met.fake.calls["apps.connections.open"] == 2)
            await line.opened()
            await met.wait(lambda: line.count == 1)
            assert (await met.member.type("/say", ""))["blocks"]
        (told,) = [one for one in logs if one["event"] == "slack socket lost"]
        assert told["error"] == (reason if reason == "something_new" or reason in socket._DO else "closed")
        assert ("do" in told) is (reason in socket._DO)


async def test_sockets_that_are_ended_at_once_are_not_opened_in_a_rush(pause: float) -> None:
    """As for an eleventh process: each socket is ended with its first words."""
    async with meeting("socket") as met:
        line = line_of(met)
        line.greeting = {"type": "disconnect", "reason": "too_many_websockets"}
        await line.drop()
        await met.wait(lambda: met.fake.calls["apps.connections.open"] >= 4)
        line.greeting = HELLO
        asked = [one.at for one in met.fake.limits.asked if one.method == "apps.connections.open"]
        await met.wait(lambda: line.count == 1)
        await met.member.type("/say", "")
    assert asked[3] - asked[1] >= 2.9 * pause


async def test_what_can_t_be_read_is_skipped(caplog: pytest.LogCaptureFixture) -> None:
    planted = "planted-8471"
    odd: list[Any] = [
        "", "{", "[]", "null", planted, '{"type": "' + planted, "[" * 9_000, '{"a":' * 9_000,
        b"\xff" + planted.encode(),
        {}, {"type": None}, {"type": "hello"}, {"type": [], "envelope_id": {}, "payload": planted},
        {"type": "slash_commands", "envelope_id": 7, "payload": {}},
        {"type": "slash_commands", "envelope_id": "x", "payload": [planted]},
        {"type": "slash_commands", "envelope_id": "x", "payload": planted},
        {"type": "interactive", "envelope_id": "x", "payload": {"type": planted}},
        {"type": planted, "envelope_id": "x", "payload": {"command": planted}},
        {"type": "events_api", "envelope_id": None, "payload": None},
    ]  # fmt: skip
    async with meeting("socket") as met:
        with capture_logs() as logs:
            await line_of(met).say(*odd)
            await met.member.type("/say", "")
        assert met.shown() == ["Card"]
        assert met.fake.calls["apps.connections.open"] == 1
        assert met.bugs == []
    # The other end is the test's own.
    told = [record.getMessage() for record in caplog.records if not record.name.startswith("aiohttp")]
    assert planted not in str(logs) + str(told)


async def test_an_acknowledgement_that_a_dying_socket_lost_goes_over_the_next() -> None:
    async with meeting("socket") as met:
        line = line_of(met)
        met.doors.seconds = 0.5
        asking = asyncio.create_task(met.member.type("/say", ""))
        await met.wait(lambda: bool(met.doors.calls))
        await line.drop()
        assert (await asking)["blocks"]


async def test_an_event_whose_acknowledgement_was_lost_is_answered_once() -> None:
    async with meeting("socket") as met:
        line = line_of(met)
        said = {"user": met.member.id, "ts": met.workspace.stamp(), "channel": met.member.channel}
        event = met.member.event_payload(
            {**said, "type": "app_mention", "text": f"<@{met.workspace.bot}> I run EKS"}
        )
        sending = asyncio.create_task(line.send("events_api", event))
        await line.opened()
        await asyncio.sleep(0)
        await line.cut()
        await asyncio.gather(sending, return_exceptions=True)
        for _ in range(2):
            await line.send("events_api", event)
        await met.wait(lambda: met.shown() == ["Note"])
        assert len(met.doors.done) == 1


async def test_an_absence_is_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "AWAY_SECONDS", 0.2)
    async with meeting("socket", ping_seconds=PING) as met:
        line = line_of(met)
        with capture_logs() as logs:
            met.fake.faults.plan("apps.connections.open", *[REFUSED] * 3)
            await line.drop()
            await met.wait(lambda: any(one["event"] == "slack not heard" for one in logs))
            await line.opened()
            await met.member.type("/say", "")
        told = [one for one in logs if one["event"] == "slack not heard"]
        assert len(told) == 1
        assert (told[0]["log_level"], told[0]["error"]) == ("error", "internal_error")
        assert "do" in told[0]


@pytest.mark.parametrize(
    "answer", ["[]", '"ok"', "null", "{}", '{"ok": true}', '{"ok": true, "url": 7}', "\xff"]
)
async def test_an_odd_answer_about_a_socket_is_no_end(quick: None, answer: str) -> None:
    del quick
    async with meeting("socket", ping_seconds=PING) as met:
        met.fake.faults.plan("apps.connections.open", Fault("odd", error=answer))
        await line_of(met).drop()
        await met.wait(lambda: not met.fake.faults.planned("apps.connections.open"))
        await line_of(met).opened()
        await met.member.type("/say", "")
        assert met.shown() == ["Card"]
        assert met.bugs == []
