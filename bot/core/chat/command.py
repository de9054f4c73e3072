"""A slash command as it is declared: published on every platform, read back into a handler's arguments."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.core.chat.control import Choice, require_choices
from bot.core.chat.form import INPUT_LIMIT
from bot.core.chat.form import TYPED_LIMIT as TEXT_LIMIT
from bot.core.chat.limits import require, require_line
from bot.core.chat.reading import read_day, read_number, read_yes
from bot.core.errors import InvalidInput
from bot.core.ids import Role

NAME_LIMIT = 32
DESCRIPTION_LIMIT = 100
OPTION_LIMIT = 25
TYPED_LIMIT = 500
INTEGER_LIMIT = 1_000

_NAME = re.compile(r"[a-z][a-z0-9_]*")
_NUMBER = re.compile(r"-?[0-9]{1,7}")

Value = str | int | bool | date


@dataclass(frozen=True, slots=True)
class Option:
    """One thing a command can be told. `suggest` names the entries offered while it is typed:
    `(glance, ctx, text) -> tuple[Choice, ...]`; `choices` is a closed list instead. A Role can only be chosen
    where the platform has roles. `unless` names another option that can take this one's place: one of the two
    is needed. `fits` tells a text of this kind from others when it is typed without the option's name.
    `knows` says whether a text names something there is, `(request, ctx, text) -> bool`, so that words for
    several such options can be told apart. `example` is shown in lines to type; a day needs none.
    `person`: it names somebody, who is chosen in the platform's own picker where there is one (`picked`).
    `least` and `most` bound a number: platforms are given them, and so is a member whose number is refused.
    """

    name: str
    description: str
    kind: type[str] | type[int] | type[bool] | type[date] | type[Role] = str
    required: bool = False
    choices: tuple[Choice, ...] = ()
    suggest: Callable[..., tuple[Choice, ...]] | None = None
    limit: int = TYPED_LIMIT
    unless: str = ""
    fits: Callable[[str], bool] | None = None
    knows: Callable[..., bool] | None = None
    example: str = ""
    person: bool = False
    least: int = 1
    most: int = INTEGER_LIMIT

    def __post_init__(self) -> None:
        _check(self.name, self.description)
        require(-INTEGER_LIMIT <= self.least <= self.most <= INTEGER_LIMIT, f"bounds of {self.name}")
        require(0 < self.limit <= TEXT_LIMIT, f"1 to {TEXT_LIMIT} characters for {self.name}")
        require(not (self.choices and self.suggest), f"choices or suggestions for {self.name}, not both")
        require(not (self.required and self.unless), f"{self.name} is required, or another one is given")
        require(not self.suggest or self.kind is not bool, f"suggestions for {self.name}, yes or no")
        if self.choices:
            require_choices(self.choices)
            labels = {choice.label for choice in self.choices}
            require(len(labels) == len(self.choices), f"every label of {self.name} once")
            require(self.kind in (str, int), f"choices for {self.name}, a text or a number")
            numbers = self.kind is not int or all(_NUMBER.fullmatch(one.value) for one in self.choices)
            require(numbers, f"choices of {self.name} are numbers")


@dataclass(frozen=True, slots=True)
class Command:
    """A command by its full name: one word, or two for a member of a group (`plan start`).

    `private`: only the caller sees the answer. `lead`: only leads of the space may use it. `posts`: it has
    something posted in the channel where it is typed, so it matters whether Cairn may post there. `plan`: it
    is about the plan that runs, so it is refused without one before anything else is asked. `clock`: it goes
    by the caller's clock, so a platform that knows their zone says it with the call.
    """

    name: str
    description: str
    options: tuple[Option, ...]
    private: bool
    lead: bool
    handle: Callable[..., Any]
    posts: bool = False
    plan: bool = False
    clock: bool = False

    def __post_init__(self) -> None:
        words = self.name.split(" ")
        require(len(words) <= 2, f"{self.name!r} has one word or two")
        for word in words:
            _check(word, self.description)
        require(len(words[0]) < NAME_LIMIT, f"{NAME_LIMIT} with the slash: {words[0]!r}")
        require(len(self.options) <= OPTION_LIMIT, f"{OPTION_LIMIT} options for {self.name}")
        required = [option.required for option in self.options]
        require(sum(required) <= INPUT_LIMIT, f"{INPUT_LIMIT} required options for {self.name}: a form asks")
        require(required == sorted(required, reverse=True), f"required options of {self.name} come first")
        names = {one.name for one in self.options}
        require(len(names) == len(self.options), f"options of {self.name} once")
        instead = {(one.name, one.unless) for one in self.options if one.unless}
        require(all(name in names - {own} for own, name in instead), f"{self.name} has no {instead}")

    @property
    def root(self) -> str:
        """The first word: what platforms register, and what Discord's permissions apply to."""
        return self.name.split(" ")[0]


def convert(option: Option, given: str | int | bool) -> Value:
    """What was given, as the option's kind. Raises InvalidInput with what is expected."""
    if option.choices and str(given) not in {choice.value for choice in option.choices}:
        listed = ", ".join(choice.label for choice in option.choices)
        raise InvalidInput("option.choice", option=option.name, choices=listed)
    if option.kind is bool:
        return _convert_bool(option, given)
    if option.kind is int:
        return _convert_int(option, given)
    if option.kind is date:
        return _convert_date(option, given)
    if option.kind is Role:
        return Role(given)
    return str(given)


def _convert_bool(option: Option, given: str | int | bool) -> bool:
    answer = read_yes(str(given))
    if answer is None:
        raise InvalidInput("option.bool", option=option.name)
    return answer


def _convert_int(option: Option, given: str | int | bool) -> int:
    number = read_number(str(given))
    if number is None or not option.least <= number <= option.most:
        least, most = str(option.least), str(option.most)
        raise InvalidInput("option.integer", option=option.name, least=least, most=most)
    return number


def _convert_date(option: Option, given: str | int | bool) -> date:
    day = read_day(str(given))
    if day is None:
        raise InvalidInput("option.date", option=option.name)
    return day


def _check(name: str, description: str) -> None:
    require(bool(_NAME.fullmatch(name)) and len(name) <= NAME_LIMIT, f"name of {NAME_LIMIT}: {name!r}")
    require_line(description, "description")
    require(len(description) <= DESCRIPTION_LIMIT, f"description of {DESCRIPTION_LIMIT}: {name}")
