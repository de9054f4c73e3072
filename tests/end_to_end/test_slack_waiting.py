"""Slack's calls that can't be answered in time, that come twice, or too often."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack.listeners import HOOK_SECONDS
from bot.core.chat.call import Answer, Typed
from bot.core.chat.call_codec import read_call, write_call
from bot.core.views.calls import too_often
from tests.end_to_end.slack_bot import TRANSPORTS, Met, meeting
from tests.end_to_end.slack_lines import Unacknowledged
from tests.end_to_end.slack_people import escape
from tests.end_to_end.slack_workspace import HOOK_SECONDS as SLACKS_HOOK_SECONDS
from tests.end_to_end.slack_workspace import Payload
from tests.end_to_end.test_slack_adapter import press

TOO_OFTEN = too_often(9)
SLOWER = Answer(TOO_OFTEN, private=True, refused=True)


@pytest.fixture(params=TRANSPORTS)
async def slack(request: pytest.FixtureRequest) -> AsyncIterator[Met]:
    async with meeting(request.param) as met:
        yield met
        assert met.bugs == []


def mention(slack: Met, text: str) -> Payload:
    """A mention as Slack sends it, and sends it again."""
    said = {"user": slack.member.id, "ts": slack.workspace.stamp(), "channel": slack.member.channel}
    text = f"<@{slack.workspace.bot}> {escape(text)}"
    return slack.member.event_payload({**said, "type": "app_mention", "text": text})


async def test_a_command_that_was_given_up_is_kept_and_answered_where_it_was_typed(slack: Met) -> None:
    slack.doors.busy = 1
    assert await slack.member.type("/whisper", "") == {}
    await slack.wait(lambda: slack.shown() == ["Card"])
    assert slack.shown(slack.lead) == []
    assert slack.workspace.posts[0].channel == slack.member.channel
    given_up, worked = slack.doors.calls
    assert given_up == worked == read_call(write_call(worked))


async def test_a_press_that_was_given_up_still_changes_its_message(slack: Met) -> None:
    await slack.member.type("/whisper", "")
    slack.doors.busy = 1
    await press(slack, "Go")
    await slack.wait(lambda: slack.shown() == ["Note"])


async def test_a_press_at_home_that_was_given_up_draws_the_home_anew(slack: Met) -> None:
    await slack.member.open_home()
    await slack.wait(lambda: slack.member.id in slack.workspace.homes)
    slack.doors.busy = 1
    before = slack.workspace.homes[slack.member.id]
    (button,) = (item for block in before["blocks"] for item in block.get("elements", ()))
    await slack.member.press_home(button)
    await slack.wait(lambda: slack.workspace.homes[slack.member.id] != before)


async def test_what_opens_a_form_is_never_kept(slack: Met) -> None:
    await slack.member.type("/whisper", "")
    slack.doors.busy = 1
    await press(slack, "Ask")
    await slack.wait(lambda: slack.shown() == ["Card", "One moment"])
    assert not slack.doors.kept
    await press(slack, "Ask")
    await slack.wait(lambda: bool(slack.workspace.modals.get(slack.member.id)))


async def test_a_form_that_was_given_up_stays_open_with_what_was_typed(slack: Met) -> None:
    await slack.member.type("/form", "")
    slack.doors.busy = 1
    told = await slack.member.submit({"why": "because"})
    assert told["response_action"] == "push"
    assert "try again" in str(told["view"])
    assert not slack.doors.kept
    slack.member.close()
    assert slack.member.modal.view["callback_id"] == "go.sent"
    await slack.member.submit({"why": "because"})
    await slack.wait(lambda: "Note" in slack.shown())


async def test_a_command_that_was_asked_for_by_a_form_is_never_kept_either(slack: Met) -> None:
    await slack.member.type("/plan", "zone hours:6")
    await slack.wait(lambda: bool(slack.workspace.modals.get(slack.member.id)))
    slack.doors.busy = 1
    told = await slack.member.submit({"zone": "Lisbon"})
    assert told["response_action"] == "push"
    assert not slack.doors.kept


async def test_where_nothing_can_be_kept_a_command_is_told_to_try_again(slack: Met) -> None:
    slack.doors.busy, slack.doors.away = 1, True
    told = await slack.member.type("/whisper", "")
    assert "try again" in str(told)
    await slack.member.type("/whisper", "")
    slack.doors.busy = 1
    await press(slack, "Go")
    await slack.wait(lambda: slack.shown() == ["One moment", "Card", "One moment"])


async def test_where_nothing_can_be_kept_nothing_is_acknowledged_before_its_answer(slack: Met) -> None:
    slack.doors.seconds, slack.doors.away = 2.2, True
    assert "Card" in str(await slack.member.type("/whisper", ""))


async def test_where_nothing_can_be_kept_an_event_is_not_acknowledged_and_comes_again(slack: Met) -> None:
    slack.doors.away = True
    event = mention(slack, "I run EKS")
    with pytest.raises(Unacknowledged):
        await slack.line.send("events_api", event)
    slack.doors.away = False
    await slack.line.send("events_api", event)
    await slack.wait(lambda: slack.shown() == ["Note"])


async def test_an_event_that_comes_again_is_answered_once(slack: Met) -> None:
    event = mention(slack, "I run EKS")
    for _ in range(4):
        await slack.line.send("events_api", event)
    await slack.wait(lambda: slack.shown() == ["Note"])
    assert [call.what for call in slack.doors.calls] == [Typed("skillgap", {"question": "I run EKS"})]
    assert slack.workspace.posts[0].payload.get("thread_ts") is None


async def test_a_question_in_a_thread_is_answered_there(slack: Met) -> None:
    event = mention(slack, "I run EKS")
    event["event"]["thread_ts"] = slack.workspace.stamp()
    slack.doors.replies["skillgap"] = slack.doors.replies["say"]
    await slack.line.send("events_api", event)
    await slack.wait(lambda: slack.shown() == ["Card"])
    assert slack.workspace.posts[0].payload["thread_ts"] == event["event"]["thread_ts"]


async def test_a_request_that_comes_again_says_nothing(slack: Met) -> None:
    sent = slack.member.command_payload("/say", "")
    assert await slack.line.send("slash_commands", sent)
    for _ in range(3):
        assert await slack.line.send("slash_commands", sent) == {}
    ask = slack.member.command_payload("/plan", "zone hours:6")
    for _ in range(3):
        assert await slack.line.send("slash_commands", ask) == {}
    assert slack.shown() == []
    assert len(slack.workspace.modals[slack.member.id]) == 1


async def test_who_asks_too_often_is_told_when_to_go_on(slack: Met) -> None:
    await slack.member.type("/whisper", "")
    await slack.member.type("/form", "")
    slack.doors.told = SLOWER
    asked = len(slack.doors.calls)
    assert "Go on in 9 seconds" in str(await slack.member.type("/say", ""))
    assert "Go on in 9 seconds" in str(await slack.member.type("/plan", "zone hours:6"))
    assert "Go on in 9 seconds" in str(await slack.member.submit({"why": "because"}))
    slack.member.close()
    assert slack.member.modal.view["callback_id"] == "go.sent"
    await press(slack, "Go")
    await slack.member.mention("I run EKS")
    await slack.wait(lambda: slack.shown().count(TOO_OFTEN.title) == 4)
    assert slack.shown(slack.lead) == []
    assert len(slack.doors.calls) == asked
    assert slack.fake.calls["users.info"] <= 1
    slack.doors.told = None
    await slack.member.submit({"why": "because"})
    await slack.wait(lambda: slack.shown()[-1] == "Note")


def test_no_answer_is_brought_to_an_address_that_has_ended() -> None:
    assert HOOK_SECONDS <= SLACKS_HOOK_SECONDS
