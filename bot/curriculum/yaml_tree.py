"""The safe part of YAML, read with line numbers: maps, lists and texts, nothing else.

Every scalar is a text (an empty one, or `~`, is None); the schema says what a text becomes. So `no` stays
"no" and an edition of 2024 can be a year or a name.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingStartEvent,
    ScalarEvent,
    StreamEndEvent,
)
from yaml.reader import ReaderError

from bot.core.errors import ContentError
from bot.curriculum.files import find_hidden, refuse

DEPTH_LIMIT = 20

Value = str | None | list["Value"] | dict[str, "Value"]
Key = str | int


@dataclass(slots=True)
class Lines:
    """Where a value begins, and below it the same for each of its items."""

    line: int
    items: dict[Key, "Lines"] = field(default_factory=dict)

    def find(self, path: tuple[Key, ...]) -> int:
        """The line of the item at `path`, or of the nearest one around it that exists."""
        here = self
        for key in path:
            if key not in here.items:
                break
            here = here.items[key]
        return here.line


def read_yaml(text: str, file: str, first_line: int = 1) -> tuple[Value, Lines]:
    """The value in a YAML text and the lines of its items; `first_line` is the line where the text begins.

    Raises ContentError for anchors, aliases, tags, directives, duplicate or complex keys, a second
    document, invisible characters behind an escape, more than DEPTH_LIMIT levels, and for broken syntax.
    """
    return _Reader(text, file, first_line).read()


class _Reader:
    def __init__(self, text: str, file: str, first_line: int) -> None:
        self._text = text
        self._file = file
        self._offset = first_line
        self._events: Iterator[Event] = yaml.parse(text, Loader=yaml.CSafeLoader)
        self._depth = 0

    def read(self) -> tuple[Value, Lines]:
        self._next()  # the start of the stream
        start = self._next()
        if isinstance(start, StreamEndEvent):
            return None, Lines(self._offset)
        if isinstance(start, DocumentStartEvent) and (start.version or start.tags):
            raise self._refuse(start, "A line that starts with % is not allowed.", "Delete it.")
        value, lines = self._value(self._next())
        end = self._next()
        if isinstance(end, DocumentEndEvent):
            end = self._next()
        if not isinstance(end, StreamEndEvent):
            raise self._refuse(end, "A second document starts here.", "Keep one per file.")
        return value, lines

    def _next(self) -> Event:
        try:
            return next(self._events)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = self._offset + (mark.line if mark else 0)
            raise refuse(self._file, line, f"YAML: {error.problem}.", _SYNTAX_REMEDY) from None
        except ReaderError as error:
            line = self._offset + self._text.count("\n", 0, error.position)
            raise refuse(self._file, line, f"YAML: {error.reason}.", "Delete this character.") from None

    def _value(self, event: Event) -> tuple[Value, Lines]:
        if isinstance(event, AliasEvent) or getattr(event, "anchor", None) is not None:
            says = "Anchors and aliases (& and *) are not allowed."
            raise self._refuse(event, says, "Write the value out, or put it in quotes.")
        if getattr(event, "tag", None) is not None:
            raise self._refuse(event, "Tags (!) are not allowed.", "Delete the tag, or use quotes.")
        if isinstance(event, ScalarEvent):
            return self._scalar(event), Lines(self._line(event))
        self._depth += 1
        if self._depth > DEPTH_LIMIT:
            raise self._refuse(event, f"More than {DEPTH_LIMIT} levels deep.", "Flatten it.")
        read = self._map(event) if isinstance(event, MappingStartEvent) else self._list(event)
        self._depth -= 1
        return read

    def _scalar(self, event: ScalarEvent) -> str | None:
        if event.implicit[0] and event.value in {"", "~", "null"}:
            return None
        # An escape such as "\u202e" only turns into the character here, past the check of the file's text.
        if event.style == '"' and (hidden := find_hidden(event.value)):
            raise self._refuse(event, f"There is an invisible character here ({hidden[1]}).", "Delete it.")
        return str(event.value)

    def _map(self, start: Event) -> tuple[Value, Lines]:
        value: dict[str, Value] = {}
        lines = Lines(self._line(start))
        while not isinstance(event := self._next(), CollectionEndEvent):
            key, _ = self._value(event)
            if not isinstance(key, str):
                raise self._refuse(event, "A key must be a plain word.", "Write it as `key: value`.")
            if key in value:
                raise self._refuse(event, f"The key {key!r} stands here twice.", "Keep one of them.")
            value[key], inner = self._value(self._next())
            lines.items[key] = Lines(self._line(event), inner.items)
        return value, lines

    def _list(self, start: Event) -> tuple[Value, Lines]:
        value: list[Value] = []
        lines = Lines(self._line(start))
        while not isinstance(event := self._next(), CollectionEndEvent):
            item, inner = self._value(event)
            lines.items[len(value)] = inner
            value.append(item)
        return value, lines

    def _line(self, event: Event) -> int:
        return self._offset + (int(event.start_mark.line) if event.start_mark else 0)

    def _refuse(self, event: Event, says: str, remedy: str) -> ContentError:
        return refuse(self._file, self._line(event), says, remedy)


_SYNTAX_REMEDY = "Check the indentation, and put texts with a colon or a # in quotes."
