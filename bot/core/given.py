"""What came with a call, read for its handler: a command's options, a button's arguments, a form's values.

Texts are cleaned here, once. Raises InvalidInput for what can't be used.
"""

import inspect
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_type_hints

from bot.core.chat.call import Caller, Pressed, Submitted, Typed
from bot.core.chat.command import Command, Option, Value, convert
from bot.core.chat.control import CHOICE_LIMIT
from bot.core.chat.form import TYPED_LIMIT
from bot.core.chat.reading import unquote
from bot.core.chat.typed import clean, clean_line
from bot.core.domain.members import NAME_LIMIT
from bot.core.errors import InvalidInput
from bot.core.feature import ActionHandler
from bot.core.time import find_zone

# A handler's arguments, in order and by name.
Given = tuple[tuple[Value, ...], Mapping[str, Any]]

# An entry of a list, by its value: it was chosen, and is chosen again.
_CHOSEN = re.compile(r"[a-z]+(-[a-z]+)*|[0-9]{1,3}", re.ASCII)
_INTEGER = re.compile(r"[0-9]{1,15}")


def read_options(command: Command, given: Mapping[str, str | int | bool]) -> dict[str, Value]:
    known = {option.name: option for option in command.options}
    for name in given:
        if name not in known:
            raise InvalidInput("option.unknown", option=clean_line(name, NAME_LIMIT), command=command.name)
    options = {name: _read_option(option, given[name]) for name, option in known.items() if name in given}
    for name, option in known.items():
        if option.required and options.get(name) is None:
            raise InvalidInput("option.required", option=name, command=command.name)
    return {name: value for name, value in options.items() if value is not None}


def _read_option(option: Option, given: str | int | bool) -> Value | None:
    if isinstance(given, str):
        # One more than the limit is kept, to tell a text that fits from one that doesn't.
        # Quotes around the whole of it keep it together on a line, and mean the same wherever it is typed.
        given = clean_line(unquote(clean_line(given, option.limit + 3)), option.limit + 1)
        if len(given) > option.limit:
            raise InvalidInput("option.long", option=option.name, limit=str(option.limit))
        if not given:
            return None
    return convert(option, given)


def read_args(handler: ActionHandler, args: tuple[str, ...]) -> tuple[Value, ...]:
    if len(args) != len(handler.action.params):
        raise InvalidInput("button.foreign")
    hints = get_type_hints(handler.handle)
    return tuple(
        _read_integer(arg) if hints[name] is int else clean_line(arg, NAME_LIMIT)
        for name, arg in zip(handler.action.params, args, strict=True)
    )


def _read_integer(text: str) -> int:
    if not _INTEGER.fullmatch(text):
        raise InvalidInput("button.foreign")
    return int(text)


def read_values(handler: ActionHandler, values: Mapping[str, str | tuple[str, ...]]) -> dict[str, Any]:
    """A form's values for the handler's keyword-only parameters; an empty one is left to its default."""
    named: dict[str, Any] = {}
    for name, one in inspect.signature(handler.handle).parameters.items():
        if one.kind is not one.KEYWORD_ONLY:
            continue
        value = values.get(name, "")
        if isinstance(value, str):
            value = clean(value, TYPED_LIMIT)
        else:
            value = tuple(clean_line(item, NAME_LIMIT) for item in value[:CHOICE_LIMIT])
        if value:
            named[name] = value
        elif one.default is one.empty:
            raise InvalidInput("input.required")
    return named


def read_typed(what: Typed | Pressed | Submitted, least: int = 1) -> tuple[str, ...]:
    """The texts of a form that was sent, and those of a command that have at least so many characters,
    cleaned like everything that people type."""
    if isinstance(what, Pressed):
        return ()
    given = what.options.values() if isinstance(what, Typed) else what.values.values()
    texts = tuple(clean(text, TYPED_LIMIT) for text in given if isinstance(text, str))
    if isinstance(what, Typed):
        return tuple(text for text in texts if len(text) >= least)
    return tuple(text for text in texts if not _CHOSEN.fullmatch(text))


def typed_again(what: Typed | Pressed | Submitted) -> tuple[str, ...]:
    """What was typed, as it can be typed again: a command on one line, a form's texts one by one."""
    if not isinstance(what, Typed) or not what.options:
        return read_typed(what)
    alone = len(what.options) == 1
    values = (f"{name}:{_quote(str(value), alone)}" for name, value in what.options.items())
    return (clean_line(" ".join((f"/{what.command}", *values)), TYPED_LIMIT),)


def _quote(value: str, alone: bool) -> str:
    return value if alone or " " not in value or '"' in value else f'"{value}"'


def read_caller(caller: Caller) -> Caller:
    """What the platform says of somebody, cleaned: they may have typed all of it themselves."""
    name, handle = clean_line(caller.name, NAME_LIMIT), clean_line(caller.handle, NAME_LIMIT)
    return replace(caller, name=name, handle=handle, zone=_known_zone(caller.zone))


def _known_zone(name: str) -> str:
    """The zone as we know it; empty for one that we don't."""
    try:
        return find_zone(name).key if name else ""
    except InvalidInput:
        return ""
