"""What whoever watches a process is told, on both databases."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession
from sqlalchemy import Engine

from bot.health import DUE_AGE, Health
from bot.storage import migrate
from bot.storage.engine import open_engine
from bot.storage.outbox import Outbox
from bot.storage.store import DatabaseStore
from tests.conftest import PATIENCE
from tests.contract.delivering import hop
from tests.contract.planning import CONTENT
from tests.contract.test_delivery import NINE, HandClock, House


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    return House(engine, store)


def watch(engine: Engine, clock: HandClock) -> Health:
    return Health(DatabaseStore(engine, PATIENCE), Outbox(engine), CONTENT, clock, hop)


@pytest.fixture
def health(house: House) -> Health:
    return watch(house.engine, house.clock)


async def test_a_process_that_works_is_ready(health: Health) -> None:
    told = await health.read_readiness()
    assert told["ready"]
    assert set(told["checks"]) == {"database", "migrations", "heartbeat", "due", "content"}
    assert told["oldest_due"] is None
    assert health.read_life()["live"]


async def test_what_waits_for_long_is_told(house: House, health: Health) -> None:
    house.enrol(1)
    house.planner.plan_due(NINE)
    house.clock.time = NINE + DUE_AGE - timedelta(seconds=1)
    assert (await health.read_readiness())["ready"]
    house.clock.time = NINE + DUE_AGE
    told = await health.read_readiness()
    assert not told["ready"]
    assert not told["checks"]["due"]
    await health.beat()
    assert datetime.fromisoformat(health.read_life()["oldest_due"]) == NINE


async def test_an_older_database_is_not_ready(empty_engine: Engine) -> None:
    told = await watch(empty_engine, HandClock()).read_readiness()
    assert (told["checks"]["database"], told["checks"]["migrations"]) == (True, False)
    migrate.upgrade(empty_engine)
    assert (await watch(empty_engine, HandClock()).read_readiness())["ready"]


@pytest.fixture
def away() -> Iterator[Engine]:
    """An engine where nobody answers."""
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    yield engine
    engine.dispose()


async def test_a_database_that_is_away_is_told_and_ends_nothing(away: Engine) -> None:
    health = watch(away, HandClock())
    await health.beat()
    told = await health.read_readiness()
    assert not told["ready"]
    assert not told["checks"]["database"]
    assert health.read_life()["live"]


async def test_a_heart_that_stopped_is_told(health: Health, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.health.BEAT_AGE", 0.0)
    assert not (await health.read_readiness())["checks"]["heartbeat"]


async def test_both_are_served(health: Health) -> None:
    ready: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    serving = asyncio.create_task(health.serve("127.0.0.1", 0, ready=ready.set_result))
    async with ClientSession(await ready) as http:
        for path in ("/livez", "/readyz"):
            async with http.get(path) as response:
                assert response.status == 200
                assert "last_beat_seconds" in await response.json()
    serving.cancel()
    await asyncio.wait((serving,))
