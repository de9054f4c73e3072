"""Direct messages are opened a few a minute, and each once; who is known already waits for nobody."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.adapters.discord.direct import MINUTE, DirectChannels
from bot.core.errors import RetryLater, Unreachable
from bot.storage.direct_channels import KeptChannels
from tests.end_to_end.discord_bot import Stub, StubChannels
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, Fault
from tests.end_to_end.discord_world import Guild, User
from tests.end_to_end.test_discord_delivery import make_notice, make_occurrence

OPENINGS = 3
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
HALF = timedelta(seconds=MINUTE / 2)


class HandClock:
    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


class Scene:
    """A bot that opens three new conversations a minute, and a server with people."""

    def __init__(self, fake: FakeDiscord, bot: Stub, guild: Guild) -> None:
        self.fake, self.bot, self.guild = fake, bot, guild

    def person(self) -> User:
        user = self.fake.world.add_user("Member")
        self.guild.members[user.id] = 0
        return user

    async def say(self, to: str, place: str = "direct", attempts: int = 1) -> None:
        row = make_occurrence(self.guild.id, place, to, ordinal=len(self.fake.world.messages))
        row = replace(row, attempts=attempts)
        await self.bot.adapter.messenger.post(row, make_notice(row))

    @property
    def opened(self) -> int:
        return sum(path == "/users/@me/channels" for _, path, _ in self.fake.requests)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    await fake.start()
    bot = Stub(fake, openings=OPENINGS)
    await bot.adapter.sign_in(TOKEN)
    yield Scene(fake, bot, fake.world.add_guild("Cloud to AI"))
    await bot.adapter.close()
    await fake.stop()


async def test_no_more_than_so_many_are_opened(scene: Scene) -> None:
    people = [scene.person() for _ in range(OPENINGS + 2)]
    for one in people[:OPENINGS]:
        await scene.say(one.id)
    asked = len(scene.fake.requests)
    waits = []
    for one in people[OPENINGS:]:
        with pytest.raises(RetryLater) as caught:
            await scene.say(one.id)
        assert caught.value.alone
        waits.append(caught.value.after or 0.0)
    # Not all at the same moment again, and nothing was asked for meanwhile.
    assert MINUTE - 10 < waits[0] <= MINUTE
    assert waits[1] - waits[0] == pytest.approx(MINUTE / OPENINGS, abs=1)
    assert len(scene.fake.requests) == asked
    assert scene.opened == OPENINGS
    await scene.say(people[0].id)  # who is known waits for nobody
    await scene.say(scene.guild.channels["general"], "channel")


async def test_a_conversation_is_opened_once_in_its_life(scene: Scene) -> None:
    person = scene.person()
    await scene.say(person.id)
    fresh = Stub(scene.fake, channels=scene.bot.channels)
    await fresh.adapter.sign_in(TOKEN)
    row = make_occurrence(scene.guild.id, "direct", person.id, ordinal=7)
    await fresh.adapter.messenger.post(row, make_notice(row))
    await fresh.adapter.close()
    assert scene.opened == 1


async def test_when_discord_says_too_fast_only_new_conversations_wait(scene: Scene) -> None:
    known, first, second = scene.person(), scene.person(), scene.person()
    await scene.say(known.id)
    scene.fake.faults.append(Fault("POST", "/users/@me/channels", 400, 40003))
    for one in (first, second):
        with pytest.raises(RetryLater) as caught:
            await scene.say(one.id)
        assert caught.value.alone
        assert (caught.value.after or 0.0) > MINUTE / 2
    assert scene.opened == 2
    await scene.say(known.id)


async def test_a_conversation_that_is_gone_is_opened_anew(scene: Scene) -> None:
    person = scene.person()
    scene.bot.channels.kept[person.id] = "404"
    with pytest.raises(RetryLater, match="direct channel gone"):
        await scene.say(person.id)
    await scene.say(person.id)
    assert scene.bot.channels.kept[person.id] == scene.fake.world.direct[person.id]


async def test_who_left_costs_no_opening(scene: Scene) -> None:
    for _ in range(OPENINGS + 2):
        person = scene.person()
        del scene.guild.members[person.id]
        with pytest.raises(Unreachable, match="left"):
            await scene.say(person.id)
    assert scene.opened == 0


async def test_after_a_minute_there_is_room_again(scene: Scene) -> None:
    clock = HandClock()
    rest = scene.bot.adapter._rest
    direct = DirectChannels(rest, StubChannels(clock), OPENINGS, clock)
    for _ in range(OPENINGS):
        await direct.open(scene.person().id)
        clock.seconds += 5
    waits = []
    for _ in range(3):
        with pytest.raises(RetryLater) as caught:
            await direct.find(scene.person().id)
        waits.append(caught.value.after or 0.0)
    assert waits == [45.0, 65.0, 85.0]
    clock.seconds += 45
    assert await direct.find(scene.person().id) is None
    await direct.open(scene.person().id)


def test_channels_are_kept(engine: Engine) -> None:
    kept = KeptChannels(engine, "discord")
    assert kept.find("1") is None
    kept.keep("1", "10", NOON)
    kept.keep("2", "20", NOON + HALF)
    kept.keep("1", "11", NOON + 2 * HALF)
    assert (kept.find("1"), kept.find("2"), KeptChannels(engine, "slack").find("1")) == ("11", "20", None)
    assert kept.opened_since(NOON) == (NOON + HALF, NOON + 2 * HALF)
    assert KeptChannels(engine, "slack").opened_since(NOON) == ()
    kept.forget("1")
    assert kept.opened_since(NOON + HALF) == ()
    assert (kept.find("1"), kept.find("2")) == (None, "20")
