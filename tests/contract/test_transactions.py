"""A transaction is kept whole or not at all, and is given up in time, on either database."""

import sqlite3
from time import sleep

import psycopg
import pytest
from sqlalchemy import Engine, update
from sqlalchemy.exc import DBAPIError

from bot.core.chat.call import Caller
from bot.core.errors import TryAgain
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from bot.storage.tables import metadata
from tests.contract.storing import ADA, BEN, NOW, RIDGE, VALLEY, WRITES, Write, asked, count_rows, enrol


class TestTransactions:
    def test_a_block_that_raises_keeps_nothing(self, store: DatabaseStore, engine: Engine) -> None:
        member = enrol(store)
        before = count_rows(engine)

        def raise_at_the_end() -> None:
            with store.write() as tx:
                tx.questions.keep(member, "x", (), NOW)
                tx.tips.mark_seen(member, "tip", NOW)
                tx.questions.queue(member.space_id, asked())
                tx.members.enrol(VALLEY, BEN, NOW)
                raise KeyError

        with pytest.raises(KeyError):
            raise_at_the_end()
        assert count_rows(engine) == before

    def test_a_failed_statement_keeps_nothing_of_what_came_before(
        self, store: DatabaseStore, engine: Engine
    ) -> None:
        member = enrol(store)
        before = count_rows(engine)

        def keep_too_long_a_text() -> None:
            with store.write() as tx:
                tx.tips.mark_seen(member, "tip", NOW)
                tx.questions.keep(member, "x" * 501, (), NOW)

        with pytest.raises(DBAPIError):
            keep_too_long_a_text()
        assert count_rows(engine) == before

    def test_a_text_as_long_as_its_limit_fits(self, store: DatabaseStore) -> None:
        member = enrol(store)
        with store.write() as tx:
            number = tx.questions.keep(member, "\U0001f9ed" * 500, (), NOW)
            found = tx.questions.find(member, number)
        assert found is not None
        assert found.text == "\U0001f9ed" * 500

    def test_a_read_that_writes_is_a_bug_and_changes_nothing(
        self, store: DatabaseStore, engine: Engine
    ) -> None:
        member = enrol(store)
        before = count_rows(engine)
        acts: list[Write] = [*WRITES.values(), lambda tx, _: tx.members.enrol(VALLEY, BEN, NOW)]
        for act in acts:
            with pytest.raises(DBAPIError), store.read() as tx:
                act(tx, member)
        assert count_rows(engine) == before
        assert enrol(store, RIDGE, BEN).name == "Ben"  # the connection writes again afterwards

    def test_a_read_sees_nothing_that_is_not_committed(self, store: DatabaseStore) -> None:
        with store.write() as tx:
            tx.members.enrol(RIDGE, ADA, NOW)
            with store.read() as other:
                assert other.members.find(RIDGE, ADA) is None


class TestGivenUp:
    def test_past_its_deadline_nothing_is_kept(self, engine: Engine) -> None:
        late = DatabaseStore(engine, deadline=0.0)
        with pytest.raises(TryAgain), late.write() as tx:
            tx.members.enrol(RIDGE, ADA, NOW)
        assert set(count_rows(engine).values()) == {0}
        with pytest.raises(TryAgain), late.read() as tx:
            tx.members.find(RIDGE, ADA)

    def test_the_block_of_a_late_transaction_may_still_raise_its_own_error(self, engine: Engine) -> None:
        def fail_late() -> None:
            sleep(1.1)
            raise KeyError

        with pytest.raises(KeyError), DatabaseStore(engine, deadline=1.0).write():
            fail_late()

    def test_waiting_for_a_lock_ends_at_the_deadline(self, engine: Engine) -> None:
        enrol(DatabaseStore(engine, 30.0))
        hasty = DatabaseStore(engine, deadline=0.2)
        renamed = Caller(ADA.address, "Ada L.")
        with engine.connect() as holder, holder.begin():
            holder.execute(update(metadata.tables["members"]).values(name="held"))
            with pytest.raises(TryAgain) as caught, hasty.write() as tx:
                tx.members.enrol(RIDGE, renamed, NOW)
            assert isinstance(caught.value.__cause__, (sqlite3.Error, psycopg.Error))
        assert enrol(DatabaseStore(engine, 30.0), RIDGE, renamed).name == "Ada L."

    def test_a_reader_never_waits_for_a_writer(self, engine: Engine) -> None:
        patient, hasty = DatabaseStore(engine, 30.0), DatabaseStore(engine, 1.0)
        with patient.write() as tx:
            tx.members.enrol(RIDGE, ADA, NOW)
            with hasty.read() as other:
                assert other.members.find(RIDGE, ADA) is None

    def test_no_free_connection_is_a_reason_to_try_again(self, engine: Engine) -> None:
        store = DatabaseStore(engine, 30.0)
        held = [engine.connect() for _ in range(engine.pool.size() + 5)]  # type: ignore[attr-defined]  # QueuePool
        try:
            with pytest.raises(TryAgain), store.read():
                pass
        finally:
            for connection in held:
                connection.close()
        assert enrol(store).name == "Ada"

    def test_a_bug_in_the_schema_is_not_hidden_as_busy(self, empty_engine: Engine) -> None:
        with pytest.raises(DBAPIError), DatabaseStore(empty_engine, 30.0).write() as tx:
            tx.members.enrol(RIDGE, ADA, NOW)

    def test_a_server_that_is_not_there_is_a_reason_to_try_again(self) -> None:
        engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
        store = DatabaseStore(engine)
        with pytest.raises(TryAgain), store.read():
            pass
        with pytest.raises(TryAgain):
            store.status()

    def test_a_connection_that_is_cut_costs_one_call(
        self, postgres_store: DatabaseStore, postgres_engine: Engine
    ) -> None:
        member = enrol(postgres_store)

        def lose_the_connection() -> None:
            with postgres_store.write() as tx:
                tx.tips.mark_seen(member, "tip", NOW)
                with postgres_engine.connect() as connection:
                    connection.exec_driver_sql(
                        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                    )
                tx.tips.seen(member)

        with pytest.raises(TryAgain):
            lose_the_connection()
        with postgres_store.read() as tx:
            assert tx.tips.seen(member) == ()

    def test_who_stops_in_the_middle_keeps_no_locks(
        self, postgres_url: str, postgres_store: DatabaseStore
    ) -> None:
        member = enrol(postgres_store)
        engine = open_engine(f"{postgres_url}&options=-c%20idle_in_transaction_session_timeout%3D100ms")

        def stop_in_the_middle() -> None:
            with DatabaseStore(engine, 30.0).write() as tx:
                tx.tips.mark_seen(member, "tip", NOW)
                # Waits for the other's lock, which is freed when the other is ended.
                with postgres_store.write() as other:
                    other.tips.mark_seen(member, "tip", NOW)
                tx.tips.seen(member)

        with pytest.raises(TryAgain):
            stop_in_the_middle()
        with postgres_store.read() as tx:
            assert tx.tips.seen(member) == ("tip",)
        engine.dispose()


class TestStatus:
    def test_it_names_the_database_and_its_migrations(self, store: DatabaseStore, engine: Engine) -> None:
        status = store.status()
        assert status.dialect == engine.dialect.name
        assert int(status.server.split(".")[0]) >= 3
        assert status.revision == status.head
        assert status.is_current

    def test_a_database_without_migrations_is_not_current(self, empty_engine: Engine) -> None:
        status = DatabaseStore(empty_engine).status()
        assert status.revision is None
        assert not status.is_current
