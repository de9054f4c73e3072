"""Whatever the Web API does, each payload is acknowledged while Slack waits, and everybody is answered."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

import pytest

from bot.adapters.slack import answer_posts, arrival, replies
from tests.end_to_end.slack_bot import TRANSPORTS, Met, meeting
from tests.end_to_end.slack_faults import BROKEN, BUSY, LOST, RESET, Fault
from tests.end_to_end.slack_lines import Unacknowledged
from tests.end_to_end.slack_many import many, settings_for
from tests.end_to_end.test_slack_adapter import press
from tests.end_to_end.test_slack_many import end_tokens, settle
from tests.end_to_end.test_slack_waiting import mention

HANGS = Fault("slow", seconds=3.2)
GONE = Fault("refuse", 200, "expired_trigger_id")
LIMITED = Fault("refuse", 429, "ratelimited", retry_after=30)
# Everything that Slack may be asked for, beside a file.
METHODS = (
    "auth.test",
    "chat.postEphemeral",
    "chat.postMessage",
    "chat.update",
    "conversations.history",
    "conversations.open",
    "response_url",
    "users.info",
    "views.open",
    "views.publish",
)
# What a payload's own answer would be: an answer, a form, or nothing.
ODD_ANSWERS = ("[]", '"ok"', "null", "{}", '{"ok": true}', '{"ok": true, "user": []}', "\xff")
SORRY = "The form didn't open"
# What follows the acknowledgement is the same over a socket.
over_http = pytest.mark.parametrize("slack", ["http"], indirect=True)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_posts, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(answer_posts, "LONGEST_PAUSE", 0.2)


@pytest.fixture(params=TRANSPORTS)
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[Met]:
    async with meeting(request.param) as met:
        await met.member.type("/say", "")
        await met.member.open_home()
        await met.wait(lambda: met.member.id in met.workspace.homes)
        yield met
        await at_rest(met)
        assert met.bugs == []


async def at_rest(slack: Met) -> None:
    """Until nothing waits for Slack any more."""
    await slack.wait(lambda: not slack.adapter.desk._running)


async def rule(met: Met) -> None:
    await met.lead.type("/rule", "")


async def ask_for_form(met: Met) -> None:
    assert await met.member.type("/plan", "zone hours:6") == {}


async def say_to_bot(met: Met) -> None:
    await met.line.send("events_api", mention(met, "I run EKS"))


async def press_home(met: Met) -> None:
    (button,) = (
        item for block in met.workspace.homes[met.member.id]["blocks"] for item in block.get("elements", ())
    )
    await met.member.press_home(button)


ACTS: dict[str, Callable[[Met], Awaitable[object]]] = {
    "a command": lambda met: met.member.type("/whisper", ""),
    "a command with a picture": lambda met: met.member.type("/draw", ""),
    "a command that opens a form": lambda met: met.member.type("/form", ""),
    "a command that has to be asked for more": ask_for_form,
    "a command of leads": rule,
    "a press": lambda met: press(met, "Go"),
    "a press that opens a form": lambda met: press(met, "Ask"),
    "a press of leads": lambda met: press(met, "Rule"),
    "a choice": lambda met: press(met, "Pick", "2"),
    "a press at home": press_home,
    "home": lambda met: met.member.open_home(),
    "a mention": say_to_bot,
    "a direct message": lambda met: met.member.write("I run EKS"),
}


@over_http
async def test_no_request_to_slack_holds_an_acknowledgement_up(slack: Met) -> None:
    for method in METHODS:
        slack.fake.faults.storm(method, 1, (HANGS, 1.0))

    async def time(act: Callable[[Met], Awaitable[object]]) -> float:
        began = monotonic()
        await act(slack)
        return monotonic() - began

    took = dict(zip(ACTS, await asyncio.gather(*map(time, ACTS.values())), strict=True))
    slack.fake.faults.calm()
    assert max(took.values()) < 3.0, took
    await at_rest(slack)


@over_http
@pytest.mark.parametrize("answer", ODD_ANSWERS)
async def test_an_odd_answer_of_slack_is_no_bug_and_no_silence(slack: Met, answer: str) -> None:
    for method in METHODS:
        slack.fake.faults.storm(method, 1, (Fault("odd", error=answer), 1.0))
    for act in ACTS.values():
        await act(slack)
    slack.fake.faults.calm()
    await at_rest(slack)
    assert slack.bugs == []
    assert (await slack.member.type("/whisper", ""))["blocks"]


@over_http
async def test_a_form_that_hangs_is_said_to_have_failed(slack: Met, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replies, "OPEN_SECONDS", 0.3)
    slack.fake.faults.plan("views.open", HANGS, HANGS)
    assert await slack.member.type("/plan", "zone hours:6") == {}
    await slack.wait(lambda: slack.shown()[-1] == SORRY)
    assert slack.shown(slack.lead) == ["Card"]


@over_http
@pytest.mark.parametrize("faults", [(GONE,), (LIMITED,), (BROKEN, BROKEN), (RESET, GONE)])
@pytest.mark.parametrize("act", ["a command that has to be asked for more", "a press that opens a form"])
async def test_a_form_that_can_t_be_opened_is_said_to_have_failed(
    slack: Met, faults: tuple[Fault, ...], act: str
) -> None:
    slack.fake.faults.plan("views.open", *faults)
    await ACTS[act](slack)
    await slack.wait(lambda: slack.shown()[-1] == SORRY)
    assert not slack.fake.faults.planned("views.open")
    assert slack.shown(slack.lead) == ["Card"]
    await ACTS[act](slack)
    await slack.wait(lambda: bool(slack.workspace.modals.get(slack.member.id)))


@over_http
@pytest.mark.parametrize("fault", [BROKEN, RESET, LOST, BUSY])
async def test_a_form_is_opened_once_in_spite_of_one_fault(slack: Met, fault: Fault) -> None:
    slack.fake.faults.plan("views.open", fault)
    await slack.member.type("/plan", "zone hours:6")
    await slack.wait(lambda: slack.fake.calls["views.open"] == 2)
    await slack.wait(lambda: bool(slack.workspace.modals.get(slack.member.id)))
    await slack.member.type("/whisper", "")
    assert len(slack.workspace.modals[slack.member.id]) == 1
    assert SORRY not in slack.shown()


async def test_an_uninstall_is_not_acknowledged_late_and_is_done_all_the_same(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether an older token was meant is asked of Slack, which may take its time."""
    monkeypatch.setattr(arrival, "ACK_SECONDS", 0.8)
    monkeypatch.setattr(arrival, "KEEP_SECONDS", 0.3)
    async with many(settings_for(tmp_path), sqlite_url) as cairn:
        workspace = cairn.found("Ridge")
        await cairn.install(workspace)
        person = cairn.person(workspace, "Member A")
        soon = int((datetime.now(UTC) + timedelta(seconds=5)).timestamp())
        event = person.event_payload({"type": "app_uninstalled"}) | {"event_time": soon}
        cairn.fake.oauth.revoke(workspace)
        cairn.fake.faults.plan("auth.test", Fault("slow", seconds=1.5))
        with pytest.raises(Unacknowledged, match="503"):
            await cairn.line.send("events_api", event)
        await workspace.wait_for(lambda: not cairn.fake.faults.planned("auth.test"))
        async with asyncio.timeout(60):
            while "not set up here" not in str(await person.type("/cairn", "")):  # noqa: ASYNC110
                await asyncio.sleep(0.2)
        await cairn.line.send("events_api", event)


@pytest.mark.parametrize("left", [timedelta(hours=1), timedelta(hours=-1)], ids=["ending", "ended"])
@pytest.mark.parametrize(
    "fault", [Fault("slow", seconds=1.5), Fault("refuse", 200, "bad_client_secret"), RESET]
)
async def test_no_renewal_of_a_token_holds_an_acknowledgement_up(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, left: timedelta, fault: Fault
) -> None:
    monkeypatch.setattr(arrival, "ACK_SECONDS", 1.2)
    async with many(settings_for(tmp_path), sqlite_url) as cairn:
        cairn.fake.oauth.rotates = True
        (person,) = await settle(cairn, "Ridge")
        end_tokens(sqlite_url, left)
        cairn.fake.faults.plan("oauth.v2.access", fault)
        assert "Hello" in str(await person.type("/cairn", ""))
        await person.workspace.wait_for(lambda: not cairn.fake.faults.planned("oauth.v2.access"))
