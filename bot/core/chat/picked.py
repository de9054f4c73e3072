"""A person who was chosen in a platform's own picker, as the text of an option or an input: `@=U123`.

No handle begins like that, so what people type is never taken for a choice.
"""

import re

_PICKED = re.compile(r"@=(?P<id>[A-Za-z0-9_-]{1,64})")


def write_picked(foreign_id: str) -> str:
    """The text that stands for the person with this id on the platform."""
    return f"@={foreign_id}"


def read_picked(text: str) -> str | None:
    """The id of the person who was chosen; None for a text that somebody typed."""
    found = _PICKED.fullmatch(text)
    return found["id"] if found else None
