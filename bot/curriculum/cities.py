"""The list of cities: `content/cities.csv` -> `City` values."""

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.core.chat.control import LABEL_LIMIT
from bot.core.domain.places import City
from bot.core.errors import ContentError, Problem
from bot.curriculum.files import Raw, read_raw

CITIES_FILE = "cities.csv"
COLUMNS = ["name", "country", "zone"]
# "Name, country" is the label of a choice.
PLACE_LIMIT = LABEL_LIMIT - len(", ")

_IS_ZONE = re.compile(r"[A-Z][A-Za-z]+(?:/[A-Za-z0-9_+-]+){1,2}")
_AGAIN = "Write the list anew with scripts/make_cities.py."


def load_cities(path: Path) -> tuple[City, ...]:
    """The cities of the file, in its order: the largest first.

    Raises ContentError with every problem found; `path` must name a UTF-8 file of at most 256 KiB.
    """
    raw = read_raw(path.parent, path.name)
    problems: list[Problem] = []
    places: dict[City, int] = {}
    for line, row in _read_rows(raw):
        faults = tuple(_check(row)) if line > 1 else _check_head(row)
        problems += (Problem(raw.name, line, says, remedy) for says, remedy in faults)
        if faults or line == 1:
            continue
        city = City(*row)
        first = places.setdefault(city, line)
        if first != line:
            problems.append(
                Problem(raw.name, line, f"This city stands in line {first} already.", "Delete it.")
            )
    if not places and not problems:
        problems.append(Problem(raw.name, None, "There is no city in this file.", _AGAIN))
    if problems:
        raise ContentError(tuple(problems))
    return tuple(places)


def _read_rows(raw: Raw) -> Iterator[tuple[int, list[str]]]:
    """Each row with its line's number. A row of this list never spans lines, so a line is read alone."""
    for number, line in enumerate(raw.text.removesuffix("\n").split("\n"), start=1):
        try:
            rows = list(csv.reader([line], strict=True))
        except csv.Error as error:
            says = f"This line can't be read: {error}."
            raise ContentError((Problem(raw.name, number, says, _AGAIN),)) from None
        yield number, rows[0] if rows else []


def _check_head(row: list[str]) -> tuple[tuple[str, str], ...]:
    if row == COLUMNS:
        return ()
    return (("The first line must name the columns.", f"Write `{','.join(COLUMNS)}` there."),)


def _check(row: list[str]) -> Iterator[tuple[str, str]]:
    if len(row) != len(COLUMNS):
        yield f"This line has {len(row)} of {len(COLUMNS)} columns.", "Give a name, a country and a zone."
        return
    name, country, zone = row
    for word, text in (("name", name), ("country", country)):
        if not text or text != text.strip() or not text.isprintable():
            yield f"The {word} is empty, or has space around it or control characters in it.", "Correct it."
    if (taken := len(name) + len(country)) > PLACE_LIMIT:
        yield f"Name and country take {taken} of {PLACE_LIMIT} characters.", "Shorten them."
    if not _exists(zone):
        yield f"There is no time zone `{zone[:60]}`.", "Give an IANA id such as Europe/Berlin."


@lru_cache(maxsize=1024)
def _exists(zone: str) -> bool:
    if not _IS_ZONE.fullmatch(zone):
        return False
    try:
        ZoneInfo(zone)
    except (OSError, ValueError, KeyError):  # a folder, a file that is no zone, no file
        return False
    return True
