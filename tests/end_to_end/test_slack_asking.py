"""What Slack is asked beside a command: whether somebody leads while they type, and what their clock is."""

from collections.abc import AsyncIterator

import pytest

from bot.core.chat.call import Answer
from tests.end_to_end.slack_bot import REFUSAL, Met, meeting
from tests.end_to_end.slack_faults import BUSY, Fault

pytestmark = pytest.mark.usefixtures("patient_slack")


@pytest.fixture
async def met() -> AsyncIterator[Met]:
    async with meeting("socket") as slack:
        yield slack
        assert slack.bugs == []


async def test_the_lists_of_an_administrator_are_asked_for_as_a_leads(met: Met) -> None:
    await met.lead.type("/lead", "")
    for text in ("k", "kn", "known"):
        entries = await met.lead.search("member", text)
    assert [one["text"]["text"] for one in entries] == ["lead member"]
    assert [one.caller.is_lead for one in met.doors.typing] == [True] * 3
    assert met.fake.calls["users.info"] == 1


async def test_the_lists_of_others_say_that_they_administer_nothing(met: Met) -> None:
    await met.member.type("/lead", "")
    await met.member.search("member", "known")
    assert [one.caller.is_lead for one in met.doors.typing] == [False]


async def test_what_needs_no_lead_asks_slack_nothing(met: Met) -> None:
    await met.member.type("/plan", "zone")
    await met.member.search("zone", "known")
    assert met.fake.calls["users.info"] == 0


async def test_what_would_be_refused_opens_no_form(met: Met) -> None:
    met.doors.refusing = Answer(REFUSAL, private=True, refused=True)
    await met.member.type("/lead", "")
    assert not met.workspace.modals.get(met.member.id)
    assert met.shown(met.member) == ["That didn't work"]


async def test_a_clock_that_matters_is_told_with_the_first_call(met: Met) -> None:
    met.workspace.people[met.member.id]["tz"] = "Europe/Lisbon"
    await met.member.type("/begin", "")
    await met.member.type("/begin", "")
    assert [call.caller.zone for call in met.doors.calls] == ["Europe/Lisbon"] * 2
    assert met.fake.calls["users.info"] == 1


@pytest.mark.parametrize("fault", [BUSY, Fault("slow", seconds=3.0)])
async def test_a_clock_that_slack_does_not_tell_keeps_nobody_waiting(met: Met, fault: Fault) -> None:
    met.fake.faults.plan("users.info", fault, fault)
    await met.member.type("/begin", "")
    assert [call.caller.zone for call in met.doors.calls] == [""]
    assert met.shown(met.member) == ["Note"]
