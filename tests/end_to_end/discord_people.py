"""People in the fake Discord: what their clients send when they type, press, choose and write."""

from collections.abc import Iterator, Mapping
from typing import Any

from tests.end_to_end.discord_fake import FakeDiscord, until
from tests.end_to_end.discord_world import (
    EVERY_RIGHT,
    MEMBER_RIGHTS,
    VIEW,
    Guild,
    Interaction,
    Message,
    Payload,
    User,
)

COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
SUBCOMMAND, INTEGER, BOOLEAN, USER = 1, 4, 5, 6
SELECT, LABEL = 3, 18
PATIENCE = 20.0


class People:
    """Acts as the members of the fake's guilds; each act waits for what the bot answers."""

    def __init__(self, fake: FakeDiscord) -> None:
        self._fake = fake
        self._world = fake.world

    async def join(self, guild: Guild, user: User, *, lead: bool = False) -> None:
        guild.members[user.id] = EVERY_RIGHT if lead else MEMBER_RIGHTS

    async def command(self, user: User, channel: str, name: str, given: Mapping[str, str]) -> Interaction:
        """Types a command with options as text, which a client turns into the option's kind."""
        data, _ = self._command(name, given)
        return await self._act(user, channel, COMMAND, data)

    async def suggest(self, user: User, channel: str, name: str, option: str, text: str) -> list[Payload]:
        """What is offered while the option is being typed."""
        data, options = self._command(name, {option: text})
        options[0] |= {"focused": True, "value": text}
        asked = await self._act(user, channel, AUTOCOMPLETE, data)
        assert asked.choices is not None
        return asked.choices

    async def press(
        self, user: User, message: Message, custom_id: str, value: str | None = None
    ) -> Interaction:
        """Presses a button, or chooses a value of a select."""
        data: Payload = {"custom_id": custom_id, "component_type": 2 if value is None else SELECT, "id": 1}
        if value is not None:
            data["values"] = [value]
        return await self._act(user, message.channel, COMPONENT, data, message)

    async def submit(self, user: User, asked: Interaction, values: Mapping[str, str]) -> Interaction:
        """Sends the form that an interaction opened. Several choices are parted by a comma; what is not
        named stays as the form has it."""
        assert asked.form is not None
        components = [
            {"type": LABEL, "id": index, "component": _filled(one["component"], values)}
            for index, one in enumerate(asked.form["components"])
        ]
        data = {"custom_id": asked.form["custom_id"], "components": components}
        source = self._world.messages[asked.source] if asked.source else None
        return await self._act(user, asked.channel, MODAL, data, source)

    async def write(self, user: User, channel: str, content: str) -> None:
        """Writes a message, whoever may be listening: the bot, where it sees the channel."""
        guild = self._world.guild_of(channel)
        told = self._world.say(channel, user, {"content": content}, {})
        payload = told.payload
        if guild is not None:
            member: Payload = {
                "roles": [],
                "joined_at": None,
                "deaf": False,
                "mute": False,
                "flags": 0,
                "nick": None,
            }
            payload |= {"guild_id": guild.id, "member": member}
        if not self._world.may(self._world.bot, channel, VIEW):
            return
        await self._fake.gateway.tell("MESSAGE_CREATE", payload, guild.id if guild else None)

    async def dispatch(
        self, user: User, channel: str, kind: int, data: Payload, source: Message | None = None
    ) -> Interaction:
        """Sends an interaction without waiting for its answer."""
        number = self._world.number()
        asked = Interaction(number, f"token-{number}", user, channel, source.id if source else None)
        self._world.interactions[asked.id] = asked
        payload = self._envelope(asked, kind) | {"data": data}
        if source is not None:
            payload["message"] = source.payload
        await self._fake.gateway.tell("INTERACTION_CREATE", payload, payload.get("guild_id"))
        return asked

    async def _act(
        self, user: User, channel: str, kind: int, data: Payload, source: Message | None = None
    ) -> Interaction:
        asked = await self.dispatch(user, channel, kind, data, source)
        await until(asked.settled.is_set, PATIENCE)
        return asked

    def _envelope(self, asked: Interaction, kind: int) -> Payload:
        guild = self._world.guild_of(asked.channel)
        told: Payload = {
            "id": asked.id,
            "application_id": self._world.application,
            "type": kind,
            "token": asked.token,
            "version": 1,
            "channel_id": asked.channel,
            "channel": _channel(guild, asked.channel),
            "locale": "en-GB",
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 0 if guild else 1,
            "attachment_size_limit": 10_485_760,
            "app_permissions": str(guild.members[self._world.bot.id] if guild else EVERY_RIGHT),
        }
        if guild is None:
            return told | {"user": asked.user.payload}
        member: Payload = {"user": asked.user.payload, "permissions": str(guild.members[asked.user.id])}
        roles = [role for role, holders in guild.roles.items() if asked.user.id in holders]
        member |= {"roles": roles, "joined_at": None, "deaf": False, "mute": False, "flags": 0, "nick": None}
        partial = {"id": guild.id, "locale": "en-GB", "features": []}
        return told | {"guild_id": guild.id, "guild": partial, "member": member}

    def _command(self, name: str, given: Mapping[str, str]) -> tuple[Payload, list[Payload]]:
        """The data of a command, and the list in it that holds its options."""
        root, _, member = name.partition(" ")
        # A client's list of commands can be older than the bot's, so one that isn't there is sent as well.
        declared = next((one for one in self._world.commands[""] if one["name"] == root), {})
        known: list[Payload] = declared.get("options", [])
        options: list[Payload] = []
        data: Payload = {"id": "1", "name": root, "type": 1, "options": options}
        if member:
            spec = next((one for one in known if one["name"] == member), {})
            known = spec.get("options", [])
            data["options"] = [{"type": SUBCOMMAND, "name": member, "options": options}]
        kinds = {one["name"]: one["type"] for one in known}
        picked = {user.name: user.id for user in self._world.users.values()}
        for one, value in given.items():
            # A client offers people by their names, and sends the id of who is chosen.
            told = picked.get(value, value) if kinds.get(one) == USER else value
            options.append(_option(one, kinds.get(one, 3), told))
        return data, options


def _channel(guild: Guild | None, channel: str) -> Payload:
    """A direct message, a channel, or a thread."""
    if guild is None or channel not in guild.threads:
        return {"id": channel, "type": 1 if guild is None else 0}
    told = {"id": channel, "type": 11, "name": "a thread", "parent_id": "1", "owner_id": "1"}
    archived: Payload = {"archived": False, "auto_archive_duration": 60}
    archived |= {"archive_timestamp": "2026-12-01T00:00:00+00:00"}
    return told | {
        "message_count": 0,
        "member_count": 0,
        "thread_metadata": archived | {"auto_archive_duration": 60},
    }


def _option(name: str, kind: int, value: str) -> Payload:
    told: Any = value
    if kind == INTEGER and value.lstrip("-").isdecimal():
        told = int(value)
    elif kind == BOOLEAN:
        told = value in ("yes", "true")
    return {"name": name, "type": kind, "value": told}


def _filled(control: Payload, values: Mapping[str, str]) -> Payload:
    name = control["custom_id"]
    told = {"type": control["type"], "id": 2, "custom_id": name}
    if control["type"] != SELECT:
        return told | {"value": values.get(name, control.get("value", ""))}
    if name in values:
        chosen = values[name].split(", ") if values[name] else []
    else:
        chosen = [one["value"] for one in control["options"] if one.get("default")]
    return told | {"values": chosen}


def items(drawn: Any) -> Iterator[Payload]:
    """All buttons and selects of a message, in the order in which they are drawn."""
    if isinstance(drawn, dict):
        if "custom_id" in drawn:
            yield drawn
        for key in ("components", "accessory"):
            yield from items(drawn.get(key))
    elif isinstance(drawn, list):
        for one in drawn:
            yield from items(one)
