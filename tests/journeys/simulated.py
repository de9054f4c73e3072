"""Discord as journeys use it, once more: simcord, which stands in for the library's transport.

It checks what its people do: they can't send what Discord's own client would not let them type.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import discord
import simcord

from bot.app import App, build
from bot.settings import Settings
from tests.end_to_end.discord_people import items
from tests.journeys.conversation import HOME, Manner, Seen, Speaker
from tests.journeys.discord import GENERAL, LEAD, Remembered, open_bot, open_runner
from tests.journeys.discord_text import read_lines

Payload = dict[str, Any]
SELECT = 3


class SimulatedSurface:
    """One simulated Discord and a bot on it; use it as `async with`."""

    def __init__(self, data: Path) -> None:
        self._settings = Settings(data=data, calls=10_000)
        self._memory = Remembered()
        self._guilds: dict[str, simcord.GuildHandle] = {}
        self._channels: dict[str, simcord.ChannelHandle] = {}
        self._users: dict[str, simcord.UserHandle] = {}
        self._actors: dict[Speaker, simcord.MemberActor] = {}
        self._forms: dict[Speaker, tuple[simcord.InteractionResult, discord.Message | None]] = {}
        self._heard: dict[Speaker, int] = {}

    async def __aenter__(self) -> "SimulatedSurface":
        self._running = simcord.run(self._open(), shard_count=1)
        self._env = await self._running.__aenter__()
        self._guild(HOME)
        await self._runner.wake()
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self._running.__aexit__(*error)
        await self._adapter.close()
        self._app.close()

    def _open(self) -> discord.Client:
        self._app: App = build(self._settings, self._settings.playground_url)
        self._adapter = open_bot(self._app, self._memory)
        self._runner = open_runner(self._app, self._adapter)
        return self._adapter.connection

    async def restart(self) -> None:
        adapter, app = self._adapter, self._app
        await self._env.restart_bot(self._open())
        await adapter.close()
        app.close()

    async def type(self, speaker: Speaker, command: str, options: Mapping[str, str]) -> Seen:
        kinds = {one.name: one for one in self._app.catalog.commands[command].options}
        given: dict[str, Any] = dict(options)
        for name, value in options.items():
            if kinds[name].person:
                given[name] = self._enter(Speaker(value, speaker.space))
            elif kinds[name].kind is int:
                given[name] = int(value)
        actor = self._enter(speaker)
        return self._see(speaker, await actor.slash(self._channels[speaker.space], command, **given))

    async def press(self, speaker: Speaker, label: str) -> Seen:
        actor, message, item = self._find(speaker, "label", label)
        return self._see(speaker, await actor.click(message, custom_id=item["custom_id"]), message)

    async def pick(self, speaker: Speaker, label: str, placeholder: str) -> Seen:
        actor, message, item = self._find(speaker, "placeholder", placeholder)
        value = next(one["value"] for one in item["options"] if one["label"] == label)
        chosen = await actor.select(message, [value], custom_id=item["custom_id"])
        return self._see(speaker, chosen, message)

    async def send(self, speaker: Speaker, values: Mapping[str, str]) -> Seen:
        shown, source = self._forms[speaker]
        assert shown.modal is not None
        filled = (_filled(one["component"], values) for one in shown.modal["components"])
        given = {name: value for name, value in filled if value}
        return self._see(speaker, await self._enter(speaker).submit_modal(shown, given), source)

    async def hear(self, speaker: Speaker) -> tuple[str, ...] | None:
        there = self._channel(speaker) if speaker.name == GENERAL else self._direct(speaker)
        told = [one for one in there if one.id > self._heard.get(speaker, 0)]
        if not told:
            return None
        self._heard[speaker] = told[-1].id
        return tuple(read_lines(_payload(told[-1])))

    async def live_until(self, instant: datetime) -> None:
        await self._runner.travel(instant)

    async def sleep_until(self, instant: datetime) -> None:
        await self._app.time.travel(instant)

    def _see(
        self, speaker: Speaker, result: simcord.InteractionResult, source: discord.Message | None = None
    ) -> Seen:
        if result.modal is not None:
            self._forms[speaker] = result, source
            return Seen("asks", tuple(read_lines(result.modal)))
        shown = result.followups[-1] if result.followups else result.response
        assert shown is not None
        direct = shown.channel_id not in {one.id for one in self._channels.values()}
        # An answer there is nothing unasked.
        self._heard[speaker if direct else Speaker(GENERAL, speaker.space)] = shown.id
        manner: Manner = "alone" if shown.ephemeral or direct else "openly"
        if source is not None and shown.id == source.id:
            manner = "changed"
        return Seen(manner, tuple(read_lines(_payload(shown.message))))

    def _enter(self, speaker: Speaker) -> simcord.MemberActor:
        guild = self._guild(speaker.space)
        if speaker.name not in self._users:
            self._users[speaker.name] = self._env.create_user(speaker.name)
        if speaker not in self._actors:
            leading = discord.Permissions(manage_guild=True)
            roles = [guild.create_role("Leads", permissions=leading)] if speaker.name == LEAD else []
            self._actors[speaker] = guild.add_member(self._users[speaker.name], roles=roles)
        return self._actors[speaker]

    def _guild(self, name: str) -> simcord.GuildHandle:
        if name not in self._guilds:
            self._guilds[name] = self._env.create_guild(name)
            self._channels[name] = self._guilds[name].create_text_channel("general")
        return self._guilds[name]

    def _channel(self, speaker: Speaker) -> list[discord.Message]:
        self._guild(speaker.space)
        return self._channels[speaker.space].history()

    def _direct(self, speaker: Speaker) -> list[discord.Message]:
        self._enter(speaker)
        return self._users[speaker.name].dm_channel.history()

    def _find(self, speaker: Speaker, field: str, text: str) -> tuple[Any, discord.Message, Payload]:
        """The newest message with such a button or select: who can press it, the message, and the control."""
        actor = self._enter(speaker)
        user = self._users[speaker.name]
        for acts, message in self._newest_first(speaker, actor, user):
            for item in items(_payload(message)):
                if item.get(field) == text:
                    return acts, message, item
        raise AssertionError(f"{speaker.name} sees no {text!r}")

    def _newest_first(
        self, speaker: Speaker, actor: simcord.MemberActor, user: simcord.UserHandle
    ) -> Iterator[tuple[Any, discord.Message]]:
        open_there = [(actor, one) for one in self._channels[speaker.space].history(viewer=actor)]
        told = open_there + [(user, one) for one in self._direct(speaker)]
        yield from sorted(told, key=lambda one: one[1].id, reverse=True)


def _filled(control: Payload, values: Mapping[str, str]) -> tuple[str, str | list[str]]:
    """An input's name and value; what is not named stays as the form has it."""
    name = control["custom_id"]
    if control["type"] != SELECT:
        return name, values.get(name, control.get("value", ""))
    standing = [one["value"] for one in control["options"] if one.get("default")]
    return name, values[name].split(", ") if values.get(name) else standing


def _payload(message: discord.Message) -> Payload:
    """What a message shows, as Discord's JSON."""
    return {"content": message.content, "components": [one.to_dict() for one in message.components]}
