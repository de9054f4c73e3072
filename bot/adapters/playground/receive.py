"""What the page sends, as a `Call` or a `Typing`. Everything is checked by shape; nothing here does I/O."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.adapters.playground.cast import GENERAL, MEMBERS, PLACES, PLATFORM, SPACES, Scene
from bot.core.chat.call import Call, Pressed, ReplyTo, Submitted, Typed, Typing
from bot.core.chat.command import Command
from bot.core.chat.command_line import read_line
from bot.core.ids import Address

TEXT_LIMIT = 4_000
NAME_LIMIT = 100
ITEMS_LIMIT = 100
EXTENTS = ("messages", "everything")
END_OF_TIME = datetime(2100, 1, 1, tzinfo=UTC)

_KEY = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NUMBER = re.compile(r"[0-9]{1,15}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)

Payload = Mapping[str, Any]
Commands = Mapping[str, Command]


class Malformed(Exception):
    """The request can't be read; the text says which part is wrong and what is expected."""


def read_call(payload: object, commands: Commands) -> Call:
    """The page's `{key, member, space, place, what}`. Raises Malformed."""
    body = _object(payload, "the request")
    scene = read_scene(body)
    key = _text(body, "key", NAME_LIMIT)
    if not _KEY.fullmatch(key):
        raise Malformed("key: a UUID in lower case is expected")
    asked = _object(body.get("what"), "what")
    entry = asked.get("entry")
    if entry is not None and (
        isinstance(entry, bool) or not isinstance(entry, int) or not 0 < entry < 10**15
    ):
        raise Malformed("what.entry: the number of a message is expected, or null")
    source = None if entry is None else Address(PLATFORM, str(entry))
    reply_to = ReplyTo(Address(PLATFORM, scene.channel), source, can_post=scene.place == GENERAL)
    return Call(key, scene.space, scene.caller, _what(asked, commands), reply_to)


def read_typing(payload: object) -> Typing:
    """The page's `{member, space, command, option, text}`. Raises Malformed."""
    body = _object(payload, "the request")
    scene = read_scene({**body, "place": GENERAL})
    command, option = _text(body, "command", NAME_LIMIT), _text(body, "option", NAME_LIMIT)
    return Typing(scene.space, scene.caller, command, option, _text(body, "text", TEXT_LIMIT))


def read_scene(payload: Payload) -> Scene:
    """Who and where, out of the cast. Raises Malformed for anybody and anywhere else."""
    members = {one.address.id: one for one in MEMBERS}
    spaces = {one.address.id: one for one in SPACES}
    member, space, place = (_text(payload, name, NAME_LIMIT) for name in ("member", "space", "place"))
    for name, value, known in (
        ("member", member, members),
        ("space", space, spaces),
        ("place", place, PLACES),
    ):
        if value not in known:
            raise Malformed(f"{name}: one of {', '.join(known)} is expected")
    return Scene(spaces[space], members[member], place)


def read_extent(payload: Payload) -> str:
    """What starting over deletes: "messages" of one community, or "everything" of all. Raises Malformed."""
    wanted = payload.get("what", "messages")
    if wanted not in EXTENTS:
        raise Malformed(f"what: one of {', '.join(EXTENTS)} is expected")
    return str(wanted)


def read_revision(text: str) -> int:
    """The last revision that the page has seen. Raises Malformed."""
    if not _NUMBER.fullmatch(text):
        raise Malformed("after: a whole number of at most 15 digits is expected")
    return int(text)


def read_instant(payload: object) -> datetime:
    """The page's `{to}`, in UTC: where the clock shall be moved. Raises Malformed."""
    told = _text(_object(payload, "the request"), "to", NAME_LIMIT)
    try:
        instant = datetime.fromisoformat(told).astimezone(UTC) if _INSTANT.fullmatch(told) else END_OF_TIME
    except (ValueError, OverflowError):  # no such day, or with its offset outside of the calendar
        instant = END_OF_TIME
    if instant >= END_OF_TIME:
        raise Malformed("to: an instant before the year 2100 is expected, such as 2026-12-07T09:00:00+00:00")
    return instant


def read_text(text: str, commands: Commands) -> Typed:
    """A command line such as `/skillgap I run EKS` or `/plan start hours:12`. Raises Malformed."""
    words = text.split()
    if not words or not words[0].startswith("/") or words[0] == "/":
        raise Malformed("what.text: a command is expected, such as /cairn")
    return read_line(words[0][1:], " ".join(words[1:]), commands)


def _what(asked: Payload, commands: Commands) -> Typed | Pressed | Submitted:
    match asked.get("kind"):
        case "text":
            return read_text(_text(asked, "text", TEXT_LIMIT), commands)
        case "command":
            options = _object(asked.get("options"), "what.options")
            return Typed(_text(asked, "command", NAME_LIMIT), {n: _option(n, v) for n, v in options.items()})
        case "pressed":
            value = None if asked.get("value") is None else _text(asked, "value", NAME_LIMIT)
            return Pressed(_text(asked, "action", NAME_LIMIT), value)
        case "submitted":
            values = _object(asked.get("values"), "what.values")
            return Submitted(
                _text(asked, "action", NAME_LIMIT),
                {name: _value(name, value) for name, value in values.items()},
            )
    raise Malformed("what.kind: one of text, command, pressed, submitted is expected")


def _object(value: object, name: str) -> Payload:
    if not isinstance(value, dict) or len(value) > ITEMS_LIMIT:
        raise Malformed(f"{name}: an object is expected")
    return value


def _text(payload: Payload, name: str, limit: int) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or len(value) > limit:
        raise Malformed(f"{name}: a text of at most {limit} characters is expected")
    return value


def _option(name: str, value: object) -> str | int | bool:
    if isinstance(value, str | int):
        return value
    raise Malformed(f"what.options.{name}: a text, a whole number or true or false is expected")


def _value(name: str, value: object) -> str | tuple[str, ...]:
    if isinstance(value, str):
        return value
    if isinstance(value, list) and len(value) <= ITEMS_LIMIT and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise Malformed(f"what.values.{name}: a text or a list of texts is expected")
