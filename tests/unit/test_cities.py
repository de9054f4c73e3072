"""The list of cities: the one that ships, and how broken or hostile ones are refused."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chat.control import Choice
from bot.core.domain.places import City, find_cities
from bot.core.errors import ContentError, Problem
from bot.curriculum.cities import load_cities

CONTENT = Path(__file__).resolve().parents[2] / "content"
NOW = datetime(2026, 11, 23, tzinfo=UTC)
HEAD = "name,country,zone\n"


@pytest.fixture(scope="module")
def cities() -> tuple[City, ...]:
    return load_cities(CONTENT / "cities.csv")


@pytest.fixture
def refuse(tmp_path: Path) -> Callable[[str | bytes], tuple[Problem, ...]]:
    def load(content: str | bytes) -> tuple[Problem, ...]:
        file = tmp_path / "cities.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        with pytest.raises(ContentError) as caught:
            load_cities(file)
        return caught.value.problems

    return load


def test_list_has_the_size_that_was_meant(cities: tuple[City, ...]) -> None:
    assert 2_000 <= len(cities) <= 2_500
    assert (CONTENT / "cities.csv").stat().st_size < 120 * 1024


def test_every_zone_loads(cities: tuple[City, ...]) -> None:
    zones = {city.zone for city in cities}
    assert len(zones) > 380
    for zone in zones:
        assert ZoneInfo(zone).utcoffset(NOW) is not None


def test_every_city_fits_a_choice(cities: tuple[City, ...]) -> None:
    for city in cities:
        Choice(f"{city.name}, {city.country}", city.zone)


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("sao paulo", "America/Sao_Paulo"),
        ("new york", "America/New_York"),
        ("berlin", "Europe/Berlin"),
        ("bengaluru", "Asia/Kolkata"),
        ("kyiv", "Europe/Kyiv"),
        ("kathmandu", "Asia/Kathmandu"),
        ("bogota", "America/Bogota"),
        ("reykjavik", "Atlantic/Reykjavik"),
        ("nuku'alofa", "Pacific/Tongatapu"),
        ("washington", "America/New_York"),
        ("canberra", "Australia/Sydney"),
        ("yaounde", "Africa/Douala"),
        ("st john's", "America/St_Johns"),
        ("vaduz", "Europe/Vaduz"),
        ("Asia/Tok", "Asia/Tokyo"),
        ("UTC+5:45", "Asia/Kathmandu"),
        ("liechtenstein", "Europe/Vaduz"),
    ],
)
def test_well_known_cities_are_found_first(cities: tuple[City, ...], typed: str, zone: str) -> None:
    assert find_cities(cities, typed, now=NOW)[0].zone == zone


def test_the_largest_come_first(cities: tuple[City, ...]) -> None:
    assert {"Shanghai", "Delhi", "Istanbul", "Mumbai"} <= {city.name for city in cities[:25]}


def test_the_licence_names_its_source_and_what_was_changed() -> None:
    licence = (CONTENT / "cities.LICENSE").read_text(encoding="utf-8")
    head = "\n".join(licence.splitlines()[:3])
    for words in ("GeoNames", "https://www.geonames.org/", "Creative Commons Attribution 4.0", "/by/4.0/"):
        assert words in head
    assert "What was changed" in licence


def test_good_file_keeps_its_order(tmp_path: Path) -> None:
    file = tmp_path / "cities.csv"
    file.write_text(
        HEAD + 'Paris,France,Europe/Paris\n"Town, The",Chad,Africa/Ndjamena\r\n', encoding="utf-8", newline=""
    )
    assert load_cities(file) == (
        City("Paris", "France", "Europe/Paris"),
        City("Town, The", "Chad", "Africa/Ndjamena"),
    )


@pytest.mark.parametrize(
    ("content", "line", "says"),
    [
        ("", 1, "The first line must name the columns."),
        ("Paris,France,Europe/Paris\n", 1, "The first line must name the columns."),
        (HEAD, None, "There is no city in this file."),
        (HEAD + "Paris,France\n", 2, "This line has 2 of 3 columns."),
        (HEAD + "Paris,France,Europe/Paris,1\n", 2, "This line has 4 of 3 columns."),
        (HEAD + "\nParis,France,Europe/Paris\n", 2, "This line has 0 of 3 columns."),
        (HEAD + "Paris,France,Europe/Paris\n,France,Europe/Paris\n", 3, "The name is empty"),
        (HEAD + "Paris, France,Europe/Paris\n", 2, "The country is empty, or has space around it"),
        (HEAD + f"{'x' * 70},Chad,Europe/Paris\n", 2, "Name and country take 74 of 73 characters."),
        (HEAD + "Paris,France,Europe/Pariss\n", 2, "There is no time zone `Europe/Pariss`."),
        (HEAD + "Paris,France,Europe\n", 2, "There is no time zone `Europe`."),
        (HEAD + "Paris,France,America/Argentina\n", 2, "There is no time zone `America/Argentina`."),
        (HEAD + "Paris,France,../../etc/passwd\n", 2, "There is no time zone `../../etc/passwd`."),
        (HEAD + "Paris,France,/etc/passwd\n", 2, "There is no time zone `/etc/passwd`."),
        (HEAD + "Paris,France,zone.tab\n", 2, "There is no time zone `zone.tab`."),
        (HEAD + "Paris,France,localtime\n", 2, "There is no time zone `localtime`."),
        (HEAD + "Paris,France,\n", 2, "There is no time zone ``."),
        (HEAD + f"Paris,France,{'A' * 99}\n", 2, f"There is no time zone `{'A' * 60}`."),
        (HEAD + "Paris,France,Europe/Paris\n" * 2, 3, "This city stands in line 2 already."),
        (HEAD + '"Paris,France,Europe/Paris\n', 2, "This line can't be read"),
        (HEAD + '"Par"is,France,Europe/Paris\n', 2, "This line can't be read"),
        (HEAD + "Par\x00is,France,Europe/Paris\n", 2, "There is an invisible character here"),
        (HEAD + "Par\u202eis,France,Europe/Paris\n", 2, "There is an invisible character here"),
        (HEAD.encode() + b"Par\xffis,France,Europe/Paris\n", 2, "This isn't UTF-8 text."),
        (HEAD + "Paris,France,Europe/Paris\n" * 20_000, None, "This file is larger than 256 KiB."),
        (HEAD + "x" * 200_000, 2, "This line can't be read"),
    ],
)
def test_broken_file_is_refused_with_its_line(
    refuse: Callable[[str | bytes], tuple[Problem, ...]], content: str | bytes, line: int | None, says: str
) -> None:
    problem = refuse(content)[0]
    assert (problem.file, problem.line) == ("cities.csv", line)
    assert problem.says.startswith(says)
    assert problem.remedy


def test_every_problem_is_told_at_once(refuse: Callable[[str | bytes], tuple[Problem, ...]]) -> None:
    problems = refuse(HEAD + ",France,Nowhere\nParis,France,Europe/Paris\nLyon\n")
    assert [problem.line for problem in problems] == [2, 2, 4]


def test_missing_file_and_link_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="missing"):
        load_cities(tmp_path / "cities.csv")
    (tmp_path / "link.csv").symlink_to(CONTENT / "cities.csv")
    with pytest.raises(ContentError, match="link"):
        load_cities(tmp_path / "link.csv")


@given(content=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: (HEAD + text).encode()))
def test_whatever_the_file_holds_only_content_errors_are_raised(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    file = tmp_path_factory.getbasetemp() / "fuzzed.csv"
    file.write_bytes(content)
    loaded: tuple[City, ...] = ()
    with suppress(ContentError):
        loaded = load_cities(file)
        assert loaded
    assert all(city.name and city.country and city.zone for city in loaded)
