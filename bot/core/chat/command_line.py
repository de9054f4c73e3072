"""A command as people type it on one line: `start 2026-12-07 6`, `question:"I run EKS"`, `I run EKS`.

`name:value` reaches to the next name, and `name=value` and `--name value` mean the same; quotes of any make
keep a value together, and a name within them is none. Words without a name fill the free options in their
order, each where its kind fits: a number, a day, a weekday, an entry of a list. What fits none of these goes,
as a whole, to the first free option that takes text (the router sorts it further by what there is). A group
without a member shows its view or explains itself, and `help` explains what stands beside it.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from bot.core.chat.call import Typed
from bot.core.chat.command import Command, Option
from bot.core.chat.reading import NO, QUOTED, YES, read_day, read_number, read_yes, trim, unquote

# What explains a command, and what a group shows by itself.
EXPLAIN, VIEW = "cairn", "view"
HELP = ("help", "?", "--help", "-h", "-help")
# Words that people put between others, and that no option is called.
_FILLERS = "a am an and at bitte by every each for from für in jeden of on please the to um with"
FILLERS = frozenset(_FILLERS.split(" "))
# The longest entry that people type without quotes, such as "Tomorrow at this time".
WORDS_MOST = 5
PREFIX_LEAST = 3

# A word, or what quotes keep together.
_WORD = re.compile(rf"{QUOTED.pattern}[,;.]?|\S+")
_PLAIN = re.compile(r"-?[0-9]{1,7}|[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_PLACEHOLDER = re.compile(r"[\[<](?P<name>[^\[\]<>]+)[\]>][,;.]?")
# A name that nobody knows is one only where the line begins with it: else it is a word with a colon.
_STRAY = r"^\s*(?P<stray>[a-z][a-z0-9_]*):(?=[^\s/])"


def read_line(root: str, text: str, commands: Mapping[str, Command]) -> Typed:
    """What was typed after the command `root`. The second word names a member of a group.

    A word that can't be placed comes back as an option of that name, so that the answer can speak of it.
    """
    name, rest = trim(root), text.strip()
    name = EXPLAIN if name in HELP else name
    if name not in commands and any(command.root == name for command in commands.values()):
        second, *more = rest.split(maxsplit=1) or ("",)
        if second.lower() in HELP:
            return Typed(EXPLAIN, {"command": " ".join((name, *more))})
        if not rest:
            view = f"{name} {VIEW}"
            return Typed(view, {}) if view in commands else Typed(EXPLAIN, {"command": name})
        name, rest = f"{name} {trim(second)}".rstrip(), "".join(more)
    first, *more = rest.split(maxsplit=1) or ("",)
    if name == EXPLAIN and first.lower() in HELP:
        return Typed(EXPLAIN, {"command": more[0]} if more else {})
    if rest.lower() in HELP:
        return Typed(EXPLAIN, {"command": name})
    command = commands.get(name)
    return Typed(name, _read_options(rest, command) if command else {})


def split_words(text: str) -> list[str]:
    """The words of a text; what quotes keep together is one."""
    return [found[0] for found in _WORD.finditer(text)]


def join_words(words: Sequence[str]) -> str:
    """One quoted word without its quotes; several as they were typed."""
    if len(words) > 1:
        return " ".join(words)
    bare = words[0].rstrip(",;.")
    return unquote(bare) if QUOTED.fullmatch(bare) else words[0]


def _read_options(rest: str, command: Command) -> dict[str, str | int | bool]:
    hidden = QUOTED.sub(lambda found: "_" * len(found[0]), rest)
    known = "|".join(re.escape(option.name) for option in command.options) or "(?!)"
    named = rf"(?:^|(?<=[\s,;]))(?:--?|[–—])?(?P<known>{known})\s*[:=：]\s*"
    dashed = rf"(?:^|(?<=\s))(?:--|[–—])(?P<dashed>{known})(?:\s+|$)"
    found = list(re.finditer(rf"{named}|{dashed}|{_STRAY}", hidden, re.IGNORECASE))
    ends = [*(match.start() for match in found[1:]), len(rest)]
    options = {option.name: option for option in command.options}
    given: dict[str, str] = {}
    for match, end in zip(found, ends, strict=False):
        name = (match["known"] or match["dashed"] or match["stray"]).lower()
        text = rest[match.end() : end].strip()
        # A comma before the next name parts the two.
        text = text if end == len(rest) else text.rstrip(",; ")
        given[name] = _value(options.get(name), unquote(text))
    head = rest[: found[0].start()].strip() if found else rest
    return {**(_place(head, command, given) if head else {}), **given}


def _place(head: str, command: Command, given: Mapping[str, str]) -> dict[str, str]:
    """What was typed without a name, by the options that take it."""
    free = [option for option in command.options if option.name not in given]
    placed: dict[str, str] = {}
    rest: list[str] = []
    words = [word for word in split_words(head) if not _is_placeholder(word, command)]
    while words:
        option, skipped, count = _taker(words, free)
        if option is None:
            rest.append(words.pop(0))
            continue
        placed[option.name] = _value(option, join_words(words[skipped:count]))
        free.remove(option)
        del words[:count]
    taking = [option.name for option in free if _takes_text(option)]
    if placed and not taking:
        rest = [word for word in rest if trim(word) not in FILLERS]
    if rest:
        taking = taking or [option.name for option in free]
        placed[taking[0] if taking else unquote(rest[0])] = join_words(rest)
    return placed


def _taker(words: Sequence[str], free: Sequence[Option]) -> tuple[Option | None, int, int]:
    """The first free option of which the next words are of the right kind, how many of them only name it,
    and how many they are in all."""
    for option in free:
        for count in range(min(len(words), WORDS_MOST), 0, -1):
            if _fits(option, join_words(words[:count])):
                return option, 0, count
            if count > 1 and trim(words[0]) == option.name and _fits(option, join_words(words[1:count])):
                return option, 1, count
    return None, 0, 0


def _fits(option: Option, text: str) -> bool:
    if option.choices:
        return _choice(option, text) is not None
    if option.kind is bool:
        return read_yes(text) is not None or trim(text) == option.name
    if option.kind is int:
        return read_number(text) is not None
    if option.kind is date:
        return read_day(text) is not None
    return option.fits is not None and option.fits(text)


def _takes_text(option: Option) -> bool:
    """Whether words of no kind may be meant for it."""
    return option.kind is str and not option.choices and (option.fits is None or option.knows is not None)


def _is_placeholder(word: str, command: Command) -> bool:
    """Whether the word is an option as a hint shows it, such as `[hours]` or `<set/list/off/preview>`."""
    found = _PLACEHOLDER.fullmatch(word)
    if found is None:
        return False
    shown = {"/".join(choice.value for choice in option.choices) or option.name for option in command.options}
    return found["name"].lower() in shown | {option.name for option in command.options}


def _choice(option: Option, text: str) -> str | None:
    """The value of the entry that the text names by its value or label, or by the beginning of one label."""
    typed = trim(text)
    for choice in option.choices:
        if typed in (choice.value.lower(), choice.label.lower()):
            return choice.value
    if (number := read_number(typed)) is not None:
        return next((choice.value for choice in option.choices if choice.value == str(number)), None)
    begun = [choice.value for choice in option.choices if choice.label.lower().startswith(typed)]
    return begun[0] if len(begun) == 1 and len(typed) >= PREFIX_LEAST else None


def _value(option: Option | None, text: str) -> str:
    """The text as the option's kind writes it, where it fits; else as it was typed."""
    if option is None or _PLAIN.fullmatch(text) or not _fits(option, text):
        return text
    if option.choices:
        return _choice(option, text) or text
    if option.kind is bool and text.lower() not in (*YES, *NO):
        return "no" if read_yes(text) is False else "yes"
    if option.kind is int:
        return str(read_number(text))
    return str(read_day(text)) if option.kind is date else text
