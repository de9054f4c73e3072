"""The playground's clock and pictures, on SQLite and on PostgreSQL alike."""

import threading
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError

from bot.storage.clock import ClockRow
from bot.storage.pictures import KEPT_MOST, Pictures
from tests.contract.storing import NOW, count_rows

OFFSETS = st.timedeltas(timedelta(days=-400), timedelta(days=9_999_999))
PNG = b"\x89PNG\r\n\x1a\n\0\xff"


class TestClock:
    def test_a_clock_that_was_never_moved_is_not_ahead(self, engine: Engine) -> None:
        assert ClockRow(engine).offset() == timedelta(0)

    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(offsets=st.lists(OFFSETS, min_size=1, max_size=5))
    def test_it_only_moves_forward(self, engine: Engine, offsets: list[timedelta]) -> None:
        clock = ClockRow(engine)
        before = clock.offset()
        for offset in offsets:
            now = clock.move(offset)
            assert now == clock.offset() == ClockRow(engine).offset()
            assert now >= before
            assert now == before or now < offset + timedelta(seconds=1)
            assert now >= offset
            before = now

    def test_whoever_moves_it_at_the_same_moment_the_furthest_wins(self, engine: Engine) -> None:
        start = threading.Barrier(4)

        def move(hours: int) -> None:
            start.wait(10)
            ClockRow(engine).move(timedelta(hours=hours))

        threads = [threading.Thread(target=move, args=(hours,)) for hours in (3, 1, 4, 2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert ClockRow(engine).offset() == timedelta(hours=4)
        assert count_rows(engine)["playground_clocks"] == 1

    @pytest.mark.parametrize("row", ["(1, -1)", "(2, 0)"])
    def test_the_database_holds_it_too(self, engine: Engine, row: str) -> None:
        with pytest.raises(DBAPIError), engine.begin() as connection:
            connection.execute(text(f"INSERT INTO playground_clocks (id, offset_seconds) VALUES {row}"))


class TestPictures:
    def test_a_picture_is_found_by_its_name_as_it_was(self, engine: Engine) -> None:
        pictures = Pictures(engine)
        for _ in range(2):
            pictures.keep("one", PNG, NOW)
        assert pictures.find("one") == PNG
        assert isinstance(pictures.find("one"), bytes)
        assert pictures.find("two") is None
        assert count_rows(engine)["playground_pictures"] == 1

    def test_a_name_holds_the_last_one_kept(self, engine: Engine) -> None:
        Pictures(engine).keep("one", PNG, NOW)
        Pictures(engine).keep("one", b"other", NOW)
        assert Pictures(engine).find("one") == b"other"

    def test_the_newest_stay(self, engine: Engine) -> None:
        pictures = Pictures(engine)
        for number in range(KEPT_MOST + 2):
            pictures.keep(f"{number}", PNG, NOW + timedelta(seconds=number))
        assert [pictures.find(f"{number}") is None for number in (0, 1, 2)] == [True, True, False]
        assert count_rows(engine)["playground_pictures"] == KEPT_MOST

    def test_400_kib_fit_and_one_byte_more_does_not(self, engine: Engine) -> None:
        pictures = Pictures(engine)
        pictures.keep("n" * 100, b"\0" * 409_600, NOW)
        assert pictures.find("n" * 100) == b"\0" * 409_600
        for name, size in (("one", 409_601), ("n" * 101, 1)):
            with pytest.raises(DBAPIError):
                pictures.keep(name, b"\0" * size, NOW)
            assert pictures.find(name) is None
