"""A server invites the bot, takes it out, invites it again, and is away for a while."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest

from bot.app import build
from bot.core.ids import Address
from bot.settings import Settings
from tests.end_to_end.discord_bot import Stub, running
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, until
from tests.end_to_end.discord_people import People
from tests.end_to_end.discord_world import SEND, VIEW, Guild
from tests.journeys.discord import Remembered, open_bot


class Scene:
    def __init__(self, fake: FakeDiscord, bot: Stub) -> None:
        self.fake, self.bot = fake, bot

    def add_guild(self, *, system: bool = True, without: int = 0) -> Guild:
        guild = self.fake.world.add_guild("Cloud to AI")
        guild.members[self.fake.world.bot.id] &= ~without
        guild.system = guild.channels["general"] if system else None
        return guild

    def said(self, guild: Guild) -> int:
        return len(self.fake.world.seen_by(None, guild.channels["general"]))

    async def lived(self, guild: Guild, *events: str) -> None:
        """Waits until the doors have heard of these events in this order, and of no other."""
        await until(lambda: self.heard(guild) == list(events))

    def heard(self, guild: Guild) -> list[str]:
        return [event for space, event, _ in self.bot.doors.lives if space == guild.id]


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    made = FakeDiscord()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def scene(fake: FakeDiscord) -> AsyncIterator[Scene]:
    async with running(fake, Stub(fake)) as bot:
        # Until then, the library takes every server for one that was there before.
        await until(bot.adapter.connection.is_ready)
        yield Scene(fake, bot)
        assert bot.bugs == []


async def test_who_invites_cairn_is_greeted_once(scene: Scene) -> None:
    guild = scene.add_guild()
    await scene.fake.gateway.join(guild)
    await until(lambda: scene.said(guild) == 1)
    assert scene.heard(guild) == ["returned"]


@pytest.mark.parametrize(("system", "without"), [(False, 0), (True, VIEW), (True, SEND)])
async def test_nobody_is_greeted_where_that_is_not_wanted(scene: Scene, system: bool, without: int) -> None:
    guild = scene.add_guild(system=system, without=without)
    await scene.fake.gateway.join(guild)
    await scene.lived(guild, "returned")
    welcome = scene.add_guild()
    await scene.fake.gateway.join(welcome)
    await until(lambda: scene.said(welcome) == 1)  # so the other one has had its time
    assert scene.said(guild) == 0
    tried = "POST", f"/channels/{guild.channels['general']}/messages"
    assert tried not in {request[:2] for request in scene.fake.requests}


async def test_a_removal_and_another_invitation(scene: Scene) -> None:
    guild = scene.add_guild()
    await scene.fake.gateway.join(guild)
    await scene.lived(guild, "returned")
    await scene.fake.gateway.lose(guild)
    await scene.lived(guild, "returned", "left")
    scene.fake.world.guilds[guild.id] = guild
    await scene.fake.gateway.join(guild)
    await scene.lived(guild, "returned", "left", "returned")


async def test_a_database_that_has_no_time_is_no_bug(scene: Scene) -> None:
    guild = scene.add_guild(system=False)
    await scene.fake.gateway.join(guild)
    await scene.lived(guild, "returned")
    scene.bot.doors.busy = True
    await scene.fake.gateway.lose(guild)
    await scene.lived(guild, "returned", "left")  # and the fixture finds no bug


async def test_an_outage_is_no_removal(scene: Scene) -> None:
    guild = scene.add_guild(system=False)
    await scene.fake.gateway.join(guild)
    await scene.lived(guild, "returned")
    await scene.fake.gateway.lose(guild, outage=True)
    await scene.fake.gateway.recover(guild)
    await scene.lived(guild, "returned", "returned")


@pytest.mark.parametrize("outage", [False, True])
async def test_what_happened_while_nobody_listened_is_found_out(fake: FakeDiscord, outage: bool) -> None:
    """Servers that are still there are told so without a greeting; others have taken the bot out."""
    bot = Stub(fake)
    scene = Scene(fake, bot)
    kept, lost = scene.add_guild(), scene.add_guild()
    bot.doors.spaces = [kept.id, lost.id]
    if outage:
        fake.gateway.away.add(kept.id)
    del fake.world.guilds[lost.id]
    async with running(fake, bot):
        await scene.lived(lost, "left")
        assert scene.heard(kept) == ([] if outage else ["returned"])
        assert scene.said(kept) == 0
    assert bot.bugs == []


async def test_a_process_speaks_only_of_its_own_shards(fake: FakeDiscord) -> None:
    bot = Stub(fake, shard_count=2, shard_ids=(0,))
    scene = Scene(fake, bot)
    bot.doors.spaces = [str(0 << 22), str(1 << 22), str(2 << 22)]
    async with running(fake, bot):
        await until(lambda: len(bot.doors.lives) == 2)
    assert [space for space, _, _ in bot.doors.lives] == [str(0), str(2 << 22)]
    assert scene.bot.bugs == []


async def test_with_a_database_behind_it_a_removal_is_kept_and_undone(
    fake: FakeDiscord, tmp_path: Path
) -> None:
    settings = Settings(data=tmp_path)
    app = build(settings, settings.playground_url)
    adapter = open_bot(app, Remembered(), fake.api_url, fake.gateway_url)
    guild, user = fake.world.add_guild("Cloud to AI"), fake.world.add_user("Member A")
    people, here = People(fake), Address("discord", guild.id)
    await people.join(guild, user)
    await adapter.sign_in(TOKEN)
    listening = asyncio.create_task(adapter.listen())
    try:
        await fake.gateway.ready.wait()
        await people.command(user, guild.channels["general"], "cairn", {})
        assert await app.doors.known("discord") == (here,)
        await until(adapter.connection.is_ready)
        await fake.gateway.lose(guild)
        await until(lambda: app.router.known("discord") == ())
        fake.world.guilds[guild.id] = guild
        await fake.gateway.join(guild)
        await until(lambda: app.router.known("discord") == (here,))
    finally:
        await adapter.close()
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening
        app.close()
