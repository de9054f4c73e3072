"""Markdown files: front matter above, our small Markdown below, and what is outside of that subset."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.chat.markup import Span, read_spans
from bot.core.errors import Problem
from bot.curriculum.files import Raw, refuse
from bot.curriculum.links import check_url

_FENCE = "---"
_ITEM = "- "


@dataclass(frozen=True, slots=True)
class _Rule:
    """Something that other dialects of Markdown draw and ours doesn't, and what to write instead."""

    pattern: re.Pattern[str]
    says: str
    remedy: str


def _rule(pattern: str, says: str, remedy: str) -> _Rule:
    return _Rule(re.compile(pattern), says, remedy)


_LINE_RULES = (
    _rule(r"^\s*#{1,6}(?:\s|$)", "Headings are not shown.", "Start a paragraph with **bold words** instead."),
    _rule(r"^\s*(?:`{3}|~{3})", "Code blocks are not shown.", "Use `code` within a sentence."),
    _rule(r"^\s*>", "Quotes (>) are not shown.", "Write the sentence without it."),
    _rule(r"^\s*(?:[*+]|\d+[.)])\s", "This kind of list is not shown.", 'Start each line with "- ".'),
    _rule(r"^\s+- ", "A list within a list is not shown.", 'Start the line with "- ", not indented.'),
    _rule(
        r"^\s*(?:(?:- *){3,}|(?:_ *){3,}|=+)$", "Rules and underlines are not shown.", "Leave a blank line."
    ),
    _rule(r"^\s*\|", "Tables are not shown.", 'Write each row as a line that starts with "- ".'),
    _rule(r"^\s*\[[^\]]+\]:", "Link definitions are not shown.", "Write [text](https://...) in its place."),
)
_TEXT_RULES = (
    _rule(r"</?[A-Za-z!?]", "HTML is not allowed.", "Use **bold**, _italic_ or `code`."),
    _rule(r"&(?:[A-Za-z]\w*|#\w+);", "HTML codes are not allowed.", "Write the character itself."),
    _rule(r"@(?:everyone|here|channel)\b|<[@#!]", "Content never mentions anybody.", "Leave it out."),
    _rule(r"\][(\[]", "This link can't be shown.", "Write [text](https://...): https, no blanks, no title."),
    _rule(
        r"(?i)\b(?:[a-z][a-z0-9+.-]{0,20}://|(?:javascript|data|mailto):|www\.)\S",
        "An address stands outside of a link.",
        "Write [text](https://...).",
    ),
    _rule(
        r"\*|~~|(?<!\w)_(?=\S)|(?<=\S)_(?!\w)",
        "This mark has no partner, or isn't one of ours.",
        "Write **bold** or _italic_, one within the other never, or put it in `code`.",
    ),
    _rule(r"`", "This ` has no partner.", "Write `code` within one sentence."),
    _rule(r"\\[^\w\s]", "A backslash would be shown as it is.", "Leave it out."),
)
# No rule can match without one of these; most lines have none, and reading all content must stay quick.
_LINE_START = re.compile(r"\s|[#`~>*+\d_=|\[-]")
_SUSPICIOUS = re.compile(r"[][!<&@*~_`\\]|:\S|(?i:www\.)")
_LOOKS_LIKE_ADDRESS = re.compile(r"(?i)://|^www\.|^[\w.-]+\.[a-z]{2,}(?:/\S*)?$")


def split_front_matter(raw: Raw) -> tuple[str, str, int]:
    """The front matter, the body, and the line where the body begins.

    Raises ContentError when the file doesn't start with front matter between two lines of `---`.
    """
    lines = raw.text.split("\n")
    if lines[0].rstrip() != _FENCE:
        raise refuse(raw.name, 1, "The front matter is missing.", "Start the file with a line of ---.")
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() == _FENCE:
            return "\n".join(lines[1:number]), "\n".join(lines[number + 1 :]), number + 2
    raise refuse(raw.name, 1, "The front matter never ends.", "Close it with a second line of ---.")


def split_paragraphs(body: str, first_line: int = 1) -> tuple[tuple[int, str], ...]:
    """The paragraphs of a body, each with the line where it begins. Blank lines part them.

    A line break within a paragraph becomes a space, unless the next line starts an item ("- ").
    """
    paragraphs: list[tuple[int, str]] = []
    open_paragraph = False
    for number, line in enumerate(body.split("\n"), start=first_line):
        line = line.strip()
        if line and open_paragraph:
            begun, text = paragraphs[-1]
            paragraphs[-1] = (begun, text + ("\n" if line.startswith(_ITEM) else " ") + line)
        elif line:
            paragraphs.append((number, line))
        open_paragraph = bool(line)
    return tuple(paragraphs)


def check_markdown(text: str, file: str, first_line: int = 1) -> tuple[Problem, ...]:
    """A problem for everything in `text` that our small Markdown can't show as its author meant it."""
    lines = list(enumerate(text.split("\n"), start=first_line))
    problems = [
        Problem(file, number, rule.says, rule.remedy)
        for number, line in lines
        if _LINE_START.match(line)
        for rule in _LINE_RULES
        if rule.pattern.search(line)
    ]
    if problems:
        return tuple(problems)  # what the spans look like then says nothing new
    for begun, paragraph in split_paragraphs(text, first_line):
        for line in paragraph.split("\n"):
            for says, remedy, near in _judge(line.removeprefix(_ITEM)):
                number = next((number for number, line in lines if number >= begun and near in line), begun)
                problems.append(Problem(file, number, says, remedy))
    return tuple(problems)


def _judge(line: str) -> Iterator[tuple[str, str, str]]:
    """For each fault of one line: what is wrong, what to write instead, and the characters it is at."""
    before = ""
    for span in read_spans(line):
        if span.url and before.endswith("!"):
            yield "Images are not shown.", "Describe it, or link to it: [text](https://...).", span.url
        before = span.text
        if span.url:
            yield from _judge_link(span)
        if span.style != "code" and _SUSPICIOUS.search(span.text):
            for rule in _TEXT_RULES:
                if found := rule.pattern.search(span.text):
                    yield rule.says, rule.remedy, found[0].strip()


def _judge_link(span: Span) -> Iterator[tuple[str, str, str]]:
    if wrong := check_url(span.url):
        yield f"This address can't be used: {wrong}.", "Use the page's own https address.", span.url
    if _LOOKS_LIKE_ADDRESS.search(span.text.strip()):
        yield "A link's text must not look like an address.", "Say in words where it leads.", span.text
