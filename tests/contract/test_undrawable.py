"""What no platform takes is refused when the value is built, not when it is sent."""

from collections.abc import Callable
from datetime import datetime

import pytest

from bot.core.chat.codec import ActionId
from bot.core.chat.control import Button, Choice, Select
from bot.core.chat.form import DateInput, Form, TextInput
from bot.core.chat.message import Field, Message, Section, Text
from bot.core.chat.part import Markdown, Mention, Moment, Plain
from bot.core.ids import Address

GO = ActionId("go.on")
ANN = Address("discord", "123456789012345678")
SHOWN = Text((Plain("a"),))
LINES: list[Callable[[str], object]] = [
    lambda line: Message(line, (SHOWN,)),
    lambda line: Button(line, GO),
    lambda line: Choice(line, "a"),
    lambda line: Choice("a", line),
    lambda line: Select(GO, line, (Choice("a", "a"),)),
    lambda line: Field(line, (Plain("a"),)),
    lambda line: Mention(ANN, line),
    lambda line: TextInput("a", line),
    lambda line: Form(line, GO, (TextInput("a", "A"),)),
    lambda line: Form("a", GO, (TextInput("a", "A"),), line),
]
TEXTS: list[Callable[[str], object]] = [
    lambda text: Text((Plain(text),)),
    lambda text: Text((Markdown(text),)),
    lambda text: Section((Plain(text),), Button("Go", GO)),
    lambda text: Field("a", (Plain(text),)),
]


@pytest.mark.parametrize("build", LINES)
@pytest.mark.parametrize("line", ["", " ", "\t", "\u200b\u2060\u3000", "a\nb", "a\0", "a\ud800", "a\x85"])
def test_a_line_has_something_to_see_and_nothing_that_breaks_it(
    build: Callable[[str], object], line: str
) -> None:
    build("a b")
    with pytest.raises(ValueError, match="keeps this limit"):
        build(line)


@pytest.mark.parametrize("build", TEXTS)
@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u202e\ufeff", "a\0", "a\r\n", "a\udfff", "a\x1b[0m"])
def test_a_text_has_something_to_see_and_no_controls(build: Callable[[str], object], text: str) -> None:
    build("a\n\tb")
    with pytest.raises(ValueError, match="keeps this limit"):
        build(text)


@pytest.mark.parametrize(
    "build",
    [
        lambda: Text(()),
        lambda: TextInput("a", "A", value="a\nb"),
        lambda: TextInput("a", "A", value="a\0"),
        lambda: TextInput("a", "A", hint=" "),
        lambda: DateInput("a", "A", value="31.12.2027"),
        lambda: DateInput("a", "A", value="20271231"),
        lambda: Moment(datetime(2027, 1, 1)),  # noqa: DTZ001 - the naive instant is what is refused
        lambda: Mention(Address("slack", "U1> <!channel"), "Ann"),
        lambda: Message("t", (Text(tuple(Mention(Address("discord", f"{n}"), "Ann") for n in range(101))),)),
    ],
)
def test_what_no_platform_takes_is_never_built(build: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="keeps this limit"):
        build()
