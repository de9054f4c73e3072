"""What Slack sends, as a `Call` or a `Typing`. Everything is checked by shape; nothing here does I/O."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.adapters.slack.envelope import Envelope, read_envelope
from bot.adapters.slack.origin import Malformed, Origin, read_id, read_key, read_stamp, read_url, unpack
from bot.adapters.slack.people import home_in, member_id
from bot.adapters.slack.render import LINK_ID
from bot.adapters.slack.tokens import read_said, read_typed
from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Space, Submitted, Typed, Typing
from bot.core.chat.codec import decode
from bot.core.chat.command import Command
from bot.core.chat.command_line import EXPLAIN, read_line
from bot.core.chat.form import INPUT_LIMIT
from bot.core.chat.picked import write_picked
from bot.core.errors import InvalidInput
from bot.core.feature import ActionHandler
from bot.core.ids import Address, Platform
from bot.core.views.asking import RUN

PLATFORM: Platform = "slack"
TEXT_LIMIT = 12_000
NAME_LIMIT = 255
CHOSEN_LIMIT = 100
QUESTION = "skillgap", "question"


Payload = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Received:
    """A call, and where it came from. `inputs`: the names of those in the form that was sent."""

    call: Call
    origin: Origin
    inputs: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what is sent for one workspace. `bot` is the user that Cairn is there, `prefix` stands before
    the names of its commands, `hooks` begins each address that takes an answer. All methods raise Malformed,
    also for another workspace."""

    space: Space
    bot: str
    prefix: str
    hooks: str
    commands: Mapping[str, Command]

    def command(self, body: Payload) -> Received:
        """A slash command."""
        sent = self._require_space(body)
        name = _text(body, "command", NAME_LIMIT)
        if not name.startswith(f"/{self.prefix}"):
            raise Malformed(f"command: a name that begins with /{self.prefix} is expected")
        root, text = name[len(self.prefix) + 1 :], read_typed(_text(body, "text", TEXT_LIMIT))
        if root == EXPLAIN:  # commands are named there as they are typed
            text = re.sub(rf"(^|\s)/?{re.escape(self.prefix)}(?=\w)", r"\1", text)
        typed = read_line(root, text, self.commands)
        origin = Origin(
            user=read_id(body.get("user_id"), "user_id"),
            channel=read_id(body.get("channel_id"), "channel_id"),
            url=read_url(body.get("response_url"), self.hooks),
            trigger=read_key(body.get("trigger_id"), "trigger_id"),
        )
        return self._receive(origin.trigger, body.get("user_name"), typed, origin, sent)

    def action(self, body: Payload) -> Received | None:
        """A button or a select; None for a link, which the browser has opened already."""
        sent, user = self._require_space(body), _user(body)
        pressed = _pressed(body)
        if pressed is None:
            return None
        container = _object(body.get("container"), "container")
        trigger = read_key(body.get("trigger_id"), "trigger_id")
        if container.get("type") == "message":
            origin = Origin(
                user=user,
                channel=read_id(container.get("channel_id"), "container.channel_id"),
                message=read_stamp(container.get("message_ts"), "container.message_ts"),
                url=read_url(body.get("response_url"), self.hooks),
                trigger=trigger,
            )
        elif _object(body.get("view"), "view").get("type") == "home":
            origin = Origin(user=user, home=True, trigger=trigger)
        else:
            raise Malformed("container: a message or the home tab is expected")
        return self._receive(trigger, _name(body), pressed, origin, sent, home_in(body.get("user")))

    def submission(self, body: Payload) -> Received:
        """A modal that was sent; that of a command's options is the command, as if it had been typed."""
        sent, user = self._require_space(body), _user(body)
        view = _object(body.get("view"), "view")
        action = _text(view, "callback_id", NAME_LIMIT)
        values = _values(_object(_object(view.get("state"), "view.state").get("values"), "view.state.values"))
        command = _command_of(action)
        what: Typed | Submitted = Submitted(action, values)
        if command is not None:
            what = Typed(command, {name: str(value) for name, value in values.items() if value})
        origin = unpack(view.get("private_metadata"), user, self.hooks)
        key = read_key(body.get("trigger_id"), "trigger_id")
        received = self._receive(key, _name(body), what, origin, sent, home_in(body.get("user")))
        return replace(received, inputs=frozenset(values))

    def suggestion(self, body: Payload) -> Typing:
        """An option that is being typed into the modal of a command's options."""
        member = member_id(_user(body), home_in(body.get("user")), self._require_space(body))
        caller = Caller(Address(PLATFORM, member), "", handle=str(_name(body) or ""))
        view = _object(body.get("view"), "view")
        command = _command_of(_text(view, "callback_id", NAME_LIMIT))
        if command is None:
            raise Malformed("view.callback_id: a command's form is expected")
        option, text = _text(body, "action_id", NAME_LIMIT), _text(body, "value", TEXT_LIMIT)
        return Typing(self.space, caller, command, option, text)

    def question(self, body: Payload) -> Received | None:
        """A mention of the bot, or what somebody writes to it: the same as its question about gaps. None for
        what wasn't said by a person, or not to the bot. Slack names nobody then."""
        sent, event = self._require_space(body), _object(body.get("event"), "event")
        direct = event.get("channel_type") == "im"
        channel = read_id(event.get("channel"), "event.channel")
        mentioned = event.get("type") == "app_mention" and not channel.startswith("D")
        written = event.get("type") == "message" and direct and "subtype" not in event
        if not (mentioned or written) or event.get("bot_id") or event.get("user") in (None, self.bot):
            return None
        said = read_said(_text(event, "text", TEXT_LIMIT), self.bot).strip()
        command, option = QUESTION
        thread = event.get("thread_ts")
        origin = Origin(
            user=read_id(event["user"], "event.user"),
            channel=channel,
            thread="" if thread is None else read_stamp(thread, "event.thread_ts"),
        )
        typed = Typed(command, {option: said} if said else {})
        return self._receive(
            read_key(body.get("event_id"), "event_id"), None, typed, origin, sent, home_in(event)
        )

    def opened(self, body: Payload) -> Caller | None:
        """Who opened the home tab; None for the tab of messages."""
        sent, event = self._require_space(body), _object(body.get("event"), "event")
        if event.get("tab") != "home":
            return None
        member = member_id(read_id(event.get("user"), "event.user"), home_in(event), sent)
        return Caller(Address(PLATFORM, member), "")

    def _receive(
        self,
        key: str,
        name: object,
        what: Typed | Pressed | Submitted,
        origin: Origin,
        sent: Envelope,
        home: str = "",
    ) -> Received:
        member = member_id(origin.user, home, sent)
        # What Slack sends along is the handle. The name that others see is asked for.
        caller = Caller(Address(PLATFORM, member), "", handle=name if isinstance(name, str) else "")
        channel = Address(PLATFORM, origin.channel) if origin.channel else None
        message = Address(PLATFORM, origin.message) if origin.message else None
        return Received(Call(key, self.space, caller, what, ReplyTo(channel, message)), origin)

    def _require_space(self, body: Payload) -> Envelope:
        sent = read_envelope(body)
        if sent.team != self.space.address.id:
            raise Malformed("team: the workspace that this reader is for is expected")
        return sent


def asked_for(call: Call, catalog: Catalog) -> Command | ActionHandler | None:
    """What the call asks for; None when nobody answers it."""
    if isinstance(call.what, Typed):
        return catalog.commands.get(call.what.command)
    try:
        return catalog.actions.get(decode(call.what.action).name)
    except InvalidInput:
        return None


def _pressed(body: Payload) -> Pressed | None:
    match body.get("actions"):
        case [{"action_id": str(action), "selected_option": {"value": str(value)}}, *_]:
            return Pressed(action, value)
        case [{"action_id": str(action), "type": "button"}, *_]:
            return None if action.startswith(LINK_ID) else Pressed(action)
    raise Malformed("actions: a button or a chosen option is expected")


def _values(state: Payload) -> dict[str, str | tuple[str, ...]]:
    """A form's values by the names of its inputs: each stands in a block of its own, under the same name."""
    if len(state) > INPUT_LIMIT:
        raise Malformed(f"view.state.values: at most {INPUT_LIMIT} are expected")
    return {name: _value(_object(block, name).get(name)) for name, block in state.items()}


def _value(given: object) -> str | tuple[str, ...]:
    match given:
        case {"selected_options": [*chosen]} if len(chosen) <= CHOSEN_LIMIT:
            return tuple(_text(_object(one, "selected_options"), "value", NAME_LIMIT) for one in chosen)
        case {"selected_option": {"value": str(value)}}:
            return value
        case {"selected_user": str(user)}:
            return write_picked(read_id(user, "selected_user"))
        case {"selected_user": None}:
            return ""
        case {"selected_option": None} | {"selected_date": None} | {"value": None}:
            return ""
        case {"selected_date": str(value)} | {"value": str(value)} if len(value) <= TEXT_LIMIT:
            return value
    raise Malformed("view.state.values: a text, a day or chosen options are expected")


def _command_of(action: str) -> str | None:
    """The command whose options the form asks for."""
    if action.partition(":")[0] != RUN.name:
        return None
    try:
        asked = decode(action)
    except InvalidInput:
        raise Malformed("view.callback_id: a command is expected") from None
    return asked.args[0] if asked.args else ""


def _name(body: Payload) -> object:
    user = body["user"]
    return user.get("username") or user.get("name")


def _user(body: Payload) -> str:
    return read_id(_object(body.get("user"), "user").get("id"), "user.id")


def _object(value: object, name: str) -> Payload:
    if isinstance(value, dict):
        return value
    raise Malformed(f"{name}: an object is expected")


def _text(payload: Payload, name: str, limit: int) -> str:
    match payload.get(name):
        case str(value) if len(value) <= limit:
            return value
    raise Malformed(f"{name}: a text of at most {limit} characters is expected")
