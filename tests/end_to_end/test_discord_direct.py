"""Direct messages on Discord, which name no server: a whole Cairn finds out which one is meant."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.end_to_end.discord_people import items
from tests.end_to_end.discord_world import Guild, Interaction, Message, Payload, User
from tests.journeys.discord import DiscordSurface
from tests.journeys.discord_text import read_lines


class Scene:
    """A member of two servers, who meets Cairn in direct messages."""

    def __init__(self, surface: DiscordSurface) -> None:
        self.surface = surface
        self.world = surface.fake.world
        self.people = surface.people
        self.user: User = self.world.add_user("Member A")
        self.direct = self.world.open_direct(self.user.id)

    async def join(self, name: str) -> Guild:
        guild = self.world.add_guild(name)
        await self.surface.fake.gateway.join(guild)
        await self.people.join(guild, self.user)
        return guild

    async def type(self, command: str, guild: Guild | None = None, **given: str) -> str:
        channel = self.direct if guild is None else guild.channels["general"]
        return self.read(await self.people.command(self.user, channel, command, given))

    async def press(self, name: str, text: str, value: str | None = None) -> str:
        """Uses the newest control of the direct messages whose `name` is the text."""
        message, control = self.find(name, text)
        return self.read(await self.people.press(self.user, message, control["custom_id"], value))

    def find(self, name: str, text: str) -> tuple[Message, Payload]:
        for message in reversed(self.world.seen_by(self.user, self.direct)):
            for control in items(message.body):
                if control.get(name) == text:
                    return message, control
        raise AssertionError(f"no {text!r}")

    def read(self, asked: Interaction) -> str:
        return "\n".join(read_lines(self.world.messages[asked.seen[-1]].payload))


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    surface = DiscordSurface(tmp_path)
    await surface.start()
    yield Scene(surface)
    await surface.stop()


async def test_a_reminder_s_button_belongs_to_the_server_of_its_plan(scene: Scene) -> None:
    valley, ridge = await scene.join("Valley"), await scene.join("Ridge")
    await scene.type("plan start", ridge, zone="Europe/Lisbon")
    await scene.type("cairn", valley)
    await scene.type("reminders on", ridge, day="Monday", hour="9:00")
    await scene.surface.live_until(scene.surface.bot.now + timedelta(days=8))
    told = await scene.press("label", "Done")
    assert "Undo" in told
    assert "Which community?" in await scene.type("goal")


async def test_who_is_in_two_servers_is_asked_once(scene: Scene) -> None:
    for name in ("Valley", "Ridge"):
        await scene.type("cairn", await scene.join(name))
    ridge = next(one for one in scene.world.guilds.values() if one.name == "Ridge")
    assert "Which community?" in await scene.type("cairn")
    chosen = await scene.press("placeholder", "Choose one", ridge.id)
    assert "your direct messages are about Ridge" in chosen
    assert "Hello, I'm Cairn" in await scene.type("cairn")
    await scene.surface.restart()
    assert "Hello, I'm Cairn" in await scene.type("cairn")


async def test_a_server_that_one_is_not_in_can_t_be_chosen(scene: Scene) -> None:
    for name in ("Valley", "Ridge"):
        await scene.type("cairn", await scene.join(name))
    foreign = scene.world.add_guild("Peak")
    await scene.type("cairn")
    assert "From now on" not in await scene.press("placeholder", "Choose one", foreign.id)
    assert "Which community?" in await scene.type("cairn")


async def test_who_left_the_server_is_not_served_by_direct_messages(scene: Scene) -> None:
    valley = await scene.join("Valley")
    await scene.type("cairn", valley)
    assert "Hello, I'm Cairn" in await scene.type("cairn")
    del valley.members[scene.user.id]
    told = await scene.type("cairn")
    assert "Hello, I'm Cairn" not in told
    assert "community" in told or "server" in told
    valley.members[scene.user.id] = 0
    await scene.type("cairn", valley)
    assert "Hello, I'm Cairn" in await scene.type("cairn")
