"""Which errors of a database are a reason to try again, and which are bugs."""

from contextlib import suppress

import pytest
from sqlalchemy import Engine, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.core.errors import TryAgain
from bot.storage.tables import spaces
from bot.storage.transaction import open_transaction
from tests.contract.faulty import fail, fill_up

PASSES = (
    *("08000", "08003", "08006", "08P01", "25006", "25P03", "25P04", "40001", "40P01", "53000", "53100"),
    *("53200", "53300", "53400", "55006", "55P03", "57014", "57P01", "57P02", "57P03", "57P05", "58000"),
    *("58030", "58P01", "72000", "XX000", "XX001", "XX002"),
)
STAYS = ("22001", "22012", "23502", "23503", "23505", "23514", "42501", "42601", "42703", "42P01")


def raise_in_a_transaction(engine: Engine, state: str, *, writes: bool = True) -> None:
    with open_transaction(engine, 30.0, writes=writes) as connection:
        fail(connection, state)


def swallow_in_a_transaction(engine: Engine, state: str) -> None:
    with open_transaction(engine, 30.0, writes=True) as connection, suppress(Exception):
        fail(connection, state)


def blame_somebody_else(engine: Engine, state: str) -> None:
    with open_transaction(engine, 30.0, writes=True) as connection:
        try:
            fail(connection, state)
        except Exception as error:
            raise KeyError("a bug") from error


class TestPostgres:
    @pytest.mark.parametrize("state", PASSES)
    def test_what_passes_is_tried_again(self, postgres_engine: Engine, state: str) -> None:
        for act in (raise_in_a_transaction, swallow_in_a_transaction, blame_somebody_else):
            with pytest.raises(TryAgain) as caught:
                act(postgres_engine, state)
            assert "hunter2" not in str(caught.value)

    @pytest.mark.parametrize("state", STAYS)
    def test_what_stays_is_an_error(self, postgres_engine: Engine, state: str) -> None:
        with pytest.raises(DBAPIError):
            raise_in_a_transaction(postgres_engine, state)

    def test_to_write_in_a_transaction_that_reads_is_a_bug(self, postgres_engine: Engine) -> None:
        with pytest.raises(DBAPIError):
            raise_in_a_transaction(postgres_engine, "25006", writes=False)

    def test_the_pool_replaces_a_connection_that_was_cut(self, postgres_engine: Engine) -> None:
        def lose_it() -> None:
            with open_transaction(postgres_engine, 30.0, writes=True) as connection:
                pid = connection.scalar(text("SELECT pg_backend_pid()"))
                with postgres_engine.connect() as other:
                    other.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
                connection.scalar(text("SELECT 1"))

        for _ in range(3):
            with pytest.raises(TryAgain, match="lost"):
                lose_it()
        with open_transaction(postgres_engine, 30.0, writes=True) as connection:
            assert connection.scalar(text("SELECT 1")) == 1


class TestSqlite:
    def test_a_full_disk(self, sqlite_engine: Engine) -> None:
        fill_up(sqlite_engine)
        with pytest.raises(TryAgain, match="full"), open_transaction(sqlite_engine, 30.0, writes=True) as tx:
            tx.execute(text("CREATE TABLE big AS SELECT zeroblob(100000)"))

    def test_a_disk_that_can_only_be_read(self, sqlite_engine: Engine) -> None:
        def write() -> None:
            with open_transaction(sqlite_engine, 30.0, writes=True) as connection:
                connection.exec_driver_sql("PRAGMA query_only=1")
                connection.execute(update(spaces).values(name="x"))

        with pytest.raises(TryAgain, match="read-only"):
            write()

    def test_another_process_that_writes(self, sqlite_engine: Engine) -> None:
        with (
            sqlite_engine.begin(),
            pytest.raises(TryAgain, match="locked"),
            open_transaction(sqlite_engine, 0.05, writes=True),
        ):
            pass


def test_a_constraint_stays_a_constraint(engine: Engine) -> None:
    def break_it() -> None:
        with open_transaction(engine, 30.0, writes=True) as connection:
            connection.execute(text("INSERT INTO members (space_id) VALUES (NULL)"))

    with pytest.raises(IntegrityError):
        break_it()
