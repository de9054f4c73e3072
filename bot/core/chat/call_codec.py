"""A call in writing, so that it can wait: only what the core was told, nothing else that a platform sent."""

import json
from typing import Any, get_args

from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Space, Submitted, Typed
from bot.core.ids import Address, Platform

VERSION = 1

_PLATFORMS = frozenset(get_args(Platform))


def write_call(call: Call) -> str:
    """The call in ASCII, as one line."""
    written = [
        VERSION,
        call.key,
        [_write_address(call.space.address), call.space.name],
        _write_caller(call.caller),
        _write_what(call.what),
        _write_to(call.reply_to),
    ]
    return json.dumps(written, separators=(",", ":"))


def read_call(text: str) -> Call:
    """What `write_call` was given. Raises ValueError for anything that it can't have written."""
    try:
        match json.loads(text):
            case [version, str(key), [space, str(name)], caller, what, to] if (
                type(version) is int and version == VERSION  # True is 1, too
            ):
                place = Space(_read_address(space), name)
                return Call(key, place, _read_caller(caller), _read_what(what), _read_to(to))
    except RecursionError:
        pass
    raise ValueError("that is not a call in writing")


def _write_caller(caller: Caller) -> list[Any]:
    who, roles = _write_address(caller.address), list(caller.roles)
    return [who, caller.name, caller.is_lead, caller.handle, caller.zone, roles]


def _write_to(to: ReplyTo) -> list[Any]:
    channel, message = (None if one is None else _write_address(one) for one in (to.channel, to.message))
    return [
        channel,
        message,
        to.can_post,
        list(to.lacks),
        *([to.shut, to.plain] if to.shut or to.plain else ()),
    ]


def _write_address(address: Address) -> list[str]:
    return [address.platform, address.id]


def _write_what(what: Typed | Pressed | Submitted) -> list[Any]:
    match what:
        case Typed(command, options):
            return ["typed", command, dict(options)]
        case Pressed(action, value):
            return ["pressed", action, value]
        case Submitted(action, values):
            return ["submitted", action, dict(values)]


def _read_address(written: Any) -> Address:
    match written:
        case [platform, str(foreign_id)] if platform in _PLATFORMS:
            return Address(platform, foreign_id)
    raise ValueError("an address is a platform's name and an id")


def _read_caller(written: Any) -> Caller:
    match written:
        case [who, str(name), bool(is_lead), str(handle), str(zone), roles]:
            return Caller(_read_address(who), name, is_lead, handle, zone, _read_texts(roles))
    raise ValueError("a caller is an address, names, a zone and roles")


def _read_what(written: object) -> Typed | Pressed | Submitted:
    match written:
        case ["typed", str(command), dict(options)] if all(map(_is_option, options.values())):
            return Typed(command, options)
        case ["pressed", str(action), str() | None as value]:
            return Pressed(action, value)
        case ["submitted", str(action), dict(values)]:
            return Submitted(action, {name: _read_value(value) for name, value in values.items()})
    raise ValueError("a call is typed, pressed or submitted")


def _is_option(value: object) -> bool:
    return isinstance(value, str | int)


def _read_value(value: Any) -> str | tuple[str, ...]:
    return value if isinstance(value, str) else _read_texts(value)


def _read_texts(written: Any) -> tuple[str, ...]:
    match written:
        case [*texts] if all(isinstance(one, str) for one in texts):
            return tuple(texts)
    raise ValueError("texts are expected")


def _read_to(written: Any) -> ReplyTo:
    match written:
        case [channel, message, bool() | None as can_post, lacks, *more] if _is_more(more):
            channel, message = (None if one is None else _read_address(one) for one in (channel, message))
            return ReplyTo(channel, message, can_post, _read_texts(lacks), *more)
    raise ValueError("an answer goes to a channel, to a message or to neither")


def _is_more(written: list[Any]) -> bool:
    """Whether it is a reason and whether pictures may be attached, or neither, as older releases write it."""
    match written:
        case []:
            return True
        case [str(shut), bool(plain)]:
            return bool(shut) or plain
    return False
