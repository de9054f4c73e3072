"""The form that asks for what a command was not told, where a platform doesn't ask by itself."""

from collections.abc import Collection, Mapping
from datetime import date

from bot.core.chat.codec import Action
from bot.core.chat.command import Command, Option
from bot.core.chat.control import VALUE_LIMIT, Choice
from bot.core.chat.form import (
    INPUT_LIMIT,
    LABEL_LIMIT,
    TITLE_LIMIT,
    TYPED_LIMIT,
    DateInput,
    Form,
    Input,
    PersonInput,
    SelectInput,
    TextInput,
)
from bot.core.chat.typed import clean_line
from bot.core.ids import Role

# Whoever receives this form's answer makes the command of it, as if it had been typed: no handler sees it.
RUN = Action("command.run", "command")

YES_NO = (Choice("Yes", "yes"), Choice("No", "no"))

Given = Mapping[str, str | int | bool]


def ask_missing(command: Command | None, given: Given) -> Form | None:
    """The form with the command's first five options, what was given filled in; None when nothing is
    missing. An option that is unknown is left to the answer, which says so. No form asks for roles."""
    if command is None or not given.keys() <= {option.name for option in command.options}:
        return None
    told = {name for name, value in given.items() if str(value).strip()}
    if not any(one.name not in told and _is_needed(one, told) for one in command.options):
        return None
    asked = [one for one in command.options if one.kind is not Role][:INPUT_LIMIT]
    inputs = tuple(_ask(one, str(given.get(one.name, "")), _is_needed(one, told)) for one in asked)
    return Form(f"/{command.name}"[:TITLE_LIMIT], RUN(command.name), inputs)


def _is_needed(option: Option, told: Collection[str]) -> bool:
    return option.required or (bool(option.unless) and option.unless not in told)


def _ask(option: Option, given: str, required: bool) -> Input:
    """What was given is kept where it fits, so that nobody types it twice."""
    fits = len(option.description) <= LABEL_LIMIT
    label, hint = (option.description, "") if fits else (option.name, option.description)
    name = option.name
    choices = YES_NO if option.kind is bool else option.choices
    if choices:
        known = given if given in {choice.value for choice in choices} else ""
        return SelectInput(name, label, choices, hint, known, required)
    if option.person:
        return PersonInput(name, label, hint, clean_line(given, VALUE_LIMIT), required)
    if option.kind is date:
        return DateInput(name, label, hint, given if _is_day(given) else "", required)
    limit = min(option.limit, TYPED_LIMIT)
    return TextInput(name, label, hint, clean_line(given, limit), required, limit=limit)


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
