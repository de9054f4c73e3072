"""Lines that can be typed as they stand: what an error offers, and an example of each command."""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta

from bot.core.chat.command import Command, Option
from bot.core.errors import UserError
from bot.core.time import WEEK, monday_of

# A day that fits wherever one is asked for: it is later than now, and within every bound.
_AHEAD = WEEK + timedelta(days=1)
# Said of what isn't there at all, so no other value of an option would work.
_EXPLAINED = frozenset({"cohort.nowhere"})
# These list the cohorts there are, and which of them was meant stands in this option.
_NAMES_COHORTS = frozenset({"cohort.which", "cohort.unknown"})
_COHORT = "cohort"

# For what no command was typed for: a form or a button was refused.
LINES = {
    "cap.day": "/cairn",
    "cohort.many": "/cohort view",
    "cohort.nowhere": "/cairn cohort",
    "cohort.taken": "/cohort view",
    "cohort.unknown": "/cohort view",
    "cohort.which": "/cohort view",
    "command.group": "/cairn",
    "command.near": "/cairn",
    "lead.none": "/cairn lead demote",
    "member.missing": "/cairn lead promote",
    "member.outside": "/cairn lead remove",
    "member.several": "/cairn lead",
    "member.unknown": "/cairn lead",
    "option.bool": "/cairn",
    "option.choice": "/cairn",
    "option.date": "/cairn plan pause",
    "option.integer": "/plan pace 6",
    "option.long": "/cairn",
    "option.required": "/cairn",
    "option.unknown": "/cairn",
    "pace.range": "/plan pace 6",
    "page.range": "/plan view 1",
    "pause.long": "/cairn plan pause",
    "pause.past": "/cairn plan pause",
    "role.everyone": "/cairn lead promote",
    "role.leads": "/cairn lead demote",
    "role.none": "/cairn lead promote",
    "start.far": "/cairn plan start",
    "start.past": "/cairn plan start",
    "topic.unknown": "/guide",
    "wall.unknown": "/reminders on 9:00",
    "week.range": "/goal 1",
    "weekday.unknown": "/reminders on Friday",
    "zone.missing": "/plan zone Lisbon",
    "zone.unknown": "/plan zone Lisbon",
}

_SIMPLE = re.compile(r"[A-Za-z][A-Za-z0-9]*( [A-Za-z0-9]+){0,5}")

Given = Mapping[str, str | int | bool]


def working_line(error: UserError, about: str, command: Command | None, given: Given, now: datetime) -> str:
    """A line that works in place of the one that was refused; empty where nothing was typed.

    `about`: the option that has to be given otherwise. What can't be shown by example is explained instead.
    """
    if command is None:
        return ""
    if error.reason == "cap.day":
        return f"/cairn {command.name}"
    if error.reason in _EXPLAINED:
        return f"/lead create {now:%B %Y}" if command.lead else f"/cairn {command.root}"
    if error.reason == "cohort.taken" and (name := _next_name(error.facts["cohort"])):
        return f"/lead create {name}"
    if error.reason in _NAMES_COHORTS:
        named = [name for name in error.facts["cohorts"].split(", ") if _SIMPLE.fullmatch(name)]
        given = {**given, _COHORT: named[0] if named else ""}
        return example_line(command, now, "", given) if named else f"/cairn {command.name}"
    if error.reason == "option.unknown":
        return naming_line(command, now) or example_line(command, now)
    return example_line(command, now, about, given)


def example_line(command: Command, now: datetime, about: str = "", given: Given | None = None) -> str:
    """The command with what it needs, and with the option `about`; the line that explains the command where
    there is no example of what it needs."""
    words, given = [f"/{command.name}"], given or {}
    for option in command.options:
        if not (option.required or option.unless or option.name == about):
            continue
        value = _example(option, now)
        if not value and (option.required or option.unless):
            return f"/cairn {command.name}"
        chosen = str(given.get(option.name, ""))
        if option.choices and option.name != about and chosen in {one.value for one in option.choices}:
            value = chosen
        if value:
            words.append(value if _is_placed(option, command) else f"{option.name}:{value}")
    # Where several run, which one is meant has to be said again.
    cohort = str(given.get(_COHORT, ""))
    named = any(option.name == _COHORT for option in command.options) and _SIMPLE.fullmatch(cohort)
    return " ".join((*words, f"{_COHORT}:{_quoted(cohort)}") if named else words)


def naming_line(command: Command, now: datetime) -> str:
    """The command with options named, such as `/plan start hours:6`; empty where it takes none that there is
    an example of."""
    needed = [option for option in command.options if option.required]
    shown = [(option, _example(option, now)) for option in needed or command.options]
    named = [f"{option.name}:{_quoted(value)}" for option, value in shown if value]
    if not named or len(named) < len(needed):
        return ""
    return " ".join((f"/{command.name}", *(named if needed else named[:1])))


def _next_name(name: str) -> str:
    """Another name like this one; empty for a name that can't be typed without quotes."""
    if not _SIMPLE.fullmatch(name):
        return ""
    *words, last = name.split()
    return (
        f"{' '.join(words)} {int(last) + 1}" if words and last.isdecimal() and len(last) < 3 else f"{name} 2"
    )


def _is_placed(option: Option, command: Command) -> bool:
    """Whether a value of the option is taken for one without its name."""
    if option.kind is not str or option.choices or option.fits is not None:
        return True
    texts = [one for one in command.options if one.kind is str and not one.choices and one.fits is None]
    return texts[0] is option


def _example(option: Option, now: datetime) -> str:
    if option.kind is date:
        return monday_of(now.date() + _AHEAD + WEEK).isoformat()
    if option.choices:
        return option.choices[0].value if option.required else option.choices[0].label
    return option.example.replace("{month}", f"{now:%B %Y}")


def _quoted(value: str) -> str:
    return f'"{value}"' if " " in value else value
