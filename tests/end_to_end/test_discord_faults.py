"""Each way in which Discord takes an answer, with each thing that can go wrong: the asker has it still."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.adapters.discord.patience import Patience
from bot.core.chat.call import Answer
from tests.end_to_end.discord_bot import Stub, running, say
from tests.end_to_end.discord_fake import FakeDiscord, Fault, until
from tests.end_to_end.test_discord_answers import Scene
from tests.journeys.discord_text import read_lines

PATIENCE = 60.0
QUICK = Patience(seconds=30.0, not_yet=5.0, pause=0.05, longest=0.5)
FAULTS = {
    "a limit": Fault("", "", 429, retry_after=0.2),
    "a limit in front": Fault("", "", 429, raw="<html>slow down</html>", retry_after=0.2),
    "a bad gateway": Fault("", "", 502, times=3),
    "out of service": Fault("", "", 503, times=3),
    "a broken line": Fault("", "", 0, times=2),
    "an answer that is lost": Fault("", "", 0, after=True),
    "an answer that can't be read": Fault("", "", 200, raw="{"),
}
WAYS = {
    "a first word": ("POST", "callback"),
    "an edit": ("PATCH", "@original"),
    "a message in a channel": ("POST", "/channels/"),
    "a message to the bot": ("POST", "/channels/"),
    "whether they are a member": ("GET", "/members/"),
}


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    await fake.start()
    made = Scene(fake)
    await made.people.join(made.guild, made.user)
    yield made
    await fake.stop()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("way", WAYS)
async def test_an_answer_comes_and_comes_once(scene: Scene, way: str, fault: str) -> None:
    world, (method, path) = scene.fake.world, WAYS[way]
    direct = way in ("a message to the bot", "whether they are a member")
    channel = world.open_direct(scene.user.id) if direct else scene.channel
    slow = 0.02 if way == "an edit" else PATIENCE
    async with running(scene.fake, Stub(scene.fake, patience=slow, answers=QUICK)) as bot:
        bot.doors.seconds = 0.2 if way == "an edit" else 0.0
        bot.doors.answers = lambda _: Answer(say("here it is"), private=True)
        scene.fake.faults.append(replace(FAULTS[fault], method=method, path=path))
        if way in ("a first word", "an edit"):
            await scene.people.dispatch(scene.user, channel, 2, {"name": "whisper", "type": 1})
        else:
            await scene.people.write(scene.user, channel, f"<@{world.bot.id}> I run EKS")
        await until(lambda: told(scene).count("here it is") > 0, PATIENCE)
    assert told(scene).count("here it is") == 1
    assert bot.bugs == []


@pytest.mark.parametrize(("status", "code"), [(400, 160002), (403, 160002), (403, 50013), (400, 10008)])
async def test_where_no_reply_is_taken_the_answer_stands_in_the_channel(
    scene: Scene, status: int, code: int
) -> None:
    async with running(scene.fake, Stub(scene.fake, answers=QUICK)) as bot:
        bot.doors.answers = lambda _: Answer(say("here it is"), private=True)
        scene.fake.faults.append(Fault("POST", "/channels/", status, code))
        await scene.people.write(scene.user, scene.channel, f"<@{scene.fake.world.bot.id}> I run EKS")
        await until(lambda: "here it is" in told(scene), PATIENCE)
    answer = scene.fake.world.seen_by(scene.user, scene.channel)[-1]
    assert "message_reference" not in answer.body


def told(scene: Scene) -> str:
    """Everything that the bot said and the member can see."""
    world = scene.fake.world
    there = [one for one in world.messages.values() if one.author is world.bot]
    return "\n".join(line for one in there for line in read_lines(one.payload))
