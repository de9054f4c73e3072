"""What Discord sends, as a `Call` or a `Typing`. Everything is checked by shape; nothing here does I/O.

The payloads are Discord's own: an interaction as it documents it, with the server's name beside its id, and
a message.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_origin, get_type_hints

from bot.adapters.discord.rights import ADMINISTRATOR, MANAGE_SERVER, is_plain, lacking, shut
from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Space, Submitted, Typed, Typing
from bot.core.chat.picked import write_picked
from bot.core.feature import ActionHandler
from bot.core.ids import Address, Platform

PLATFORM: Platform = "discord"
COMMAND, COMPONENT, AUTOCOMPLETE, MODAL = 2, 3, 4, 5
TEXT_LIMIT = 6_000
NAME_LIMIT = 100
ITEMS_LIMIT = 25
ROLES_LIMIT = 250
QUESTION = "skillgap"

_SUBCOMMAND, _INTEGER, _USER = 1, 4, 6
_USER_SELECT = 5
_ID = re.compile(r"[0-9]{1,20}")
_SAID = (0, 19)  # a message, and a reply to one; every other kind is written by Discord itself

Payload = Mapping[str, Any]
Actions = Mapping[str, ActionHandler]


class Malformed(Exception):
    """The payload can't be read; the text says which part is wrong and what is expected."""


def read_call(payload: Payload, space: Space, what: Typed | Pressed | Submitted) -> Call:
    """What was asked, and where. Raises Malformed."""
    return Call(_id(payload, "id"), space, read_caller(payload), what, _reply_to(payload))


def read_asked(payload: Payload, actions: Actions) -> Typed | Pressed | Submitted:
    """A command, a press or a sent form. Raises Malformed.

    `actions` say which of a form's inputs take several values: Discord sends every choice as a list.
    """
    data = _object(payload.get("data"), "data")
    match payload.get("type"):
        case 2:
            return _typed(data)
        case 3:
            return _pressed(data)
        case 5:
            return _submitted(data, actions)
        case _:
            raise Malformed("type: a command, a component or a modal is expected")


def read_typing(payload: Payload, space: Space) -> Typing:
    """The option that is being typed. Raises Malformed."""
    command, options = _command(_object(payload.get("data"), "data"))
    for option in options:
        if option.get("focused") is True:
            text = str(_option(option))[:TEXT_LIMIT]
            return Typing(space, read_caller(payload), command, _text(option, "name", NAME_LIMIT), text)
    raise Malformed("data.options: one that is focused is expected")


def types_integer(payload: Payload) -> bool:
    """Whether the option that is being typed takes whole numbers, so that its suggestions are such."""
    _, options = _command(_object(payload.get("data"), "data"))
    return any(one.get("focused") is True and one.get("type") == _INTEGER for one in options)


def read_space(payload: Payload) -> Space | None:
    """The server in which it happened; None in a direct message. Raises Malformed."""
    if payload.get("guild_id") is None:
        return None
    guild = _id(payload, "guild_id")
    named = payload.get("guild")
    name = named.get("name") if isinstance(named, dict) else None
    return Space(Address(PLATFORM, guild), name if isinstance(name, str) and name else guild)


def read_caller(payload: Payload) -> Caller:
    """Who it was, as Discord vouches for it; a lead is who may manage the server. Raises Malformed."""
    member = _object(payload.get("member", {}), "member")
    user = _object(member.get("user", payload.get("user", payload.get("author"))), "user")
    names = (member.get("nick"), user.get("global_name"), user.get("username"))
    name = next((one for one in names if isinstance(one, str) and one), "")
    is_lead = bool(_rights(member, "permissions") & (MANAGE_SERVER | ADMINISTRATOR))
    return Caller(Address(PLATFORM, _id(user, "id")), name, is_lead, roles=_roles(member))


def is_said_to(payload: Payload, bot: str) -> bool:
    """Whether a message asks the bot something: by a person, in a direct message or with its mention."""
    author = payload.get("author")
    if not isinstance(author, dict) or author.get("bot") or payload.get("type") not in _SAID:
        return False
    return payload.get("guild_id") is None or bool(_mention(bot).search(str(payload.get("content"))))


def read_question(payload: Payload, bot: str) -> Typed:
    """A message said to the bot, as its question about gaps. Raises Malformed."""
    said = payload.get("content")
    if not isinstance(said, str):
        raise Malformed("content: a text is expected")
    question = _mention(bot).sub(" ", said).strip()[:TEXT_LIMIT]
    return Typed(QUESTION, {"question": question} if question else {})


def read_said(payload: Payload, space: Space, question: Typed) -> Call:
    """The question, and where it was said. Raises Malformed."""
    where = _reply_to({"message": payload, **payload})
    return Call(_id(payload, "id"), space, read_caller(payload), question, where)


def _typed(data: Payload) -> Typed:
    command, options = _command(data)
    return Typed(command, {_text(one, "name", NAME_LIMIT): _option(one) for one in options})


def _command(data: Payload) -> tuple[str, list[Payload]]:
    """The command's full name, and its options."""
    name = _text(data, "name", NAME_LIMIT)
    options = _list(data.get("options", []), "data.options")
    if options and options[0].get("type") == _SUBCOMMAND:
        name = f"{name} {_text(options[0], 'name', NAME_LIMIT)}"
        options = _list(options[0].get("options", []), "data.options.options")
    return name, options


def _option(option: Payload) -> str | int | bool:
    value = option.get("value")
    if option.get("type") == _USER:
        return write_picked(_id(option, "value"))
    if isinstance(value, str):
        return value[:TEXT_LIMIT]
    if isinstance(value, int):
        return value
    raise Malformed("data.options.value: a text, a whole number or true or false is expected")


def _pressed(data: Payload) -> Pressed:
    action = _text(data, "custom_id", NAME_LIMIT)
    values = data.get("values")
    if values is None:
        return Pressed(action)
    if not isinstance(values, list) or len(values) != 1:
        raise Malformed("data.values: one value is expected")
    return Pressed(action, _text({"value": values[0]}, "value", NAME_LIMIT))


def _submitted(data: Payload, actions: Actions) -> Submitted:
    action = _text(data, "custom_id", NAME_LIMIT)
    handler = actions.get(action.split(":")[0])
    hints = get_type_hints(handler.handle) if handler else {}
    values: dict[str, str | tuple[str, ...]] = {}
    for control in _controls(_list(data.get("components"), "data.components")):
        name = _text(control, "custom_id", NAME_LIMIT)
        if "values" in control:
            chosen = _chosen(control)
            if control.get("type") == _USER_SELECT:
                chosen = tuple(write_picked(_id({"user": one}, "user")) for one in chosen)
            values[name] = chosen if get_origin(hints.get(name)) is tuple else "".join(chosen[:1])
        else:
            values[name] = _text(control, "value", TEXT_LIMIT)
    return Submitted(action, values)


def _controls(holders: list[Payload]) -> Iterator[Payload]:
    """What stands in a modal's labels, or in the rows that came before there were labels."""
    for holder in holders:
        held = holder.get("component")
        yield from [_object(held, "component")] if held else _list(holder.get("components"), "components")


def _chosen(control: Payload) -> tuple[str, ...]:
    values = control["values"]
    if not isinstance(values, list) or len(values) > ITEMS_LIMIT:
        raise Malformed(f"data.components.values: at most {ITEMS_LIMIT} values are expected")
    return tuple(_text({"value": one}, "value", NAME_LIMIT) for one in values)


def _reply_to(payload: Payload) -> ReplyTo:
    channel, message = payload.get("channel_id"), payload.get("message")
    in_server = payload.get("guild_id") is not None
    where = ReplyTo(
        None if channel is None else Address(PLATFORM, _id(payload, "channel_id")),
        None if message is None else Address(PLATFORM, _id(_object(message, "message"), "id")),
        None if in_server else False,
    )
    if not in_server or payload.get("app_permissions") is None:
        return where
    there, rights = payload.get("channel"), _rights(payload, "app_permissions")
    lacks, closed = lacking(there, rights), shut(there, rights)
    return replace(where, can_post=not lacks and not closed, lacks=lacks, shut=closed, plain=is_plain(rights))


def _mention(bot: str) -> re.Pattern[str]:
    return re.compile(rf"<@!?{bot}>")


def _object(value: object, name: str) -> Payload:
    if not isinstance(value, dict):
        raise Malformed(f"{name}: an object is expected")
    return value


def _list(value: object, name: str) -> list[Payload]:
    if (
        not isinstance(value, list)
        or len(value) > ITEMS_LIMIT
        or not all(isinstance(one, dict) for one in value)
    ):
        raise Malformed(f"{name}: a list of at most {ITEMS_LIMIT} objects is expected")
    return value


def _text(payload: Payload, name: str, limit: int) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or len(value) > limit:
        raise Malformed(f"{name}: a text of at most {limit} characters is expected")
    return value


def _roles(member: Payload) -> tuple[str, ...]:
    given = member.get("roles", [])
    if not isinstance(given, list) or len(given) > ROLES_LIMIT:
        raise Malformed(f"member.roles: at most {ROLES_LIMIT} ids are expected")
    return tuple(_id({"role": one}, "role") for one in given)


def _rights(payload: Payload, name: str) -> int:
    """A set of permissions, which Discord writes out as a number; nobody has any where there is none."""
    value = payload.get(name, "0")
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed(f"{name}: a number, written out, is expected")
    return int(value)


def _id(payload: Payload, name: str) -> str:
    value = payload.get(name)
    if not isinstance(value, str) or not _ID.fullmatch(value):
        raise Malformed(f"{name}: an id of Discord is expected")
    return value
