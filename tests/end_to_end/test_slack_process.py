"""`cairn run` with Slack's tokens, installed from the manifest that `cairn manifest` prints: as docs/slack.md
says it."""

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.contract import slack_limits
from tests.end_to_end.process import run_cairn
from tests.end_to_end.slack_bot import GENERAL, SECRET
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_lines import HttpLine, Line
from tests.end_to_end.slack_people import Person
from tests.end_to_end.slack_workspace import Workspace
from tests.end_to_end.waiting import Process


@asynccontextmanager
async def running(data: Path, **settings: str) -> AsyncIterator[str]:
    """The process, and what it says of where it is met; it ends at once and with status 0."""
    process = await Process.start(data, CAIRN_SLACK_PORT="0", **settings)
    try:
        yield process.told.strip()
        assert await process.stop() == 0
    finally:
        await process.kill()


@pytest.fixture
async def fake() -> AsyncIterator[SlackFake]:
    slack = SlackFake()
    await slack.start()
    yield slack
    await slack.stop()


def install(fake: SlackFake, *way: str) -> Workspace:
    """A workspace into which somebody pasted the manifest."""
    told = json.loads(run_cairn("manifest", "slack", *way).stdout)
    slack_limits.check_manifest(told)
    return fake.install("Cloud to AI", told)


async def say_hello(workspace: Workspace, line: Line) -> None:
    user = workspace.add_person("Member A")
    workspace.add_channel(GENERAL, user)
    told = await Person(workspace, line, user, GENERAL).type("/cairn", "")
    assert told["blocks"][0]["text"]["text"] == "Hello, I'm Cairn"


async def test_by_socket_mode(fake: SlackFake, tmp_path: Path) -> None:
    workspace = install(fake)
    tokens = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_APP_TOKEN": workspace.app_token}
    for prefix, says in (("", False), ("ai-", True)):
        settings = {**tokens, "SLACK_API_URL": fake.api_url, "CAIRN_PREFIX": prefix}
        async with running(tmp_path, **settings) as told:
            assert told == "Cairn's Slack: connected by Socket Mode"
            if not prefix:
                await say_hello(workspace, fake.sockets[workspace.id])
        log = (tmp_path / "log").read_text(encoding="utf-8")
        assert ("slack manifest outdated" in log) is says
        assert workspace.token not in log


async def test_over_http(fake: SlackFake, tmp_path: Path) -> None:
    workspace = install(fake, "--url", "https://bot.example")
    settings = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_SIGNING_SECRET": SECRET}
    async with running(tmp_path, **settings, SLACK_API_URL=fake.api_url) as told:
        found = re.fullmatch(r"Cairn's Slack: (http://127\.0\.0\.1:\d+/slack/events)", told)
        assert found
        await say_hello(workspace, HttpLine(found[1], SECRET))


async def test_with_a_prefix_commands_are_called_as_they_are_typed(fake: SlackFake, tmp_path: Path) -> None:
    workspace = install(fake, "--prefix", "ai-")
    user = workspace.add_person("Member A")
    workspace.add_channel(GENERAL, user)
    tokens = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_APP_TOKEN": workspace.app_token}
    async with running(tmp_path, **tokens, SLACK_API_URL=fake.api_url, CAIRN_PREFIX="ai-"):
        person = Person(workspace, fake.sockets[workspace.id], user, GENERAL)
        told = str(await person.type("/ai-cairn", ""))
        assert "`/ai-skillgap" in told
        assert "`/skillgap" not in told
        await person.open_home()
        await workspace.wait_for(lambda: user in workspace.homes, "a home")
        drawn = str(workspace.homes[user])
        assert "`/ai-" in drawn
        assert not re.search(r"`/(?!ai-)", drawn)
    assert "slack manifest outdated" not in (tmp_path / "log").read_text(encoding="utf-8")


async def test_a_lead_who_names_nobody_is_asked_for_one(fake: SlackFake, tmp_path: Path) -> None:
    """On Slack nobody has a role, so a member it is."""
    workspace = install(fake)
    lead, user = workspace.add_person("Lead", is_admin=True), workspace.add_person("Member A")
    workspace.add_channel(GENERAL, lead, user)
    tokens = {"SLACK_BOT_TOKEN": workspace.token, "SLACK_APP_TOKEN": workspace.app_token}
    async with running(tmp_path, **tokens, SLACK_API_URL=fake.api_url):
        line = fake.sockets[workspace.id]
        await Person(workspace, line, user, GENERAL).type("/cairn", "")
        asking = Person(workspace, line, lead, GENERAL)
        await asking.type("/lead", "promote")
        (block,) = asking.modal.view["blocks"]
        assert (block["block_id"], block["optional"]) == ("member", False)
        assert block["element"]["type"] == "users_select"
        await asking.submit({"member": user})
        await workspace.wait_for(
            lambda: "is a lead of this community now" in str(workspace.posts[-1].payload)
        )
