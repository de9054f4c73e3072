"""A form (Slack: a modal view; Discord: a modal). It is never answered with another form."""

from dataclasses import dataclass
from datetime import date

from bot.core.chat.codec import ActionId, encode
from bot.core.chat.control import VALUE_LIMIT, Choice, require_choices
from bot.core.chat.limits import require
from bot.core.chat.markup import is_drawable, is_visible

TITLE_LIMIT = 24
INPUT_LIMIT = 5
LABEL_LIMIT = 45
HINT_LIMIT = 100
TYPED_LIMIT = 2_000


@dataclass(frozen=True, slots=True)
class TextInput:
    """Free text; with `lines` it may have several."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    required: bool = True
    lines: bool = False
    limit: int = 200

    def __post_init__(self) -> None:
        _check(self.name, self.label, self.hint)
        require(0 < self.limit <= TYPED_LIMIT and len(self.value) <= self.limit, "length of text")
        require(is_drawable(self.value) and (self.lines or "\n" not in self.value), f"value: {self.value!r}")


@dataclass(frozen=True, slots=True)
class DateInput:
    """A day. Discord has no date picker in a modal: there it is a text written as YYYY-MM-DD.

    `value` is a day written that way, or empty.
    """

    name: str
    label: str
    hint: str = ""
    value: str = ""
    required: bool = True

    def __post_init__(self) -> None:
        _check(self.name, self.label, self.hint)
        require(not self.value or _is_day(self.value), f"a day: {self.value!r}")


@dataclass(frozen=True, slots=True)
class PersonInput:
    """Somebody of the community, chosen in the platform's own picker; `picked` reads the value. Where there
    is none, a handle is typed."""

    name: str
    label: str
    hint: str = ""
    value: str = ""
    required: bool = True

    def __post_init__(self) -> None:
        _check(self.name, self.label, self.hint)
        require(is_drawable(self.value) and len(self.value) <= VALUE_LIMIT, f"value: {self.value!r}")


@dataclass(frozen=True, slots=True)
class SelectInput:
    """One of up to 25 choices. `value` is the one chosen beforehand, or empty."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    hint: str = ""
    value: str = ""
    required: bool = True

    def __post_init__(self) -> None:
        _check(self.name, self.label, self.hint)
        require_choices(self.choices)
        require(not self.value or self.value in {one.value for one in self.choices}, "value is a choice")


@dataclass(frozen=True, slots=True)
class MultiSelectInput:
    """Any number of up to 25 choices. `values` are those chosen beforehand."""

    name: str
    label: str
    choices: tuple[Choice, ...]
    hint: str = ""
    values: tuple[str, ...] = ()
    required: bool = True

    def __post_init__(self) -> None:
        _check(self.name, self.label, self.hint)
        require_choices(self.choices)
        require(set(self.values) <= {one.value for one in self.choices}, "values are choices")


Input = TextInput | DateInput | PersonInput | SelectInput | MultiSelectInput


@dataclass(frozen=True, slots=True)
class Form:
    """What a member is asked to fill in. `action` handles what they send."""

    title: str
    action: ActionId
    inputs: tuple[Input, ...]
    submit: str = "Send"

    def __post_init__(self) -> None:
        require(_is_line(self.title, TITLE_LIMIT), f"title of {TITLE_LIMIT}: {self.title!r}")
        require(_is_line(self.submit, TITLE_LIMIT), f"submit of {TITLE_LIMIT}: {self.submit!r}")
        require(0 < len(self.inputs) <= INPUT_LIMIT, f"1 to {INPUT_LIMIT} inputs")
        names = {one.name for one in self.inputs}
        require(len(names) == len(self.inputs), "every input's name once")
        encode(self.action)


def _check(name: str, label: str, hint: str) -> None:
    require(name.isidentifier() and len(name) <= VALUE_LIMIT, f"name of an input: {name!r}")
    require(_is_line(label, LABEL_LIMIT), f"label of {LABEL_LIMIT}: {label!r}")
    require(not hint or _is_line(hint, HINT_LIMIT), f"hint of {HINT_LIMIT}: {hint!r}")


def _is_line(text: str, limit: int) -> bool:
    return is_visible(text) and is_drawable(text) and "\n" not in text and len(text) <= limit


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
