"""`cairn run` beside platforms that can't be reached yet: it waits, says so, and does everything else."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.conftest import PATIENCE
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, Fault
from tests.end_to_end.discord_people import People
from tests.end_to_end.gate import Gate, State
from tests.end_to_end.process import environment
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_faults import Fault as SlackFault
from tests.end_to_end.waiting import Process

LOOK_SECONDS = 0.1


class Town:
    """Both platforms, each behind a gate, and a process that has tokens for both."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.slack, self.discord = SlackFake(), FakeDiscord()
        self.slack_gate, self.discord_gate = Gate(), Gate()
        self.process: Process | None = None

    async def open(self) -> None:
        await self.slack.start()
        await self.discord.start()
        self.workspace = self.slack.install("Cloud to AI")
        await self.slack_gate.start(int(self.slack.url.rpartition(":")[2]))
        await self.discord_gate.start(int(re.findall(r":(\d+)", self.discord.api_url)[0]))
        self.discord.gateway.url = f"ws://127.0.0.1:{self.discord_gate.port}/gateway/"

    async def close(self) -> None:
        if self.process is not None:
            await self.process.kill()
        for gate in (self.slack_gate, self.discord_gate):
            await gate.stop()
        await self.slack.stop()
        await self.discord.stop()

    @property
    def settings(self) -> dict[str, str]:
        api = self.discord.api_url.partition("/api")[2]
        return {
            "SLACK_BOT_TOKEN": self.workspace.token,
            "SLACK_APP_TOKEN": self.workspace.app_token,
            "SLACK_API_URL": f"http://127.0.0.1:{self.slack_gate.port}/api/",
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": f"http://127.0.0.1:{self.discord_gate.port}/api{api}",
            "DISCORD_GATEWAY_URL": f"ws://127.0.0.1:{self.discord_gate.port}/gateway/",
            "CAIRN_HEALTH_PORT": "0",
            "CAIRN_LOG_FORMAT": "json",
        }

    async def run(self, **settings: str) -> Process:
        self.process = await Process.start(self.data, **self.settings | settings)
        return self.process

    async def ask(self, path: str) -> tuple[int, dict[str, Any]]:
        assert self.process is not None
        async with ClientSession() as http, http.get(self.process.address + path) as response:
            return response.status, await response.json()

    async def until(self, **checks: bool) -> dict[str, Any]:
        """What /readyz says once these of its checks are as they should be."""
        async with asyncio.timeout(PATIENCE * 2):
            while True:
                told = (await self.ask("/readyz"))[1]
                if told["checks"].items() >= checks.items():
                    return told
                await asyncio.sleep(LOOK_SECONDS)

    async def waits(self, name: str, why: str = "") -> dict[str, Any]:
        """A line that says that the platform is not connected, and why."""
        async with asyncio.timeout(PATIENCE * 2):
            while True:
                for line in self.log().splitlines():
                    told: dict[str, Any] = json.loads(line) if line.startswith("{") else {"event": ""}
                    if told["event"] == f"{name} not connected" and why in told["why"]:
                        return told
                await asyncio.sleep(LOOK_SECONDS)

    def log(self) -> str:
        return (self.data / "log").read_text(encoding="utf-8")


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    made = Town(tmp_path)
    await made.open()
    yield made
    await made.close()


@pytest.mark.parametrize(
    ("state", "why"),
    [("refuses", "Connection refused"), ("503", "it answered 503"), ("nonsense", "")],
)
async def test_one_platform_waits_and_the_other_works(town: Town, state: State, why: str) -> None:
    people = People(town.discord)
    guild, user = town.discord.world.add_guild("Cloud to AI"), town.discord.world.add_user("Member A")
    await people.join(guild, user)
    await town.slack_gate.turn(state)
    await town.discord_gate.turn(state)
    process = await town.run()
    for name, setting in (("Slack", "SLACK_API_URL"), ("Discord", "DISCORD_API_URL")):
        line = await town.waits(name)
        assert why in line["why"]
        assert setting in line["check"]
        assert line["next_try_seconds"] >= 1
    status, told = await town.ask("/readyz")
    assert (status, told["ready"]) == (503, False)
    assert "check" in told["platforms"]["slack"]["why"]
    assert (await town.ask("/livez"))[0] == 200

    await town.discord_gate.turn("open")
    told = await town.until(discord=True)
    assert told["checks"]["slack"] is False
    assert told["platforms"]["discord"]["hears"]
    assert told["platforms"]["discord"]["speaks"]
    answer = await people.command(user, guild.channels["general"], "skillgap", {"question": "I run EKS"})
    assert answer.seen

    await town.slack_gate.turn("open")
    told = await town.until(slack=True, discord=True)
    assert told["ready"]
    assert told["platforms"]["slack"]["hears_since"] is not None
    assert told["platforms"]["slack"]["spoke_at"] is not None
    assert await process.stop() == 0
    assert "Traceback" not in town.log()
    assert town.workspace.token not in town.log()


async def test_a_connection_that_is_lost_makes_it_unready_and_live(town: Town) -> None:
    await town.slack_gate.turn("open")
    await town.discord_gate.turn("open")
    process = await town.run()
    assert (await town.until(slack=True, discord=True))["ready"]
    await town.discord.gateway.drop()
    await town.discord_gate.turn("refuses")
    told = await town.until(discord=False)
    assert told["platforms"]["discord"]["hears"] is False
    assert told["checks"]["slack"] is True
    assert (await town.ask("/livez"))[0] == 200
    await town.discord_gate.turn("open")
    assert (await town.until(discord=True))["ready"]
    assert await process.stop() == 0


@pytest.mark.parametrize("platform", ["Slack", "Discord"])
async def test_a_token_that_is_refused_at_the_start_ends_it(town: Town, platform: str) -> None:
    await town.slack_gate.turn("open")
    await town.discord_gate.turn("open")
    settings = {"SLACK_BOT_TOKEN": "xoxb-wrong"} if platform == "Slack" else {}
    if platform == "Discord":
        town.discord.faults.append(Fault("GET", "/users/@me", 401, times=100))
    status, told = await run_to_the_end(town, settings)
    assert status == 2
    setting = {"Slack": "SLACK_BOT_TOKEN", "Discord": "DISCORD_TOKEN"}[platform]
    assert setting in told
    assert platform in told
    assert "copy it" in told


async def test_a_token_that_is_refused_after_an_outage_is_waited_for(town: Town) -> None:
    await town.discord_gate.turn("open")
    process = await town.run(SLACK_BOT_TOKEN="xoxb-wrong")
    await town.waits("Slack")
    await town.slack_gate.turn("open")
    line = await town.waits("Slack", "SLACK_BOT_TOKEN")
    assert "copy it again" in line["why"]
    assert (await town.until(discord=True))["checks"]["slack"] is False
    assert await process.stop() == 0


async def test_a_scope_that_is_missing_is_named(town: Town) -> None:
    await town.discord_gate.turn("open")
    await town.slack_gate.turn("open")
    missing = SlackFault("refuse", error="missing_scope")
    town.slack.faults.storm("apps.connections.open", 0, (missing, 1.0))
    process = await town.run()
    line = await town.waits("Slack")
    assert "missing_scope" in line["why"]
    assert "SLACK_APP_TOKEN has the scope connections:write" in line["check"]
    # Only a person can mend that, so it is asked rarely, and Discord works meanwhile.
    assert line["next_try_seconds"] >= 60
    assert (await town.until(discord=True))["checks"]["slack"] is False
    assert await process.stop() == 0


async def run_to_the_end(town: Town, settings: dict[str, str]) -> tuple[int | None, str]:
    """The process's status, and what it said."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "run"),
        env=environment(**town.settings | {"CAIRN_DATA": str(town.data)} | settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE * 2):
            _, told = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    return process.returncode, told.decode()
