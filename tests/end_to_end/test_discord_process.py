"""`cairn run` with a Discord token: the process that members meet, from its start to its end."""

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import SystemClock
from bot.core.chat.call import Caller, Space
from bot.core.domain.reminders import KIND
from bot.core.ids import Address
from bot.core.time import monday_of
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, Fault, until
from tests.end_to_end.discord_people import People, items
from tests.end_to_end.discord_world import Guild, Message, User
from tests.end_to_end.process import ROOT, START_SECONDS, environment
from tests.journeys.discord_text import read_lines


class Scene:
    """A fake Discord with one member, and a folder for Cairn's database."""

    def __init__(self, fake: FakeDiscord, data: Path) -> None:
        self.fake = fake
        self.data = data
        self.program: tuple[str, ...] = ("-m", "bot", "run")
        self.settings: dict[str, str] = {}
        self.people = People(fake)
        self.guild: Guild = fake.world.add_guild("Cloud to AI")
        self.user: User = fake.world.add_user("Member A")
        self.direct = fake.world.open_direct(self.user.id)

    async def type(self, command: str, **given: str) -> str:
        asked = await self.people.command(self.user, self.guild.channels["general"], command, given)
        return read(self.fake.world.messages[asked.seen[-1]])

    @asynccontextmanager
    async def running(self) -> AsyncIterator[asyncio.subprocess.Process]:
        """The process, connected; asked to stop at the end, which it has to do at once and with status 0."""
        self.fake.gateway.ready.clear()
        process = await self.start(
            {"DISCORD_API_URL": self.fake.api_url, "DISCORD_GATEWAY_URL": self.fake.gateway_url}
        )
        try:
            async with asyncio.timeout(START_SECONDS):
                await self.fake.gateway.ready.wait()
            yield process
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(10):
                assert await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
            await process.communicate()

    async def start(self, settings: Mapping[str, str], *args: str) -> asyncio.subprocess.Process:
        named = {
            "DISCORD_TOKEN": TOKEN,
            "CAIRN_DATA": str(self.data),
            "CAIRN_BEAT": "0.2",
            **self.settings,
            **settings,
        }
        with (self.data / "log").open("a", encoding="utf-8") as log:
            return await asyncio.create_subprocess_exec(
                *(sys.executable, *self.program, *args),
                cwd=ROOT,
                env=environment(**named),
                stdout=log,
                stderr=asyncio.subprocess.PIPE,
            )

    def remind_now(self, url: str = "") -> None:
        """Writes a reminder of the member into the ledger, due at once."""
        now = SystemClock().now()
        space = Space(Address("discord", self.guild.id), self.guild.name)
        engine = open_engine(url or f"sqlite:///{self.data / 'cairn.sqlite3'}")
        with DatabaseStore(engine, 30.0).write() as tx:
            member = tx.members.enrol(space, Caller(Address("discord", self.user.id), self.user.name), now)
            week = monday_of(now.date())
            assert tx.ledger.add(space.address, member.space_id, KIND, member.id, week, now, now)
        engine.dispose()


def read(message: Message) -> str:
    return "\n".join(read_lines(message.payload))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    await fake.start()
    made = Scene(fake, tmp_path)
    await made.people.join(made.guild, made.user)
    yield made
    await fake.stop()


async def test_it_answers_reminds_and_stops(scene: Scene) -> None:
    async with scene.running():
        assert "Container orchestration" in await scene.type("skillgap", question="I run EKS")
        assert "22 weeks" in await scene.type("plan start", zone="Europe/Lisbon")
        await scene.type("reminders on")
        scene.remind_now()
        told = scene.fake.world.seen_by
        await until(lambda: bool(told(scene.user, scene.direct)), START_SECONDS)
        (reminder,) = told(scene.user, scene.direct)
        await until(lambda: not reminder.body.get("content"))
        done = next(one for one in items(reminder.body) if one.get("label") == "Done")
    async with scene.running():
        pressed = await scene.people.press(scene.user, reminder, done["custom_id"])
        assert "Undo" in read(scene.fake.world.messages[pressed.seen[-1]])
    assert len(scene.fake.world.seen_by(scene.user, scene.direct)) == 1


async def test_commands_are_uploaded_once(scene: Scene) -> None:
    for _ in range(2):
        async with scene.running():
            assert scene.fake.world.uploads == 1
    assert "skillgap" in {one["name"] for one in scene.fake.world.commands[""]}


async def test_a_token_that_is_not_taken_is_named_and_never_shown(scene: Scene) -> None:
    scene.fake.faults.append(Fault("GET", "/users/@me", 401))
    process = await scene.start({"DISCORD_API_URL": scene.fake.api_url})
    _, told = await asyncio.wait_for(process.communicate(), START_SECONDS)
    assert process.returncode == 2
    assert b"DISCORD_TOKEN" in told
    assert TOKEN.encode() not in told + (scene.data / "log").read_bytes()
