"""What pydantic found wrong, said for people who write content: file, line and what to do."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from bot.core.errors import Problem
from bot.curriculum.yaml_tree import Key, Lines

PROBLEMS_LIMIT = 25
_SAYS = {
    "string_type": ("must be a text", "Write words after the colon, in quotes if they hold a colon or a #."),
    "string_too_short": ("is empty", "Write something, or delete the line."),
    "too_short": ("has too few entries ({min_length} at least)", "Add what is missing."),
    "too_long": ("has too many entries ({max_length} at most)", "Take some out."),
    "string_too_long": ("is longer than {max_length} characters", "Shorten it."),
    "string_pattern_mismatch": ("is not of the form it must have", "Look at a neighbouring file for one."),
    "int_parsing": ("must be a whole number", "Write digits only."),
    "int_type": ("must be a whole number", "Write digits only."),
    "greater_than_equal": ("must be at least {ge}", "Choose a larger number."),
    "less_than_equal": ("must be at most {le}", "Choose a smaller number."),
    "bool_parsing": ("must be true or false", "Write one of the two."),
    "bool_type": ("must be true or false", "Write one of the two."),
    "literal_error": ("must be one of {expected}", "Choose one of these."),
    "date_from_datetime_parsing": ("must be a date", "Write it as 2026-11-23."),
    "date_parsing": ("must be a date", "Write it as 2026-11-23."),
    "date_type": ("must be a date", "Write it as 2026-11-23."),
    "list_type": ("must be a list", "Write [one, two], or one entry per line after a dash."),
    "tuple_type": ("must be a list", "Write [one, two], or one entry per line after a dash."),
    "dict_type": ("must be a group of fields", "Write each as `field: value` on a line of its own."),
    "model_type": ("must be a group of fields", "Write each as `field: value` on a line of its own."),
    "model_attributes_type": ("must be a group of fields", "Write each as `field: value`."),
}


def explain(error: ValidationError, file: str, lines: Lines, known: Iterable[str]) -> tuple[Problem, ...]:
    """A problem for each thing that pydantic found, PROBLEMS_LIMIT at most.

    `known` are the fields to suggest for a misspelt one.
    """
    known, found = sorted(known), error.errors(include_url=False)
    # A list whose entries are wrong is called too short as well; the entries say it better.
    around = {details["loc"][:length] for details in found for length in range(len(details["loc"]))}
    told = [details for details in found if details["loc"] not in around]
    return tuple(_explain_one(details, file, lines, known) for details in told[:PROBLEMS_LIMIT])


def _explain_one(details: ErrorDetails, file: str, lines: Lines, known: Sequence[str]) -> Problem:
    # A failing key is reported below it, as "[key]"; that is no step of the file.
    place = tuple(step for step in details["loc"] if step != "[key]")
    name = _name(place)
    line = lines.find(place)
    kind = details["type"]
    if kind == "missing":
        return Problem(file, line, f"The field {name} is missing.", f"Add a line `{place[-1]}: ...` here.")
    if kind == "extra_forbidden":
        close = get_close_matches(str(place[-1]), known, n=1)
        remedy = f"Did you mean `{close[0]}`?" if close else "Check its spelling, or delete it."
        return Problem(file, line, f"There is no field {name} here.", remedy)
    if kind == "value_error":
        return Problem(file, line, f"{name} can't stay like this: {details['ctx']['error']}.", "Change it.")
    if details["input"] is None:
        return Problem(file, line, f"{name} is empty.", "Write something after the colon.")
    says, remedy = _SAYS.get(kind, (f"is not right ({details['msg']})", "Look at a neighbouring file."))
    return Problem(file, line, f"{name} {says.format(**details.get('ctx', {}))}.", remedy)


def _name(place: tuple[Key, ...]) -> str:
    match place:
        case ():
            return "The file"
        case (*_, str(field), int(number)):
            return f"Entry {number + 1} of `{field}`"
        case _:
            return f"`{place[-1]}`"
