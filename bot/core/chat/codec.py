"""A button carries its meaning in its id, so it outlives restarts: `goal.done:42`."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote, unquote

from bot.core.errors import InvalidInput

ID_LIMIT = 100
_NAME = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
_ENCODED = re.compile(r"[A-Za-z0-9_.~%-]*")


@dataclass(frozen=True, slots=True)
class ActionId:
    """What a button, a select or a form means: the action's name and its arguments, all text."""

    name: str
    args: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """An action as it is declared: its name and the names of its arguments. Call it to get an id."""

    name: str
    params: tuple[str, ...]

    def __init__(self, name: str, *params: str) -> None:
        if not _NAME.fullmatch(name):
            raise ValueError(f"an action is named like word.verb, not {name!r}")
        object.__setattr__(self, "name", name)
        object.__setattr__(self, "params", params)

    def __call__(self, *args: str | int) -> ActionId:
        if len(args) != len(self.params):
            raise ValueError(f"{self.name} takes {len(self.params)} arguments, not {len(args)}")
        return ActionId(self.name, tuple(str(arg) for arg in args))

    def select(self, *args: str | int) -> ActionId:
        """The id of a select: all arguments but the last, which is the value that will be chosen."""
        if len(args) != len(self.params) - 1:
            raise ValueError(
                f"a select of {self.name} takes {len(self.params) - 1} arguments, not {len(args)}"
            )
        return ActionId(self.name, tuple(str(arg) for arg in args))


def encode(action: ActionId) -> str:
    """The id as platforms carry it. Raises ValueError when it is longer than ID_LIMIT characters."""
    text = ":".join((action.name, *(quote(arg, safe="") for arg in action.args)))
    if len(text) > ID_LIMIT:
        raise ValueError(f"the id of {action.name} takes {len(text)} characters, {ID_LIMIT} are allowed")
    return text


def decode(text: str) -> ActionId:
    """What `encode` was given. Raises InvalidInput for anything that `encode` can't have written."""
    name, *args = text.split(":")
    if len(text) > ID_LIMIT or not _NAME.fullmatch(name) or not _are_encoded(args):
        raise InvalidInput("button.foreign")
    return ActionId(name, tuple(unquote(arg) for arg in args))


def _are_encoded(args: Iterable[str]) -> bool:
    return all(_ENCODED.fullmatch(arg) and quote(unquote(arg), safe="") == arg for arg in args)
