"""PostgreSQL through PgBouncer in transaction mode: everything works as it does without."""

import asyncio
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy import Engine, text

from bot.core.errors import TryAgain
from bot.delivery.queue_connection import connect, install, listen, tables
from bot.storage import migrate
from bot.storage.engine import connection_string, open_engine
from bot.storage.store import DatabaseStore
from bot.storage.transaction import open_transaction
from tests.conftest import PATIENCE
from tests.contract import test_claims as claims
from tests.contract import test_runners as runners
from tests.contract import test_store as rows
from tests.contract import test_transactions as transactions
from tests.contract.storing import enrol
from tests.contract.test_delivery import House
from tests.contract.test_runners import WEEK, Start, running, until
from tests.pooler import Pooled

# What runs here a second time. The fixtures below take the place of those that these tests run with there.
TestMembers, TestQuestions, TestTips = rows.TestMembers, rows.TestQuestions, rows.TestTips
TestTransactions = transactions.TestTransactions
test_a_lost_lease = claims.test_who_lost_the_lease_claims_nothing_more
test_an_older_token = claims.test_an_older_token_marks_nothing
test_said_once = runners.test_what_is_due_is_said_once
test_skipped_time = runners.test_skipped_time_is_lived_through
test_stopped = runners.test_who_is_stopped_ends_what_it_says_and_begins_nothing
start = runners.start


@pytest.fixture
def engine(pooled_engine: Engine) -> Engine:
    return pooled_engine


@pytest.fixture
def kind() -> str:
    return "queue on pooled"


@pytest.fixture
def house(pooled_engine: Engine) -> House:
    return House(pooled_engine, DatabaseStore(pooled_engine, PATIENCE))


async def test_several_of_each_role_say_everything_once(house: House, start: Start) -> None:
    house.enrol(40)
    planners = [start(f"planner-{number}", sends=False) for number in range(2)]
    couriers = [start(f"courier-{number}", plans=False) for number in range(2)]
    async with running(*planners, *couriers):
        await until(lambda: house.states() == {"sent": 40}, *planners)
        house.clock.time += WEEK
        await until(lambda: house.states() == {"sent": 80}, *planners)
    assert len(set(house.sink.told)) == len(house.sink.told) == 80


async def test_who_has_a_direct_line_is_woken_at_once(
    house: House, postgres_url: str, pooled_url: str
) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    hearing = asyncio.create_task(listen(connection_string(postgres_url), heard.put_nowait))
    async with connect(connection_string(pooled_url)) as line, asyncio.timeout(PATIENCE):
        while heard.empty():  # until it listens
            await line.execute("SELECT pg_notify(%s, 'now')", (tables().channel,))
            await asyncio.sleep(0.05)
    assert await heard.get() == "now"
    assert not hearing.done()
    hearing.cancel()
    # Behind the pooler nobody would ever hear anything, so nobody waits there.
    async with asyncio.timeout(PATIENCE):
        await listen(connection_string(pooled_url), heard.put_nowait)


async def test_a_line_that_is_cut_is_opened_again(postgres_url: str) -> None:
    heard: asyncio.Queue[str] = asyncio.Queue()
    hearing = asyncio.create_task(listen(connection_string(postgres_url), heard.put_nowait))
    async with connect(connection_string(postgres_url)) as line, asyncio.timeout(PATIENCE):
        for _ in range(2):
            while heard.empty():
                await line.execute("SELECT pg_notify(%s, 'now')", (tables().channel,))
                await asyncio.sleep(0.05)
            await line.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND query LIKE 'LISTEN%'"
            )
            while not heard.empty():
                heard.get_nowait()
    hearing.cancel()


async def test_tables_of_the_queue_are_made_once_and_no_lock_stays(
    make_postgres: Callable[[], str], pooled: Pooled
) -> None:
    url = make_postgres()
    through = connection_string(pooled(url))
    async with asyncio.timeout(PATIENCE):
        await asyncio.gather(*(install(through) for _ in range(3)))
        async with connect(connection_string(url)) as line:
            # Another version's tables are made anew, with nothing in them.
            await line.execute("ALTER TABLE pgqueuer.pgqueuer DROP COLUMN headers")
            await install(through)
            await line.execute("SELECT headers FROM pgqueuer.pgqueuer")
            locks = await line.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
            assert await locks.fetchone() == (0,)


def test_migrations_run_through_it_and_keep_no_lock(make_postgres: Callable[[], str], pooled: Pooled) -> None:
    url = make_postgres()
    engine = open_engine(pooled(url))
    migrate.upgrade(engine)
    migrate.upgrade(engine)
    assert DatabaseStore(engine).status().is_current
    migrate.downgrade(engine, "base")
    migrate.upgrade(engine)
    enrol(DatabaseStore(engine, PATIENCE))
    engine.dispose()
    with psycopg.connect(url, autocommit=True) as admin:
        assert admin.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)


def test_each_transaction_has_its_settings(pooled_engine: Engine) -> None:
    """The pooler hands out its connections in turn, and each of them knows nothing."""
    expected = {"statement_timeout": "10s", "lock_timeout": "3s", "TimeZone": "UTC"}
    for _ in range(6):
        with pooled_engine.begin() as connection:
            for name, value in expected.items():
                assert connection.scalar(text(f"SHOW {name}")) == value


def test_a_deadline_holds_through_it(pooled_engine: Engine) -> None:
    for writes in (True, False):
        with (
            pytest.raises(TryAgain, match="too long"),
            open_transaction(pooled_engine, 0.2, writes=writes) as connection,
        ):
            connection.execute(text("SELECT pg_sleep(30)"))
        with open_transaction(pooled_engine, PATIENCE, writes=writes) as connection:
            assert connection.scalar(text("SELECT 1")) == 1


def test_what_the_url_asks_for_is_set_through_it(pooled_url: str) -> None:
    engine = open_engine(f"{pooled_url}&options=-c%20lock_timeout%3D7s%20-c%20application_name%3Dcairn")
    with engine.connect() as connection:
        assert connection.scalar(text("SHOW lock_timeout")) == "7s"
        assert connection.scalar(text("SHOW application_name")) == "cairn"
    engine.dispose()


def test_a_pooler_that_is_started_again_costs_one_call(
    postgres_url: str, postgres_server: psycopg.Connection[tuple[object, ...]], pooled_engine: Engine
) -> None:
    """Its connections to the server go; the engine's own to it stay."""
    store = DatabaseStore(pooled_engine, PATIENCE)
    enrol(store)
    name = postgres_url.partition("?")[0].rpartition("/")[2]
    postgres_server.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (name,)
    )
    lost = 0
    for _ in range(6):
        try:
            enrol(store)
        except TryAgain:
            lost += 1
    assert lost <= 3  # as many as the pooler had connections
    enrol(store)
