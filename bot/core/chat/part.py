"""Pieces of text: ours, people's, a member called by name, an instant."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.chat.limits import require, require_line
from bot.core.chat.markup import drawn_length, is_drawable, is_visible, without_marks
from bot.core.ids import Address

MOMENT_LENGTH = 120

_USER_ID = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text of ours, in the small Markdown of `markup`."""

    text: str

    def __post_init__(self) -> None:
        require(is_drawable(self.text), f"no controls or lone surrogates: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Plain:
    """Text typed by a person, or taken from a platform: always shown as it stands, never as markup."""

    text: str

    def __post_init__(self) -> None:
        require(is_drawable(self.text), f"no controls or lone surrogates: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A member, called by a platform's own mention. The only thing that ever notifies anybody."""

    user: Address
    name: str

    def __post_init__(self) -> None:
        require(bool(_USER_ID.fullmatch(self.user.id)), f"a user's id: {self.user.id!r}")
        require_line(self.name, "name")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (aware UTC) that each viewer sees in their own zone."""

    at: datetime
    style: Literal["date", "time", "datetime"] = "datetime"

    def __post_init__(self) -> None:
        require(self.at.tzinfo is not None, "an aware instant")


Part = Markdown | Plain | Mention | Moment


def plain_parts(parts: tuple[Part, ...]) -> str:
    """Parts as plain text: no markup, a mention as its name, a moment in UTC."""
    return "".join(_plain_part(part) for part in parts)


def plain_moment(moment: Moment) -> str:
    """The instant in UTC, for places where no viewer's zone is known."""
    pattern = {"date": "%Y-%m-%d", "time": "%H:%M UTC", "datetime": "%Y-%m-%d %H:%M UTC"}[moment.style]
    return moment.at.strftime(pattern)


def parts_length(parts: tuple[Part, ...]) -> int:
    """The most characters that the parts take on either platform."""
    return sum(_part_length(part) for part in parts)


def require_parts(parts: tuple[Part, ...], limit: int) -> None:
    """Raises ValueError unless there is something to see, of at most `limit` characters as drawn."""
    require(is_visible(plain_parts(parts)), "a text has something to see")
    require(parts_length(parts) <= limit, f"{limit} characters in a text")


def _plain_part(part: Part) -> str:
    match part:
        case Markdown(text):
            return without_marks(text)
        case Plain(text):
            return text
        case Mention(name=name):
            return f"@{name}"
        case Moment():
            return plain_moment(part)


def _part_length(part: Part) -> int:
    match part:
        case Markdown(text) | Plain(text):
            return drawn_length(text)
        case Mention(user, name):
            return max(len(f"<@{user.id}>"), drawn_length(name))
        case Moment():
            return MOMENT_LENGTH
