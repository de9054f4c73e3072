"""A refusal that would end something is proven: asked in another way, and once more after a while."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.adapters.proofs import ProvenMessenger
from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Absent, Finding, Notice, Ref
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Cut, Occurrence, OccurrenceId
from bot.core.errors import DeliveryError, RetryLater, Unproven, Unreachable
from bot.core.ids import Address, SpaceId

NOTE = Message("Note", (Text((Plain("Well done."),)),))
REF = Ref("D1", "1")


def row_for(to: str = "U1", space: str = "T1", platform: str = "slack", place: str = "direct") -> Occurrence:
    now, home = datetime(2027, 3, 1, 9, tzinfo=UTC), Address("slack", space)
    home = Address("discord", space) if platform == "discord" else home
    row = Occurrence(OccurrenceId(1), SpaceId(1), home, "reminder.weekly", 1, date(2027, 3, 1), 0, now)
    return replace(row, place=place, to_id=to)


class Platform:
    """Refuses as `errors` say, and answers the question with `says`, or fails to."""

    deduplicates = False

    def __init__(self, seconds: float = 60.0) -> None:
        self.errors: list[DeliveryError | None] = []
        self.says: list[str | DeliveryError] = []
        self.posts = self.questions = 0
        self.at = 1_000.0
        self.messenger = ProvenMessenger(self, self, seconds, lambda: self.at)

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        self.posts += 1
        error = self.errors.pop(0) if self.errors else None
        if error is not None:
            raise error
        return REF

    async def find(self, occurrence: Occurrence) -> Finding:
        await self.post(occurrence, Notice("direct", Address("slack", "U1"), NOTE))
        return Absent()

    async def confirm(self, refusal: Unreachable, row: Occurrence) -> str:
        self.questions += 1
        told = self.says.pop(0)
        if isinstance(told, DeliveryError):
            raise told
        return told

    async def say(self, row: Occurrence | None = None) -> Ref:
        row = row or row_for()
        place = "channel" if row.place == "channel" else "direct"
        notice = Notice("channel" if place == "channel" else "direct", Address("slack", row.to_id), NOTE)
        return await self.messenger.post(row, notice)


def refused(cut: Cut | None, code: str = "gone") -> Unreachable:
    return Unreachable(f"reason ({code})", cut, code)


CUTS: tuple[Cut, ...] = ("space", "member", "direct", "channel")


@pytest.mark.parametrize("cut", CUTS)
async def test_one_odd_answer_ends_nothing(cut: Cut) -> None:
    platform = Platform()
    platform.errors, platform.says = [refused(cut)], [""]
    with pytest.raises(RetryLater, match="contradicted") as raised:
        await platform.say()
    assert not isinstance(raised.value, Unproven)
    assert (raised.value.after, raised.value.alone) == (1.0, True)
    assert await platform.say() == REF


@pytest.mark.parametrize("cut", CUTS)
async def test_only_a_second_look_after_a_minute_proves_it(cut: Cut) -> None:
    platform = Platform()
    platform.errors, platform.says = [refused(cut), refused(cut)], ["gone", "gone"]
    with pytest.raises(Unproven) as raised:
        await platform.say()
    assert (raised.value.cut, raised.value.after) == (cut, 60.0)
    platform.at += 59
    with pytest.raises(Unproven) as raised:
        await platform.say()
    assert raised.value.after == 1.0
    assert (platform.posts, platform.questions) == (1, 1)  # nothing is asked in between
    platform.at += 1
    with pytest.raises(Unreachable) as proven:
        await platform.say()
    assert proven.value.cut == cut
    assert (platform.posts, platform.questions) == (2, 2)


async def test_another_word_begins_the_minute_again() -> None:
    platform = Platform()
    platform.errors = [refused("space", "a"), refused("space", "b"), refused("space", "b")]
    platform.says = ["a", "b", "b"]
    for _ in range(2):
        with pytest.raises(Unproven):
            await platform.say()
        platform.at += 60
    with pytest.raises(Unreachable):
        await platform.say()


async def test_what_is_taken_meanwhile_forgets_the_doubt() -> None:
    platform = Platform()
    platform.errors, platform.says = [refused("member"), None, refused("member")], ["gone", "gone"]
    with pytest.raises(Unproven):
        await platform.say()
    platform.at += 60
    assert await platform.say() == REF
    with pytest.raises(Unproven):
        await platform.say()


async def test_who_can_t_be_asked_is_in_no_doubt_yet() -> None:
    platform = Platform()
    platform.errors, platform.says = [refused("space")], [RetryLater("no connection")]
    with pytest.raises(RetryLater, match="no connection"):
        await platform.say()
    assert await platform.say() == REF


async def test_a_refusal_of_one_message_is_nobody_s_end() -> None:
    platform = Platform()
    platform.errors = [refused(None)]
    with pytest.raises(Unreachable):
        await platform.say()
    assert platform.questions == 0


@pytest.mark.parametrize(("platform_name", "alone"), [("slack", False), ("discord", True)])
async def test_a_doubted_space_keeps_only_its_own_waiting(platform_name: str, alone: bool) -> None:
    platform = Platform()
    platform.errors, platform.says = [refused("space")], ["gone"]
    with pytest.raises(Unproven) as raised:
        await platform.say(row_for(platform=platform_name))
    assert raised.value.alone is alone
    with pytest.raises(Unproven):
        await platform.say(row_for("U2", platform=platform_name))
    assert await platform.say(row_for("U1", "T2", platform_name)) == REF


async def test_a_doubted_member_keeps_nobody_else_waiting() -> None:
    platform = Platform()
    platform.errors, platform.says = [refused("member")], ["gone"]
    with pytest.raises(Unproven) as raised:
        await platform.say()
    assert raised.value.alone
    assert await platform.say(row_for("U2")) == REF
    assert await platform.say(row_for("U1", place="channel")) == REF


async def test_a_look_for_what_may_have_been_said_is_proven_as_well() -> None:
    platform = Platform()
    platform.errors, platform.says = [refused("space"), refused("space")], ["gone", "gone"]
    with pytest.raises(Unproven):
        await platform.messenger.find(row_for())
    platform.at += 60
    with pytest.raises(Unreachable):
        await platform.messenger.find(row_for())


async def test_the_platform_that_contradicts_itself_is_asked_less_and_less() -> None:
    platform = Platform()
    platform.errors, platform.says = [refused("space")] * 12, [""] * 12
    waits: list[float | None] = []
    for _ in range(12):
        with pytest.raises(RetryLater) as raised:
            await platform.say()
        waits.append(raised.value.after)
    assert waits[:4] == [1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == 300.0
    assert await platform.say() == REF


async def test_without_a_wait_one_confirmed_refusal_is_enough() -> None:
    platform = Platform(0)
    platform.errors, platform.says = [refused("channel")], ["gone"]
    with pytest.raises(Unreachable):
        await platform.say(row_for("C1", place="channel"))
