"""Whether Cairn may post in a channel of Discord's: a lead hears at once what is missing, or once when it is
taken away later."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.end_to_end.discord_fake import Fault
from tests.end_to_end.discord_world import SEND, SEND_IN_THREADS, VIEW, Guild
from tests.end_to_end.test_discord_direct import Scene
from tests.journeys.discord import DiscordSurface

WEEKLY = {"day": "Monday", "hour": "12:00", "zone": "Europe/Lisbon"}
ASKS: tuple[tuple[str, dict[str, str]], ...] = (
    ("lead schedule", WEEKLY),
    ("lead tips", {"action": "set", **WEEKLY}),
    ("lead summary", {}),
)


class Hall(Scene):
    """A lead in a server with a cohort, a channel and a thread."""

    async def open(self) -> None:
        self.guild: Guild = self.world.add_guild("Valley")
        self.thread = self.guild.channels["a thread"] = self.world.number()
        self.guild.threads.add(self.thread)
        await self.surface.fake.gateway.join(self.guild)
        await self.people.join(self.guild, self.user, lead=True)
        await self.ask("lead create", name="Autumn")

    async def ask(self, command: str, channel: str = "", **given: str) -> str:
        channel = channel or self.guild.channels["general"]
        return self.read(await self.people.command(self.user, channel, command, given))

    def allow(self, rights: int) -> None:
        self.guild.members[self.world.bot.id] |= rights

    def take(self, rights: int) -> None:
        self.guild.members[self.world.bot.id] &= ~rights

    async def live(self, days: int) -> None:
        await self.surface.live_until(self.surface.bot.now + timedelta(days=days))

    def posted(self) -> int:
        told = self.world.seen_by(None, self.guild.channels["general"])
        return sum(one.interaction is None for one in told)

    def told(self) -> list[str]:
        """What the lead was told in direct messages."""
        return [one.first["content"] for one in self.world.seen_by(self.user, self.direct)]


@pytest.fixture
async def hall(tmp_path: Path) -> AsyncIterator[Hall]:
    surface = DiscordSurface(tmp_path)
    await surface.start()
    hall = Hall(surface)
    await hall.open()
    yield hall
    await surface.stop()


@pytest.mark.parametrize(
    ("rights", "missing"),
    [
        (SEND, "Send Messages"),
        (VIEW, "View Channel"),
        (VIEW | SEND, "View Channel and Send Messages"),
    ],
)
async def test_a_lead_hears_at_once_which_permission_is_missing(
    hall: Hall, rights: int, missing: str
) -> None:
    hall.take(rights)
    for command, given in ASKS:
        assert f"Allow me {missing} in the channel" in await hall.ask(command, **given)
    hall.allow(rights)
    for command, given in ASKS:
        assert "Allow me" not in await hall.ask(command, **given)
    assert "gets nothing" not in await hall.ask("lead schedule")


async def test_a_thread_takes_another_permission(hall: Hall) -> None:
    hall.take(SEND)
    assert "Set." in await hall.ask("lead schedule", hall.thread, **WEEKLY)
    hall.allow(SEND)
    hall.take(SEND_IN_THREADS)
    told = await hall.ask("lead schedule", hall.thread, **WEEKLY)
    assert "Allow me Send Messages in Threads in the channel" in told


@pytest.mark.parametrize(("right", "missing"), [(SEND, "Send Messages"), (VIEW, "View Channel")])
async def test_what_is_taken_away_later_is_told_once(hall: Hall, right: int, missing: str) -> None:
    for command, given in ASKS[:2]:
        await hall.ask(command, **given)
    hall.take(right)
    await hall.live(15)
    (told,) = hall.told()
    assert f"permission missing: {missing}" in told
    assert "Nothing of yours comes there each week any more" in told
    assert hall.posted() == 0
    hall.allow(right)
    assert "gets nothing each week" in await hall.ask("lead schedule")
    await hall.live(8)
    assert hall.posted() == 0
    await hall.ask("lead schedule", **WEEKLY)
    await hall.live(8)
    assert (hall.posted(), len(hall.told())) == (1, 1)


async def test_a_channel_that_is_gone_is_told_once(hall: Hall) -> None:
    await hall.ask("lead schedule", **WEEKLY)
    gone = hall.guild.channels.pop("general")
    await hall.live(15)
    (told,) = hall.told()
    assert "channel gone" in told
    tried = [request for request in hall.surface.fake.requests if gone in request[1]]
    assert [(method, status) for method, _, status in tried] == [("POST", 404), ("GET", 404)]


@pytest.mark.parametrize("nonces", [True, False])
async def test_an_alert_whose_end_nobody_saw_is_said_once(hall: Hall, nonces: bool) -> None:
    """`nonces`: whether Discord still knows them; after some minutes it doesn't."""
    await hall.ask("lead schedule", **WEEKLY)
    hall.take(SEND)
    fake = hall.surface.fake
    lost = Fault("POST", f"/channels/{hall.direct}/messages", 0, after=True)
    fake.faults.append(lost)

    def forget(asked: str, done: bool) -> None:
        for one in hall.world.messages.values() if done and not nonces else ():
            one.body.pop("nonce", None)

    fake.watch = forget
    await hall.live(8)
    assert lost.times == 0
    assert len(hall.told()) == 1
