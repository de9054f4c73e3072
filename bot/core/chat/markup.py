"""Our small Markdown, read into spans; and how much room a text takes on the narrower platform.

The subset: `**bold**`, `_italic_`, `` `code` ``, `[text](https://...)`, lines that start with `- `.
Everything else is literal. Markers don't nest.
"""

import re
from dataclasses import dataclass

_SPAN = re.compile(
    r"\*\*(?P<bold>[^*\n]+)\*\*"
    r"|(?<![\w])_(?P<italic>[^_\n]+)_(?![\w])"
    r"|`(?P<code>[^`\n]+)`"
    r"|\[(?P<label>[^\[\]\n]+)\]\((?P<url>https://[^\s()<>|]+)\)"
)
# What grows when it is drawn, and by more than one character.
_GROWING = re.compile(r"[\\*_~|`#\[\]()\-+.:@!&<>＞\U00010000-\U0010ffff]")
_GROWTH = {"&": 4, "<": 3, ">": 4}
_UNDRAWABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Span:
    """A run of text in one style. `url` is set for a link only, and always https."""

    text: str
    style: str = ""  # "", "bold", "italic", "code" or "link"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text; `bullet` when it is an item of a list."""

    spans: tuple[Span, ...]
    bullet: bool = False


def read_spans(text: str) -> tuple[Span, ...]:
    """The spans of one line of our Markdown, in order, none empty."""
    spans: list[Span] = []
    end = 0
    for found in _SPAN.finditer(text):
        if found.start() > end:
            spans.append(Span(text[end : found.start()]))
        if found["url"]:
            spans.append(Span(found["label"], "link", found["url"]))
        else:
            style = str(found.lastgroup)
            spans.append(Span(found[style], style))
        end = found.end()
    if end < len(text):
        spans.append(Span(text[end:]))
    return tuple(spans)


def read_lines(text: str) -> tuple[Line, ...]:
    """The lines of a text in our Markdown; an empty line has no spans."""
    return tuple(
        Line(read_spans(line[2:]), bullet=True) if line.startswith("- ") else Line(read_spans(line))
        for line in text.split("\n")
    )


def without_marks(text: str) -> str:
    """The same text for a notification or a screen reader: no markers, a link as `text (url)`."""
    return "\n".join(
        ("- " if line.bullet else "")
        + "".join(f"{span.text} ({span.url})" if span.url else span.text for span in line.spans)
        for line in read_lines(text)
    )


def drawn_length(text: str) -> int:
    """The most characters that `text` can take once a platform's renderer has escaped it.

    Slack writes `&`, `<` and `>` as entities (and parts a `>` from the edge of its line), Discord puts a
    backslash before its marks; a character beyond the basic plane may be counted twice.
    """
    return len(text) + sum(_GROWTH.get(char, 1) for char in _GROWING.findall(text))


def is_drawable(text: str) -> bool:
    """Whether platforms take the text: no lone surrogates, and no controls but tabs and line breaks."""
    return not _UNDRAWABLE.search(text)


def is_visible(text: str) -> bool:
    """Whether there is anything to see; platforms refuse a text of nothing but space."""
    return any(char.isprintable() and not char.isspace() for char in text)


def clip(text: str, room: int) -> str:
    """`text`, cut with an ellipsis so that its `drawn_length` is at most `room`."""
    if drawn_length(text) <= room:
        return text
    taken = 0
    for index, char in enumerate(text):
        taken += drawn_length(char)
        if taken > room - 1:
            return text[:index].rstrip() + "…"
    return text
