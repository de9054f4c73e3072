from collections.abc import Callable
from datetime import date

import pytest

from bot.core.chat.command import Command, Option, convert
from bot.core.chat.control import Choice
from bot.core.errors import InvalidInput


def do_nothing() -> None:
    """Stands for a handler."""


@pytest.mark.parametrize(
    ("option", "given", "value"),
    [
        (Option("week", "w", int), "3", 3),
        (Option("week", "w", int), 3, 3),
        (Option("week", "w", int, least=-3), " -2 ", -2),
        (Option("all", "a", bool), "Yes", True),
        (Option("all", "a", bool), False, False),
        (Option("day", "d", date), "2027-01-31", date(2027, 1, 31)),
        (Option("day", "d", date), "31.1.2027", date(2027, 1, 31)),
        (Option("day", "d", date), "2027–1–31,", date(2027, 1, 31)),
        (Option("day", "d", date), "Jan 31, 2027", date(2027, 1, 31)),
        (Option("text", "t"), "free", "free"),
        (Option("kind", "k", choices=(Choice("One", "1"),)), "1", "1"),
    ],
)
def test_what_is_given_becomes_the_options_kind(option: Option, given: str, value: object) -> None:
    assert convert(option, given) == value


@pytest.mark.parametrize(
    ("option", "given", "reason"),
    [
        (Option("week", "w", int), "three", "option.integer"),
        (Option("week", "w", int, least=4, most=20), "21", "option.integer"),
        (Option("week", "w", int, least=4, most=20), "3", "option.integer"),
        (Option("week", "w", int), "٣", "option.integer"),
        (Option("all", "a", bool), "perhaps", "option.bool"),
        (Option("day", "d", date), "31.2.2027", "option.date"),
        (Option("kind", "k", choices=(Choice("One", "1"),)), "2", "option.choice"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(option: Option, given: str, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        convert(option, given)
    assert refused.value.reason == reason
    assert refused.value.facts["option"] == option.name


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("Plan", ()),
        ("plan start now", ()),
        ("x" * 33, ()),
        ("plan", (Option("a", "a"), Option("b", "b", required=True))),
        ("plan", (Option("a", "a"), Option("a", "b"))),
        ("plan", tuple(Option(f"o{n}", "o") for n in range(26))),
        ("plan", tuple(Option(f"o{n}", "o", required=True) for n in range(6))),
    ],
)
def test_a_command_beyond_a_platforms_limits_is_never_built(name: str, options: tuple[Option, ...]) -> None:
    with pytest.raises(ValueError, match="keeps this limit"):
        Command(name, "Says what it does", options, private=True, lead=False, handle=do_nothing)


def test_an_option_offers_choices_or_suggestions() -> None:
    with pytest.raises(ValueError, match="not both"):
        Option("a", "a", choices=(Choice("One", "1"),), suggest=lambda *_: ())


ONE, TWO = Choice("One", "1"), Choice("Two", "2")


@pytest.mark.parametrize(
    "build",
    [
        lambda: Option("a", "a", limit=0),
        lambda: Option("a", "a", limit=2_001),
        lambda: Option("a", " "),
        lambda: Option("a", "two\nlines"),
        lambda: Option("a", "a", choices=(ONE, Choice("Other", "1"))),
        lambda: Option("a", "a", choices=(ONE, Choice("One", "2"))),
        lambda: Option("a", "a", int, choices=(ONE, Choice("Two", "two"))),
        lambda: Option("a", "a", bool, choices=(ONE, TWO)),
        lambda: Option("a", "a", date, choices=(ONE, TWO)),
        lambda: Option("a", "a", bool, suggest=lambda: ()),
        lambda: Option("a", "a", choices=(ONE,), suggest=lambda: ()),
    ],
)
def test_an_option_beyond_a_platforms_limits_is_never_built(build: Callable[[], Option]) -> None:
    with pytest.raises(ValueError, match="keeps this limit"):
        build()
