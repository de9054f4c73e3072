"""Discord as journeys use it: the real client, over sockets, against a fake of ours."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from bot import telemetry
from bot.adapters.discord.adapter import DiscordAdapter
from bot.app import App, build
from bot.delivery.courier import Courier
from bot.delivery.local import LocalRunner
from bot.delivery.pace import Pace
from bot.scheduling.planner import Planner
from bot.settings import Settings
from tests.conftest import PATIENCE
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord, until
from tests.end_to_end.discord_people import People, items
from tests.end_to_end.discord_world import EPHEMERAL, Guild, Interaction, Message, Payload, User
from tests.journeys.conversation import HOME, Manner, Seen, Speaker
from tests.journeys.discord_text import read_lines

LEAD = "Lead"
GENERAL = "#general"


class Remembered:
    """The adapter's small memory, which outlives a restart as a database does."""

    def __init__(self) -> None:
        self.kept: str | None = None

    async def digest(self) -> str | None:
        return self.kept

    async def keep(self, digest: str) -> None:
        self.kept = digest


def open_bot(app: App, memory: Remembered, api_url: str = "", gateway_url: str = "") -> DiscordAdapter:
    """Discord on an assembled Cairn."""
    return DiscordAdapter(
        app.doors,
        app.catalog,
        app.painter,
        memory,
        app.channels["discord"],
        telemetry.report_bug,
        api_url=api_url,
        gateway_url=gateway_url,
        proof=app.settings.proof,
        patience=PATIENCE,  # what is kept for later would wait for a worker, and none runs here
    )


def open_runner(app: App, adapter: DiscordAdapter) -> LocalRunner:
    """Planner and courier, without a pace: nobody limits the fake."""
    messenger = adapter.messenger
    courier = Courier(app.store, app.router, messenger, app.time, app.hop, owner="test", pace=Pace({}))
    return LocalRunner(Planner(app.store), courier, app.store, app.time, app.hop)


class DiscordBot:
    """Cairn on the fake, with a database of its own."""

    def __init__(self, fake: FakeDiscord, data: Path) -> None:
        self._fake = fake
        # What is refused is looked at once: nobody lives through a minute of real time here.
        self._settings = Settings(data=data, calls=10_000, proof=0)
        self._memory = Remembered()

    async def start(self) -> None:
        self._app: App = build(self._settings, self._settings.playground_url)
        self._adapter = open_bot(self._app, self._memory, self._fake.api_url, self._fake.gateway_url)
        self._fake.gateway.ready.clear()
        await self._adapter.sign_in(TOKEN)
        self._listening = asyncio.create_task(self._adapter.listen())
        async with asyncio.timeout(10):
            await self._fake.gateway.ready.wait()
        self.runner = open_runner(self._app, self._adapter)
        # Nothing beats by itself: what is due is said when time is skipped.
        await self.runner.wake()

    @property
    def now(self) -> datetime:
        return self._app.time.now()

    async def sleep(self, instant: datetime) -> None:
        await self._app.time.travel(instant)

    async def stop(self) -> None:
        await self._adapter.close()
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        self._app.close()


class DiscordSurface:
    """One fake Discord, and a bot on it. `restart` stops the bot and starts another one on the same file."""

    def __init__(self, data: Path) -> None:
        self.fake = FakeDiscord()
        self.people = People(self.fake)
        self.bot = DiscordBot(self.fake, data)
        self._guilds: dict[str, Guild] = {}
        self._users: dict[str, User] = {}
        self._forms: dict[Speaker, Interaction] = {}
        self._heard: dict[Speaker, int] = {}

    async def start(self) -> None:
        await self.fake.start()
        await self._guild(HOME)
        await self.bot.start()

    async def stop(self) -> None:
        await self.bot.stop()
        await self.fake.stop()
        locked = {one for guild in self.fake.world.guilds.values() for one in guild.locked}
        wrong = [path for _, path, status in self.fake.requests if status == 400]
        wrong = [path for path in wrong if not any(one in path for one in locked)]
        assert not wrong, "what Discord doesn't take"

    async def restart(self) -> None:
        await self.bot.stop()
        await self.bot.start()

    async def type(self, speaker: Speaker, command: str, options: Mapping[str, str]) -> Seen:
        guild, user = await self._enter(speaker)
        asked = await self.people.command(user, guild.channels["general"], command, options)
        return self._see(speaker, asked)

    async def press(self, speaker: Speaker, label: str) -> Seen:
        user, message, item = await self._find(speaker, "label", label)
        return self._see(speaker, await self.people.press(user, message, item["custom_id"]))

    async def pick(self, speaker: Speaker, label: str, placeholder: str) -> Seen:
        user, message, item = await self._find(speaker, "placeholder", placeholder)
        value = next(one["value"] for one in item["options"] if one["label"] == label)
        return self._see(speaker, await self.people.press(user, message, item["custom_id"], value))

    async def send(self, speaker: Speaker, values: Mapping[str, str]) -> Seen:
        _, user = await self._enter(speaker)
        return self._see(speaker, await self.people.submit(user, self._forms[speaker], values))

    async def hear(self, speaker: Speaker) -> tuple[str, ...] | None:
        if speaker.name == GENERAL:
            channel = (await self._guild(speaker.space)).channels["general"]
            told = self.fake.world.seen_by(None, channel)
        else:
            _, user = await self._enter(speaker)
            told = self.fake.world.seen_by(user, self.fake.world.open_direct(user.id))
        fresh = [one for one in told if one.revision > self._heard.get(speaker, 0)]
        if not fresh:
            return None
        self._heard[speaker] = max(one.revision for one in fresh)
        return tuple(read_lines(fresh[-1].payload))

    async def live_until(self, instant: datetime) -> None:
        await self.bot.runner.travel(instant)

    async def sleep_until(self, instant: datetime) -> None:
        await self.bot.sleep(instant)

    def _see(self, speaker: Speaker, asked: Interaction) -> Seen:
        if asked.form is not None:
            self._forms[speaker] = asked
            return Seen("asks", tuple(read_lines(asked.form)))
        message = self.fake.world.messages[asked.seen[-1]]
        direct = self.fake.world.guild_of(message.channel) is None
        # An answer there is nothing unasked.
        self._heard[speaker if direct else Speaker(GENERAL, speaker.space)] = message.revision
        hidden = message.body.get("flags", 0) & EPHEMERAL
        manner: Manner = "alone" if hidden or direct else "openly"
        if asked.source == message.id:
            manner = "changed"
        return Seen(manner, tuple(read_lines(message.payload)))

    async def _enter(self, speaker: Speaker) -> tuple[Guild, User]:
        guild = await self._guild(speaker.space)
        if speaker.name not in self._users:
            self._users[speaker.name] = self.fake.world.add_user(speaker.name)
        user = self._users[speaker.name]
        if user.id not in guild.members:
            await self.people.join(guild, user, lead=speaker.name == LEAD)
        return guild, user

    async def _guild(self, name: str) -> Guild:
        if name not in self._guilds:
            self._guilds[name] = self.fake.world.add_guild(name)
            await self.fake.gateway.join(self._guilds[name])
        return self._guilds[name]

    async def _find(self, speaker: Speaker, field: str, text: str) -> tuple[User, Message, Payload]:
        """The newest message with such a button or select: who sees it, itself, and the button or select. An
        answer that was put off may still be on its way."""
        guild, user = await self._enter(speaker)
        found: list[tuple[User, Message, Payload]] = []

        def look() -> bool:
            found.extend(self._holders(guild, user, field, text))
            return bool(found)

        with suppress(TimeoutError):
            await until(look, PATIENCE)
        assert found, f"{speaker.name} sees no {text!r}"
        return found[0]

    def _holders(
        self, guild: Guild, user: User, field: str, text: str
    ) -> Iterator[tuple[User, Message, Payload]]:
        """From the newest on."""
        world = self.fake.world
        channels = [guild.channels["general"], world.open_direct(user.id)]
        told = [one for channel in channels for one in world.seen_by(user, channel)]
        for message in sorted(told, key=lambda one: int(one.id), reverse=True):
            for item in items(message.body):
                if item.get(field) == text:
                    yield user, message, item
