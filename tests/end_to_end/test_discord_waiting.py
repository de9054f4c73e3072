"""Discord's calls that can't be answered in time, that come twice, or too often."""

from collections.abc import AsyncIterator

import pytest

from bot.adapters.discord.patience import Patience
from bot.adapters.discord.receive import Malformed
from bot.adapters.discord.tickets import TOKEN_SECONDS, Below, Ticket, pack, unpack
from bot.core.chat.call import Answer, Call, Typed
from bot.core.chat.codec import encode
from bot.core.chat.message import Update
from bot.core.errors import RetryLater
from bot.core.views.calls import too_often
from bot.core.views.errors import busy
from bot.storage.inbox_tables import BACK_LIMIT
from tests.end_to_end.discord_answers import LATER, LATER_UPDATE, MESSAGE
from tests.end_to_end.discord_bot import ASK, FORM, PRESS, Stub, running, say
from tests.end_to_end.discord_fake import FakeDiscord, Fault, until
from tests.end_to_end.discord_people import COMMAND
from tests.end_to_end.discord_world import Interaction
from tests.end_to_end.test_discord_answers import Scene
from tests.journeys.discord_text import read_lines

GIVEN_UP = Answer(busy(), private=True, refused=True, given_up=True)
SLOWER = Answer(too_often(9), private=True, refused=True)


class Busy:
    """Gives the first call up, and then answers."""

    def __init__(self, answer: Answer) -> None:
        self.answers = [GIVEN_UP, answer]

    def __call__(self, _call: Call) -> Answer:
        return self.answers.pop(0) if self.answers[1:] else self.answers[0]


@pytest.fixture
async def town() -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    await fake.start()
    made = Scene(fake)
    await made.people.join(made.guild, made.user)
    yield made
    await fake.stop()


@pytest.mark.parametrize("private", [True, False])
async def test_a_command_that_was_given_up_is_kept_and_answered(town: Scene, private: bool) -> None:
    async with running(town.fake, Stub(town.fake)) as bot:
        bot.doors.waits = True
        bot.doors.answers = Busy(Answer(say("late"), private))
        asked = await town.type("whisper" if private else "shout")
        assert await bot.finish() == []
    assert asked.answered == LATER
    assert "late" in town.lines(asked)
    assert town.is_hidden(asked) is private
    given_up, worked = bot.doors.calls
    assert given_up == worked


async def test_a_call_that_takes_too_long_is_kept_once(town: Scene) -> None:
    async with running(town.fake, Stub(town.fake, patience=0.02)) as bot:
        bot.doors.waits, bot.doors.seconds = True, 0.2
        bot.doors.answers = lambda _: Answer(say("late"), private=True)
        asked = await town.type()
        assert await bot.finish() == []
    assert (asked.answered, len(set(asked.seen)), len(bot.doors.calls)) == (LATER, 1, 2)
    assert "late" in town.lines(asked)


async def test_a_press_that_was_given_up_still_changes_its_message(town: Scene) -> None:
    async with running(town.fake, Stub(town.fake)) as bot:
        asked = await town.type()
        bot.doors.waits = True
        bot.doors.answers = Busy(Answer(Update(say("late")), private=True))
        pressed = await town.people.press(town.user, town.shown(asked), encode(PRESS(1)))
    assert pressed.answered == LATER_UPDATE
    assert pressed.seen == asked.seen
    assert "late" in town.lines(pressed)


async def test_neither_what_opens_a_form_nor_the_form_is_kept(town: Scene) -> None:
    async with running(town.fake, Stub(town.fake, patience=0.02)) as bot:
        asked = await town.type()
        bot.doors.waits, bot.doors.seconds = True, 0.1
        bot.doors.answers = lambda _: GIVEN_UP
        pressed = await town.people.press(town.user, town.shown(asked), encode(ASK(1)))
        assert "try again" in town.lines(pressed)
        bot.doors.answers = lambda _: Answer(FORM, private=True)
        opened = await town.people.press(town.user, town.shown(asked), encode(ASK(1)))
        bot.doors.answers = lambda _: GIVEN_UP
        sent = await town.people.submit(town.user, opened, {"word": "yes"})
        assert "try again" in town.lines(sent)
    assert (pressed.answered, sent.answered, bot.doors.kept) == (MESSAGE, MESSAGE, [])


async def test_where_nothing_can_be_kept_it_is_told_to_try_again(town: Scene) -> None:
    async with running(town.fake, Stub(town.fake, patience=0.02)) as bot:
        bot.doors.waits, bot.doors.seconds = None, 0.1
        bot.doors.answers = lambda _: GIVEN_UP
        asked = await town.type()
        assert (asked.answered, town.is_hidden(asked)) == (MESSAGE, True)
        assert "try again" in town.lines(asked)
        await town.people.write(town.user, town.channel, f"<@{town.fake.world.bot.id}> I run EKS")
        await until(lambda: len(town.fake.world.messages) == 3)
    assert "try again" in "\n".join(read_lines(list(town.fake.world.messages.values())[-1].payload))


async def test_a_question_that_was_given_up_is_kept_and_answered_below(town: Scene) -> None:
    async with running(town.fake, Stub(town.fake)) as bot:
        bot.doors.waits = True
        bot.doors.answers = Busy(Answer(say("late"), private=True))
        await town.people.write(town.user, town.channel, f"<@{town.fake.world.bot.id}> I run EKS")
        await until(lambda: len(town.fake.world.messages) == 2)
    question, answer = town.fake.world.messages.values()
    assert answer.body["message_reference"]["message_id"] == question.id
    assert [call.what for call in bot.doors.calls] == [Typed("skillgap", {"question": "I run EKS"})] * 2


async def test_an_interaction_that_comes_again_says_nothing(town: Scene) -> None:
    async with running(town.fake, Stub(town.fake)) as bot:
        bot.doors.answers = lambda _: None
        asked = await town.people.dispatch(town.user, town.channel, COMMAND, {"name": "whisper", "type": 1})
        await until(lambda: len(bot.doors.calls) == 1)
    assert (asked.answered, asked.seen) == (None, [])
    assert bot.bugs == []


async def test_who_asks_too_often_is_told_when_to_go_on(town: Scene) -> None:
    async with running(town.fake, Stub(town.fake)) as bot:
        bot.doors.told = SLOWER
        asked = await town.type("shout")
        assert town.is_hidden(asked)
        assert "Go on in 9 seconds" in town.lines(asked)
        await town.people.write(town.user, town.channel, f"<@{town.fake.world.bot.id}> I run EKS")
        await until(lambda: len(town.fake.world.messages) == 3)
    assert bot.doors.calls == []


@pytest.mark.parametrize(
    ("fault", "errors"),
    [
        (Fault("PATCH", "/webhooks", 0, times=99), [RetryLater]),
        (Fault("PATCH", "/webhooks", 404, 10015, times=99), []),
    ],
)
async def test_a_broken_way_is_tried_again_and_an_ended_one_is_not(
    town: Scene, fault: Fault, errors: list[type[Exception]]
) -> None:
    hasty = Patience(seconds=0.5, not_yet=0.3, pause=0.05)
    async with running(town.fake, Stub(town.fake, answers=hasty)) as bot:
        bot.doors.waits = True
        bot.doors.answers = Busy(Answer(say("late"), private=True))
        town.fake.faults.append(fault)
        asked: Interaction = await town.people.dispatch(
            town.user, town.channel, COMMAND, {"name": "whisper", "type": 1}
        )
        await until(lambda: bool(bot.doors.working))
        assert [type(error) for error in await bot.finish()] == errors
        direct = town.fake.world.seen_by(town.user, town.fake.world.open_direct(town.user.id))
    assert bool(direct) is not bool(errors)  # the asker has it some other way
    assert asked.answered == LATER
    assert bot.bugs == []


def test_where_an_answer_goes_survives_the_wait() -> None:
    ticket = Ticket("1", "2", "t" * 400, hides=True, legacy=False)
    for place in (ticket, Below("3", "4")):
        assert unpack(pack(place)) == place
        assert len(pack(place)) <= BACK_LIMIT
    for text in ("", "{}", "[1,2]", '["1"]', "[" * 90_000, '["1","2","3",1,0]'):
        with pytest.raises(Malformed):
            unpack(text)
    assert TOKEN_SECONDS < 15 * 60
