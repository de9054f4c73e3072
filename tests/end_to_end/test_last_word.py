"""While the database does nothing, whoever asks still hears in time that they should try again.

A transaction that was given no budget waits for a minute here, so that a step that doesn't share the call's
is noticed on the slowest machine. With CAIRN_SOAK=1 a real lock is held, and the real figures are demanded.
"""

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager, suppress
from pathlib import Path
from threading import Event
from time import monotonic

import aiohttp
import pytest

from bot import telemetry
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.replies import DEFER_SECONDS
from bot.adapters.slack.publish import REQUEST_PATH
from bot.app import App, build
from bot.core.budget import CallBudget
from bot.core.errors import TryAgain
from bot.core.ports import Transaction
from bot.settings import Settings
from bot.storage.store import DatabaseStore
from tests.end_to_end.discord_bot import StubMemory
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, until
from tests.end_to_end.discord_people import People
from tests.end_to_end.slack_bot import SECRET
from tests.end_to_end.slack_lines import Kind, sign, write_body
from tests.end_to_end.slack_many import many, settings_for
from tests.end_to_end.slack_workspace import Payload
from tests.journeys.discord_text import read_lines

SOAK = bool(os.environ.get("CAIRN_SOAK"))
STUCK_SECONDS = 60.0
LATEST = 2.7 if SOAK else 30.0
PATIENCE = 60.0


class StuckStore:
    """Lets nobody write, for as long as each is ready to wait."""

    def __init__(self, store: DatabaseStore) -> None:
        self.read = store.read
        self.free = Event()

    def write(self, budget: CallBudget | None = None) -> AbstractContextManager[Transaction]:
        self.free.wait(STUCK_SECONDS if budget is None else budget.left())
        raise TryAgain("stuck")


@contextmanager
def locked(app: App) -> Iterator[None]:
    """Nobody else can write until the end of the block."""
    if SOAK:
        holder = sqlite3.connect(app.url.removeprefix("sqlite:///"), isolation_level=None)
        holder.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            holder.close()
        return
    stuck = StuckStore(app.store)
    app.router._store = app.doors._locator._store = app.doors._inbox._store = stuck
    try:
        yield
    finally:
        stuck.free.set()
        app.router._store = app.doors._locator._store = app.doors._inbox._store = app.store


@asynccontextmanager
async def on_discord(fake: FakeDiscord, data: Path) -> AsyncIterator[App]:
    settings = Settings(data=data, deadline=1.5)
    app = build(settings, settings.playground_url)
    adapter = DiscordAdapter(
        app.doors,
        app.catalog,
        app.painter,
        StubMemory(),
        app.channels["discord"],
        telemetry.report_bug,
        api_url=fake.api_url,
        gateway_url=fake.gateway_url,
        patience=DEFER_SECONDS if SOAK else 0.5,
    )
    await adapter.sign_in(TOKEN)
    listening = asyncio.create_task(adapter.listen())
    try:
        async with asyncio.timeout(PATIENCE):
            await fake.gateway.ready.wait()
        await until(lambda: bool(adapter.connection.spaces), PATIENCE)
        yield app
    finally:
        await adapter.close()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        app.close()


@pytest.mark.parametrize("place", ["server", "direct"])
async def test_a_command_on_discord(tmp_path: Path, place: str) -> None:
    fake = FakeDiscord()
    await fake.start()
    people, guild, user = People(fake), fake.world.add_guild("Cloud to AI"), fake.world.add_user("Member A")
    await people.join(guild, user)
    channel = guild.channels["general"] if place == "server" else fake.world.open_direct(user.id)
    async with on_discord(fake, tmp_path) as app:
        await people.command(user, channel, "skillgap", {"question": "I run EKS"})  # now they are a member
        fake.latency = lambda _asked: 0.12
        with locked(app):
            began = monotonic()
            asked = await people.command(user, channel, "skillgap", {"question": "I run EKS"})
            took = monotonic() - began
    assert "try again" in "\n".join(read_lines(fake.world.messages[asked.seen[-1]].payload))
    assert took < LATEST
    await fake.stop()


@pytest.mark.parametrize("place", ["server", "direct"])
async def test_a_message_on_discord(tmp_path: Path, place: str) -> None:
    fake = FakeDiscord()
    await fake.start()
    people, guild, user = People(fake), fake.world.add_guild("Cloud to AI"), fake.world.add_user("Member A")
    await people.join(guild, user)
    channel = guild.channels["general"] if place == "server" else fake.world.open_direct(user.id)
    async with on_discord(fake, tmp_path) as app:
        await people.command(user, guild.channels["general"], "skillgap", {"question": "I run EKS"})
        fake.latency = lambda _asked: 0.12
        with locked(app):
            began = monotonic()
            await people.write(user, channel, f"<@{fake.world.bot.id}> I run EKS")
            await until(lambda: fake.world.seen_by(user, channel)[-1].author is fake.world.bot, PATIENCE)
            took = monotonic() - began
    assert "try again" in "\n".join(read_lines(fake.world.seen_by(user, channel)[-1].payload))
    assert took < LATEST
    await fake.stop()


@pytest.mark.parametrize("what", ["command", "lead's command", "question"])
async def test_anything_on_slack(tmp_path: Path, sqlite_url: str, what: str) -> None:
    settings = settings_for(tmp_path).model_copy(update={"deadline": 1.5})
    async with many(settings, sqlite_url) as met, aiohttp.ClientSession() as session:
        workspace = met.found("Cloud to AI")
        await met.install(workspace)
        person = met.person(workspace, "Member A", is_admin=True)
        said = person.command_payload("/skillgap", "I run EKS")
        kind: Kind = "slash_commands"
        if what == "lead's command":
            said = person.command_payload("/lead", "create name:Autumn")
        elif what == "question":
            kind, said = (
                "events_api",
                person.event_payload(_mention(workspace.bot, person.id, workspace.stamp())),
            )

        async def send(kind: Kind, payload: Payload) -> tuple[int, str]:
            body, content_type = write_body(kind, payload)
            headers = sign(SECRET, body) | {"Content-Type": content_type}
            async with session.post(met.base + REQUEST_PATH, data=body, headers=headers) as answer:
                return answer.status, await answer.text()

        await send("slash_commands", person.command_payload("/skillgap", "I run RDS"))
        # What is learnt behind an answer would have the thread, so that the next call can't begin.
        await until(lambda: bool(met.fake.calls["users.info"]) and met.app.doors._writers._turns._free == 1)
        with locked(met.app):
            began = monotonic()
            status, told = await send(kind, said)
            took = monotonic() - began
    assert took < LATEST
    if what == "question":
        assert status == 503  # Slack sends it again
    else:
        assert "try again" in told


def _mention(bot: str, user: str, stamp: str) -> Payload:
    said = {"user": user, "ts": stamp, "channel": "CGENERAL", "type": "app_mention"}
    return {**said, "text": f"<@{bot}> I run EKS"}
