"""What can be pressed or chosen: a button, a link, a list."""

from dataclasses import dataclass
from typing import Literal

from bot.core.chat.codec import ActionId, encode
from bot.core.chat.limits import require, require_line
from bot.core.chat.markup import drawn_length

LABEL_LIMIT = 75
CHOICE_LIMIT = 25
VALUE_LIMIT = 100
URL_LIMIT = 500

Style = Literal["normal", "primary", "danger"]


@dataclass(frozen=True, slots=True)
class Button:
    label: str
    action: ActionId
    style: Style = "normal"

    def __post_init__(self) -> None:
        require_line(self.label, "label")
        require(drawn_length(self.label) <= LABEL_LIMIT, f"label of {LABEL_LIMIT}: {self.label!r}")
        encode(self.action)


@dataclass(frozen=True, slots=True)
class Link:
    """A button that opens an https address."""

    label: str
    url: str

    def __post_init__(self) -> None:
        require_line(self.label, "label")
        require(drawn_length(self.label) <= LABEL_LIMIT, f"label of {LABEL_LIMIT}: {self.label!r}")
        require(self.url.startswith("https://") and len(self.url) <= URL_LIMIT, f"https url: {self.url!r}")


@dataclass(frozen=True, slots=True)
class Choice:
    """One entry of a select or of an autocomplete list: what is shown, and what comes back."""

    label: str
    value: str

    def __post_init__(self) -> None:
        require_line(self.label, "choice")
        require_line(self.value, "value")
        require(len(self.label) <= LABEL_LIMIT, f"choice of {LABEL_LIMIT}: {self.label!r}")
        require(len(self.value) <= VALUE_LIMIT, f"value of {VALUE_LIMIT}: {self.value!r}")


@dataclass(frozen=True, slots=True)
class Select:
    """A list to pick one value from; the value arrives as the action's last argument."""

    action: ActionId
    placeholder: str
    choices: tuple[Choice, ...]

    def __post_init__(self) -> None:
        require_line(self.placeholder, "placeholder")
        require(len(self.placeholder) <= LABEL_LIMIT, f"placeholder of {LABEL_LIMIT}: {self.placeholder!r}")
        require_choices(self.choices)
        encode(self.action)


def require_choices(choices: tuple[Choice, ...]) -> None:
    """Raises ValueError unless there are 1 to 25 choices, each value once."""
    require(0 < len(choices) <= CHOICE_LIMIT, f"1 to {CHOICE_LIMIT} choices")
    require(len({choice.value for choice in choices}) == len(choices), "every value once")
