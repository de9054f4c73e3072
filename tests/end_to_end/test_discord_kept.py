"""Discord's calls that are kept: acknowledged first and then worked, however far away Discord is."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot import telemetry
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.patience import Patience
from bot.app import App, build, open_clerk
from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Call
from bot.settings import Settings
from tests.end_to_end.discord_answers import LATER
from tests.end_to_end.discord_bot import StubMemory
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, Fault, until
from tests.end_to_end.discord_people import COMMAND, People
from tests.end_to_end.discord_world import Guild, Interaction, User
from tests.journeys.discord_text import read_lines

MEMBERS = 24
PATIENCE = 60.0
QUESTION = {"name": "question", "type": 3, "value": "I run EKS"}
ANSWER = "Container orchestration"


class Hurried:
    """Doors to a database that has no time for any call, except for keeping it."""

    def __init__(self, app: App) -> None:
        doors = app.doors
        self._router = app.router
        self.admit, self.keep, self.wake, self.locate = doors.admit, doors.keep, doors.wake, doors.locate
        self.suggest, self.home, self.zone, self.learn = doors.suggest, doors.home, doors.zone, doors.learn
        self.left, self.returned, self.known = doors.left, doors.returned, doors.known
        self.gathered, self.lost = doors.gathered, doors.lost
        self.check = doors.check

    async def answer(self, call: Call, *, budget: CallBudget | None = None) -> Answer | None:
        return self._router.give_up(call)


class Town:
    """A server with many members, and Cairn on a database of its own behind hurried doors."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.people = People(fake)
        self.guild: Guild = fake.world.add_guild("Cloud to AI")
        self.users: list[User] = [fake.world.add_user(f"Member {number}") for number in range(MEMBERS)]

    async def ask(self, user: User) -> Interaction:
        data = {"name": "skillgap", "type": 1, "options": [QUESTION]}
        return await self.people.dispatch(user, self.guild.channels["general"], COMMAND, data)

    def shown(self, asked: Interaction) -> str:
        there = self.fake.world.messages
        seen = [there[one].payload for one in asked.seen if one in there]
        return "\n".join(read_lines(seen[-1])) if seen else ""

    def told_directly(self, user: User) -> str:
        there = self.fake.world.seen_by(user, self.fake.world.open_direct(user.id))
        return "\n".join(line for one in there for line in read_lines(one.payload))

    def refused(self, status: int) -> int:
        return sum(one[2] == status for one in self.fake.requests)


@asynccontextmanager
async def working(town: Town, data: Path) -> AsyncIterator[None]:
    """Cairn with its inbox worker, connected until the end of the block."""
    settings = Settings(data=data, deadline=10.0)
    app = build(settings, settings.playground_url)
    adapter = DiscordAdapter(
        Hurried(app),
        app.catalog,
        app.painter,
        StubMemory(),
        app.channels["discord"],
        telemetry.report_bug,
        api_url=town.fake.api_url,
        gateway_url=town.fake.gateway_url,
        patience=PATIENCE,  # so that a slow machine gives nothing up
        answers=Patience(not_yet=2.0, pause=0.1),
    )
    clerk = open_clerk(app, {"discord": adapter})
    await adapter.sign_in(TOKEN)
    tasks = [asyncio.create_task(adapter.listen()), asyncio.create_task(clerk.run(0.2, alone=True))]
    try:
        async with asyncio.timeout(PATIENCE):
            await town.fake.gateway.ready.wait()
        yield
    finally:
        await adapter.close()
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        app.close()


@pytest.fixture
async def town() -> AsyncIterator[Town]:
    fake = FakeDiscord()
    await fake.start()
    made = Town(fake)
    for user in made.users:
        await made.people.join(made.guild, user)
    yield made
    await fake.stop()


@pytest.mark.parametrize("late", [0.0, 0.4])
async def test_of_many_at_once_each_is_answered(town: Town, tmp_path: Path, late: float) -> None:
    chance = random.Random(11)
    async with working(town, tmp_path):
        # A deferral that is slower than the worst answer would be overtaken by one that doesn't wait.
        town.fake.latency = lambda asked: chance.uniform(0.03, 0.3) + ("callback" in asked)
        town.fake.world.late = late
        asked = [await town.ask(user) for user in town.users]
        await until(lambda: all(ANSWER in town.shown(one) for one in asked), PATIENCE)
    assert {one.answered for one in asked} == {LATER}
    assert {len(set(one.seen)) for one in asked} == {1}
    if not late:  # no answer overtakes its deferral
        assert town.refused(404) == 0


@pytest.mark.parametrize(("status", "after"), [(0, False), (0, True), (503, False), (503, True)])
async def test_a_deferral_that_breaks_is_sent_again(
    town: Town, tmp_path: Path, status: int, after: bool
) -> None:
    async with working(town, tmp_path):
        town.fake.faults.append(Fault("POST", "callback", status, after=after))
        asked = await town.ask(town.users[0])
        await until(lambda: ANSWER in town.shown(asked), PATIENCE)
    assert asked.answered == LATER


async def test_where_no_deferral_gets_through_the_answer_comes_by_direct_message(
    town: Town, tmp_path: Path
) -> None:
    async with working(town, tmp_path):
        town.fake.faults.append(Fault("POST", "callback", 404, 10062, times=99))
        await town.ask(town.users[0])
        await until(lambda: ANSWER in town.told_directly(town.users[0]), PATIENCE)
    assert "I couldn't show this where you asked" in town.told_directly(town.users[0])
