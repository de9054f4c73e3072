"""Finding a city by whatever somebody types."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.places import TYPED_LIMIT, City, find_cities, fold_place, read_clock, read_offset

WINTER = datetime(2026, 1, 15, tzinfo=UTC)
SUMMER = datetime(2026, 7, 15, tzinfo=UTC)
MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
# The largest first, as the list is kept.
CITIES = (
    City("São Paulo", "Brazil", "America/Sao_Paulo"),
    City("Mumbai", "India", "Asia/Kolkata"),
    City("London", "United Kingdom", "Europe/London"),
    City("New York City", "United States", "America/New_York"),
    City("Buenos Aires", "Argentina", "America/Argentina/Buenos_Aires"),
    City("Berlin", "Germany", "Europe/Berlin"),
    City("Hamburg", "Germany", "Europe/Berlin"),
    City("Port Berlin", "Nowhere", "Africa/Lagos"),
    City("Paris", "France", "Europe/Paris"),
    City("Łódź", "Poland", "Europe/Warsaw"),
    City("N'Djamena", "Chad", "Africa/Ndjamena"),
    City("St. John's", "Canada", "America/St_Johns"),
    City("Yorkton", "Canada", "America/Regina"),
    City("Tromsø", "Norway", "Europe/Oslo"),
    City("York", "United Kingdom", "Europe/London"),
    City("Apia", "Samoa", "Pacific/Apia"),
)


def names(text: str, now: datetime | None = None) -> list[str]:
    return [city.name for city in find_cities(CITIES, text, now=now)]


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("sao paulo", "São Paulo"),
        ("SÃO PA", "São Paulo"),
        ("new york", "New York City"),
        ("lodz", "Łódź"),
        ("tromso", "Tromsø"),
        ("ndjam", "N'Djamena"),
        ("n’djamena", "N'Djamena"),
        ("st johns", "St. John's"),
        ("Paris, France", "Paris"),
        ("Europe/Ber", "Berlin"),
        ("america/argentina/bue", "Buenos Aires"),
        ("new_york", "New York City"),
        ("kolkata", "Mumbai"),
        ("india", "Mumbai"),
        ("  berlin  ", "Berlin"),
    ],
)
def test_what_people_type_finds_their_city(text: str, first: str) -> None:
    assert names(text)[0] == first


def test_better_matches_come_first() -> None:
    assert names("york") == ["York", "Yorkton", "New York City"]
    # Its name, then its zone, then a later word of a name.
    assert names("berlin") == ["Berlin", "Hamburg", "Port Berlin"]
    assert names("germany") == ["Berlin", "Hamburg"]
    assert names("united") == ["London", "New York City", "York"]


def test_among_equals_the_larger_comes_first() -> None:
    assert names("b")[:2] == ["Buenos Aires", "Berlin"]


def test_nothing_typed_finds_the_largest() -> None:
    assert find_cities(CITIES, "", 3) == CITIES[:3]
    assert find_cities(CITIES, "  ", 3) == CITIES[:3]


@pytest.mark.parametrize("text", ["zzz", "???", "...", "\x00", "+", "-"])
def test_nothing_is_found_by_nonsense(text: str) -> None:
    assert names(text, WINTER) == []


def test_limit_holds() -> None:
    assert len(find_cities(CITIES, "a", 4)) == 4
    assert len(find_cities(CITIES * 10, "a")) == 25


@pytest.mark.parametrize("text", ["+5:30", "+05:30", "+0530", "UTC+5:30", "utc +5:30", "GMT+05:30"])
def test_offset_finds_the_cities_that_have_it(text: str) -> None:
    assert names(text, WINTER) == ["Mumbai"]


def test_offset_is_the_one_of_that_day() -> None:
    assert names("+1", WINTER) == ["Berlin", "Hamburg", "Port Berlin", "Paris", "Łódź", "N'Djamena", "Tromsø"]
    assert names("+1", SUMMER) == ["London", "Port Berlin", "N'Djamena", "York"]
    assert names("UTC-3", WINTER) == ["São Paulo", "Buenos Aires"]
    assert names("−3:30", WINTER) == ["St. John's"]
    assert names("utc", WINTER) == ["London", "York"]
    assert names("+13", WINTER) == ["Apia"]


def test_offset_without_a_day_finds_nothing() -> None:
    assert names("+1") == []


@pytest.mark.parametrize("text", ["+99", "-24:59", "+14", "UTC-12:30"])
def test_offset_that_no_city_has_finds_nothing(text: str) -> None:
    assert names(text, WINTER) == []


def test_what_a_clock_shows_finds_the_cities_where_it_does() -> None:
    now = datetime(2026, 1, 15, 13, 2, 40, tzinfo=UTC)
    mumbai = ["18:33", "18.30", "6:35 pm", "6:32PM"]
    assert [names(text, now) for text in mumbai] == [["Mumbai"]] * len(mumbai)
    assert names("1 pm", now) == names("13:00", now) == ["London", "York"]
    assert names("2am", now) == ["Apia"]  # tomorrow already
    assert names("13:00") == []


@pytest.mark.parametrize("text", ["18", "24:00", "13 pm", "0 am", "18:60", "18:33 o'clock"])
def test_what_no_clock_shows_finds_nothing(text: str) -> None:
    assert names(text, WINTER) == []


@given(st.integers(-12 * 4, 14 * 4), MOMENTS, st.integers(-7, 7))
def test_a_clock_that_is_minutes_off_still_tells_its_offset(quarters: int, now: datetime, wrong: int) -> None:
    offset = timedelta(minutes=15 * quarters)
    shown = now + offset + timedelta(minutes=wrong)
    assert offset in read_clock(f"{shown:%H:%M}", now)
    assert offset in read_clock(f"{shown:%I:%M %p}", now)
    assert len(read_clock(f"{shown:%H:%M}", now)) <= 2


@given(st.integers(-14 * 4, 14 * 4))
def test_offset_is_read_as_it_is_written(quarters: int) -> None:
    offset = timedelta(minutes=15 * quarters)
    hours, minutes = divmod(abs(quarters) * 15, 60)
    sign = "-" if quarters < 0 else "+"
    for text in (
        f"{sign}{hours}:{minutes:02}",
        f"UTC{sign}{hours:02}{minutes:02}",
        f"gmt {sign}{hours}:{minutes:02} ",
    ):
        assert read_offset(text) == offset
    if not minutes:
        assert read_offset(f"{sign}{hours}") == offset


@given(st.text())
def test_whatever_is_typed_finds_at_most_the_limit(text: str) -> None:
    found = find_cities(CITIES, text, 5, now=SUMMER)
    assert len(found) <= 5
    assert set(found) <= set(CITIES)


@given(st.sampled_from(CITIES), st.data())
def test_each_beginning_of_a_name_finds_it(city: City, data: st.DataObject) -> None:
    end = data.draw(st.integers(1, len(city.name)))
    assert city in find_cities(CITIES, city.name[:end])


@given(st.text(max_size=30))
def test_folding_doesnt_see_case(text: str) -> None:
    assert fold_place(text) == fold_place(text.casefold())


def test_long_text_is_cut_before_it_is_read() -> None:
    assert find_cities(CITIES, "York" + " " * TYPED_LIMIT + "x") == find_cities(CITIES, "york")


def test_a_city_is_its_three_words() -> None:
    assert City("Paris", "France", "Europe/Paris") == CITIES[8]
    assert repr(CITIES[8]) == "City(name='Paris', country='France', zone='Europe/Paris')"
