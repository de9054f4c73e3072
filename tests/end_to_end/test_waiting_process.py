"""`cairn run`, killed between a call's acknowledgement and its work: nothing is lost or done twice."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.end_to_end.discord_answers import LATER
from tests.end_to_end.discord_fake import TOKEN, until
from tests.end_to_end.discord_people import COMMAND
from tests.end_to_end.slack_bot import GENERAL, SECRET, Transport
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_lines import HttpLine, Line, Unacknowledged
from tests.end_to_end.slack_people import Person, escape
from tests.end_to_end.slack_workspace import Payload
from tests.end_to_end.test_discord_process import Scene as DiscordScene
from tests.end_to_end.test_discord_process import read
from tests.end_to_end.test_discord_process import scene as discord
from tests.end_to_end.waiting import Database, Process
from tests.soak import at_length

SOAK = bool(os.environ.get("CAIRN_SOAK"))
KILLS = 30 if SOAK else 2
BURST = 20
ANSWER = "Container orchestration"
# Of what was done and could not be shown any more when the process had to end.
INTERRUPTED = "was interrupted before I could show it"
# What who asks sees of a process that was killed.
GONE = (aiohttp.ClientError, OSError, Unacknowledged)

__all__ = ["discord"]


class Scene:
    """A Slack with one member, a database, and processes between them."""

    def __init__(self, fake: SlackFake, data: Path, database: Database) -> None:
        self.fake = fake
        self.data = data
        self.database = database
        self.workspace = fake.install("Cloud to AI")
        self.user = self.workspace.add_person("Member A")
        self.workspace.add_channel(GENERAL, self.user)
        self.processes: list[Process] = []

    async def start(self, transport: Transport = "socket") -> Person:
        """Another process, and the member before it."""
        way = (
            {"SLACK_APP_TOKEN": self.workspace.app_token}
            if transport == "socket"
            else {"SLACK_SIGNING_SECRET": SECRET, "CAIRN_SLACK_PORT": "0"}
        )
        process = await Process.start(
            self.data,
            SLACK_BOT_TOKEN=self.workspace.token,
            SLACK_API_URL=self.fake.api_url,
            DATABASE_URL=self.database.url,
            **way,
        )
        self.processes.append(process)
        line: Line = self.fake.sockets[self.workspace.id]
        if transport == "http":
            line = HttpLine(process.address, SECRET)
        return Person(self.workspace, line, self.user, GENERAL)

    async def answered(self, times: int = 1) -> None:
        await self.workspace.wait_for(lambda: self.count() >= times, "an answer")

    def count(self, says: str = ANSWER) -> int:
        return sum(says in str(post.payload) for post in self.workspace.posts)

    def mention(self, person: Person, text: str) -> Payload:
        said = {"user": self.user, "ts": self.workspace.stamp(), "channel": GENERAL, "type": "app_mention"}
        return person.event_payload({**said, "text": f"<@{self.workspace.bot}> {escape(text)}"})


EITHER = [
    ("sqlite", "http"),
    ("postgres", "socket"),
    *at_length([("sqlite", "socket"), ("postgres", "http")]),
]


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest) -> Any:
    made = Database(request.getfixturevalue(f"{request.param}_url"))
    yield made
    made.close()


@pytest.fixture
async def slack(tmp_path: Path, database: Database) -> AsyncIterator[Scene]:
    fake = SlackFake()
    await fake.start()
    scene = Scene(fake, tmp_path, database)
    yield scene
    for process in scene.processes:
        await process.kill()
    await fake.stop()


@pytest.mark.one_database
async def test_killed_after_the_acknowledgement_a_command_is_answered_by_who_comes_next(slack: Scene) -> None:
    member = await slack.start()
    slack.database.slow_down()
    assert await member.type("/skillgap", "I run EKS") == {}
    await slack.processes[0].kill()
    assert (slack.database.questions(), slack.database.waiting()) == ([], 1)
    slack.database.speed_up()
    await slack.start()
    await slack.answered()
    assert await slack.processes[1].stop() == 0
    assert slack.database.questions() == ["I run EKS"]
    assert (slack.database.waiting(), slack.count()) == (0, 1)
    (post,) = slack.workspace.posts
    assert (post.channel, post.audience) == (GENERAL, slack.user)


@pytest.mark.one_database
async def test_an_event_that_was_acknowledged_is_answered_once_though_slack_says_it_again(
    slack: Scene,
) -> None:
    member = await slack.start("http")
    slack.database.slow_down()
    event = slack.mention(member, "I run EKS")
    await member.line.send("events_api", event)
    await slack.processes[0].kill()
    with pytest.raises(GONE):
        await member.line.send("events_api", event)
    slack.database.speed_up()
    member = await slack.start("http")
    for _ in range(3):
        await member.line.send("events_api", event)
    await slack.answered()
    await member.line.send("events_api", event)
    assert await slack.processes[1].stop() == 0
    assert (slack.database.questions(), slack.count()) == (["I run EKS"], 1)


async def test_another_process_that_runs_already_takes_over(
    tmp_path: Path, postgres_url: str, slack_fake: SlackFake
) -> None:
    scene = Scene(slack_fake, tmp_path, Database(postgres_url))
    member = await scene.start()
    scene.database.slow_down()
    assert await member.type("/skillgap", "I run EKS") == {}
    await scene.start()
    await scene.processes[0].kill()
    scene.database.speed_up()
    await scene.answered()
    assert await scene.processes[1].stop() == 0
    assert (scene.database.questions(), scene.count()) == (["I run EKS"], 1)
    scene.database.close()


@pytest.fixture
async def slack_fake() -> AsyncIterator[SlackFake]:
    fake = SlackFake()
    await fake.start()
    yield fake
    await fake.stop()


@pytest.mark.parametrize(("database", "transport"), EITHER, indirect=["database"])
async def test_killed_at_any_moment_what_was_acknowledged_is_there_once(
    slack: Scene, transport: Transport
) -> None:
    dice = random.Random(f"kills {transport}")
    acknowledged, mentioned = set[str](), set[str]()

    async def ask(member: Person, text: str, mentions: bool) -> None:
        try:
            if mentions:
                await member.line.send("events_api", slack.mention(member, text))
                mentioned.add(text)
            else:
                await member.type("/skillgap", text)
            acknowledged.add(text)
        except GONE:
            pass

    asked = list[str]()
    for life in range(KILLS):
        member = await slack.start(transport)
        texts = [f"I run EKS {life} {number}" for number in range(BURST)]
        asked += texts
        tasks = [asyncio.create_task(ask(member, text, number % 2 == 0)) for number, text in enumerate(texts)]
        enough = len(acknowledged) + dice.randint(1, BURST - 1)
        while len(acknowledged) < enough and not all(task.done() for task in tasks):
            await asyncio.wait(tasks, return_when="FIRST_COMPLETED", timeout=0.01)
        await slack.processes[-1].kill()
        await asyncio.gather(*tasks)
    await slack.start(transport)
    await slack.workspace.wait_for(lambda: slack.database.waiting() == 0, "an empty inbox")
    assert await slack.processes[-1].stop() == 0
    kept = slack.database.questions()
    assert len(kept) == len(set(kept))
    assert acknowledged <= set(kept) <= set(asked)
    assert mentioned


@pytest.mark.parametrize(("database", "transport"), EITHER, indirect=["database"])
async def test_asked_to_stop_in_a_burst_it_loses_nothing(slack: Scene, transport: Transport) -> None:
    member = await slack.start(transport)
    acknowledged = set[str]()

    async def ask(number: int) -> None:
        text = f"I run EKS {number}"
        try:
            if number % 2:
                await member.type("/skillgap", text)
            else:
                await member.line.send("events_api", slack.mention(member, text))
        except GONE:
            return
        acknowledged.add(text)

    tasks = [asyncio.create_task(ask(number)) for number in range(BURST)]
    await asyncio.wait(tasks, return_when="FIRST_COMPLETED")
    assert await slack.processes[0].stop() == 0
    await asyncio.gather(*tasks)
    await slack.start(transport)
    await slack.workspace.wait_for(lambda: slack.database.waiting() == 0, "an empty inbox")
    assert await slack.processes[1].stop() == 0
    kept = slack.database.questions()
    assert len(kept) == len(set(kept))
    assert acknowledged
    assert acknowledged <= set(kept)
    assert slack.count() + slack.count(INTERRUPTED) >= len(acknowledged)


@pytest.mark.one_database
async def test_replayed_fifty_times_a_request_has_one_effect(slack: Scene) -> None:
    member = await slack.start("http")
    sent = member.command_payload("/skillgap", "I run EKS")
    told = await asyncio.gather(*(member.line.send("slash_commands", sent) for _ in range(25)))
    told += [await member.line.send("slash_commands", sent) for _ in range(25)]
    assert sum(ANSWER in str(one) for one in told) <= 1
    await slack.workspace.wait_for(lambda: slack.database.waiting() == 0)
    assert await slack.processes[0].stop() == 0
    assert slack.database.questions() == ["I run EKS"]


@pytest.mark.one_database
async def test_killed_after_the_acknowledgement_a_command_on_discord_is_answered(
    discord: DiscordScene, database: Database
) -> None:
    settings = {
        "DISCORD_TOKEN": TOKEN,
        "DISCORD_API_URL": discord.fake.api_url,
        "DISCORD_GATEWAY_URL": discord.fake.gateway_url,
        "DATABASE_URL": database.url,
    }
    first = await Process.start(discord.data, **settings)
    await until(discord.fake.gateway.ready.is_set)
    database.slow_down()
    option = {"type": 3, "name": "question", "value": "I run EKS"}
    data = {"id": "1", "name": "skillgap", "type": 1, "options": [option]}
    asked = await discord.people.dispatch(discord.user, discord.guild.channels["general"], COMMAND, data)
    await until(lambda: asked.answered == LATER)
    await first.kill()
    assert database.questions() == []
    database.speed_up()
    second = await Process.start(discord.data, **settings)
    await until(asked.settled.is_set)
    assert ANSWER in read(discord.fake.world.messages[asked.seen[-1]])
    assert await second.stop() == 0
    assert database.questions() == ["I run EKS"]
