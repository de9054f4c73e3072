"""Answers on Slack while Slack is broken: each comes once, never twice where Slack lets us look, and is never
lost in silence."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest

from bot.adapters.slack import answer_posts, replies, surroundings
from bot.adapters.slack.render import message_payload
from bot.core.chat.call import Answer, Call
from bot.core.errors import RetryLater
from bot.core.views.calls import unseen
from tests.end_to_end.slack_bot import CARD, NOTE, OTHER, Met, meeting
from tests.end_to_end.slack_faults import LOST, RESET, Fault
from tests.end_to_end.test_slack_adapter import press
from tests.end_to_end.test_slack_waiting import mention

READ_SECONDS = 1.0
SLOW = Fault("slow", seconds=READ_SECONDS + 0.2)
PUBLIC = Answer(NOTE, private=False)
WORD = "Can you see my answer?"

# Each is met twice in a row. Slack did not do it, or says nothing about it.
REFUSED = {
    "500": Fault("refuse", 500),
    "502": Fault("refuse", 502),
    "503": Fault("refuse", 503),
    "429": Fault("refuse", 429, "ratelimited", retry_after=0),
    "429 as an error": Fault("refuse", 200, "ratelimited", retry_after=0),
    "internal_error": Fault("refuse", 200, "internal_error"),
    "fatal_error": Fault("refuse", 200, "fatal_error"),
    "request_timeout": Fault("refuse", 200, "request_timeout"),
    "reset before": RESET,
}
DONE = {"reset after": LOST, "no answer in time": SLOW}


@dataclass(frozen=True)
class Way:
    """How an answer is asked for, the method that brings it, and whether others see it."""

    ask: Callable[[Met], Awaitable[object]]
    method: str
    answer: Answer = OTHER
    can_look: bool = True


async def ask_in_thread(met: Met) -> None:
    event = mention(met, "I run EKS")
    event["event"]["thread_ts"] = met.workspace.stamp()
    await met.line.send("events_api", event)


async def ask_late(met: Met) -> None:
    met.doors.busy = 1
    await met.member.type("/say", "")


WAYS = {
    "a mention": Way(lambda met: met.member.mention("I run EKS"), "chat.postEphemeral", can_look=False),
    "a mention for all": Way(lambda met: met.member.mention("I run EKS"), "chat.postMessage", PUBLIC),
    "in a thread": Way(ask_in_thread, "chat.postMessage", PUBLIC),
    "a direct message": Way(lambda met: met.member.write("I run EKS"), "chat.postMessage"),
    "a press": Way(lambda met: press(met, "Go"), "response_url", can_look=False),
    "a late answer for all": Way(ask_late, "response_url", PUBLIC, can_look=False),
}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_posts, "FIRST_PAUSE", 0.01)
    monkeypatch.setattr(answer_posts, "LONGEST_PAUSE", 0.05)
    monkeypatch.setattr(surroundings, "READ_SECONDS", READ_SECONDS)


@pytest.fixture
async def slack() -> AsyncIterator[Met]:
    async with meeting("http") as met:
        yield met
        assert met.bugs == []


async def shown_after(met: Met, way: Way, *faults: Fault) -> list[str]:
    """What the member is shown of one answer while the method fails like this."""
    met.doors.replies |= dict.fromkeys(("skillgap", "go.on", "say"), way.answer)
    if way.ask is WAYS["a press"].ask:
        await met.member.type("/whisper", "")
    before = len(met.shown())
    met.fake.faults.plan(way.method, *faults)
    await way.ask(met)
    await met.wait(lambda: len(met.shown()) > before)
    await met.wait(lambda: not met.adapter.desk._running and all(one.done() for one in met.doors.working))
    met.fake.faults.calm()
    return met.shown()[before:]


@pytest.mark.parametrize("name", WAYS)
async def test_an_answer_comes_once_while_slack_is_broken(slack: Met, name: str) -> None:
    way = WAYS[name]
    shown = {fault: await shown_after(slack, way, *[one] * 2) for fault, one in REFUSED.items()}
    if name == "a late answer for all":
        # Nobody can look whether it stands there, and it is not said to all a second time.
        assert shown.pop("reset before") == [WORD]
    assert all(titles == ["Note"] for titles in shown.values()), shown


@pytest.mark.parametrize("name", WAYS)
async def test_an_answer_that_nobody_saw_arrive_is_looked_for(slack: Met, name: str) -> None:
    way = WAYS[name]
    shown = {fault: await shown_after(slack, way, one) for fault, one in DONE.items()}
    # Where nobody can look, a private one comes again, and one for all does not.
    again = [] if way.can_look else ["Note" if way.answer.private else WORD]
    assert all(titles == ["Note", *again] for titles in shown.values()), shown
    assert slack.shown(slack.lead) == (["Note"] * len(DONE) if not way.answer.private else [])


async def test_a_message_that_is_replaced_is_replaced_once_whatever_happens(slack: Met) -> None:
    for fault in (*REFUSED.values(), *DONE.values()):
        await slack.member.type("/whisper", "")
        slack.fake.faults.plan("response_url", fault)
        await press(slack, "Go")
        await slack.wait(lambda: not slack.adapter.desk._running)
        assert slack.shown()[-1] == "Note"
    assert slack.shown() == ["Note"] * len(REFUSED | DONE)


@pytest.mark.parametrize("method", ["chat.postEphemeral", "chat.postMessage"])
async def test_a_second_of_retry_after_is_waited_for(slack: Met, method: str) -> None:
    way = WAYS["a mention" if method == "chat.postEphemeral" else "a direct message"]
    assert await shown_after(slack, way, Fault("refuse", 429, "ratelimited", retry_after=1)) == ["Note"]
    asked = [one.at for one in slack.fake.limits.asked if one.method == method]
    assert len(asked) == 2
    assert asked[1] - asked[0] >= 1.0


async def ask_again(met: Met, call: Call) -> None:
    """As the inbox worker does with a call whose effect is there already."""

    async def ask(_call: Call) -> Answer:
        return Answer(unseen(), private=True)

    await met.adapter.desk.work(call, met.doors.given[call.key], ask)


@pytest.mark.parametrize("name", ["a mention", "a direct message"])
async def test_two_minutes_of_retry_after_are_left_to_the_inbox(slack: Met, name: str) -> None:
    way = WAYS[name]
    slack.fake.faults.plan(way.method, Fault("refuse", 429, "ratelimited", retry_after=120))
    await way.ask(slack)
    await slack.wait(lambda: bool(slack.doors.later))
    (error,) = slack.doors.later
    assert isinstance(error, RetryLater)
    assert error.after == 120.0
    asked = slack.fake.calls[way.method]
    (call,) = slack.doors.calls
    with pytest.raises(RetryLater):
        await ask_again(slack, call)
    assert slack.fake.calls[way.method] == asked
    assert slack.shown() == []


@pytest.mark.parametrize("name", ["a mention", "a direct message"])
async def test_an_answer_that_had_to_wait_is_the_one_that_comes(
    slack: Met, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replies, "TRY_KEPT_SECONDS", 0.2)
    way = WAYS[name]
    slack.fake.faults.plan(way.method, Fault("refuse", 429, "ratelimited", retry_after=1))
    await way.ask(slack)
    await slack.wait(lambda: bool(slack.doors.later))
    (call,) = slack.doors.calls
    await asyncio.sleep(1.0)
    await ask_again(slack, call)
    assert slack.shown() == ["Note"]


@pytest.mark.parametrize(("name", "expected"), [("a mention", 2), ("a direct message", 1)])
async def test_an_answer_whose_worker_ran_out_of_time_is_looked_for(
    slack: Met, name: str, expected: int
) -> None:
    way = WAYS[name]
    slack.doors.patience = 0.4
    slack.fake.faults.plan(way.method, Fault("slow", seconds=0.8))
    await way.ask(slack)
    await slack.wait(lambda: bool(slack.doors.later))
    (call,) = slack.doors.calls
    await ask_again(slack, call)
    assert slack.shown() == ["Note"] * expected


async def test_where_nobody_may_look_an_answer_for_all_is_not_said_twice(slack: Met) -> None:
    slack.workspace.scopes -= {"channels:history"}
    way = WAYS["a mention for all"]
    assert await shown_after(slack, way, LOST) == ["Note", WORD]
    assert slack.shown(slack.lead) == ["Note"]


async def test_a_channel_too_full_to_look_through_tells_nothing(slack: Met) -> None:
    for _ in range(30):
        slack.workspace.say(slack.member.channel, message_payload(NOTE))
    before = len(slack.shown(slack.lead))
    slack.doors.replies["skillgap"] = Answer(CARD, private=False)
    slack.fake.faults.plan("chat.postMessage", RESET)
    await slack.member.mention("I run EKS")
    await slack.wait(lambda: slack.workspace.posts[-1].channel.startswith("D"))
    assert len(slack.shown(slack.lead)) == before
