"""What Slack doesn't send with a call is asked for, where a call needs it and nowhere else."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack.publish import SCOPES
from tests.end_to_end.slack_bot import ELSEWHERE, Met, meeting
from tests.end_to_end.slack_faults import BROKEN, BUSY, RESET, Fault
from tests.end_to_end.slack_people import items_of


@pytest.fixture
async def met() -> AsyncIterator[Met]:
    async with meeting("socket") as slack:
        yield slack
        assert slack.bugs == []


async def rules(met: Met) -> bool | None:
    """Whether Cairn may post where the lead is, as the core was told with their command."""
    await met.lead.type("/rule", "")
    return met.doors.calls[-1].reply_to.can_post


async def test_where_cairn_is_a_member_it_may_post(met: Met) -> None:
    assert await rules(met) is True
    assert met.fake.calls["conversations.history"] == 1
    met.lead.channel = ELSEWHERE
    assert await rules(met) is False
    met.lead.channel = "CPRIVATE"
    assert await rules(met) is False
    assert met.fake.refused == {"not_in_channel": 1, "channel_not_found": 1}


async def test_a_button_that_posts_asks_as_well(met: Met) -> None:
    await met.lead.type("/say", "")
    post = met.workspace.posts[-1]
    rule = next(one for one in items_of(post.payload["blocks"]) if one.get("text", {}).get("text") == "Rule")
    await met.lead.press(post, rule)
    assert met.doors.calls[-1].reply_to.can_post is True


async def test_direct_messages_are_no_channel_of_the_community(met: Met) -> None:
    met.lead.channel = met.workspace.direct(met.lead.id)
    assert await rules(met) is False
    assert met.fake.calls["conversations.history"] == 0


async def test_nothing_else_asks(met: Met) -> None:
    await met.member.type("/say", "")
    await met.member.type("/whisper", "")
    assert [call.reply_to.can_post for call in met.doors.calls] == [None, None]
    assert met.fake.calls["conversations.history"] == 0


@pytest.mark.parametrize(
    "fault", [BUSY, BROKEN, RESET, Fault("refuse", 200, "missing_scope"), Fault("slow", seconds=3.0)]
)
async def test_what_slack_doesn_t_say_keeps_nobody_from_trying(met: Met, fault: Fault) -> None:
    met.fake.faults.plan("conversations.history", fault, fault)  # a reading one is sent twice
    assert await rules(met) is None
    assert met.shown(met.lead) == ["Note"]


async def test_no_other_scope_is_needed() -> None:
    async with meeting("socket", scopes=set(SCOPES)) as met:
        await rules(met)
        assert not met.fake.lacking
