"""Each permission of the invite is needed, by something that has a name; and nothing needs another one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.adapters.discord.publish import PERMISSIONS, commands
from bot.core.catalog import Catalog
from bot.core.chat.notice import CantTell, Found, Notice
from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.errors import Unreachable
from bot.core.handlers import FEATURES as DECLARED
from bot.core.ids import Address, SpaceId
from tests.end_to_end.discord_bot import CHART, Stub, running, say
from tests.end_to_end.discord_fake import FakeDiscord, until
from tests.end_to_end.discord_people import People
from tests.end_to_end.discord_world import MEMBER_RIGHTS, Message

NOTE = say("Half of the cohort is done.")
PICTURE = say("Half of the cohort is done.", CHART)


class Scene:
    """A bot in one server, in which it has some permissions; a channel there, and a thread."""

    def __init__(self, fake: FakeDiscord, bot: Stub, without: int) -> None:
        self.fake = fake
        self.bot = bot
        self.guild = fake.world.add_guild("Cloud to AI")
        self.guild.members[fake.world.bot.id] &= ~without
        self.user = fake.world.add_user("Member A")
        self.guild.members[self.user.id] = MEMBER_RIGHTS
        self.channel = self.guild.channels["general"]
        self.thread = self.guild.channels["a thread"] = fake.world.number()
        self.guild.threads.add(self.thread)

    async def answers(self, channel: str) -> bool:
        """Whether an answer to a mention of Cairn stands right below it."""
        world = self.fake.world
        await People(self.fake).write(self.user, channel, f"<@{world.bot.id}> I run EKS")
        if not self.guild.members[world.bot.id] & PERMISSIONS["VIEW_CHANNEL"][0]:
            return False
        direct = world.open_direct(self.user.id)

        def answers() -> list[Message]:
            told = world.seen_by(self.user, channel) + world.seen_by(self.user, direct)
            return [one for one in told if one.author is world.bot]

        await until(lambda: bool(answers()), 60.0)
        return "message_reference" in answers()[0].body

    def summary(self, number: int) -> Occurrence:
        now, space = datetime.now(UTC), Address("discord", self.guild.id)
        week = date(2027, 3, 1)
        row = Occurrence(OccurrenceId(number), SpaceId(1), space, "summary.weekly", number, week, 0, now)
        return replace(row, place="channel", to_id=self.channel)


async def ask_by_mention(scene: Scene) -> bool:
    return await scene.answers(scene.channel)


async def ask_in_a_thread(scene: Scene) -> bool:
    return await scene.answers(scene.thread)


async def see_a_posted_summary(scene: Scene) -> bool:
    await scene.bot.adapter.messenger.post(
        scene.summary(1), Notice("channel", Address("discord", scene.channel), NOTE)
    )
    return True


async def see_its_chart(scene: Scene) -> bool:
    await scene.bot.adapter.messenger.post(
        scene.summary(1), Notice("channel", Address("discord", scene.channel), PICTURE)
    )
    return bool(scene.fake.world.seen_by(scene.user, scene.channel)[-1].pictures)


async def see_no_summary_twice(scene: Scene) -> bool:
    """What can't be looked up is never taken for something that was not said."""
    scene.fake.world.say(scene.channel, scene.user, {"content": "hello"}, {})
    finding = await scene.bot.adapter.messenger.find(scene.summary(1))
    return not isinstance(finding, CantTell | Found)


FEATURES: dict[str, Callable[[Scene], Awaitable[bool]]] = {
    "a question by mention": ask_by_mention,
    "a question in a thread": ask_in_a_thread,
    "a summary that a lead has posted": see_a_posted_summary,
    "its chart": see_its_chart,
    "no summary twice": see_no_summary_twice,
}
NEEDED_BY = {
    "VIEW_CHANNEL": set(FEATURES),
    "SEND_MESSAGES": {"a question by mention", "a summary that a lead has posted", "its chart"},
    "ATTACH_FILES": {"its chart"},
    "READ_MESSAGE_HISTORY": {"a question by mention", "a question in a thread", "no summary twice"},
    "SEND_MESSAGES_IN_THREADS": {"a question in a thread"},
}


@asynccontextmanager
async def invited(without: int) -> AsyncIterator[Scene]:
    """A bot that was invited by its link, but for one permission."""
    fake = FakeDiscord()
    await fake.start()
    try:
        scene = Scene(fake, Stub(fake), without)
        async with running(fake, scene.bot):
            yield scene
    finally:
        await fake.stop()


async def broken_without(right: int) -> set[str]:
    """The features that don't work without the permission."""
    broken = set()
    for name, use in FEATURES.items():
        async with invited(right) as scene:
            try:
                works = await use(scene)
            except Unreachable:
                works = False
        if not works:
            broken.add(name)
    return broken


async def test_with_the_invite_s_permissions_every_feature_works() -> None:
    broken = await broken_without(0)
    assert not broken, f"the invite asks for too little: {broken}"


@pytest.mark.parametrize("name", PERMISSIONS)
async def test_a_permission_is_there_for_a_feature(name: str) -> None:
    broken = await broken_without(PERMISSIONS[name][0])
    assert broken == NEEDED_BY[name], f"{name} is what these need: {broken}"


async def test_commands_and_direct_messages_need_no_permission() -> None:
    async with invited(sum(bit for bit, _ in PERMISSIONS.values())) as scene:
        people, world = People(scene.fake), scene.fake.world
        asked = await people.command(scene.user, scene.channel, "whisper", {})
        assert asked.seen
        row = replace(scene.summary(1), place="direct", to_id=scene.user.id)
        await scene.bot.adapter.messenger.post(
            row, Notice("direct", Address("discord", scene.user.id), PICTURE)
        )
        (told,) = world.seen_by(scene.user, world.open_direct(scene.user.id))
        assert told.pictures


def test_only_who_manages_the_server_sees_the_commands_for_leads() -> None:
    hidden = {
        one["name"] for one in commands(Catalog(DECLARED)) if one.get("default_member_permissions") == "32"
    }
    assert hidden == {"lead"}
