from datetime import date
from typing import Any

import pytest

from bot.core.chat.command import Command, Option
from bot.core.chat.control import Choice
from bot.core.chat.form import DateInput, SelectInput, TextInput
from bot.core.ids import Role
from bot.core.views.asking import RUN, YES_NO, ask_missing

LEVELS = (Choice("New to it", "1"), Choice("Daily", "2"))


def answer(*_: Any, **__: Any) -> None: ...


def command(*options: Option) -> Command:
    return Command("plan start", "Starts", options, private=True, lead=False, handle=answer)


EVERY_KIND = command(
    Option("name", "Its name", required=True, limit=40),
    Option("day", "The first day, which may be any day that the calendar has", kind=date, required=True),
    Option("level", "How well", kind=int, choices=LEVELS),
    Option("loud", "Tell everybody", kind=bool),
    Option("weeks", "How many weeks", kind=int),
    Option("more", "One too many for a form"),
)


def test_a_form_asks_for_what_is_missing_and_keeps_what_was_given() -> None:
    form = ask_missing(EVERY_KIND, {"name": "  ", "level": "2", "weeks": 3, "loud": "perhaps"})
    assert form is not None
    assert (form.title, form.action) == ("/plan start", RUN("plan start"))
    assert form.inputs == (
        TextInput("name", "Its name", limit=40),
        DateInput("day", "day", "The first day, which may be any day that the calendar has"),
        SelectInput("level", "How well", LEVELS, value="2", required=False),
        SelectInput("loud", "Tell everybody", YES_NO, required=False),
        TextInput("weeks", "How many weeks", value="3", required=False, limit=500),
    )


def test_what_another_option_can_take_the_place_of_is_asked_for_without_it() -> None:
    promote = command(Option("member", "Who", unless="role"), Option("role", "All who have it", kind=Role))
    form = ask_missing(promote, {"member": " "})
    assert form is not None
    assert form.inputs == (TextInput("member", "Who", limit=500),)
    assert ask_missing(promote, {"member": "Ada"}) is None
    assert ask_missing(promote, {"role": "1"}) is None
    with pytest.raises(ValueError, match="start"):
        command(Option("member", "Who", unless="role"))
    with pytest.raises(ValueError, match="member"):
        Option("member", "Who", required=True, unless="role")


def test_a_day_is_kept_when_it_is_one() -> None:
    for given, kept in (("2027-01-04", "2027-01-04"), ("soon", ""), ("2027-02-30", ""), ("20270104", "")):
        form = ask_missing(EVERY_KIND, {"day": given})
        assert form is not None
        assert form.inputs[1].value == kept  # type: ignore[union-attr]


def test_nothing_is_asked_when_nothing_is_missing_or_the_answer_knows_better() -> None:
    assert ask_missing(None, {}) is None
    assert ask_missing(command(Option("name", "Its name")), {}) is None
    assert ask_missing(EVERY_KIND, {"name": "x", "day": "soon"}) is None
    assert ask_missing(EVERY_KIND, {"nonsense": "x"}) is None
