"""What can be said on every platform. Limits are the smaller of Slack's and Discord's.

A value that breaks a limit is never built: the constructor raises ValueError, which is a bug in a view
(or, for a text from `content/`, a finding of the linter).
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.chat.codec import ActionId, encode
from bot.core.chat.markup import drawn_length, is_drawable, is_visible, without_marks
from bot.core.ids import Address

TITLE_LIMIT = 150
TEXT_LIMIT = 2_000
MESSAGE_LIMIT = 4_000
BLOCK_LIMIT = 20
COMPONENT_LIMIT = 40
ROW_LIMIT = 5
ROWS_LIMIT = 5
FIELD_LIMIT = 10
LABEL_LIMIT = 75
CHOICE_LIMIT = 25
VALUE_LIMIT = 100
URL_LIMIT = 500
FALLBACK_LIMIT = 2_000

MENTION_LIMIT = 100
MOMENT_LENGTH = 120

_USER_ID = re.compile(r"[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Markdown:
    """Text of ours, in the small Markdown of `markup`."""

    text: str

    def __post_init__(self) -> None:
        _require(is_drawable(self.text), f"no controls or lone surrogates: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Plain:
    """Text typed by a person, or taken from a platform: always shown as it stands, never as markup."""

    text: str

    def __post_init__(self) -> None:
        _require(is_drawable(self.text), f"no controls or lone surrogates: {self.text!r}")


@dataclass(frozen=True, slots=True)
class Mention:
    """A member, called by a platform's own mention. The only thing that ever notifies anybody."""

    user: Address
    name: str

    def __post_init__(self) -> None:
        _require(bool(_USER_ID.fullmatch(self.user.id)), f"a user's id: {self.user.id!r}")
        _require_line(self.name, "name")


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant (aware UTC) that each viewer sees in their own zone."""

    at: datetime
    style: Literal["date", "time", "datetime"] = "datetime"

    def __post_init__(self) -> None:
        _require(self.at.tzinfo is not None, "an aware instant")


Part = Markdown | Plain | Mention | Moment
Style = Literal["normal", "primary", "danger"]


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action: ActionId
    style: Style = "normal"

    def __post_init__(self) -> None:
        _require_line(self.label, "label")
        _require(drawn_length(self.label) <= LABEL_LIMIT, f"label of {LABEL_LIMIT}: {self.label!r}")
        encode(self.action)


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an https address."""

    label: str
    url: str

    def __post_init__(self) -> None:
        _require_line(self.label, "label")
        _require(drawn_length(self.label) <= LABEL_LIMIT, f"label of {LABEL_LIMIT}: {self.label!r}")
        _require(self.url.startswith("https://") and len(self.url) <= URL_LIMIT, f"https url: {self.url!r}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a select or of an autocomplete list: what is shown, and what comes back."""

    label: str
    value: str

    def __post_init__(self) -> None:
        _require_line(self.label, "choice")
        _require_line(self.value, "value")
        _require(len(self.label) <= LABEL_LIMIT, f"choice of {LABEL_LIMIT}: {self.label!r}")
        _require(len(self.value) <= VALUE_LIMIT, f"value of {VALUE_LIMIT}: {self.value!r}")


@dataclass(frozen=True, slots=True)
class Select:
    """A list to pick one value from; the value arrives as the action's last argument."""

    action: ActionId
    placeholder: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        _require_line(self.placeholder, "placeholder")
        _require(len(self.placeholder) <= LABEL_LIMIT, f"placeholder of {LABEL_LIMIT}: {self.placeholder!r}")
        require_choices(self.choices)
        encode(self.action)


@dataclass(frozen=True, slots=True)
class Text:
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        _require_parts(self.parts, TEXT_LIMIT)


@dataclass(frozen=True, slots=True)
class Section:
    """A text with its own button beside it."""

    parts: tuple[Part, ...]
    button: Button | Link

    def __post_init__(self) -> None:
        _require_parts(self.parts, TEXT_LIMIT)


@dataclass(frozen=True, slots=True)
class Field:
    label: str
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        _require_line(self.label, "label")
        _require_parts(self.parts, TEXT_LIMIT)


@dataclass(frozen=True, slots=True)
class Fields:
    """Short facts side by side. Discord has no such block: there each is a line, label first."""

    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        _require(0 < len(self.fields) <= FIELD_LIMIT, f"1 to {FIELD_LIMIT} fields")
        _require(length_of(self) <= TEXT_LIMIT, f"{TEXT_LIMIT} characters in all fields")


@dataclass(frozen=True, slots=True)
class Divider:
    pass


@dataclass(frozen=True, slots=True)
class Actions:
    """A row of up to five buttons and links, or a row with a single select."""

    items: tuple[Button | Link | Select, ...]

    def __post_init__(self) -> None:
        _require(0 < len(self.items) <= ROW_LIMIT, f"1 to {ROW_LIMIT} items in a row")
        selects = sum(isinstance(item, Select) for item in self.items)
        _require(selects == 0 or len(self.items) == 1, "a select stands alone in its row")


Block = Text | Section | Fields | Divider | Actions


@dataclass(frozen=True, slots=True)
class Message:
    """A title and blocks. Raises ValueError when either platform could not show it whole."""

    title: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        _require_line(self.title, "title")
        _require(len(self.title) <= TITLE_LIMIT, f"title of {TITLE_LIMIT}: {self.title!r}")
        _require(0 < len(self.blocks) <= BLOCK_LIMIT, f"1 to {BLOCK_LIMIT} blocks")
        rows = sum(isinstance(block, Actions) for block in self.blocks)
        _require(rows <= ROWS_LIMIT, f"{ROWS_LIMIT} rows of buttons")
        # A title's length, and the three characters that make it a heading.
        whole = drawn_length(self.title) + 3 + sum(length_of(block) for block in self.blocks)
        _require(whole <= MESSAGE_LIMIT, f"{MESSAGE_LIMIT} characters in a message, not {whole}")
        components = 1 + sum(components_of(block) for block in self.blocks)
        _require(components <= COMPONENT_LIMIT, f"{COMPONENT_LIMIT} components, not {components}")
        _require(len(set(mentions_of(self.blocks))) <= MENTION_LIMIT, f"{MENTION_LIMIT} people mentioned")
        ids = tuple(encode(action) for action in actions_of(self.blocks))
        _require(len(set(ids)) == len(ids), f"every id once: {sorted(ids)}")


@dataclass(frozen=True, slots=True)
class Update:
    """Replaces the message whose button was pressed; after a command it is a message like any other."""

    message: Message


def actions_of(blocks: tuple[Block, ...]) -> Iterator[ActionId]:
    """The action ids of all buttons and selects, in the order in which they are drawn."""
    for block in blocks:
        items = block.items if isinstance(block, Actions) else ()
        if isinstance(block, Section):
            items = (block.button,)
        yield from (item.action for item in items if not isinstance(item, Link))


def mentions_of(blocks: tuple[Block, ...]) -> Iterator[Address]:
    """Who is mentioned, in the order in which it is drawn."""
    for block in blocks:
        for holder in block.fields if isinstance(block, Fields) else (block,):
            if isinstance(holder, Text | Section | Field):
                yield from (part.user for part in holder.parts if isinstance(part, Mention))


def length_of(block: Block) -> int:
    """The most characters the block's text takes on either platform; rows of buttons take none."""
    match block:
        case Text(parts) | Section(parts):
            return _parts_length(parts)
        case Fields(fields):
            # Four marks make a label bold, and a colon, a space and a line break part it from the rest.
            return sum(drawn_length(field.label) + 7 + _parts_length(field.parts) for field in fields)
        case _:
            return 0


def components_of(block: Block) -> int:
    """How many of Discord's components the block takes, nested ones counted."""
    match block:
        case Section():
            return 3
        case Actions(items):
            return 1 + len(items)
        case _:
            return 1


def plain_text(message: Message) -> str:
    """The whole message as plain text: its title, then a line or more for each block that says something."""
    return "\n".join((message.title, *(line for block in message.blocks if (line := _plain_block(block)))))


def fallback(message: Message) -> str:
    """As `plain_text`, at most FALLBACK_LIMIT characters of it, for notifications and screen readers."""
    text = plain_text(message)
    return text if len(text) <= FALLBACK_LIMIT else text[: FALLBACK_LIMIT - 1].rstrip() + "…"


def plain_parts(parts: tuple[Part, ...]) -> str:
    """Parts as plain text: no markup, a mention as its name, a moment in UTC."""
    return "".join(_plain_part(part) for part in parts)


def plain_moment(moment: Moment) -> str:
    """The instant in UTC, for places where no viewer's zone is known."""
    pattern = {"date": "%Y-%m-%d", "time": "%H:%M UTC", "datetime": "%Y-%m-%d %H:%M UTC"}[moment.style]
    return moment.at.strftime(pattern)


def require_choices(choices: tuple[Choice, ...]) -> None:
    """Raises ValueError unless there are 1 to 25 choices, each value once."""
    _require(0 < len(choices) <= CHOICE_LIMIT, f"1 to {CHOICE_LIMIT} choices")
    _require(len({choice.value for choice in choices}) == len(choices), "every value once")


def _plain_block(block: Block) -> str:
    match block:
        case Text(parts) | Section(parts):
            return plain_parts(parts)
        case Fields(fields):
            return "\n".join(f"{field.label}: {plain_parts(field.parts)}" for field in fields)
        case _:
            return ""


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


def _parts_length(parts: tuple[Part, ...]) -> int:
    return sum(_part_length(part) for part in parts)


def _part_length(part: Part) -> int:
    match part:
        case Markdown(text) | Plain(text):
            return drawn_length(text)
        case Mention(user, name):
            return max(len(f"<@{user.id}>"), drawn_length(name))
        case Moment():
            return MOMENT_LENGTH


def _require_parts(parts: tuple[Part, ...], limit: int) -> None:
    _require(is_visible(plain_parts(parts)), "a text has something to see")
    _require(_parts_length(parts) <= limit, f"{limit} characters in a text")


def _require_line(text: str, what: str) -> None:
    """A text that stands on one line, with something to see in it."""
    fits = is_visible(text) and is_drawable(text) and "\n" not in text
    _require(fits, f"{what} on one line, not empty: {text!r}")


def _require(holds: bool, rule: str) -> None:
    if not holds:
        raise ValueError(f"a message keeps this limit: {rule}")
