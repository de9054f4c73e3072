"""Whom a platform notifies because of what Cairn says: a member whom a lead named, and nobody else."""

import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.chat.call import Answer
from bot.core.chat.message import Message, Text
from bot.core.chat.part import Mention, Plain
from bot.core.ids import Address
from tests.contract.discord_limits import walk
from tests.end_to_end.discord_bot import Stub, running
from tests.end_to_end.discord_fake import FakeDiscord, until
from tests.end_to_end.discord_people import People
from tests.end_to_end.discord_world import Guild, User
from tests.end_to_end.slack_bot import meeting

pytestmark = pytest.mark.usefixtures("patient_slack")

HOSTILE = "@everyone @here <@1> <@&2> <!channel> <!subteam^S1> <@U0000001>"
TEXT = 10


def invitation(platform: Any, user: str) -> Message:
    """What one person typed, and one person who is called."""
    return Message("Join", (Text((Plain(HOSTILE + " "), Mention(Address(platform, user), "B"))),))


class Scene:
    def __init__(self, fake: FakeDiscord, bot: Stub, guild: Guild, users: tuple[User, User]) -> None:
        self.fake, self.bot, self.guild = fake, bot, guild
        self.asker, self.called = users
        self.people, self.channel = People(fake), guild.channels["general"]
        bot.doors.answers = lambda _: Answer(invitation("discord", self.called.id), private=False)

    def notified(self) -> list[str]:
        """Whom Discord notifies: who stands in the text of a message when it is created, and is allowed."""
        called: list[str] = []
        for message in self.fake.world.seen_by(None, self.channel):
            body = message.first
            text = "".join(
                [
                    body.get("content") or "",
                    *(one["content"] for one in walk(body["components"]) if one["type"] == TEXT),
                ]
            )
            allowed = body["allowed_mentions"]
            assert allowed["parse"] == []
            assert not allowed.get("replied_user")
            called += [one for one in re.findall(r"<@!?(\d+)>", text) if one in allowed.get("users", [])]
        return called


@pytest.fixture(params=[0.0, 0.4], ids=["at once", "deferred"])
async def scene(request: pytest.FixtureRequest) -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    await fake.start()
    bot = Stub(fake, patience=0.1)
    bot.doors.seconds = request.param
    guild = fake.world.add_guild("Cloud to AI")
    users = fake.world.add_user("Member A"), fake.world.add_user("Member B")
    for user in users:
        await People(fake).join(guild, user)
    async with running(fake, bot):
        yield Scene(fake, bot, guild, users)
    await fake.stop()


async def test_an_invited_member_is_notified_and_nobody_else(scene: Scene) -> None:
    await scene.people.command(scene.asker, scene.channel, "shout", {})
    await until(lambda: scene.notified() == [scene.called.id])


async def test_who_is_answered_in_a_channel_is_not_notified_by_the_reply(scene: Scene) -> None:
    scene.bot.doors.answers = lambda _: Answer(Message("Hm", (Text((Plain(HOSTILE),)),)), private=True)
    await scene.people.write(scene.asker, scene.channel, f"<@{scene.fake.world.bot.id}> {HOSTILE}")
    await until(lambda: scene.fake.world.seen_by(None, scene.channel)[-1].author is scene.fake.world.bot)
    (answer,) = (one for one in scene.fake.world.messages.values() if one.author is scene.fake.world.bot)
    assert answer.first["allowed_mentions"] == {"parse": []}


async def test_on_slack_only_who_is_named_is_mentioned() -> None:
    async with meeting("socket") as met:
        message = invitation("slack", met.lead.id)
        met.doors.replies["say"] = Answer(message, private=False)
        await met.member.type("/say", "")
        await met.wait(lambda: bool(met.workspace.posts))
        payload = met.workspace.posts[-1].payload
        assert re.findall(r"<[@!][^>]*>", str(payload["blocks"])) == [f"<@{met.lead.id}>"]
        assert not re.findall(r"<[@!][^>]*>", payload["text"])
        assert not payload.get("link_names")
