"""Values as people type them: in quotes of any make, with a comma behind, a day in one of several forms.

Each function returns None for what it can't read; nothing here depends on the present moment.
"""

import re
from datetime import date

QUOTED = re.compile(
    r"""(?<![^\s:=])(?:["“”„‟«](?P<double>[^"“”„‟«»]*)["“”‟»]"""
    r"""|['‘‚‹](?P<single>[^'‘’‚‹›]*)['’›]|`(?P<code>[^`]*)`)(?=[\s,;.]|$)"""
)
YES, NO = ("yes", "true", "1"), ("no", "false", "0")

_DASHES = re.compile("[‐‑‒–—―−]")
_TRAILING = ".,;:!?"
_NUMBER = re.compile(r"#?(-?[0-9]{1,7})\s*(?:h|hr|hrs|hours?)?(?:\s*(?:/|a|per)\s*(?:week|wk))?", re.ASCII)
_YEAR_FIRST = re.compile(r"([0-9]{4})[-/.]([0-9]{1,2})[-/.]([0-9]{1,2})", re.ASCII)
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})", re.ASCII)
_IN_WORDS = re.compile(
    r"(?:(?P<day>[0-9]{1,2})(?:st|nd|rd|th|\.)?\s+(?P<month>[a-z]{3,9})\.?"
    r"|(?P<first>[a-z]{3,9})\.?\s+(?P<then>[0-9]{1,2})(?:st|nd|rd|th)?),?\s+(?P<year>[0-9]{4})",
    re.ASCII,
)
_MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)


def unquote(text: str) -> str:
    """`text` without the pair of quotes that stands around the whole of it."""
    text = text.strip()
    found = QUOTED.fullmatch(text)
    if not found:
        return text
    return (found["double"] or found["single"] or found["code"] or "").strip()


def trim(text: str) -> str:
    """`text` in small letters, on one line, without quotes around it and punctuation behind it."""
    text = _DASHES.sub("-", " ".join(text.split())).lower().rstrip(_TRAILING)
    return unquote(text).rstrip(_TRAILING)


def read_number(text: str) -> int | None:
    """A whole number, also as `#3`, `6h` or `6 hours a week`."""
    found = _NUMBER.fullmatch(trim(text))
    return int(found[1]) if found else None


def read_yes(text: str) -> bool | None:
    """Yes or no."""
    typed = trim(text)
    return True if typed in YES else False if typed in NO else None


def read_day(text: str) -> date | None:
    """A day with its year: `2027-01-31`, `2027/1/31`, `31.1.2027`, `31 Jan 2027` or `January 31, 2027`."""
    typed = trim(text)
    if found := _YEAR_FIRST.fullmatch(typed):
        year, month, day = map(int, found.groups())
    elif found := _DAY_FIRST.fullmatch(typed):
        day, month, year = map(int, found.groups())
    elif found := _IN_WORDS.fullmatch(typed):
        name = found["month"] or found["first"]
        number = next((at for at, one in enumerate(_MONTHS, 1) if one.startswith(name)), 0)
        year, month, day = int(found["year"]), number, int(found["day"] or found["then"])
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None
