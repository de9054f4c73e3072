"""What a setting takes, in words, for an operator who gave it something else."""

from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

PATTERNS = {r"^[a-z0-9_-]{0,12}$": "at most 12 of a-z, 0-9, _ and -, such as ai-"}


def name_of(name: str, field: FieldInfo) -> str:
    """Returns the setting's name in the environment."""
    alias = field.validation_alias
    return alias if isinstance(alias, str) else name.upper()


def expected(field: FieldInfo) -> str:
    """Returns what the setting takes, such as "a whole number from 1 to 300"."""
    kind = next((one for one in get_args(field.annotation) if one is not type(None)), field.annotation)
    if get_origin(field.annotation) is Literal:
        return " or ".join((", ".join(get_args(field.annotation)[:-1]), get_args(field.annotation)[-1]))
    pattern = next((found for one in field.metadata if (found := getattr(one, "pattern", None))), None)
    if pattern is not None:
        return PATTERNS[pattern]
    named = {bool: "1 or 0", int: "a whole number", float: "a number", Path: "a path"}
    return f"{named.get(kind, 'a text')}{_bounds(field.metadata)}"  # type: ignore[arg-type]


def _bounds(metadata: list[Any]) -> str:
    words = ("ge", "gt", "le")
    found = {word: getattr(one, word) for one in metadata for word in words if hasattr(one, word)}
    least = f" above {found['gt']:g}" if "gt" in found else ""
    if "ge" in found:
        least = f" from {found['ge']:g}" if "le" in found else f" of at least {found['ge']:g}"
    if "le" not in found:
        return least
    return f"{least} to {found['le']:g}" if "ge" in found else f"{least}, at most {found['le']:g}"
