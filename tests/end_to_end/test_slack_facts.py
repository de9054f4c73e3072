"""What Slack doesn't send with a call is asked for, where a call needs it or once an hour."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.slack import facts
from bot.adapters.slack.publish import SCOPES
from bot.core.chat.call import Caller
from bot.core.ids import Address
from tests.end_to_end.slack_bot import ELSEWHERE, Met, meeting
from tests.end_to_end.slack_faults import BROKEN, BUSY, RESET, Fault
from tests.end_to_end.slack_people import items_of
from tests.end_to_end.slack_workspace import Payload

pytestmark = pytest.mark.usefixtures("patient_slack")


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
    assert await rules(met) is None
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


async def test_behind_an_answer_a_profile_is_learnt_once_an_hour(
    met: Met, monkeypatch: pytest.MonkeyPatch
) -> None:
    met.workspace.people[met.member.id]["tz"] = "Europe/Lisbon"
    ann = Caller(Address("slack", met.member.id), "Member A", handle="member.a", zone="Europe/Lisbon")
    for _ in range(3):
        await met.member.type("/say", "")
    await met.wait(lambda: met.doors.learnt == [ann])
    await met.member.open_home()
    await met.member.mention("I run EKS")
    await met.wait(lambda: len(met.doors.calls) == 4)
    assert met.fake.calls["users.info"] == 1
    monkeypatch.setattr(facts, "FRESH_SECONDS", 0.0)
    met.workspace.people[met.member.id]["tz"] = "Asia/Tokyo"
    await met.member.open_home()
    await met.wait(lambda: met.doors.learnt[-1].zone == "Asia/Tokyo")


async def test_nobody_waits_for_a_profile(met: Met) -> None:
    met.fake.faults.plan("users.info", Fault("slow", seconds=4.0))
    assert (await met.member.type("/whisper", ""))["response_type"] == "ephemeral"
    assert met.doors.learnt == []


@pytest.mark.parametrize("fault", [BUSY, BROKEN, Fault("refuse", 200, "user_not_found")])
async def test_a_profile_that_can_t_be_had_spoils_no_answer(met: Met, fault: Fault) -> None:
    met.fake.faults.plan("users.info", fault)
    for _ in range(2):
        await met.member.type("/whisper", "")
    await met.wait(lambda: met.fake.calls["users.info"] == 1)
    assert met.shown() == ["Card", "Card"]
    assert met.doors.learnt == []


@pytest.mark.parametrize(
    ("told", "name", "zone"),
    [
        ({"profile": {"display_name": "", "real_name": "Ann Berg"}, "tz": None}, "Ann Berg", ""),
        (
            {"profile": {"display_name": "  "}, "real_name": "Ann Berg", "tz": "Etc/UTC"},
            "Ann Berg",
            "Etc/UTC",
        ),
        ({"profile": None, "real_name": None, "tz": 7}, "", ""),
    ],
)
async def test_a_profile_may_lack_anything(met: Met, told: Payload, name: str, zone: str) -> None:
    met.workspace.people[met.member.id] |= told
    await met.member.type("/whisper", "")
    await met.wait(lambda: bool(met.doors.learnt))
    (learnt,) = met.doors.learnt
    assert (learnt.name, learnt.handle, learnt.zone) == (name, "member.a", zone)
