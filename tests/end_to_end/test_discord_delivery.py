"""What is said unasked on Discord, and every way in which that can fail."""

import asyncio
from bisect import bisect_left
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.core.chat.chart import picture_name
from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Text
from bot.core.chat.notice import Absent, CantTell, Found, Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.errors import DeliveryError, Outage, RetryLater, Unknown, Unreachable
from bot.core.ids import Address, SpaceId
from bot.core.outbox import Messenger
from tests.end_to_end.discord_bot import CHART, PNG, Stub, say
from tests.end_to_end.discord_fake import TOKEN, Bucket, FakeDiscord, Fault
from tests.end_to_end.discord_people import People
from tests.end_to_end.discord_world import ATTACH, V2, Message

WHY = Action("notice.why", "kind", "key")
DUE = datetime(2026, 12, 7, 9, tzinfo=UTC)
MESSAGES = r"/channels/\d+/messages"


def make_occurrence(guild: str, place: str, to: str, ordinal: int = 0, attempts: int = 1) -> Occurrence:
    space = Address("discord", guild)
    row = Occurrence(
        OccurrenceId(1), SpaceId(1), space, "reminder.weekly", 1, date(2026, 12, 7), ordinal, DUE
    )
    return replace(row, attempts=attempts, place=place, to_id=to)


def make_notice(row: Occurrence, text: str = "Two goals are open.") -> Notice:
    why = Actions((Button("Why did I get this?", WHY(row.kind, row.key)),))
    message = say("Your week", Text((Plain(text),)), CHART, why)
    return Notice("direct" if row.place == "direct" else "channel", Address("discord", row.to_id), message)


class Post:
    """One member in one guild, a notice for them, and a bot that is signed in and listens to nothing."""

    def __init__(self, fake: FakeDiscord, bot: Stub) -> None:
        self.fake = fake
        self.bot = bot
        self.guild = fake.world.add_guild("Cloud to AI")
        self.user = fake.world.add_user("Member A")
        self.row = self.occurrence(0)

    @property
    def messenger(self) -> Messenger:
        return self.bot.adapter.messenger.below  # without the proof of what Discord refuses

    @property
    def told(self) -> list[Message]:
        return [one for one in self.fake.world.messages.values() if one.author is self.fake.world.bot]

    def occurrence(self, ordinal: int, place: str = "direct") -> Occurrence:
        to = self.user.id if place == "direct" else self.guild.channels["general"]
        return make_occurrence(self.guild.id, place, to, ordinal)

    async def say(self, row: Occurrence) -> str:
        return (await self.messenger.post(row, make_notice(row))).id


@pytest.fixture
async def post() -> AsyncIterator[Post]:
    fake = FakeDiscord()
    await fake.start()
    bot = Stub(fake)
    await bot.adapter.sign_in(TOKEN)
    made = Post(fake, bot)
    await People(fake).join(made.guild, made.user)
    yield made
    await bot.adapter.close()
    await fake.stop()


@pytest.mark.parametrize("place", ["direct", "channel"])
async def test_it_notifies_as_text_and_ends_in_its_form(post: Post, place: str) -> None:
    row = post.occurrence(0, place)
    if place == "channel":
        post.fake.world.say(row.to_id, post.user, {"content": "hello"}, {})
    assert await post.messenger.find(row) == Absent()
    number = await post.say(row)
    (told,) = post.told
    assert told.id == number
    assert "Two goals are open." in told.first["content"]
    assert told.first["nonce"] == row.key
    assert told.body["flags"] & V2
    assert not told.payload["content"]
    assert told.pictures == {picture_name(CHART): PNG}
    found = await post.messenger.find(row)
    assert isinstance(found, Found)
    assert (found.ref.id, found.complete) == (number, True)


async def test_a_second_try_says_nothing_twice(post: Post) -> None:
    first = await post.say(post.row)
    again = await post.say(replace(post.row, attempts=2))
    other = await post.say(post.occurrence(1))
    assert first == again != other
    assert len(post.told) == 2
    assert await post.messenger.find(post.occurrence(2)) == Absent()


@pytest.mark.parametrize(
    ("status", "after", "expected"),
    [(500, None, Outage), (502, None, Outage), (0, None, Outage), (429, 3, RetryLater)],
)
async def test_what_is_half_made_is_completed(
    post: Post, status: int, after: float | None, expected: type[RetryLater]
) -> None:
    """The next try edits what is there, however long ago that was."""
    post.fake.faults.append(Fault("PATCH", MESSAGES, status, retry_after=after))
    with pytest.raises(expected) as caught:
        await post.say(post.row)
    assert caught.value.after == after
    found = await post.messenger.find(post.row)
    assert isinstance(found, Found)
    assert not found.complete
    assert caught.value.ref == str(found.ref)
    before = len(post.fake.requests)
    await post.say(replace(post.row, ref=caught.value.ref))
    (told,) = post.told
    assert told.body["flags"] & V2
    assert [method for method, *_ in post.fake.requests[before:]] == ["PATCH"]


@pytest.mark.parametrize("status", [0, 500])
async def test_what_was_said_although_the_line_broke_is_found(post: Post, status: int) -> None:
    post.fake.faults.append(Fault("POST", MESSAGES, status, after=True))
    with pytest.raises(Unknown):
        await post.say(post.row)
    assert isinstance(await post.messenger.find(post.row), Found)
    await post.say(replace(post.row, attempts=2))
    (told,) = post.told
    assert told.body["flags"] & V2


@pytest.mark.parametrize(
    ("path", "status", "code", "expected"),
    [
        ("POST /users/@me/channels", 400, 40003, RetryLater),
        ("POST /users/@me/channels", 403, 50278, Unreachable),
        ("POST /users/@me/channels", 404, 10013, Unreachable),
        ("GET /members/", 404, 10007, Unreachable),
        ("GET /members/", 503, 0, RetryLater),
        (f"POST {MESSAGES}", 403, 50007, Unreachable),
        (f"POST {MESSAGES}", 403, 50001, Unreachable),
        (f"POST {MESSAGES}", 404, 10003, RetryLater),
        (f"POST {MESSAGES}", 400, 50035, Unreachable),
        (f"POST {MESSAGES}", 401, 0, RetryLater),
        (f"POST {MESSAGES}", 500, 0, Unknown),
        (f"POST {MESSAGES}", 0, 0, Unknown),
    ],
)
async def test_every_refusal_has_its_meaning(
    post: Post, path: str, status: int, code: int, expected: type[DeliveryError]
) -> None:
    method, _, place = path.partition(" ")
    post.fake.faults.append(Fault(method, place, status, code))
    with pytest.raises(expected) as caught:
        await post.say(post.row)
    assert caught.value.why
    assert post.told == []


@pytest.mark.parametrize("everywhere", [False, True])
async def test_a_limit_says_how_long_to_wait(post: Post, everywhere: bool) -> None:
    limit = Fault("POST", MESSAGES, 429, retry_after=7.5, everywhere=everywhere)
    post.fake.faults.append(limit)
    with pytest.raises(RetryLater) as caught:
        await post.say(post.row)
    assert caught.value.after == 7.5
    await post.say(replace(post.row, attempts=2))


async def test_a_bucket_is_waited_for_and_never_overrun(post: Post) -> None:
    post.fake.bucket = Bucket(4, 0.3)
    for ordinal in range(6):
        await post.say(post.occurrence(ordinal))
    assert len(post.told) == 6
    assert 429 not in {status for _, _, status in post.fake.requests}


async def test_who_left_is_not_written_to(post: Post) -> None:
    del post.guild.members[post.user.id]
    with pytest.raises(Unreachable, match=r"left \(10007\)"):
        await post.say(post.row)
    assert post.fake.world.direct == {}


async def test_closed_direct_messages_are_unreachable(post: Post) -> None:
    post.user.closed = True
    with pytest.raises(Unreachable, match="direct messages closed"):
        await post.say(post.row)


async def test_a_form_that_is_refused_leaves_a_text_that_can_be_read(post: Post) -> None:
    post.fake.faults.append(Fault("PATCH", MESSAGES, 400, 50035, times=2))  # with its pictures, and without
    await post.say(post.row)
    (told,) = post.told
    assert "Two goals are open." in told.body["content"]


async def test_where_no_file_may_be_attached_the_form_comes_without_pictures(post: Post) -> None:
    post.guild.members[post.fake.world.bot.id] &= ~ATTACH
    row = post.occurrence(0, "channel")
    await post.say(row)
    (told,) = post.told
    assert told.pictures == {}
    assert CHART.alt in str(told.body["components"])
    assert await post.messenger.find(row) != Absent()


async def test_a_busy_channel_hides_what_was_said(post: Post) -> None:
    row = post.occurrence(0, "channel")
    await post.say(row)
    for _ in range(100):
        post.fake.world.say(row.to_id, post.user, {"content": "and so on"}, {})
    assert await post.messenger.find(row) == CantTell()


async def test_without_a_server_nothing_was_said(post: Post) -> None:
    await post.fake.stop()
    with pytest.raises(RetryLater, match="no connection"):
        await post.say(post.row)


async def test_what_people_typed_mentions_nobody_in_the_notification(post: Post) -> None:
    notice = make_notice(post.row, "@everyone <@1> [x](https://a.example) " + "*_" * 400)
    await post.messenger.post(post.row, notice)
    first = post.told[0].first
    assert first["allowed_mentions"] == {"parse": []}
    assert "@everyone" not in first["content"]
    assert len(first["content"]) <= 2_000


@pytest.mark.parametrize(
    ("path", "status", "code", "place", "cut"),
    [
        ("GET /members/", 404, 10004, "direct", "space"),
        ("GET /members/", 403, 50001, "direct", "space"),
        ("GET /members/", 404, 10007, "direct", "member"),
        ("POST /users/@me/channels", 404, 10013, "direct", "member"),
        ("POST /users/@me/channels", 403, 50278, "direct", "member"),
        (f"POST {MESSAGES}", 403, 50278, "direct", "member"),
        (f"POST {MESSAGES}", 403, 50007, "direct", "direct"),
        (f"POST {MESSAGES}", 403, 50001, "direct", None),
        (f"POST {MESSAGES}", 403, 50001, "channel", "channel"),
        (f"POST {MESSAGES}", 403, 50013, "channel", "channel"),
        (f"POST {MESSAGES}", 404, 10003, "channel", "channel"),
        (f"POST {MESSAGES}", 400, 50035, "channel", None),
    ],
)
async def test_a_refusal_says_what_can_t_be_reached_any_more(
    post: Post, path: str, status: int, code: int, place: str, cut: str | None
) -> None:
    method, _, where = path.partition(" ")
    post.fake.faults.append(Fault(method, where, status, code))
    with pytest.raises(Unreachable) as caught:
        await post.say(post.occurrence(0, place))
    assert caught.value.cut == cut


async def test_a_known_member_and_channel_cost_two_requests(post: Post) -> None:
    """Three without Discord's word for the member, four for a channel that has to be opened."""
    post.bot.adapter._members._seconds = 60.0
    asked = []
    for ordinal in range(3):
        if ordinal == 1:
            post.bot.adapter._members._seen.clear()
        before = len(post.fake.requests)
        await post.say(post.occurrence(ordinal))
        asked.append([method for method, *_ in post.fake.requests[before:]])
    assert asked == [["GET", "POST", "POST", "PATCH"], ["GET", "POST", "PATCH"], ["POST", "PATCH"]]


async def test_a_member_s_word_counts_for_a_while_and_ends_with_a_refusal(post: Post) -> None:
    members = post.bot.adapter._members
    members._seconds = 60.0
    members.hear({"guild_id": post.guild.id, "member": {"user": {"id": post.user.id}}})
    members.hear({"user": {"id": post.user.id}})  # in a direct message
    del post.guild.members[post.user.id]
    await members.require(post.guild.id, post.user.id)
    members._seconds = 0.0
    with pytest.raises(Unreachable, match="10007"):
        await post.say(post.row)
    members._seconds = 60.0
    with pytest.raises(Unreachable, match="10007"):
        await post.say(post.row)


async def test_what_waited_for_too_long_is_not_created(post: Post) -> None:
    notice = replace(make_notice(post.row), until=0.0)
    with pytest.raises(RetryLater) as caught:
        await post.messenger.post(post.row, notice)
    assert (caught.value.after, caught.value.alone) == (0.0, True)
    assert post.told == []


async def test_after_a_limit_what_is_half_made_waits_as_well(post: Post) -> None:
    """One message of several that are on their way meets a limit: the others are edited afterwards."""
    users = [post.user, *(post.fake.world.add_user(f"Member {number}") for number in range(3))]
    post.bot.adapter._members._seconds = 60.0
    rows = [make_occurrence(post.guild.id, "direct", user.id, number) for number, user in enumerate(users)]
    for user in users:
        post.bot.adapter._members.see(post.guild.id, user.id)
        post.bot.channels.kept[user.id] = post.fake.world.open_direct(user.id)
    # The first is refused while the answers to the others are on their way.
    first = f"/channels/{post.bot.channels.kept[users[0].id]}/messages"
    post.fake.latency = lambda asked: 1.0 if asked.startswith("POST") and asked != f"POST {first}" else 0.0
    post.fake.faults.append(Fault("POST", first, 429, retry_after=30))
    ended = await asyncio.gather(*(post.say(row) for row in rows), return_exceptions=True)
    assert all(isinstance(one, RetryLater) and one.after for one in ended)
    assert "PATCH" not in [method for method, *_ in post.fake.requests]
    half = [one.ref for one in ended if isinstance(one, RetryLater) and one.ref]
    assert len(half) == len(post.told) == 3


async def test_no_second_holds_more_requests_than_the_rate(post: Post) -> None:
    """However many messages are on their way: a limiter counts requests, as they go."""
    users = [post.fake.world.add_user(f"Member {number}") for number in range(24)]
    for user in users:
        post.guild.members[user.id] = 0
        post.bot.channels.kept[user.id] = post.fake.world.open_direct(user.id)
    rows = [make_occurrence(post.guild.id, "direct", user.id, number) for number, user in enumerate(users)]
    await asyncio.gather(*(post.say(row) for row in rows))
    assert len(post.told) == 24
    assert len(post.fake.moments) >= 72
    moments = sorted(post.fake.moments)
    assert max(bisect_left(moments, at + 1.0) - number for number, at in enumerate(moments)) <= 50
