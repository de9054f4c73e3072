"""What is said unasked on Slack: once each, whatever the way there does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.adapters.slack.publish import SCOPES
from bot.core.chat.notice import Absent, CantTell, Found, Notice
from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.errors import DeliveryError, RetryLater, Unknown, Unreachable
from bot.core.ids import Address, SpaceId
from tests.end_to_end.slack_bot import ELSEWHERE, GENERAL, NOTE, PICTURE, Met, meeting
from tests.end_to_end.slack_faults import BROKEN, BUSY, LOST, RESET, Fault

pytestmark = pytest.mark.usefixtures("patient_slack")

SAID = 200


@pytest.fixture
async def met() -> AsyncIterator[Met]:
    async with meeting("socket") as slack:
        yield slack


def occurrence(met: Met, number: int = 1, to: str | None = None, place: str = "direct") -> Occurrence:
    space, member = Address("slack", met.workspace.id), to or met.member.id
    now, week = datetime.now(UTC), date(2027, 3, 1)
    row = Occurrence(OccurrenceId(number), SpaceId(1), space, "reminder.weekly", number, week, 0, now)
    return replace(row, place=place, to_id=member)


def notice(row: Occurrence) -> Notice:
    return Notice("channel" if row.place == "channel" else "direct", Address("slack", row.to_id), NOTE)


async def test_a_reminder_is_a_direct_message_that_carries_its_key(met: Met) -> None:
    row = occurrence(met)
    ref = await met.messenger.post(row, notice(row))
    post = met.workspace.posts[-1]
    assert (ref.channel, ref.id) == (met.workspace.direct(met.member.id), post.ts)
    assert post.payload["client_msg_id"] == str(row.uuid)
    assert post.payload["metadata"] == {"event_type": "cairn_notice", "event_payload": {"key": row.key}}
    assert post.payload["unfurl_links"] is False
    assert await met.messenger.find(row) == Found(ref)
    assert await met.messenger.find(occurrence(met, 2)) == Absent()
    assert await met.messenger.find(replace(row, place="", to_id="")) == Absent()


async def test_channels_that_open_slowly_keep_messages_within_the_rate() -> None:
    """Messages that were begun one by one arrived together, because some channels took longer to open."""
    async with meeting("socket", rate=10.0) as met:
        people = [met.workspace.add_person(f"Member {number}") for number in range(12)]
        met.fake.faults.plan(
            "conversations.open", *(Fault("slow", seconds=0.6 - number * 0.05) for number in range(12))
        )
        rows = [occurrence(met, number, one) for number, one in enumerate(people)]

        async def post(number: int, row: Occurrence) -> None:
            await asyncio.sleep(number * 0.05)
            await met.messenger.post(row, notice(row))

        await asyncio.gather(*(post(*each) for each in enumerate(rows)))
        went = [one.at for one in met.fake.limits.asked if one.method == "chat.postMessage"]
    # Each is let through at a moment of its own; how long it travels is not ours.
    assert went[-1] - went[0] >= 0.9


async def test_the_charts_of_a_notice_stand_below_it(met: Met) -> None:
    row = occurrence(met, to=GENERAL, place="channel")
    await met.messenger.post(row, replace(notice(row), message=PICTURE))
    assert met.shown(met.lead) == ["Picture", "…"]


async def test_a_message_is_found_behind_many_others(met: Met) -> None:
    row = occurrence(met, to=GENERAL, place="channel")
    ref = await met.messenger.post(row, notice(row))
    for number in range(2, 40):
        other = occurrence(met, number, to=GENERAL, place="channel")
        await met.messenger.post(other, notice(other))
    assert await met.messenger.find(row) == Found(ref)
    early = replace(row, due_at=row.due_at + timedelta(hours=1))
    assert await met.messenger.find(early) == Absent()


async def test_a_search_that_is_told_to_wait_goes_on_from_there(met: Met) -> None:
    """Some apps are shown one page a minute."""
    row = occurrence(met, to=GENERAL, place="channel")
    ref = await met.messenger.post(row, notice(row))
    for number in range(2, 40):
        met.workspace.say(GENERAL, {"text": f"message {number}"})
    wait = Fault("refuse", 429, "ratelimited", retry_after=60)
    asked = met.fake.calls["conversations.history"]
    for page in range(2):
        met.fake.faults.plan("conversations.history", Fault("slow"), wait)
        with pytest.raises(RetryLater):
            await met.messenger.find(row)
        assert met.fake.calls["conversations.history"] == asked + 2 * (page + 1)
    assert await met.messenger.find(row) == Found(ref)
    assert met.fake.calls["conversations.history"] == asked + 5


async def test_a_search_whose_bookmark_is_too_old_begins_again(met: Met) -> None:
    row = occurrence(met, to=GENERAL, place="channel")
    ref = await met.messenger.post(row, notice(row))
    for number in range(2, 20):
        met.workspace.say(GENERAL, {"text": f"message {number}"})
    wait = Fault("refuse", 429, "ratelimited", retry_after=60)
    old = Fault("refuse", 200, "invalid_cursor")
    met.fake.faults.plan("conversations.history", Fault("slow"), wait, old)
    for _ in range(2):
        with pytest.raises(RetryLater):
            await met.messenger.find(row)
    assert await met.messenger.find(row) == Found(ref)


async def test_too_much_to_look_through_is_no_answer(met: Met) -> None:
    for number in range(2, 160):
        met.workspace.say(GENERAL, {"text": f"message {number}"})
    assert await met.messenger.find(occurrence(met, to=GENERAL, place="channel")) == CantTell()


@pytest.mark.parametrize(("place", "to"), [("channel", ELSEWHERE), ("channel", "CGONE"), ("direct", "UGONE")])
async def test_where_cairn_can_t_look_it_can_t_tell(met: Met, place: str, to: str) -> None:
    row = occurrence(met, place=place, to=to)
    assert await met.messenger.find(row) == CantTell()
    with pytest.raises(Unreachable):
        await met.messenger.post(row, notice(row))


@pytest.mark.parametrize("scope", ["im:history", "channels:history"])
async def test_without_the_scope_it_can_t_tell(scope: str) -> None:
    async with meeting("socket", scopes=set(SCOPES) - {scope}) as met:
        place, to = ("direct", met.member.id) if scope == "im:history" else ("channel", GENERAL)
        row = occurrence(met, to=to, place=place)
        await met.messenger.post(row, notice(row))
        assert await met.messenger.find(row) == CantTell()


async def test_who_is_gone_is_told_nothing(met: Met) -> None:
    met.workspace.people[met.member.id]["deleted"] = True
    row = occurrence(met)
    with pytest.raises(Unreachable, match="user_disabled"):
        await met.messenger.post(row, notice(row))


@pytest.mark.parametrize(
    ("fault", "error", "said"),
    [
        (Fault("refuse", 429, "ratelimited", retry_after=30), RetryLater, False),
        (Fault("refuse", 503), RetryLater, False),
        (Fault("refuse", 200, "service_unavailable"), RetryLater, False),
        (BROKEN, Unknown, False),
        (Fault("refuse", 200, "fatal_error"), Unknown, False),
        (RESET, Unknown, False),
        (LOST, Unknown, True),
        (Fault("refuse", 200, "account_inactive"), Unreachable, False),
        (Fault("refuse", 200, "is_archived"), Unreachable, False),
        (Fault("refuse", 200, "invalid_blocks"), Unreachable, False),
    ],
)
async def test_each_failure_says_what_can_be_done(
    met: Met, fault: Fault, error: type[DeliveryError], said: bool
) -> None:
    row = occurrence(met)
    met.fake.faults.plan("chat.postMessage", fault)
    with pytest.raises(error) as raised:
        await met.messenger.post(row, notice(row))
    assert getattr(raised.value, "after", None) == (30.0 if fault.retry_after else None)
    assert met.fake.calls["chat.postMessage"] == 1  # nothing is sent again behind our back
    found = await met.messenger.find(row)
    assert isinstance(found, Found if said else Absent)


@pytest.mark.parametrize(
    ("method", "code", "cut"),
    [
        ("chat.postMessage", "account_inactive", "space"),
        ("chat.postMessage", "token_revoked", "space"),
        ("chat.postMessage", "team_access_not_granted", "space"),
        ("conversations.open", "invalid_auth", "space"),
        ("conversations.open", "user_disabled", "member"),
        ("conversations.open", "user_not_found", "member"),
        ("chat.postMessage", "not_in_channel", "channel"),
        ("chat.postMessage", "channel_not_found", "channel"),
        ("chat.postMessage", "is_archived", "channel"),
        ("chat.postMessage", "invalid_blocks", None),
    ],
)
async def test_a_refusal_says_what_can_t_be_reached_any_more(
    met: Met, method: str, code: str, cut: str | None
) -> None:
    row = occurrence(met)
    met.fake.faults.plan(method, Fault("refuse", 200, code))
    with pytest.raises(Unreachable, match=code) as raised:
        await met.messenger.post(row, notice(row))
    assert raised.value.cut == cut


@pytest.mark.parametrize("fault", [BROKEN, RESET, LOST])
async def test_what_breaks_before_it_is_said_can_be_tried_again(met: Met, fault: Fault) -> None:
    row = occurrence(met)
    met.fake.faults.plan("conversations.open", fault)
    with pytest.raises(RetryLater):
        await met.messenger.post(row, notice(row))


async def test_in_a_storm_nothing_is_lost_and_nothing_comes_twice(met: Met) -> None:
    met.fake.faults.storm("chat.postMessage", 7, (BUSY, 0.6), (BROKEN, 0.1), (LOST, 0.1), (RESET, 0.05))
    for number in range(SAID):
        row, sent = occurrence(met, number), False
        while not sent:
            try:
                await met.messenger.post(row, notice(row))
                sent = True
            except RetryLater:
                continue
            except Unknown:
                sent = isinstance(await met.messenger.find(row), Found)
    keys = [post.payload["metadata"]["event_payload"]["key"] for post in met.workspace.posts]
    assert len(keys) == len(set(keys)) == SAID
