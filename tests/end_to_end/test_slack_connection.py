"""How Slack is met: tokens that are refused, sockets that break, requests that nobody signed."""

import asyncio
import os
import random
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.adapters.slack.adapter import open_slack
from bot.adapters.slack.publish import SCOPES
from bot.core.errors import RetryLater, SettingsError
from tests.end_to_end.slack_bot import SECRET, Met, Painter, ScriptedDoors, make_catalog, meeting
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_faults import BROKEN, Fault
from tests.end_to_end.slack_lines import HttpLine, Kind, SocketLine, sign, write_body
from tests.end_to_end.slack_workspace import Payload

MUTATIONS = 10_000 if os.environ.get("CAIRN_SOAK") else 1_000
SHAPES = 2_000 if os.environ.get("CAIRN_SOAK") else 300
ODD: list[Any] = [None, True, -1, 10**30, 1.5, "", "x" * 5_000, "\ud800", "\0", [], {}, [[]], {"a": {}}, "T1"]

UNREADABLE = (b"", b"{", b"[]", b"payload=[]", b"payload={", b"\xff", b"[" * 90_000)


@pytest.fixture
async def http() -> AsyncIterator[Met]:
    async with meeting("http") as slack:
        yield slack


@pytest.mark.parametrize(("token", "error"), [("xoxb-wrong", SettingsError), ("xoxb-T0000000", RetryLater)])
async def test_a_token_that_slack_refuses_is_named(token: str, error: type[Exception]) -> None:
    fake = SlackFake()
    await fake.start()
    fake.install("Cloud to AI")
    if error is RetryLater:
        fake.faults.plan("auth.test", BROKEN)
    with pytest.raises(error) as raised:
        async with open_slack(
            ScriptedDoors(), make_catalog(), Painter(), print, token=token, api_url=fake.api_url
        ):
            raise AssertionError("opened")
    assert token not in str(raised.value)
    await fake.stop()


async def test_an_app_token_that_slack_refuses_is_named(http: Met) -> None:
    with pytest.raises(SettingsError, match="SLACK_APP_TOKEN"):
        await http.adapter.listen("xapp-wrong", ready=lambda: None)


async def test_a_socket_that_slack_closes_is_opened_again() -> None:
    async with meeting("socket", ping_seconds=0.2) as met:
        assert isinstance(met.line, SocketLine)
        await met.member.type("/say", "")
        await met.line.drop()
        await met.member.type("/say", "")
        assert met.shown() == ["Card", "Card"]
        assert met.fake.calls["apps.connections.open"] == 2


async def test_a_socket_that_fell_silent_is_given_up() -> None:
    async with meeting("socket", ping_seconds=0.4) as met:
        assert isinstance(met.line, SocketLine)
        met.line.deaf = True
        await met.wait(lambda: met.fake.calls["apps.connections.open"] > 1)
        met.line.deaf = False
        await asyncio.sleep(0.5)
        await met.member.type("/say", "")
        assert met.shown() == ["Card"]


async def test_what_is_being_answered_is_finished_before_the_end() -> None:
    async with meeting("http") as met:
        met.doors.seconds = 0.5
        asking = asyncio.create_task(met.member.write("I run EKS"))
        await met.wait(lambda: bool(met.doors.calls))
        await asking
    assert met.shown() == ["Note"]


@pytest.mark.parametrize("scope", ["chat:write", "files:write", "im:write", "users:read"])
async def test_no_scope_is_asked_for_in_vain(scope: str) -> None:
    async with meeting("socket", scopes=set(SCOPES) - {scope}) as met:
        await met.lead.type("/rule", "")
        await met.member.type("/draw", "")
        await met.member.write("I run EKS")
        await met.wait(lambda: met.fake.refused["missing_scope"] > 0)


def body_of(met: Met, chance: random.Random) -> tuple[Kind, Payload]:
    made: list[tuple[Kind, Payload]] = [
        ("slash_commands", met.member.command_payload("/say", "some words")),
        ("events_api", met.member.event_payload({"type": "app_home_opened", "user": "U1", "tab": "home"})),
        ("interactive", {"type": "block_actions", "team": {"id": met.workspace.id}, "user": {"id": "U1"}}),
    ]
    return chance.choice(made)


def mutate(chance: random.Random, body: bytes, headers: dict[str, str]) -> tuple[bytes, dict[str, str]]:
    """The same request, changed where the signature should notice it."""
    headers = dict(headers)
    signature, timestamp = headers["X-Slack-Signature"], headers["X-Slack-Request-Timestamp"]
    at = chance.randrange(len(body))
    match chance.randrange(9):
        case 0:
            body = body[:at] + bytes([body[at] ^ 1 << chance.randrange(7)]) + body[at + 1 :]
        case 1:
            body = body[:at] + body[at + 1 :]
        case 2:
            body += chance.randbytes(3)
        case 3:
            place = chance.randrange(3, len(signature))
            other = chance.choice("0123456789abcdef".replace(signature[place], ""))
            headers["X-Slack-Signature"] = signature[:place] + other + signature[place + 1 :]
        case 4:
            odd = [
                "",
                "v0=",
                signature[:-1],
                signature + "0",
                signature.upper(),
                "v1" + signature[2:],
                "ü" * 67,
            ]
            headers["X-Slack-Signature"] = chance.choice(odd)
        case 5:
            headers["X-Slack-Request-Timestamp"] = str(int(timestamp) + chance.choice((-1, 1, 17)))
        case 6:
            odd = ["", "now", "-1", "9" * 40, "1e9", " 1", f"{timestamp}.0", "٣"]
            headers["X-Slack-Request-Timestamp"] = chance.choice(odd)
        case 7:
            del headers[chance.choice(("X-Slack-Signature", "X-Slack-Request-Timestamp"))]
        case 8:
            secret = SECRET[:-1] + chance.choice("xyz")
            headers |= sign(secret, body)
    return body, headers


async def test_no_request_that_slack_did_not_sign_is_handled(http: Met) -> None:
    chance, seen = random.Random(11), set[int]()
    assert isinstance(http.line, HttpLine)
    async with aiohttp.ClientSession() as session:
        for _ in range(MUTATIONS):
            whole, content_type = write_body(*body_of(http, chance))
            body, headers = mutate(chance, whole, sign(SECRET, whole))
            status, _ = await http.line.post(body, headers | {"Content-Type": content_type}, session)
            seen.add(status)
    assert seen <= {400, 401}
    assert (http.doors.calls, http.workspace.homes) == ([], {})


async def test_an_old_request_and_a_future_one_are_refused(http: Met) -> None:
    body, content_type = write_body("slash_commands", http.member.command_payload("/say", ""))
    assert isinstance(http.line, HttpLine)
    for seconds, status in ((-310, 401), (310, 401), (-290, 200), (290, 200)):
        headers = sign(SECRET, body, time.time() + seconds) | {"Content-Type": content_type}
        assert (await http.line.post(body, headers))[0] == status


async def test_a_body_that_is_too_large_is_not_read(http: Met) -> None:
    body = b"text=" + b"x" * (1024 * 1024)
    assert isinstance(http.line, HttpLine)
    assert (await http.line.post(body, sign(SECRET, body)))[0] == 413


async def test_a_signed_request_of_no_shape_breaks_nothing(http: Met) -> None:
    chance, seen = random.Random(5), set[int]()
    assert isinstance(http.line, HttpLine)
    types = ("application/json", "application/x-www-form-urlencoded", "text/plain; charset=nothing", "")
    async with aiohttp.ClientSession() as session:
        for _ in range(SHAPES):
            kind, payload = body_of(http, chance)
            payload[chance.choice(list(payload))] = chance.choice(ODD)
            try:
                body, content_type = write_body(kind, payload)
            except UnicodeEncodeError:
                continue
            if chance.random() < 0.3:
                body = chance.choice(
                    (b"", b"{", b"[]", b"payload=[]", b"payload={", b"\xff", b"[" * 90_000, body)
                )
                content_type = chance.choice(types)
            headers = sign(SECRET, body) | {"Content-Type": content_type}
            seen.add((await http.line.post(body, headers, session))[0])
    assert all(status < 500 for status in seen), seen
    assert http.bugs == []


async def test_a_fault_of_the_web_api_is_no_fault_of_a_command(http: Met) -> None:
    http.fake.faults.plan("views.publish", Fault("refuse", 200, "not_enabled"))
    await http.member.open_home()
    await http.member.type("/say", "")
    assert http.shown() == ["Card"]
