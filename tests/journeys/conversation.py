"""Journeys: Markdown conversations that are read as tests. The README's pictures come from them too.

A line that begins with a bold name is a step; a quote after it is what must be seen, line by line, anywhere
in the answer (a line `> ...` says that more is there). Everything else is for the reader.

    **Member A** types `/skillgap` with question `I run EKS`
    **Member A** presses "This is wrong"
    **Member A** picks "Figures" in "Open a page"
    **Member A** sends expected `autoscaling`, note `I meant the other one`
    **Cairn** answers Member A alone / answers / changes the message / asks
    **Member A** hears / hears nothing              (since they last heard, in their direct messages)
    **#general** hears / hears nothing              (what is posted there unasked)
    **Cairn** lives until `2027-01-11 09:00`        (in UTC; time only moves forward)
    **Cairn** sleeps until `2027-01-11 09:00`       (nothing is said meanwhile, as if it were down)
    **Cairn** restarts

`**Member A of Second community**` speaks elsewhere.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, Protocol

HOME = "Cloud to AI community"

_STEP = re.compile(r"\*\*(?P<who>[^*]+)\*\* (?P<what>.+)")
_PAIR = re.compile(r"(\w+) `([^`]*)`")

Manner = Literal["alone", "openly", "changed", "asks"]
_MANNERS: Mapping[str, Manner] = {"answers": "openly", "changes the message": "changed", "asks": "asks"}


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who acts, and in which community."""

    name: str
    space: str = HOME


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer as its reader sees it: every text, label and placeholder, a line each."""

    manner: Manner
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Typed:
    speaker: Speaker
    command: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Pressed:
    speaker: Speaker
    label: str


@dataclass(frozen=True, slots=True)
class Picked:
    speaker: Speaker
    label: str
    placeholder: str


@dataclass(frozen=True, slots=True)
class Sent:
    speaker: Speaker
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Answered:
    manner: Manner
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heard:
    """What a speaker was told unasked since they last listened: the newest of it, or nothing at all."""

    speaker: Speaker
    nothing: bool
    quotes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lived:
    until: datetime
    asleep: bool = False


@dataclass(frozen=True, slots=True)
class Restarted:
    pass


Step = Typed | Pressed | Picked | Sent | Answered | Heard | Lived | Restarted


class Surface(Protocol):
    """A platform as a journey uses it. Labels are looked for in what that speaker sees, the newest first."""

    async def type(self, speaker: Speaker, command: str, options: Mapping[str, str]) -> Seen: ...

    async def press(self, speaker: Speaker, label: str) -> Seen: ...

    async def pick(self, speaker: Speaker, label: str, placeholder: str) -> Seen: ...

    async def send(self, speaker: Speaker, values: Mapping[str, str]) -> Seen: ...

    async def hear(self, speaker: Speaker) -> tuple[str, ...] | None:
        """The newest thing said to the speaker unasked, or in the channel, since they last listened.

        None when there is none.
        """
        ...

    async def live_until(self, instant: datetime) -> None: ...

    async def sleep_until(self, instant: datetime) -> None: ...

    async def restart(self) -> None: ...


def read_journey(path: Path) -> tuple[tuple[int, Step], ...]:
    """The steps of a journey with their line numbers. Raises ValueError for a line that is no step."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return tuple(_read_steps(lines, path))


async def walk(journey: Path, surface: Surface) -> None:
    """Lives the journey on the surface. Raises AssertionError that names the line that did not come true."""
    seen: Seen | None = None
    for number, step in read_journey(journey):
        place = f"{journey.name}:{number}"
        match step:
            case Typed(speaker, command, options):
                seen = await surface.type(speaker, command, dict(options))
            case Pressed(speaker, label):
                seen = await surface.press(speaker, label)
            case Picked(speaker, label, placeholder):
                seen = await surface.pick(speaker, label, placeholder)
            case Sent(speaker, values):
                seen = await surface.send(speaker, dict(values))
            case Heard(speaker, nothing, quotes):
                _listen(place, nothing, quotes, await surface.hear(speaker))
            case Lived(until, asleep):
                await (surface.sleep_until(until) if asleep else surface.live_until(until))
            case Restarted():
                await surface.restart()
            case Answered(manner, quotes):
                assert seen is not None, f"{place}: nobody has asked anything"
                _compare(place, manner, quotes, seen)


def _compare(place: str, manner: Manner, quotes: tuple[str, ...], seen: Seen) -> None:
    told = "\n".join(seen.lines)
    assert seen.manner == manner, f"{place}: the answer came {seen.manner}, not {manner}:\n{told}"
    for quote in quotes:
        assert quote in told, f"{place}: {quote!r} is not in the answer:\n{told}"


def _listen(place: str, nothing: bool, quotes: tuple[str, ...], lines: tuple[str, ...] | None) -> None:
    told = "\n".join(lines or ())
    if nothing:
        assert lines is None, f"{place}: nothing was to be heard:\n{told}"
        return
    assert lines is not None, f"{place}: nothing was heard"
    for quote in quotes:
        assert quote in told, f"{place}: {quote!r} is not in what was heard:\n{told}"


def _read_steps(lines: list[str], path: Path) -> Iterator[tuple[int, Step]]:
    for index, line in enumerate(lines):
        found = _STEP.fullmatch(line.strip())
        if found is None:
            continue
        step = _read_step(found["who"], found["what"], _quotes(lines[index + 1 :]))
        if step is None:
            raise ValueError(f"{path.name}:{index + 1}: no step reads {line!r}")
        yield index + 1, step


def _quotes(lines: list[str]) -> tuple[str, ...]:
    quotes: list[str] = []
    for line in lines:
        if line.startswith(">"):
            quotes.append(line[1:].strip())
        elif line.strip() or quotes:
            break
    return tuple(quote for quote in quotes if quote not in {"", "..."})


def _read_step(who: str, what: str, quotes: tuple[str, ...]) -> Step | None:
    if who == "Cairn":
        return _read_answer(what.rstrip(":"), quotes)
    name, _, space = who.partition(" of ")
    speaker = Speaker(name, space or HOME)
    if typed := re.fullmatch(r"types `/([a-z ]+)`(?: with (.+))?", what):
        return Typed(speaker, typed[1], tuple(_PAIR.findall(typed[2] or "")))
    if pressed := re.fullmatch(r'presses "(.+)"', what):
        return Pressed(speaker, pressed[1])
    if picked := re.fullmatch(r'picks "(.+)" in "(.+)"', what):
        return Picked(speaker, picked[1], picked[2])
    if sent := re.fullmatch(r"sends (.+)", what):
        return Sent(speaker, tuple(_PAIR.findall(sent[1])))
    if what.rstrip(":") in ("hears", "hears nothing"):
        return Heard(speaker, what == "hears nothing", quotes)
    return None


def _read_answer(what: str, quotes: tuple[str, ...]) -> Step | None:
    if what == "restarts":
        return Restarted()
    if lived := re.fullmatch(r"(lives|sleeps) until `(.+)`", what):
        return Lived(datetime.fromisoformat(lived[2]).replace(tzinfo=UTC), lived[1] == "sleeps")
    if re.fullmatch(r"answers .+ alone", what):
        return Answered("alone", quotes)
    manner = _MANNERS.get(what)
    return None if manner is None else Answered(manner, quotes)
