"""The state behind the fake Discord: who is where, what was said, and what is waiting for an answer."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.adapters.discord.publish import PERMISSIONS

Payload = dict[str, Any]

V2 = 1 << 15
EPHEMERAL = 1 << 6
LOADING = 1 << 7
EVERY_RIGHT = (1 << 53) - 1
VIEW, SEND, ATTACH, READ_HISTORY, SEND_IN_THREADS = 1 << 10, 1 << 11, 1 << 15, 1 << 16, 1 << 38
MEMBER_RIGHTS = VIEW | SEND | 1 << 31
# As the bot's invite asks for them.
INVITED = sum(bit for bit, _ in PERMISSIONS.values())


class Refusal(Exception):
    """An answer of Discord's that says no: a status, and a code in its body."""

    def __init__(self, status: int, code: int, says: str = "", **more: Any) -> None:
        super().__init__(f"{status} {code} {says}")
        self.status = status
        self.body = {"code": code, "message": says or str(code), **more}


@dataclass
class User:
    id: str
    name: str
    bot: bool = False
    closed: bool = False  # takes no direct messages

    @property
    def payload(self) -> Payload:
        named = {"id": self.id, "username": self.name.lower().replace(" ", "_"), "global_name": self.name}
        return named | {"discriminator": "0", "avatar": None, "bot": self.bot, "public_flags": 0}


@dataclass
class Guild:
    id: str
    name: str
    channels: dict[str, str]
    members: dict[str, int]  # each member's permissions
    system: str | None = None  # the channel in which the server greets newcomers
    roles: dict[str, set[str]] = field(default_factory=dict)  # who has each
    threads: set[str] = field(default_factory=set)  # those of the channels that are threads
    locked: set[str] = field(default_factory=set)  # those of the threads in which only moderators write
    archived: set[str] = field(default_factory=set)  # those that nobody has written in lately


@dataclass
class Message:
    """`audience`: the one user who sees it, or None; `revision` grows with every change of anything; `first`:
    the body with which it was created, from which its notification is made."""

    id: str
    channel: str
    author: User
    body: Payload
    revision: int
    first: Payload
    audience: str | None = None
    interaction: str | None = None
    pictures: dict[str, bytes] = field(default_factory=dict)
    at: str = "2030-01-01T00:00:00+00:00"  # later than what any test has said is due

    @property
    def payload(self) -> Payload:
        attachments = [
            {"id": str(index), "filename": name, "size": len(png), "url": f"https://cdn.example/{name}"}
            | {"proxy_url": f"https://media.example/{name}", "content_type": "image/png"}
            for index, (name, png) in enumerate(self.pictures.items())
        ]
        return {
            "id": self.id,
            "channel_id": self.channel,
            "author": self.author.payload,
            "type": 0,
            "timestamp": self.at,
            "edited_timestamp": None,
            "tts": False,
            "mention_everyone": False,
            "mentions": [],
            "mention_roles": [],
            "pinned": False,
            "embeds": [],
            **self.body,
            "content": self.body.get("content") or "",
            "components": self.body.get("components") or [],
            "flags": self.body.get("flags", 0),
            "attachments": attachments,
        }


@dataclass
class Interaction:
    """`answered`: the type of the first answer. `settled` is set once the user has something to look at."""

    id: str
    token: str
    user: User
    channel: str
    source: str | None = None
    answered: int | None = None
    original: str | None = None
    seen: list[str] = field(default_factory=list)
    form: Payload | None = None
    choices: list[Payload] | None = None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    known_at: float = 0.0


class World:
    """Everything that outlives a restart of the bot. `late`: how many seconds after an interaction was
    acknowledged its token is known where the answers come in."""

    def __init__(self) -> None:
        self._numbers = count(10**17)
        self._revisions = count(1)
        self.bot = User(self.number(), "Cairn", bot=True)
        self.application = self.number()
        self.users: dict[str, User] = {self.bot.id: self.bot}
        self.guilds: dict[str, Guild] = {}
        self.direct: dict[str, str] = {}  # user -> channel
        self.messages: OrderedDict[str, Message] = OrderedDict()
        self.interactions: dict[str, Interaction] = {}
        self.commands: dict[str, list[Payload]] = {}
        self.uploads = 0
        self.late = 0.0

    def number(self) -> str:
        return str(next(self._numbers))

    def add_user(self, name: str) -> User:
        user = User(self.number(), name)
        self.users[user.id] = user
        return user

    def add_guild(self, name: str) -> Guild:
        guild = Guild(self.number(), name, {"general": self.number()}, {self.bot.id: INVITED})
        self.guilds[guild.id] = guild
        return guild

    def open_direct(self, user: str) -> str:
        """The channel's id, the same for the same user."""
        if user not in self.users:
            raise Refusal(404, 10013, "Unknown User")
        return self.direct.setdefault(user, self.number())

    def recipient(self, channel: str) -> User | None:
        return next((self.users[one] for one, its in self.direct.items() if its == channel), None)

    def guild_of(self, channel: str) -> Guild | None:
        return next((one for one in self.guilds.values() if channel in one.channels.values()), None)

    def require_channel(self, channel: str) -> None:
        if self.guild_of(channel) is None and self.recipient(channel) is None:
            raise Refusal(404, 10003, "Unknown Channel")

    def may(self, user: User, channel: str, right: int) -> bool:
        """Whether the user has the right there; in direct messages everybody has every one."""
        guild = self.guild_of(channel)
        return guild is None or guild.members[user.id] & right == right

    def require(self, channel: str, right: int, code: int = 50013) -> None:
        """Raises Refusal unless the bot has the right there."""
        if not self.may(self.bot, channel, VIEW):
            raise Refusal(403, 50001, "Missing Access")
        if not self.may(self.bot, channel, right):
            raise Refusal(403, code, "Missing Permissions")

    def say(
        self, channel: str, author: User, body: Payload, pictures: dict[str, bytes], **given: Any
    ) -> Message:
        """A new message. A nonce that was used in the channel before gives that message again."""
        self.require_channel(channel)
        if body.get("enforce_nonce"):
            for one in self.messages.values():
                if one.channel == channel and one.body.get("nonce") == body["nonce"]:
                    return one
        number, revision = self.number(), next(self._revisions)
        told = Message(number, channel, author, body, revision, body, **given, pictures=pictures)
        self.messages[told.id] = told
        return told

    def change(self, message: Message, body: Payload, pictures: dict[str, bytes]) -> None:
        """An edit: what it names is replaced. Once a message has components it can't go back."""
        hidden = message.body.get("flags", 0) & EPHEMERAL
        flags = body.get("flags", message.body.get("flags", 0)) | hidden
        if message.body.get("flags", 0) & V2 and not flags & V2:
            raise Refusal(400, 50035, "components can't be taken away")
        if "attachments" in body:
            message.pictures = {}
        message.pictures |= pictures
        message.body = {**message.body, **body, "flags": flags & ~LOADING}
        if flags & V2 and message.body.get("content"):
            raise Refusal(400, 50035, "content beside components")
        message.revision = next(self._revisions)

    def find_message(self, channel: str, message: str) -> Message:
        self.require_channel(channel)
        found = self.messages.get(message)
        if found is None or found.channel != channel:
            raise Refusal(404, 10008, "Unknown Message")
        return found

    def seen_by(self, user: User | None, channel: str) -> list[Message]:
        """What the user sees in a channel, or anybody, the newest last."""
        return [
            one
            for one in self.messages.values()
            if one.channel == channel and one.audience in (None, user.id if user else None)
        ]
