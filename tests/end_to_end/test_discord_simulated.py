"""The adapter on simcord: errors that it injects, and its own reading of what Discord takes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import simcord

from bot.core.chat.call import Answer, Typed
from bot.core.chat.notice import Found, Notice
from bot.core.domain.ledger import Occurrence
from bot.core.errors import DeliveryError, RetryLater, Unknown, Unreachable
from bot.core.ids import Address
from tests.end_to_end.discord_bot import CHART, Stub, running_on_nothing, say, update
from tests.end_to_end.test_discord_delivery import make_notice, make_occurrence


class Simulated:
    def __init__(self, bot: Stub, env: simcord.Env) -> None:
        self.bot = bot
        self.env = env
        self.guild = env.create_guild("Cloud to AI")
        self.channel = self.guild.create_text_channel("general")
        self.member = self.guild.add_member(env.create_user("Member A"))

    @property
    def row(self) -> Occurrence:
        return make_occurrence(str(self.guild.id), "direct", str(self.member.id))

    @property
    def notice(self) -> Notice:
        return make_notice(self.row)


@asynccontextmanager
async def simulated() -> AsyncIterator[Simulated]:
    """Not a fixture: simcord sets a variable of the test's own context."""
    bot = Stub(None)
    async with running_on_nothing(bot), simcord.run(bot.adapter.connection, shard_count=1) as env:
        yield Simulated(bot, env)


async def test_a_command_and_a_press() -> None:
    async with simulated() as scene:
        asked = await scene.member.slash(scene.channel, "whisper", thing="eks")
        assert asked.ephemeral
        assert scene.bot.doors.calls[-1].what == Typed("whisper", {"thing": "eks"})
        scene.bot.doors.answers = update("changed")
        assert asked.response is not None
        pressed = await scene.member.click(asked.response, custom_id="thing.press:1")
        assert pressed.response is not None
        assert pressed.response.id == asked.response.id
        assert scene.bot.bugs == []


async def test_suggestions() -> None:
    async with simulated() as scene:
        offered = await scene.member.autocomplete(scene.channel, "whisper", "thing", "ek")
        assert offered == [{"name": "thing ek", "value": "ek"}]


async def test_a_chart_is_attached() -> None:
    async with simulated() as scene:
        scene.bot.doors.answers = lambda _: Answer(say("a chart", CHART), private=True)
        asked = await scene.member.slash(scene.channel, "whisper")
        assert asked.response is not None
        assert [one.filename for one in asked.response.attachments] != []


async def test_buttons_work_on_a_bot_that_was_restarted() -> None:
    async with simulated() as scene:
        asked = await scene.member.slash(scene.channel, "shout")
        fresh = Stub(None, scene.bot.memory)
        fresh.doors.answers = update("still here")
        async with running_on_nothing(fresh):
            await scene.env.restart_bot(fresh.adapter.connection)
            assert asked.response is not None
            pressed = await scene.member.click(asked.response, custom_id="thing.press:1")
            assert pressed.acknowledged
            assert len(fresh.doors.calls) == 1


async def test_a_mention_is_answered_in_its_channel() -> None:
    async with simulated() as scene:
        user = scene.bot.adapter.connection.user
        assert user is not None
        await scene.member.send(scene.channel, f"{user.mention} I run EKS")
        assert scene.bot.doors.calls[-1].what == Typed("skillgap", {"question": "I run EKS"})
        answer = scene.channel.last_message
        assert answer is not None
        assert answer.author.id == user.id


async def test_what_is_said_unasked_is_found() -> None:
    async with simulated() as scene:
        ref = await scene.bot.adapter.messenger.post(scene.row, scene.notice)
        assert await scene.bot.adapter.messenger.find(scene.row) == Found(ref)
        (told,) = scene.member.user.dm_channel.history()
        assert told.flags.components_v2
        assert told.content == ""


@pytest.mark.parametrize(
    ("path", "status", "code", "expected"),
    [
        ("/channels/*/messages", 403, 50007, Unreachable),
        ("/channels/*/messages", 500, 0, Unknown),
        ("/users/@me/channels", 500, 0, RetryLater),
    ],
)
async def test_an_injected_error_has_its_meaning(
    path: str, status: int, code: int, expected: type[DeliveryError]
) -> None:
    async with simulated() as scene:
        scene.env.inject_error("POST", path, status=status, code=code)
        with pytest.raises(expected):
            await scene.bot.adapter.messenger.post(scene.row, scene.notice)
        await scene.bot.adapter.messenger.post(scene.row, scene.notice)
        assert len(scene.member.user.dm_channel.history()) == 1


async def test_when_discord_says_too_fast_nothing_is_opened_for_a_while() -> None:
    async with simulated() as scene:
        scene.env.inject_error("POST", "/users/@me/channels", status=400, code=40003)
        for _ in range(2):
            with pytest.raises(RetryLater) as caught:
                await scene.bot.adapter.messenger.post(scene.row, scene.notice)
            assert caught.value.alone


async def test_a_member_of_another_server_is_not_written_to() -> None:
    async with simulated() as scene:
        elsewhere = scene.env.create_guild("Second")
        row = make_occurrence(str(elsewhere.id), "direct", str(scene.member.id))
        with pytest.raises(Unreachable, match="left"):
            await scene.bot.adapter.messenger.post(
                row, Notice("direct", Address("discord", row.to_id), say("x"))
            )
