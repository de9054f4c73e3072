"""What the gateway makes a client live through: whatever it is, members are answered afterwards."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import discord
import pytest

from bot.adapters.discord.starts import FREE, RecentActs
from bot.core.errors import NotConnected, SettingsError
from tests.end_to_end.discord_bot import Stub, running
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, Fault, until
from tests.end_to_end.discord_gateway import Gateway
from tests.end_to_end.discord_people import People

Break = Callable[[Gateway], Awaitable[None]]


@pytest.fixture
async def fake() -> AsyncIterator[FakeDiscord]:
    made = FakeDiscord()
    await made.start()
    yield made
    await made.stop()


async def reconnect(gateway: Gateway) -> None:
    await gateway.ask_to_reconnect()


async def drop(gateway: Gateway) -> None:
    await gateway.drop()


async def invalidate(gateway: Gateway) -> None:
    await gateway.invalidate(resumable=True)


async def begin_anew(gateway: Gateway) -> None:
    await gateway.invalidate(resumable=False)


async def forget(gateway: Gateway) -> None:
    await gateway.forget()


async def ask(fake: FakeDiscord, people: People) -> None:
    guild = next(iter(fake.world.guilds.values()))
    user = next(one for one in fake.world.users.values() if not one.bot)
    assert (await people.command(user, guild.channels["general"], "whisper", {})).seen


@pytest.mark.parametrize("interrupt", [reconnect, drop, invalidate])
async def test_a_session_is_resumed_and_nothing_is_missed(fake: FakeDiscord, interrupt: Break) -> None:
    people, guild, user = People(fake), fake.world.add_guild("Cloud to AI"), fake.world.add_user("Member A")
    await people.join(guild, user)
    async with running(fake, Stub(fake)) as bot:
        await ask(fake, people)
        await interrupt(fake.gateway)
        # Typed while nobody listens: it is told again once the session goes on.
        missed = await people.dispatch(user, guild.channels["general"], 2, {"name": "whisper", "type": 1})
        await fake.gateway.ready.wait()
        await until(missed.settled.is_set)
        await ask(fake, people)
    assert (fake.gateway.identified, fake.gateway.resumed) == (1, 1)
    assert len(bot.doors.calls) == 3
    assert bot.bugs == []


@pytest.mark.parametrize("interrupt", [begin_anew, forget])
async def test_a_session_that_is_gone_begins_anew(fake: FakeDiscord, interrupt: Break) -> None:
    people, guild, user = People(fake), fake.world.add_guild("Cloud to AI"), fake.world.add_user("Member A")
    await people.join(guild, user)
    async with running(fake, Stub(fake)) as bot:
        await ask(fake, people)
        await interrupt(fake.gateway)
        # The library lets five seconds pass between two beginnings, as Discord demands.
        async with asyncio.timeout(15):
            await fake.gateway.ready.wait()
        await ask(fake, people)
    assert fake.gateway.identified == 2
    assert bot.bugs == []


async def test_only_intents_without_a_privilege_are_asked_for(fake: FakeDiscord) -> None:
    async with running(fake, Stub(fake)):
        (session,) = fake.gateway.sessions.values()
    assert session.intents == 1 << 0 | 1 << 9 | 1 << 12


async def test_a_process_can_take_some_of_the_shards(fake: FakeDiscord) -> None:
    async with running(fake, Stub(fake, shard_count=4, shard_ids=(2,))):
        assert [session.shard for session in fake.gateway.sessions.values()] == [(2, 4)]


async def test_a_row_of_crashes_burns_no_sessions(fake: FakeDiscord) -> None:
    acts = RecentActs()
    for number in range(100):
        await start_and_end(fake, acts, number)
    assert fake.gateway.identified == FREE


async def start_and_end(fake: FakeDiscord, acts: RecentActs, begun: int) -> None:
    """A start that ends as soon as it has begun a session, or waits for one."""
    stub = Stub(fake, acts=acts)
    await stub.adapter.sign_in(TOKEN)
    listening = asyncio.create_task(stub.adapter.listen())
    await until(lambda: bool(stub.health.trouble) or fake.gateway.identified > begun, 60.0)
    await stub.adapter.close()
    listening.cancel()
    await asyncio.wait({listening})


async def test_no_session_begins_where_discord_allows_none(fake: FakeDiscord) -> None:
    stub = Stub(fake)
    fake.limit |= {"remaining": 0, "reset_after": 1_500}
    await stub.adapter.sign_in(TOKEN)
    listening = asyncio.create_task(stub.adapter.listen())
    await until(lambda: "no more sessions" in stub.health.trouble, 60.0)
    assert fake.gateway.identified == 0
    fake.limit["remaining"] = 1_000
    await until(lambda: fake.gateway.identified == 1, 60.0)
    await stub.adapter.close()
    listening.cancel()
    await asyncio.wait({listening})


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_setting_that_the_gateway_refuses_is_named(fake: FakeDiscord, code: int) -> None:
    stub = Stub(fake)
    fake.gateway.refuses = code
    await stub.adapter.sign_in(TOKEN)
    async with asyncio.timeout(60):
        with pytest.raises(SettingsError, match=f"{code}"):
            await stub.adapter.listen()
    await stub.adapter.close()


async def test_a_token_that_is_refused_later_is_waited_for(fake: FakeDiscord) -> None:
    stub = Stub(fake)
    fake.world.add_guild("Cloud to AI")
    await stub.adapter.sign_in(TOKEN)
    listening = asyncio.create_task(stub.adapter.listen())
    await until(lambda: stub.adapter.connection.was_ready, 60.0)
    await fake.gateway.drop(4004)
    async with asyncio.timeout(60):
        with pytest.raises(NotConnected):
            await listening
    await stub.adapter.close()


@pytest.mark.parametrize(
    "frame",
    [
        "{",
        "[]",
        "null",
        '{"op": 0, "t": "NEVER_HEARD_OF", "s": 90, "d": {}}',
        '{"op": 0, "t": "GUILD_CREATE", "s": 91, "d": {"id": "x"}}',
        '{"op": 0, "t": "INTERACTION_CREATE", "s": 92, "d": {}}',
        '{"op": 0, "t": "MESSAGE_CREATE", "s": 93, "d": null}',
        '{"op": 77, "d": 1}',
        b"rubbish\x00\x00\xff\xff",
    ],
)
async def test_what_can_t_be_read_ends_nothing(fake: FakeDiscord, frame: str | bytes) -> None:
    people, guild, user = People(fake), fake.world.add_guild("Cloud to AI"), fake.world.add_user("Member A")
    await people.join(guild, user)
    async with running(fake, Stub(fake)) as bot:
        await ask(fake, people)
        await fake.gateway.blurt(frame)
        if isinstance(frame, bytes):
            await until(lambda: fake.gateway.resumed == 1, 60.0)
        await ask(fake, people)
    assert fake.gateway.identified == 1
    assert bot.bugs == []


async def test_a_token_that_is_none_is_refused(fake: FakeDiscord) -> None:
    stub = Stub(fake)
    fake.faults.append(Fault("GET", "/users/@me", 401))
    try:
        with pytest.raises(discord.LoginFailure):
            await stub.adapter.sign_in("nonsense")
    finally:
        await stub.adapter.close()


async def test_heartbeats_are_sent(fake: FakeDiscord) -> None:
    fake.gateway.heartbeat_ms = 100
    async with running(fake, Stub(fake)):
        await until(lambda: fake.gateway.heard.count(1) > 2)
