from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from bot.core.chat.codec import ActionId
from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.form import DateInput, Form, MultiSelectInput, SelectInput, TextInput
from bot.core.chat.message import Actions, Block, Divider, Field, Fields, Message, Section, Text, fallback
from bot.core.chat.part import Markdown, Mention, Moment, Plain
from bot.core.ids import Address


def button(number: int) -> Button:
    return Button("Go", ActionId("go.on", (str(number),)))


def text(length: int) -> Text:
    return Text((Markdown("x" * length),))


def choices(count: int) -> tuple[Choice, ...]:
    return tuple(Choice(f"c{n}", str(n)) for n in range(count))


LIMITS: list[tuple[str, Callable[[int], object], int]] = [
    ("title", lambda n: Message("x" * n, (text(1),)), 150),
    ("text", lambda n: Message("t", (text(n),)), 2_000),
    ("message", lambda n: Message("t", (text(2_000), text(n - 2_004))), 4_000),
    ("blocks", lambda n: Message("t", (text(1),) * n), 20),
    ("label", lambda n: Button("x" * n, ActionId("go.on")), 75),
    ("link", lambda n: Link("x" * n, "https://a.example"), 75),
    ("url", lambda n: Link("a", "https://" + "x" * (n - 8)), 500),
    ("row", lambda n: Actions(tuple(button(i) for i in range(n))), 5),
    ("choices", lambda n: Select(ActionId("go.on"), "Pick", choices(n)), 25),
    ("value", lambda n: Choice("a", "x" * n), 100),
    ("choice", lambda n: Choice("x" * n, "a"), 75),
    ("fields", lambda n: Fields(tuple(Field("a", (Plain("b"),)) for _ in range(n))), 10),
    ("form title", lambda n: Form("x" * n, ActionId("go.on"), (TextInput("a", "A"),)), 24),
    ("label of input", lambda n: TextInput("a", "x" * n), 45),
    ("hint", lambda n: TextInput("a", "A", hint="x" * n), 100),
    ("typed", lambda n: TextInput("a", "A", limit=n), 2_000),
    ("inputs", lambda n: Form("f", ActionId("go.on"), tuple(TextInput(f"i{i}", "A") for i in range(n))), 5),
]


@pytest.mark.parametrize(("what", "build", "limit"), LIMITS, ids=[one[0] for one in LIMITS])
def test_a_limit_holds_to_the_last_character(what: str, build: Callable[[int], object], limit: int) -> None:
    build(limit - 1)
    build(limit)
    for beyond in (limit + 1, limit * 10):
        with pytest.raises(ValueError, match="keeps this limit"):
            build(beyond)


@pytest.mark.parametrize(
    "build",
    [
        lambda: (),
        lambda: tuple(Section((Plain("a"),), button(n)) for n in range(14)),
        lambda: tuple(Actions((button(n),)) for n in range(6)),
        lambda: (Actions((button(1),)), Actions((button(1),))),
        lambda: (Text((Plain("&" * 500),)),),
    ],
    ids=["empty", "43 components", "6 rows", "one id twice", "grows when it is escaped"],
)
def test_a_message_that_a_platform_would_refuse_is_never_built(
    build: Callable[[], tuple[Block, ...]],
) -> None:
    with pytest.raises(ValueError, match="keeps this limit"):
        Message("t", build())


def test_a_select_stands_alone_in_its_row() -> None:
    with pytest.raises(ValueError, match="alone"):
        Actions((button(1), Select(ActionId("go.on"), "Pick", choices(2))))


def test_a_link_is_https() -> None:
    with pytest.raises(ValueError, match="https"):
        Link("a", "http://a.example")


def test_the_fallback_says_the_whole_message() -> None:
    message = Message(
        "Title",
        (
            Text((Markdown("**Bold** "), Plain("*typed*"), Mention(Address("slack", "U1"), "Sam"))),
            Section((Markdown("[a](https://b.example)"),), button(1)),
            Fields((Field("When", (Moment(datetime(2027, 3, 1, 9, tzinfo=UTC)),)),)),
            Divider(),
            Actions((button(2),)),
        ),
    )
    assert fallback(message) == ("Title\nBold *typed*@Sam\na (https://b.example)\nWhen: 2027-03-01 09:00 UTC")


def test_a_long_fallback_is_cut_with_an_ellipsis() -> None:
    cut = fallback(Message("t", (text(1_999), text(500))))
    assert len(cut) == 2_000
    assert cut.endswith("…")


@pytest.mark.parametrize(
    "build",
    [
        lambda: SelectInput("a", "A", choices(2), value="9"),
        lambda: MultiSelectInput("a", "A", choices(2), values=("9",)),
        lambda: TextInput("not a name", "A"),
        lambda: DateInput("a", ""),
        lambda: Form("f", ActionId("go.on"), (TextInput("a", "A"), DateInput("a", "B"))),
        lambda: Select(ActionId("go.on"), "Pick", (Choice("a", "1"), Choice("b", "1"))),
    ],
)
def test_a_form_that_a_platform_would_refuse_is_never_built(build: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="keeps this limit"):
        build()
