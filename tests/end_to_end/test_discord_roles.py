"""Discord met by several processes on one PostgreSQL: gateways share the shards, couriers need none."""

import asyncio
import signal
from pathlib import Path

from tests.end_to_end.discord_fake import FakeDiscord, until
from tests.end_to_end.discord_people import items
from tests.end_to_end.discord_world import Message
from tests.end_to_end.process import START_SECONDS
from tests.end_to_end.test_discord_process import Scene, read

# Which shard a server belongs to stands in its id above these bits.
SHARD = 1 << 22
# The role of each, and the shards that a gateway takes.
PROCESSES = (("gateway", "0"), ("gateway", "1"), ("planner", ""), ("courier", ""), ("courier", ""))


async def test_gateways_share_the_shards_and_couriers_need_none(tmp_path: Path, postgres_url: str) -> None:
    fake = FakeDiscord()
    await fake.start()
    here, there = Scene(fake, tmp_path), Scene(fake, tmp_path)
    move_to_other_shard(there)
    for scene in (here, there):
        await scene.people.join(scene.guild, scene.user)
    settings = {
        "DATABASE_URL": postgres_url,
        "DISCORD_API_URL": fake.api_url,
        "DISCORD_GATEWAY_URL": fake.gateway_url,
        "DISCORD_SHARDS": "2",
    }
    processes = [
        await here.start({**settings, "DISCORD_SHARD_IDS": shards}, "--role", role)
        for role, shards in (
            ("gateway", "0"),
            ("gateway", "1"),
            ("planner", ""),
            ("courier", ""),
            ("courier", ""),
        )
    ]
    try:
        shards = fake.gateway.sessions
        await until(lambda: {one.shard for one in shards.values()} == {(0, 2), (1, 2)}, START_SECONDS)
        for scene in (here, there):
            assert "22 weeks" in await scene.type("plan start", zone="Europe/Lisbon")
            await scene.type("reminders on")
            await asyncio.to_thread(scene.remind_now, postgres_url)
        for scene in (here, there):
            await until(lambda scene=scene: bool(reminders(scene)), START_SECONDS)  # type: ignore[misc]
        # Whose gateway hears the press, and who sent the message, are different processes.
        (reminder,) = reminders(there)
        await until(lambda: not reminder.body.get("content"))
        done = next(one for one in items(reminder.body) if one.get("label") == "Done")
        pressed = await there.people.press(there.user, reminder, done["custom_id"])
        assert "Undo" in read(fake.world.messages[pressed.seen[-1]])
        assert len(shards) == 2
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        told = [await asyncio.wait_for(one.communicate(), START_SECONDS) for one in processes]
        await fake.stop()
    assert [one.returncode for one in processes] == [0] * len(processes), told
    assert [len(reminders(scene)) for scene in (here, there)] == [1, 1]
    assert "Traceback" not in (tmp_path / "log").read_text("utf-8")


def move_to_other_shard(scene: Scene) -> None:
    guilds = scene.fake.world.guilds
    guild = guilds.pop(scene.guild.id)
    guild.id = str(int(guild.id) + SHARD)
    guilds[guild.id] = guild


def reminders(scene: Scene) -> list[Message]:
    return scene.fake.world.seen_by(scene.user, scene.direct)
