"""A Slack workspace as the fake keeps it: its people, channels, messages, modals and home tabs."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from slack_sdk.errors import SlackObjectFormationError

from tests.contract import slack_limits as limits

Payload = dict[str, Any]

TRIGGER_SECONDS = 3.0
HOOK_SECONDS = 1_800.0
HOOK_USES = 5
STACK_MOST = 3
PATIENCE = 20.0


SCOPE_OF_EVENT = {"app_mention": "app_mentions:read", "message.im": "im:history"}


_requests = count(int(time.time() * 1_000))


class ApiError(Exception):
    """Slack's word for why it does not do something; `needed` is the scope that the app lacks for it."""

    def __init__(self, code: str, needed: str = "") -> None:
        super().__init__(code)
        self.needed = needed


@dataclass(slots=True)
class Post:
    """A message. `audience` is the only one who sees it, or None; `file`: it is a file that was shared.
    `made` and `revision` are the workspace's revisions when it was made and changed last."""

    channel: str
    ts: str
    payload: Payload
    audience: str | None = None
    file: Payload | None = None
    made: int = 0
    revision: int = 0


@dataclass(slots=True)
class Modal:
    id: str
    view: Payload


@dataclass(slots=True)
class Hook:
    """What a response_url stands for: the message that it can replace, if there is one."""

    user: str
    channel: str
    ts: str | None
    expires: float
    uses: int = HOOK_USES


@dataclass
class Workspace:
    """One workspace in which the app is installed, with `scopes`. `url` is the fake's own address.

    `commands` and `events` are those that the app's manifest names; None: nobody looks.
    """

    url: str
    id: str
    name: str
    token: str
    app_token: str
    scopes: set[str]
    bot: str = "UCAIRN"
    bot_id: str = "BCAIRN"
    people: dict[str, Payload] = field(default_factory=dict)
    channels: dict[str, set[str]] = field(default_factory=dict)
    archived: set[str] = field(default_factory=set)
    restricted: set[str] = field(default_factory=set)  # channels that are read-only for the app
    posts: list[Post] = field(default_factory=list)
    modals: dict[str, list[Modal]] = field(default_factory=dict)
    homes: dict[str, Payload] = field(default_factory=dict)
    files: dict[str, Payload] = field(default_factory=dict)
    commands: frozenset[str] | None = None
    events: frozenset[str] | None = None
    revision: int = 0
    _triggers: dict[str, tuple[str, float]] = field(default_factory=dict)
    _spent: set[str] = field(default_factory=set)
    _hooks: dict[str, Hook] = field(default_factory=dict)
    _number: int = 0
    _stamp: float = 0.0

    def add_person(self, name: str, **facts: Any) -> str:
        """Their id. Others call them by the name; Slack itself by their handle."""
        user = f"U{len(self.people):07d}"
        handle = name.lower().replace(" ", ".")
        told = {"id": user, "team_id": self.id, "name": handle, "is_admin": False, "real_name": name}
        self.people[user] = told | {"profile": {"display_name": name, "real_name": name}, **facts}
        return user

    def add_channel(self, channel: str, *members: str) -> None:
        self.channels[channel] = {self.bot, *members}

    def offers(self, command: str) -> bool:
        """Whether people find the command here."""
        return "commands" in self.scopes and (self.commands is None or command in self.commands)

    def reports(self, event: str) -> bool:
        """Whether the app is sent such events."""
        scope = SCOPE_OF_EVENT.get(event)
        return (scope is None or scope in self.scopes) and (self.events is None or event in self.events)

    def direct(self, user: str) -> str:
        """The channel of the bot's direct messages with somebody."""
        channel = f"D{user[1:]}"
        self.channels.setdefault(channel, {self.bot, user})
        return channel

    def number(self) -> int:
        self._number += 1
        return self._number

    def request(self) -> str:
        """An id of something that is sent: never the same twice, also by another Slack of another test."""
        return f"{next(_requests)}{self.id}"

    def stamp(self) -> str:
        self._stamp = max(time.time(), self._stamp + 0.000_001)
        return f"{self._stamp:.6f}"

    def say(
        self, channel: str, payload: Payload, audience: str | None = None, file: Payload | None = None
    ) -> Post:
        """A message of the bot."""
        check_message(payload)
        made = self._change()
        post = Post(channel, self.stamp(), payload, audience, file, made, made)
        self.posts.append(post)
        return post

    def replace(self, channel: str, ts: str, payload: Payload, *, hidden: bool = False) -> Post:
        """Another content for a message; `hidden`: also for one that a single person sees."""
        check_message(payload)
        for post in self.posts:
            if (post.channel, post.ts) == (channel, ts) and (hidden or post.audience is None):
                post.payload, post.revision = payload, self._change()
                return post
        raise ApiError("message_not_found")

    def seen_by(self, user: str) -> list[Post]:
        """What the person sees of the bot anywhere, in the order of time."""
        return [
            post
            for post in self.posts
            if post.audience in (None, user) and user in self.channels.get(post.channel, ())
        ]

    def trigger(self, user: str, seconds: float = TRIGGER_SECONDS) -> str:
        trigger = f"{self.request()}.{self.id}.{user}"
        self._triggers[trigger] = (user, time.monotonic() + seconds)
        return trigger

    def spend(self, trigger: str) -> str:
        """The user whose trigger it is: each opens one modal, within three seconds."""
        if trigger in self._spent:
            raise ApiError("exchanged_trigger_id")
        user, expires = self._triggers.get(trigger, ("", 0.0))
        if not user:
            raise ApiError("invalid_trigger_id")
        if time.monotonic() > expires:
            raise ApiError("expired_trigger_id")
        self._spent.add(trigger)
        return user

    def open_modal(self, user: str, view: Payload) -> Modal:
        check_view(view)
        stack = self.modals.setdefault(user, [])
        if len(stack) == STACK_MOST:
            raise ApiError("push_limit_reached")
        modal = Modal(f"V{self.number()}", view)
        stack.append(modal)
        self._change()
        return modal

    def show_home(self, user: str, view: Payload) -> None:
        check_view(view)
        self.homes[user] = view
        self._change()

    def add_hook(self, user: str, channel: str, ts: str | None, seconds: float = HOOK_SECONDS) -> str:
        """An address that takes answers."""
        token = f"{self.id}-{self.number()}"
        self._hooks[token] = Hook(user, channel, ts, time.monotonic() + seconds)
        return f"{self.url}/response/{token}"

    def respond(self, token: str, payload: Payload) -> None:
        """What an address was told."""
        hook = self._hooks.get(token)
        if hook is None or time.monotonic() > hook.expires:
            raise ApiError("expired_url")
        if not hook.uses:
            raise ApiError("used_url")
        hook.uses -= 1
        if payload.get("replace_original") and hook.ts is not None:
            self.replace(hook.channel, hook.ts, payload, hidden=True)
        else:
            alone = payload.get("response_type") != "in_channel"
            self.say(hook.channel, payload, hook.user if alone else None)

    async def wait_for(self, holds: Callable[[], bool], what: str = "something new") -> None:
        """Raises AssertionError when it doesn't come true."""
        deadline = time.monotonic() + PATIENCE
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain for {what}"
            await asyncio.sleep(0.003)

    def _change(self) -> int:
        self.revision += 1
        return self.revision


def check_message(payload: Payload) -> None:
    """Raises ApiError for what Slack would not take."""
    if not payload.get("text") and not payload.get("blocks"):
        raise ApiError("no_text")
    if payload.get("blocks"):
        _refuse(limits.check_message, payload, "invalid_blocks")


def check_view(view: Payload) -> None:
    _refuse(limits.check_view, view, "invalid_arguments")


def _refuse(check: Callable[[Payload], None], payload: Payload, code: str) -> None:
    try:
        check(payload)
    except (AssertionError, KeyError, SlackObjectFormationError) as error:
        raise ApiError(code) from error
