"""A command as people type it on one line: `start 2026-12-07 6`, `question:"I run EKS"`, `I run EKS`.

`name:value` reaches to the next name; quotes of any make keep a value together, and a name within them is
none. Words without a name fill the free options in their order, each where its kind fits: a number, a day, a
weekday, an entry of a list. What fits none of these goes, as a whole, to the first free option that takes
text. A group without a member shows its view or explains itself, and `help` explains what stands before it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from bot.core.chat.call import Typed
from bot.core.chat.command import Command, Option

# What explains a command, and what a group shows by itself.
EXPLAIN, VIEW = "cairn", "view"
HELP = ("help", "?", "--help", "-h")
YES, NO = ("yes", "true"), ("no", "false")
# The longest entry that people type without quotes, such as "Tomorrow at this time".
WORDS_MOST = 5
PREFIX_LEAST = 3

_QUOTED = re.compile(
    r"""(?<![^\s:])(?:["“”„‟«](?P<double>[^"“”„‟«»]*)["“”‟»]|['‘](?P<single>[^'‘’]*)['’])(?=\s|$)"""
)
# A word, or what quotes keep together.
_WORD = re.compile(r"""["“”„‟«][^"“”„‟«»]*["“”‟»](?=\s|$)|['‘][^'‘’]*['’](?=\s|$)|\S+""")
_NUMBER = re.compile(r"-?[0-9]{1,7}")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A name that nobody knows is one only where the line begins with it: else it is a word with a colon.
_STRAY = r"^\s*(?P<stray>[a-z][a-z0-9_]*):(?=[^\s/])"


def read_line(root: str, text: str, commands: Mapping[str, Command]) -> Typed:
    """What was typed after the command `root`. The second word names a member of a group.

    A word that can't be placed comes back as an option of that name, so that the answer can speak of it.
    """
    name, rest = root.lower(), text.strip()
    is_group = name not in commands and any(command.root == name for command in commands.values())
    if is_group and rest:
        second, *more = rest.split(maxsplit=1)
        if second.lower() not in HELP:
            name, rest = f"{name} {second.lower()}", "".join(more)
            is_group = False
    if rest.lower() in HELP:
        return Typed(EXPLAIN, {} if name == EXPLAIN else {"command": name})
    if is_group:
        view = f"{name} {VIEW}"
        return Typed(view, {}) if view in commands else Typed(EXPLAIN, {"command": name})
    command = commands.get(name)
    return Typed(name, _read_options(rest, command) if command else {})


def _read_options(rest: str, command: Command) -> dict[str, str | int | bool]:
    hidden = _QUOTED.sub(lambda found: "_" * len(found[0]), rest)
    known = "|".join(re.escape(option.name) for option in command.options) or "(?!)"
    found = list(re.finditer(rf"(?:^|\s)(?P<known>{known}):\s*|{_STRAY}", hidden, re.IGNORECASE))
    ends = [*(match.start() for match in found[1:]), len(rest)]
    given = {
        (match["known"] or match["stray"]).lower(): _unquote(rest[match.end() : end])
        for match, end in zip(found, ends, strict=False)
    }
    head = rest[: found[0].start()].strip() if found else rest
    return {**(_place(head, command, given) if head else {}), **given}


def _place(head: str, command: Command, given: Mapping[str, str]) -> dict[str, str]:
    """What was typed without a name, by the options that take it."""
    free = [option for option in command.options if option.name not in given]
    placed: dict[str, str] = {}
    rest: list[str] = []
    words = _WORD.findall(head)
    while words:
        option, count = _taker(words, free)
        if option is None:
            rest.append(words.pop(0))
            continue
        placed[option.name] = _value(option, _join(words[:count]))
        free.remove(option)
        del words[:count]
    if rest:
        taking = [option.name for option in free if _takes_text(option)] or [option.name for option in free]
        placed[taking[0] if taking else _unquote(rest[0])] = _join(rest)
    return placed


def _taker(words: Sequence[str], free: Sequence[Option]) -> tuple[Option | None, int]:
    """The first free option of which the next words are of the right kind, and how many they are."""
    for option in free:
        for count in range(min(len(words), WORDS_MOST), 0, -1):
            if _fits(option, _join(words[:count])):
                return option, count
    return None, 0


def _fits(option: Option, text: str) -> bool:
    if option.choices:
        return _choice(option, text) is not None
    if option.kind is bool:
        return text.lower() in (*YES, *NO, option.name)
    if option.kind is int:
        return _NUMBER.fullmatch(text) is not None
    if option.kind is date:
        return _DAY.fullmatch(text) is not None
    return option.fits is not None and option.fits(text)


def _takes_text(option: Option) -> bool:
    return option.kind is str and not option.choices and option.fits is None


def _choice(option: Option, text: str) -> str | None:
    """The value of the entry that the text names by its value or label, or by the beginning of one label."""
    typed = text.lower()
    for choice in option.choices:
        if typed in (choice.value.lower(), choice.label.lower()):
            return choice.value
    begun = [choice.value for choice in option.choices if choice.label.lower().startswith(typed)]
    return begun[0] if len(begun) == 1 and len(typed) >= PREFIX_LEAST else None


def _value(option: Option, text: str) -> str:
    if option.choices:
        return _choice(option, text) or text
    return "yes" if option.kind is bool and text.lower() == option.name else text


def _join(words: Sequence[str]) -> str:
    """One quoted word without its quotes; several as they were typed."""
    return _unquote(words[0]) if len(words) == 1 else " ".join(words)


def _unquote(text: str) -> str:
    text = text.strip()
    found = _QUOTED.fullmatch(text)
    return (found["double"] or found["single"] or "").strip() if found else text
