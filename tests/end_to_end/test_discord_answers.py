"""Answers to interactions, by the real client over real sockets."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.discord.starts import RecentActs
from bot.core.chat.call import Answer, Pressed, Submitted, Typed
from bot.core.chat.chart import picture_name
from bot.core.chat.codec import encode
from bot.core.chat.message import Update
from bot.core.ids import Address
from tests.end_to_end.discord_answers import LATER, LATER_UPDATE
from tests.end_to_end.discord_bot import (
    ASK,
    CARD,
    CHART,
    FORM,
    PNG,
    PRESS,
    Stub,
    StubMemory,
    running,
    say,
    update,
)
from tests.end_to_end.discord_fake import FakeDiscord, Fault, until
from tests.end_to_end.discord_people import People
from tests.end_to_end.discord_world import (
    EPHEMERAL,
    SEND,
    SEND_IN_THREADS,
    VIEW,
    Guild,
    Interaction,
    Message,
    User,
)
from tests.journeys.discord_text import read_lines


class Scene:
    """A guild with one member, and a fake that waits for its bot."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.people = People(fake)
        self.guild: Guild = fake.world.add_guild("Cloud to AI")
        self.user: User = fake.world.add_user("Member A")
        self.channel = self.guild.channels["general"]

    async def type(self, name: str = "whisper") -> Interaction:
        return await self.people.command(self.user, self.channel, name, {})

    def shown(self, asked: Interaction) -> Message:
        return self.fake.world.messages[asked.seen[-1]]

    def lines(self, asked: Interaction) -> str:
        return "\n".join(read_lines(self.shown(asked).payload))

    def is_hidden(self, asked: Interaction) -> bool:
        return bool(self.shown(asked).body["flags"] & EPHEMERAL)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    await fake.start()
    made = Scene(fake)
    await made.people.join(made.guild, made.user)
    yield made
    await fake.stop()


async def test_a_command_a_press_a_form_and_its_answer(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        asked = await scene.type()
        assert scene.is_hidden(asked)
        bot.doors.answers = lambda _: Answer(FORM, private=True)
        opened = await scene.people.press(scene.user, scene.shown(asked), encode(ASK(1)))
        bot.doors.answers = update("sent")
        sent = await scene.people.submit(scene.user, opened, {"word": "yes"})
    assert sent.seen == asked.seen
    assert "sent" in scene.lines(sent)
    assert scene.is_hidden(sent)
    assert [type(call.what) for call in bot.doors.calls] == [Typed, Pressed, Submitted]
    assert bot.doors.calls[2].what == Submitted("thing.send:1", {"word": "yes"})
    assert {call.space.name for call in bot.doors.calls} == {"Cloud to AI"}
    assert bot.bugs == []


async def test_an_open_answer_is_for_all_and_a_refusal_is_not(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        bot.doors.answers = lambda _: Answer(CARD, private=False)
        assert not scene.is_hidden(await scene.type("shout"))
        bot.doors.answers = lambda _: Answer(say("no"), private=True)
        assert scene.is_hidden(await scene.type("shout"))


async def test_suggestions_are_offered_while_typing(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)):
        offered = await scene.people.suggest(scene.user, scene.channel, "whisper", "thing", "ek")
    assert offered == [{"name": "thing ek", "value": "ek"}]


@pytest.mark.parametrize("answered_privately", [True, False])
async def test_a_slow_command_is_deferred_and_keeps_its_privacy(
    scene: Scene, answered_privately: bool
) -> None:
    async with running(scene.fake, Stub(scene.fake, patience=0.02)) as bot:
        bot.doors.seconds = 0.2
        bot.doors.answers = lambda _: Answer(say("slowly"), private=answered_privately)
        asked = await scene.type("shout")
    assert asked.answered == LATER
    assert "slowly" in scene.lines(asked)
    assert scene.is_hidden(asked) is answered_privately


@pytest.mark.parametrize("changes", [True, False])
async def test_a_slow_press_is_deferred_without_a_trace(scene: Scene, changes: bool) -> None:
    async with running(scene.fake, Stub(scene.fake, patience=0.02)) as bot:
        asked = await scene.type()
        bot.doors.seconds = 0.2
        reply = say("slowly")
        bot.doors.answers = lambda _: Answer(Update(reply) if changes else reply, private=True)
        pressed = await scene.people.press(scene.user, scene.shown(asked), encode(PRESS(1)))
    assert pressed.answered == LATER_UPDATE
    assert (pressed.seen == asked.seen) is changes
    assert "slowly" in scene.lines(pressed)
    assert scene.is_hidden(pressed)


async def test_what_opens_a_form_is_never_deferred(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake, patience=0.02)) as bot:
        asked = await scene.type()
        bot.doors.seconds = 0.2
        bot.doors.answers = lambda _: Answer(FORM, private=True)
        opened = await scene.people.press(scene.user, scene.shown(asked), encode(ASK(1)))
    assert opened.form is not None


async def test_a_chart_travels_inside_its_message_and_goes_with_it(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        bot.doors.answers = lambda _: Answer(say("a chart", CHART, *CARD.blocks[1:]), private=True)
        asked = await scene.type()
        assert scene.shown(asked).pictures == {picture_name(CHART): PNG}
        bot.doors.answers = update("no chart")
        pressed = await scene.people.press(scene.user, scene.shown(asked), encode(PRESS(1)))
    assert scene.shown(pressed).pictures == {}


async def test_a_chart_that_is_not_painted_is_told_in_words(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        bot.painter.png = None
        bot.doors.answers = lambda _: Answer(say("a chart", CHART), private=True)
        asked = await scene.type()
    assert CHART.alt in scene.lines(asked)
    assert [str(error) for error in bot.bugs] == ["no paint"]


async def test_an_answer_that_discord_refuses_becomes_a_reference(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        scene.fake.faults.append(Fault("POST", "callback", 400, 50035))
        asked = await scene.type()
    assert "0badcafe" in scene.lines(asked)
    assert len(bot.bugs) == 1


@pytest.mark.parametrize(("status", "code"), [(404, 10062), (400, 40060), (403, 50001), (0, 0)])
async def test_an_answer_that_is_lost_harms_nobody(scene: Scene, status: int, code: int) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        fault = Fault("POST", "callback", status, code)
        scene.fake.faults.append(fault)
        await scene.people.dispatch(scene.user, scene.channel, 2, {"name": "whisper", "type": 1})
        await until(lambda: not fault.times)
        assert (await scene.type()).seen
    assert bot.bugs == []


async def test_what_cannot_be_read_is_answered_all_the_same(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        odd = {"custom_id": "thing.press:1", "component_type": 3, "values": ["a", "b"]}
        source = scene.shown(await scene.type())
        asked = await scene.people.dispatch(scene.user, scene.channel, 3, odd, source)
        await until(asked.settled.is_set)
    assert "I couldn't read that" in scene.lines(asked)
    assert len(bot.doors.calls) == 1


async def test_a_direct_message_finds_the_only_community(scene: Scene) -> None:
    direct = scene.fake.world.open_direct(scene.user.id)
    async with running(scene.fake, Stub(scene.fake)) as bot:
        asked = await scene.people.command(scene.user, direct, "whisper", {})
        assert bot.doors.calls[-1].space.address == Address("discord", scene.guild.id)
        assert not scene.is_hidden(asked)
        second = scene.fake.world.add_guild("Second")
        await scene.fake.gateway.join(second)
        await until(lambda: len(bot.adapter.connection.guilds) == 2)
        unclear = await scene.people.command(scene.user, direct, "whisper", {})
        assert "which community" in scene.lines(unclear)
        bot.doors.located = bot.doors.calls[-1].space
        known = await scene.people.command(scene.user, direct, "whisper", {})
        assert "A card" in scene.lines(known)
        bot.doors.located = Answer(say("Which one?"), private=True)
        asked = await scene.people.command(scene.user, direct, "whisper", {})
        assert "Which one?" in scene.lines(asked)
        assert len(bot.doors.calls) == 2


async def test_where_the_community_is_unclear_nothing_is_offered(scene: Scene) -> None:
    stranger = scene.fake.world.add_user("Stranger")
    direct = scene.fake.world.open_direct(stranger.id)
    async with running(scene.fake, Stub(scene.fake)):
        assert await scene.people.suggest(stranger, direct, "whisper", "thing", "ek") == []


async def test_what_is_being_answered_is_answered_before_the_end(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)) as bot:
        bot.doors.seconds = 0.2
        asked = await scene.people.dispatch(scene.user, scene.channel, 2, {"name": "whisper", "type": 1})
        await until(lambda: bool(bot.doors.calls))
    assert asked.seen


async def test_an_adapter_that_never_signed_in_can_be_closed(scene: Scene) -> None:
    await Stub(scene.fake).adapter.close()


async def test_a_stranger_is_let_into_no_community(scene: Scene) -> None:
    stranger = scene.fake.world.add_user("Stranger")
    async with running(scene.fake, Stub(scene.fake)) as bot:
        asked = await scene.people.command(stranger, scene.fake.world.open_direct(stranger.id), "whisper", {})
    assert "which community" in scene.lines(asked)
    assert bot.doors.calls == []


async def test_a_mention_and_a_direct_message_are_questions(scene: Scene) -> None:
    world = scene.fake.world
    direct = world.open_direct(scene.user.id)
    async with running(scene.fake, Stub(scene.fake)) as bot:
        await scene.people.write(scene.user, scene.channel, "hello everybody")
        await scene.people.write(scene.user, scene.channel, f"<@{world.bot.id}> I run EKS")
        await until(lambda: world.seen_by(scene.user, scene.channel)[-1].author is world.bot)
        await scene.people.write(scene.user, direct, "I run RDS")
        await until(lambda: world.seen_by(scene.user, direct)[-1].author is world.bot)
    asked = [call.what for call in bot.doors.calls]
    assert asked == [Typed("skillgap", {"question": f"I run {one}"}) for one in ("EKS", "RDS")]
    answer = world.seen_by(scene.user, scene.channel)[-1].body
    assert answer["message_reference"]["message_id"] == bot.doors.calls[0].key
    assert answer["allowed_mentions"] == {"parse": []}


async def test_commands_are_uploaded_only_when_they_changed(scene: Scene) -> None:
    memory = StubMemory()
    scene.fake.faults.append(Fault("PUT", "commands", 503))
    async with running(scene.fake, Stub(scene.fake, memory)):
        assert (memory.kept, scene.fake.world.uploads) == (None, 0)
    for _ in range(2):
        async with running(scene.fake, Stub(scene.fake, memory)):
            assert scene.fake.world.uploads == 1
    memory.kept = "another"
    async with running(scene.fake, Stub(scene.fake, memory)):
        assert scene.fake.world.uploads == 2
    assert [one["name"] for one in scene.fake.world.commands[""]] == ["whisper", "shout", "skillgap"]


async def test_commands_that_were_taken_away_or_changed_at_discord_come_back(scene: Scene) -> None:
    memory, there = StubMemory(), scene.fake.world.commands
    async with running(scene.fake, Stub(scene.fake, memory)):
        assert scene.fake.world.uploads == 1
    whole = there[""]
    for changed in ([], whole[1:], [whole[0] | {"description": "Another"}, *whole[1:]]):
        there[""] = changed
        async with running(scene.fake, Stub(scene.fake, memory)):
            assert there[""] == whole
    async with running(scene.fake, Stub(scene.fake, memory)):
        assert scene.fake.world.uploads == 4


async def test_commands_are_compared_once_an_hour(scene: Scene) -> None:
    memory, acts = StubMemory(), RecentActs()
    for _ in range(4):
        async with running(scene.fake, Stub(scene.fake, memory, acts=acts)):
            pass
    asked = [one for one in scene.fake.requests if one[0] == "GET" and one[1].endswith("/commands")]
    assert len(asked) == 1


async def test_the_commands_are_in_one_place_at_a_time(scene: Scene) -> None:
    memory, told, guild = StubMemory(), scene.fake.world.commands, scene.guild.id
    for place, elsewhere in (("", guild), (guild, ""), ("", guild)):
        async with running(scene.fake, Stub(scene.fake, memory, guild=place or None)):
            assert [one["name"] for one in told[place]] == ["whisper", "shout", "skillgap"]
            assert not told.get(elsewhere)
    uploads = scene.fake.world.uploads
    async with running(scene.fake, Stub(scene.fake, memory)):
        assert scene.fake.world.uploads == uploads


async def test_a_server_that_took_cairn_out_is_in_nobody_s_way(scene: Scene) -> None:
    memory = StubMemory()
    async with running(scene.fake, Stub(scene.fake, memory, guild=scene.guild.id)):
        pass
    del scene.fake.world.guilds[scene.guild.id]
    async with running(scene.fake, Stub(scene.fake, memory)):
        assert scene.fake.world.commands[""]
    assert memory.kept is not None
    assert memory.kept.startswith(":")


async def test_buttons_work_after_a_restart(scene: Scene) -> None:
    async with running(scene.fake, Stub(scene.fake)):
        asked = await scene.type()
    async with running(scene.fake, Stub(scene.fake)) as bot:
        bot.doors.answers = update("still here")
        pressed = await scene.people.press(scene.user, scene.shown(asked), encode(PRESS(1)))
    assert "still here" in scene.lines(pressed)


async def test_the_roles_of_a_caller_come_with_the_call(scene: Scene) -> None:
    role = scene.fake.world.number()
    scene.guild.roles = {role: {scene.user.id}, scene.fake.world.number(): set()}
    async with running(scene.fake, Stub(scene.fake)) as bot:
        await scene.type()
        assert bot.doors.calls[-1].caller.roles == (role,)
        scene.guild.roles[role].clear()
        await scene.type()
        assert not bot.doors.calls[-1].caller.roles


@pytest.mark.parametrize(
    ("thread", "without", "lacks"),
    [
        (False, 0, ()),
        (False, SEND, ("Send Messages",)),
        (False, VIEW, ("View Channel",)),
        (True, SEND, ()),
        (True, SEND_IN_THREADS, ("Send Messages in Threads",)),
    ],
)
async def test_what_cairn_may_not_do_in_the_channel_comes_with_the_call(
    scene: Scene, thread: bool, without: int, lacks: tuple[str, ...]
) -> None:
    scene.guild.members[scene.fake.world.bot.id] &= ~without
    if thread:
        scene.guild.threads.add(scene.channel)
    async with running(scene.fake, Stub(scene.fake)) as bot:
        await scene.type()
        where = bot.doors.calls[-1].reply_to
    assert (where.can_post, where.lacks) == (not lacks, lacks)
