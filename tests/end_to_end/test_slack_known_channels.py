"""A direct channel on Slack is opened once, and posted to directly from then on."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from bot.core.domain.ledger import Occurrence
from bot.core.errors import RetryLater, Unreachable
from tests.end_to_end.slack_bot import Met, meeting
from tests.end_to_end.slack_faults import Fault
from tests.end_to_end.test_slack_messenger import notice, occurrence

pytestmark = pytest.mark.usefixtures("patient_slack")


@pytest.fixture
async def met() -> AsyncIterator[Met]:
    async with meeting("http") as slack:
        yield slack


def asked(met: Met, since: int = 0) -> Sequence[str]:
    return [one.method for one in met.fake.limits.asked[since:] if one.method != "auth.test"]


async def say(met: Met, number: int) -> Occurrence:
    row = occurrence(met, number)
    await met.adapter.messenger.below.post(row, notice(row))
    return row


async def test_a_known_channel_is_one_request(met: Met) -> None:
    await say(met, 1)
    assert asked(met) == ["conversations.open", "chat.postMessage"]
    before = len(met.fake.limits.asked)
    row = await say(met, 2)
    assert asked(met, before) == ["chat.postMessage"]
    await met.adapter.messenger.find(row)
    assert asked(met, before) == ["chat.postMessage", "conversations.history"]


async def test_a_closed_account_is_noticed_by_the_refusal(met: Met) -> None:
    await say(met, 1)
    met.workspace.people[met.member.id]["deleted"] = True
    before = len(met.fake.limits.asked)
    with pytest.raises(Unreachable) as caught:
        await say(met, 2)
    assert "user_disabled" in caught.value.why
    assert caught.value.cut == "member"
    assert asked(met, before) == ["chat.postMessage", "conversations.open"]


@pytest.mark.parametrize("code", ["channel_not_found", "is_archived", "not_in_channel", "account_inactive"])
async def test_a_channel_that_refuses_is_opened_once_more(met: Met, code: str) -> None:
    await say(met, 1)
    met.fake.faults.plan("chat.postMessage", Fault("refuse", error=code))
    before = len(met.fake.limits.asked)
    await say(met, 2)
    assert asked(met, before) == ["chat.postMessage", "conversations.open", "chat.postMessage"]
    assert len(met.workspace.posts) == 2


async def test_a_refusal_that_stays_is_the_message_s(met: Met) -> None:
    await say(met, 1)
    refusal = Fault("refuse", error="msg_blocks_too_long")
    met.fake.faults.plan("chat.postMessage", refusal, refusal)
    with pytest.raises(Unreachable, match="msg_blocks_too_long"):
        await say(met, 2)
    assert len(met.workspace.posts) == 1


async def test_a_limit_on_a_known_channel_opens_nothing(met: Met) -> None:
    await say(met, 1)
    met.fake.faults.plan("chat.postMessage", Fault("refuse", 429, "ratelimited", retry_after=7))
    before = len(met.fake.limits.asked)
    with pytest.raises(RetryLater):
        await say(met, 2)
    assert asked(met, before) == ["chat.postMessage"]


async def test_a_channel_of_another_workspace_is_not_used(met: Met) -> None:
    """Two people in two workspaces can have one id."""
    below: Any = met.adapter.messenger.below
    workspace = await below._workspaces.at(occurrence(met).space)
    assert workspace is not None
    await workspace.messenger._direct._memory.keep(met.member.id, "T9999999/D1")
    await say(met, 1)
    assert asked(met) == ["conversations.open", "chat.postMessage"]
