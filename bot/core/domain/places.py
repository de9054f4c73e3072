"""Cities, by which people name their time zone; and finding them by whatever somebody types."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

TYPED_LIMIT = 100

_OFFSET = re.compile(r"(?:utc|gmt)?\s*(?P<sign>[-+−])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>[0-5]\d))?", re.I)
# Not without minutes, am or pm: a number alone may mean anything.
_CLOCK = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.](?P<minute>[0-5]\d)\s*(?P<half>[ap]m)?|\s*(?P<only>[ap]m))", re.I
)
_QUARTER = 15
_DAY = 24 * 60
# How far zones are from UTC, in minutes: from UTC-12 to UTC+14.
_WESTMOST, _EASTMOST = -12 * 60, 14 * 60
_NO_OFFSET = frozenset({"utc", "gmt"})
_BETWEEN_WORDS = re.compile(r"[\W_]+")
# Letters that Unicode doesn't take apart into a plain one and a mark; and apostrophes, which nobody types.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
    | dict.fromkeys("'’‘`´ʼʻ", "")
)


@dataclass(frozen=True, slots=True)
class City:
    """A city, its country's English name, and the IANA id of its time zone ("Europe/Berlin")."""

    name: str
    country: str
    zone: str
    # Folded once, because each letter that somebody types is compared with every city.
    name_key: str = field(init=False, repr=False, compare=False)
    country_key: str = field(init=False, repr=False, compare=False)
    zone_key: str = field(init=False, repr=False, compare=False)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        name, country, zone = map(fold_place, (self.name, self.country, self.zone))
        object.__setattr__(self, "name_key", name)
        object.__setattr__(self, "country_key", country)
        object.__setattr__(self, "zone_key", zone)
        object.__setattr__(self, "key", f"{name} {country} {zone}")


def find_cities(
    cities: Sequence[City], text: str, limit: int = 25, *, now: datetime | None = None
) -> tuple[City, ...]:
    """At most `limit` cities that `text` may mean, best first; among equals in the order of `cities`.

    It may be a city ("sao paulo", "Paris, France"), a country, a zone's id, an offset from UTC ("+5:30",
    "UTC-3"), or what a clock there shows ("14:30", "2:30 pm"); these are compared with each zone's offset at
    `now` and find nothing without it. No text finds the first cities. Case, accents and punctuation don't
    matter. Raises ZoneInfoNotFoundError for an offset when a city's zone doesn't exist.
    """
    text = text[:TYPED_LIMIT]
    offset = read_offset(text)
    if offset is not None:
        return _find_by_offset(cities, {offset}, now)[:limit] if now else ()
    if now is not None and (offsets := read_clock(text, now)):
        return _find_by_offset(cities, offsets, now)[:limit]
    typed = fold_place(text)
    if not typed:
        return () if text.strip() else tuple(cities[:limit])
    found = (city for city in cities if typed in city.key)
    return tuple(sorted(found, key=lambda city: _rank(city, typed))[:limit])


def read_offset(text: str) -> timedelta | None:
    """The offset that "+5:30", "UTC-3", "gmt +0530" or "UTC" names; None for anything else."""
    text = text.strip()
    if text.casefold() in _NO_OFFSET:
        return timedelta()
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"] or 0))
    return offset if found["sign"] == "+" else -offset


def read_clock(text: str, now: datetime) -> set[timedelta]:
    """The offsets, to the quarter of an hour, of clocks that show "14:30", "2:30 pm" or "2pm" at `now`: two
    where one is a day ahead of the other, and none for anything else."""
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        return set()
    hour, minute = int(found["hour"]), int(found["minute"] or 0)
    half = (found["half"] or found["only"] or "").lower()
    if hour > (12 if half else 23) or (half and not hour):
        return set()
    if half:
        hour = hour % 12 + 12 * (half == "pm")
    now = now.astimezone(UTC)
    apart = round((hour * 60 + minute - now.hour * 60 - now.minute) / _QUARTER) * _QUARTER
    days = (apart + _DAY * day for day in (-1, 0, 1))
    return {timedelta(minutes=one) for one in days if _WESTMOST <= one <= _EASTMOST}


@lru_cache(maxsize=4096)
def fold_place(text: str) -> str:
    """`text` as places are compared: plain small letters and digits, single spaces between words."""
    text = text.casefold().translate(_PLAIN)
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text)
        text = "".join(char for char in text if not unicodedata.combining(char))
    return " ".join(_BETWEEN_WORDS.sub(" ", text).split())


def _find_by_offset(cities: Sequence[City], offsets: set[timedelta], now: datetime) -> tuple[City, ...]:
    zones = {zone for zone in {city.zone for city in cities} if _open_zone(zone).utcoffset(now) in offsets}
    return tuple(city for city in cities if city.zone in zones)


def _rank(city: City, typed: str) -> int:
    """How well `typed` matches a city that it stands in: 0 is best."""
    if city.name_key == typed:
        return 0
    if city.key.startswith(typed):
        return 1
    if city.country_key.startswith(typed):
        return 2
    if city.zone_key.startswith(typed) or city.zone_key.endswith(f" {typed}"):
        return 3
    return 4 if f" {typed}" in city.name_key else 5


@lru_cache(maxsize=1024)
def _open_zone(zone: str) -> ZoneInfo:
    # zoneinfo keeps eight zones itself; a search by offset asks every one of them.
    return ZoneInfo(zone)
