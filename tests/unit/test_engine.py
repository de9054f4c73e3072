"""The settings that the database is opened with, and how a deadline reaches it."""

import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from threading import Thread
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, func, insert, literal, select, text
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import DBAPIError

from bot.core.errors import SettingsError, TryAgain
from bot.storage.deadline import Deadline
from bot.storage.engine import open_engine
from bot.storage.tables import Ids, Instant, metadata, spaces
from bot.storage.transaction import open_transaction
from bot.storage.transient import READ_ONLY

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
RIDGE = {"platform": "slack", "foreign_id": "T1", "name": "Ridge", "created_at": NOW}
DIALECTS = (SQLiteDialect_pysqlite(), PGDialect_psycopg())  # type: ignore[no-untyped-call]  # theirs
SLOW = {
    "sqlite": "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 30000000) "
    "SELECT count(*) FROM n",
    "postgresql": "SELECT pg_sleep(9)",
}


class TestUrls:
    @pytest.mark.parametrize(
        "url", ["postgresql://u:p@h/d", "postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"]
    )
    def test_postgres_means_psycopg(self, url: str) -> None:
        engine = open_engine(url)
        assert (engine.dialect.name, engine.dialect.driver) == ("postgresql", "psycopg")
        assert engine.url.password == "p"

    @pytest.mark.parametrize("prefix", ["", "sqlite:///"])
    def test_a_path_means_sqlite_and_its_folder_is_made(self, prefix: str, tmp_path: Path) -> None:
        file = tmp_path / "deep" / "down" / "cairn.db"
        engine = open_engine(f"{prefix}{file}")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT 1")) == 1
        engine.dispose()
        assert file.is_file()

    def test_a_relative_path_is_below_the_working_directory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        engine = open_engine("data/cairn.db")
        engine.connect().close()
        engine.dispose()
        assert (tmp_path / "data" / "cairn.db").is_file()

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "sqlite://",
            "sqlite:///:memory:",
            ":memory:",
            "mysql://u:hunter2@h/d",
            "postgresql+asyncpg://u:hunter2@h/d",
        ],
    )
    def test_what_cannot_keep_rows_is_refused_without_repeating_it(self, url: str) -> None:
        with pytest.raises(SettingsError) as caught:
            open_engine(url)
        assert "hunter2" not in str(caught.value)


class TestSqlite:
    def test_its_settings(self, sqlite_engine: Engine) -> None:
        expected = {"journal_mode": "wal", "synchronous": 1, "foreign_keys": 1, "busy_timeout": 5_000}
        with sqlite_engine.connect() as connection:
            for name, value in expected.items():
                assert connection.scalar(text(f"PRAGMA {name}")) == value

    def test_a_writer_holds_the_lock_from_its_start_and_a_reader_never(self, sqlite_engine: Engine) -> None:
        with (
            sqlite_engine.connect() as writer,
            writer.begin(),
            sqlite_engine.connect().execution_options(**READ_ONLY) as reader,
            reader.begin(),
        ):
            assert reader.scalar(select(func.count()).select_from(spaces)) == 0
            with pytest.raises(TryAgain), open_transaction(sqlite_engine, 0.05, writes=True):
                pass

    def test_concurrent_updates_are_all_kept(self, sqlite_engine: Engine) -> None:
        with sqlite_engine.begin() as connection:
            connection.execute(insert(spaces).values(**{**RIDGE, "name": "0"}))

        def add() -> None:
            for _ in range(10):
                with open_transaction(sqlite_engine, 30, writes=True) as connection:
                    number = int(connection.scalar(select(spaces.c.name)) or 0)
                    connection.execute(spaces.update().values(name=str(number + 1)))

        threads = [Thread(target=add) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        with sqlite_engine.connect() as connection:
            assert connection.scalar(select(spaces.c.name)) == "40"

    def test_a_transaction_without_a_deadline_takes_over_none(self, sqlite_engine: Engine) -> None:
        """The pool hands the same connection on: what one transaction set must not bind the next."""
        with pytest.raises(TryAgain), open_transaction(sqlite_engine, 0.0, writes=False) as connection:
            connection.scalar(text("SELECT 1"))
        with sqlite_engine.begin() as connection:
            assert connection.scalar(text("PRAGMA busy_timeout")) == 5_000
            assert connection.scalar(text("PRAGMA query_only")) == 0
            counted = SLOW["sqlite"].replace("30000000", "50000")
            assert connection.scalar(text(counted)) == 50_000

    def test_the_wait_for_a_lock_is_no_longer_than_the_deadline(self, sqlite_engine: Engine) -> None:
        with open_transaction(sqlite_engine, 2.0, writes=True) as connection:
            assert 0 < (connection.scalar(text("PRAGMA busy_timeout")) or 0) <= 2_000


class TestPostgres:
    def test_its_settings(self, postgres_engine: Engine) -> None:
        expected = {"statement_timeout": "10s", "lock_timeout": "3s", "TimeZone": "UTC"}
        expected |= {"idle_in_transaction_session_timeout": "10s"}
        with postgres_engine.connect() as connection:
            for name, value in expected.items():
                assert connection.scalar(text(f"SHOW {name}")) == value

    def test_what_the_url_asks_for_wins(self, postgres_url: str) -> None:
        engine = open_engine(f"{postgres_url}&options=-c%20lock_timeout%3D7s")
        with engine.connect() as connection:
            assert connection.scalar(text("SHOW lock_timeout")) == "7s"
            assert connection.scalar(text("SHOW statement_timeout")) == "10s"
        engine.dispose()

    def test_what_the_url_names_of_a_provider_is_sent_as_it_is(self, postgres_url: str) -> None:
        """Here the server refuses it: it knows no such setting."""
        engine = open_engine(f"{postgres_url}&options=endpoint%3Dep-cool-123%20-c%20lock_timeout%3D7s")
        assert engine.url.query["options"] == "endpoint=ep-cool-123"
        with pytest.raises(TryAgain, match="can't be opened"):
            engine.connect()

    def test_a_transaction_takes_two_round_trips_beside_its_own(self, postgres_engine: Engine) -> None:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            sent.append(statement)

        event.listen(postgres_engine, "before_cursor_execute", note)
        with open_transaction(postgres_engine, 30.0, writes=True) as connection:
            for _ in range(3):
                connection.scalar(text("SELECT 1"))
        assert [one.partition(";")[0] for one in sent] == ["BEGIN", "SELECT 1", "SELECT 1", "SELECT 1"]

    def test_nothing_is_left_on_a_connection(self, postgres_engine: Engine) -> None:
        """A pooler gives it to somebody else after the transaction."""
        with postgres_engine.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            for _ in range(9):  # psycopg would prepare the sixth
                with connection.begin():
                    connection.execute(select(spaces.c.name).where(spaces.c.id == 1)).all()
            shown = (
                raw.execute("SHOW lock_timeout").fetchone(),
                raw.execute("SHOW statement_timeout").fetchone(),
            )
            assert shown == (("0",), ("0",))
            assert raw.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)

    def test_what_is_left_of_the_deadline_limits_each_statement(
        self, postgres_engine: Engine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        clock = iter((0.0, 0.0, 0.0, 0.05, 1.0, 2.96, 2.999, 2.999))
        monkeypatch.setattr("bot.storage.deadline.monotonic", lambda: next(clock))
        with open_transaction(postgres_engine, 3.0, writes=True) as connection:
            shown = [connection.scalar(text("SHOW statement_timeout")) for _ in range(5)]
        # The second is near enough to the first; at the end every millisecond counts.
        assert shown == ["3s", "3s", "2s", "40ms", "1ms"]
        with postgres_engine.connect() as connection:
            assert connection.scalar(text("SHOW statement_timeout")) == "10s"


class TestDeadline:
    def test_a_statement_that_takes_too_long_is_interrupted(self, engine: Engine) -> None:
        def go_on_and_on() -> None:
            with open_transaction(engine, 0.2, writes=True) as connection:
                connection.execute(insert(spaces).values(**RIDGE))
                connection.execute(text(SLOW[engine.dialect.name]))

        with pytest.raises(TryAgain) as caught:
            go_on_and_on()
        assert isinstance(caught.value.__cause__, (sqlite3.Error, psycopg.Error))
        with engine.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(spaces)) == 0

    def test_an_interrupted_statement_that_is_swallowed_keeps_nothing(self, engine: Engine) -> None:
        def swallow() -> None:
            with open_transaction(engine, 0.2, writes=True) as connection:
                connection.execute(insert(spaces).values(**RIDGE))
                with pytest.raises(TryAgain):
                    connection.execute(text(SLOW[engine.dialect.name]))

        with pytest.raises(TryAgain):
            swallow()
        with engine.connect() as connection:
            assert connection.scalar(select(func.count()).select_from(spaces)) == 0

    def test_a_fresh_limit_is_news_and_the_same_one_is_not(self) -> None:
        deadline = Deadline(100.0)
        assert 99_000 < (deadline.news() or 0) <= 100_000
        assert deadline.news() is None
        assert not deadline.is_past()

    def test_nothing_left_is_never_told_as_no_limit(self) -> None:
        deadline = Deadline(0.0)
        assert deadline.is_past()
        assert [deadline.news(), deadline.news(), deadline.milliseconds()] == [1, 1, 1]


class TestSecrets:
    def test_an_error_does_not_repeat_what_was_stored(self, engine: Engine) -> None:
        values = {**RIDGE, "foreign_id": "hunter2" * 20, "name": "hunter2"}
        with pytest.raises(DBAPIError) as caught, engine.begin() as connection:
            connection.execute(insert(spaces).values(**values))
        assert "hunter2" not in str(caught.value)


class TestColumns:
    # A day from either end of the calendar, so that every zone's reading of it exists.
    @given(seconds=st.integers(86_400, 253_402_214_400), micro=st.integers(0, 999_999), zone=st.timezones())
    def test_an_instant_comes_back_from_both_databases(self, seconds: int, micro: int, zone: tzinfo) -> None:
        instant = datetime.fromtimestamp(seconds, UTC).replace(microsecond=micro).astimezone(zone)
        for dialect in DIALECTS:
            column = Instant()
            back = column.process_result_value(column.process_bind_param(instant, dialect), dialect)
            assert back == instant
            assert back is not None
            assert back.tzinfo is UTC

    @given(ids=st.lists(st.text(max_size=20), max_size=8).map(tuple))
    def test_ids_come_back_as_a_tuple(self, ids: tuple[str, ...]) -> None:
        column = Ids()
        for dialect in DIALECTS:
            kept = column.process_bind_param(ids, dialect)
            assert column.process_result_value(kept, dialect) == ids

    def test_nothing_stays_nothing(self) -> None:
        for column in (Instant(), Ids()):
            for dialect in DIALECTS:
                assert column.process_bind_param(None, dialect) is None
                assert column.process_result_value(None, dialect) is None

    def test_a_driver_that_answers_in_another_zone_is_read_in_utc(self, postgres_engine: Engine) -> None:
        with postgres_engine.connect() as connection:
            connection.execute(text("SET TIME ZONE 'Asia/Kathmandu'"))
            assert connection.scalar(select(literal(NOW, Instant))) == NOW


class TestTables:
    def test_every_table_with_a_member_says_whose_rows_they_are(self) -> None:
        for table in metadata.sorted_tables:
            names = {column.name for column in table.columns}
            if "member_id" in names:
                assert table.info["personal"].space == "space_id"
                assert table.info["personal"].member == "member_id"
            for named in (table.info["personal"].space, table.info["personal"].member) if table.info else ():
                assert named in names

    def test_every_text_has_a_limit_that_both_databases_check(self) -> None:
        for table in metadata.sorted_tables:
            checks = " ".join(str(getattr(one, "sqltext", "")) for one in table.constraints)
            for column in table.columns:
                length = getattr(column.type, "length", None) or getattr(
                    getattr(column.type, "impl", None), "length", None
                )
                if length is not None:
                    assert f"length({column.name}) <= {length}" in checks


def test_the_store_opens_without_alembic() -> None:
    """Importing it takes longer than a small command."""
    code = "import sys, bot.storage.store; sys.exit(any(name.startswith('alembic') for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
