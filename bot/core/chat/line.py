"""A command as people type it on one line: `start 2026-12-07 hours:6`, `question:"I run EKS"`, `I run EKS`.

`name:value` reaches to the next name; quotes of any make keep a value together, and a name within them is
none. Of what stands before the first name, a day goes to the first option that takes one, and the rest to
the first option that takes text, else to the first one that is left.
"""

import re
from collections.abc import Mapping
from datetime import date

from bot.core.chat.call import Typed
from bot.core.chat.command import Command

_QUOTED = re.compile(
    r"""(?<![^\s:])(?:["“”„‟«](?P<double>[^"“”„‟«»]*)["“”‟»]|['‘](?P<single>[^'‘’]*)['’])(?=\s|$)"""
)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# A name that nobody knows is one only where the line begins with it: else it is a word with a colon.
_STRAY = r"^\s*(?P<stray>[a-z][a-z0-9_]*):(?=[^\s/])"


def read_line(root: str, text: str, commands: Mapping[str, Command]) -> Typed:
    """What was typed after the command `root`. The second word names a member of a group.

    A word that can't be placed comes back as an option of that name, so that the answer can speak of it.
    """
    name, rest = root.lower(), text.strip()
    if rest and any(command.root == name != command.name for command in commands.values()):
        second, *more = rest.split(maxsplit=1)
        name, rest = f"{name} {second.lower()}", "".join(more)
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
    days = [option.name for option in free if option.kind is date]
    placed: dict[str, str] = {}
    words = [head] if _QUOTED.fullmatch(head) else head.split()
    for word in tuple(words):
        if days and _DAY.fullmatch(word):
            placed[days.pop(0)] = word
            words.remove(word)
    if words:
        left = [option for option in free if option.name not in placed]
        taking = [option.name for option in left if option.kind is str] or [option.name for option in left]
        placed[taking[0] if taking else words[0]] = _unquote(" ".join(words))
    return placed


def _unquote(text: str) -> str:
    text = text.strip()
    found = _QUOTED.fullmatch(text)
    return (found["double"] or found["single"] or "").strip() if found else text
