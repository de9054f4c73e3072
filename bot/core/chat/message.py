"""What can be said on every platform. Limits are the smaller of Slack's and Discord's.

A value that breaks a limit is never built: the constructor raises ValueError, which is a bug in a view
(or, for a text from `content/`, a finding of the linter).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.chat.chart import Chart
from bot.core.chat.codec import ActionId, encode
from bot.core.chat.control import Button, Link, Select
from bot.core.chat.limits import require, require_line
from bot.core.chat.markup import drawn_length, is_drawable, is_visible
from bot.core.chat.part import Mention, Part, parts_length, plain_parts, require_parts
from bot.core.ids import Address

TITLE_LIMIT = 150
TEXT_LIMIT = 2_000
MESSAGE_LIMIT = 4_000
BLOCK_LIMIT = 20
COMPONENT_LIMIT = 40
ROW_LIMIT = 5
ROWS_LIMIT = 5
FIELD_LIMIT = 10
FALLBACK_LIMIT = 2_000
MENTION_LIMIT = 100
CHART_LIMIT = 4
# Three marks, and a line break, on either side of a block of code; within, these marks would end it.
FENCE = "```"
FENCE_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Text:
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        require_parts(self.parts, TEXT_LIMIT)


@dataclass(frozen=True, slots=True)
class Section:
    """A text with its own button beside it."""

    parts: tuple[Part, ...]
    button: Button | Link

    def __post_init__(self) -> None:
        require_parts(self.parts, TEXT_LIMIT)


@dataclass(frozen=True, slots=True)
class Field:
    label: str
    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        require_line(self.label, "label")
        require_parts(self.parts, TEXT_LIMIT)


@dataclass(frozen=True, slots=True)
class Fields:
    """Short facts side by side. Discord has no such block: there each is a line, label first."""

    fields: tuple[Field, ...]

    def __post_init__(self) -> None:
        require(0 < len(self.fields) <= FIELD_LIMIT, f"1 to {FIELD_LIMIT} fields")
        require(length_of(self) <= TEXT_LIMIT, f"{TEXT_LIMIT} characters in all fields")


@dataclass(frozen=True, slots=True)
class Divider:
    pass


@dataclass(frozen=True, slots=True)
class Actions:
    """A row of up to five buttons and links, or a row with a single select."""

    items: tuple[Button | Link | Select, ...]

    def __post_init__(self) -> None:
        require(0 < len(self.items) <= ROW_LIMIT, f"1 to {ROW_LIMIT} items in a row")
        selects = sum(isinstance(item, Select) for item in self.items)
        require(selects == 0 or len(self.items) == 1, "a select stands alone in its row")


@dataclass(frozen=True, slots=True)
class Copy:
    """What a person typed, shown exactly, to be copied. Discord has it as a block of code, Slack as text in
    which it reads no marks; a text that would end Discord's block is escaped there instead."""

    text: str

    def __post_init__(self) -> None:
        require(is_visible(self.text) and is_drawable(self.text), "a text with something to see")
        require(length_of(self) <= TEXT_LIMIT + FENCE_LENGTH, f"{TEXT_LIMIT} characters to copy")


Block = Text | Section | Fields | Chart | Divider | Actions | Copy


@dataclass(frozen=True, slots=True)
class Message:
    """A title and blocks. Raises ValueError when either platform could not show it whole."""

    title: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        require_line(self.title, "title")
        require(len(self.title) <= TITLE_LIMIT, f"title of {TITLE_LIMIT}: {self.title!r}")
        require(0 < len(self.blocks) <= BLOCK_LIMIT, f"1 to {BLOCK_LIMIT} blocks")
        rows = sum(isinstance(block, Actions) for block in self.blocks)
        require(rows <= ROWS_LIMIT, f"{ROWS_LIMIT} rows of buttons")
        require(len(charts_of(self.blocks)) <= CHART_LIMIT, f"{CHART_LIMIT} charts")
        # A title's length, and the three characters that make it a heading.
        whole = drawn_length(self.title) + 3 + sum(length_of(block) for block in self.blocks)
        require(whole <= MESSAGE_LIMIT, f"{MESSAGE_LIMIT} characters in a message, not {whole}")
        components = 1 + sum(components_of(block) for block in self.blocks)
        require(components <= COMPONENT_LIMIT, f"{COMPONENT_LIMIT} components, not {components}")
        require(len(set(mentions_of(self.blocks))) <= MENTION_LIMIT, f"{MENTION_LIMIT} people mentioned")
        ids = tuple(encode(action) for action in actions_of(self.blocks))
        require(len(set(ids)) == len(ids), f"every id once: {sorted(ids)}")


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


def charts_of(blocks: tuple[Block, ...]) -> tuple[Chart, ...]:
    """The charts, in the order in which they are drawn."""
    return tuple(block for block in blocks if isinstance(block, Chart))


def length_of(block: Block) -> int:
    """The most characters the block's text takes on either platform; rows of buttons take none."""
    match block:
        case Text(parts) | Section(parts):
            return parts_length(parts)
        case Fields(fields):
            # Four marks make a label bold, and a colon, a space and a line break part it from the rest.
            return sum(drawn_length(field.label) + 7 + parts_length(field.parts) for field in fields)
        case Chart(alt=alt):
            return drawn_length(alt)
        case Copy(text):
            return drawn_length(text) if FENCE in text else len(text.encode("utf-16-le")) // 2 + FENCE_LENGTH
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


def first_text(message: Message) -> str:
    """The first block as plain text."""
    return _plain_block(message.blocks[0])


def fallback(message: Message) -> str:
    """As `plain_text`, at most FALLBACK_LIMIT characters of it, for notifications and screen readers."""
    text = plain_text(message)
    return text if len(text) <= FALLBACK_LIMIT else text[: FALLBACK_LIMIT - 1].rstrip() + "…"


def _plain_block(block: Block) -> str:
    match block:
        case Text(parts) | Section(parts):
            return plain_parts(parts)
        case Fields(fields):
            return "\n".join(f"{field.label}: {plain_parts(field.parts)}" for field in fields)
        case Chart(alt=alt):
            return alt
        case Copy(text):
            return text
        case _:
            return ""
