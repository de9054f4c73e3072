"""Both runners: in one process on both databases, and in several on PostgreSQL, woken by PgQueuer."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
import structlog
from sqlalchemy import Engine

from bot.core.errors import RetryLater
from bot.delivery.courier import GROUP, IN_FLIGHT, Courier
from bot.delivery.hop import Hop
from bot.delivery.local import LocalRunner
from bot.delivery.pgqueue import QueueRunner
from bot.delivery.queue_connection import connect, install
from bot.delivery.runner import Runner
from bot.storage.store import DatabaseStore
from tests.conftest import PATIENCE
from tests.contract.delivering import UNPACED, hop
from tests.contract.faulty import Faulty
from tests.contract.test_delivery import BUCKET, NINE, HandClock, House

KINDS = ("local on sqlite", "local on postgres", "queue on postgres")
WEEK = timedelta(weeks=1)
Start = Callable[..., Runner]


class SharedClock:
    """The house's clock as runners move it."""

    def __init__(self, clock: HandClock) -> None:
        self._clock = clock

    def now(self) -> datetime:
        return self._clock.now()

    async def travel(self, instant: datetime) -> datetime:
        self._clock.time = max(self._clock.time, instant)
        return self._clock.time

    async def follow(self) -> None:
        """Every runner of a test looks at the same clock."""


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    made: str = request.param
    return made


@pytest.fixture
def house(request: pytest.FixtureRequest, kind: str) -> House:
    engine: Engine = request.getfixturevalue(f"{kind.split()[-1]}_engine")
    return House(engine, DatabaseStore(engine, PATIENCE))


@pytest.fixture
def start(house: House, kind: str) -> Start:
    """Makes a runner of the kind; one of several processes where the kind knows several."""

    def make(
        owner: str = "one", *, plans: bool = True, sends: bool = True, in_flight: int = IN_FLIGHT
    ) -> Runner:
        courier, clock = house.courier(owner, in_flight=in_flight), SharedClock(house.clock)
        if kind.startswith("local"):
            return LocalRunner(house.planner, courier, house.store, clock, hop)
        url = house.engine.url.render_as_string(hide_password=False)
        return QueueRunner(
            url,
            house.planner,
            courier,
            house.store,
            clock,
            hop,
            plans=plans,
            sends_to=("playground",) if sends else (),
            lease_seconds=2.0,
        )

    return make


@asynccontextmanager
async def running(*runners: Runner) -> AsyncIterator[None]:
    """Each as the task it is in a process; stopped at the end."""
    tasks = [asyncio.create_task(one.run()) for one in runners]
    try:
        yield
    finally:
        for one in runners:
            one.stop()
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(*tasks)


async def until(holds: Callable[[], bool], *turning: Runner) -> None:
    async with asyncio.timeout(PATIENCE):
        while not holds():
            for one in turning:
                await one.turn()
            await asyncio.sleep(0.05)


async def test_what_is_due_is_said_once(house: House, start: Start) -> None:
    house.enrol(20)
    runner = start()
    async with running(runner):
        await until(lambda: house.states() == {"sent": 20}, runner)
    assert len(set(house.sink.told)) == len(house.sink.told) == 20


async def test_what_was_due_before_the_start_is_said_without_a_turn(house: House, start: Start) -> None:
    house.enrol(3)
    house.planner.plan_due(NINE)
    async with running(start()):
        await until(lambda: house.states() == {"sent": 3})


async def test_skipped_time_is_lived_through(house: House, start: Start) -> None:
    house.enrol(2)
    house.clock.time = NINE - timedelta(hours=1)
    runner = start()
    async with running(runner):
        assert await runner.travel(NINE + 3 * WEEK) == NINE + 3 * WEEK
        assert house.states() == {"sent": 8}
    assert len(set(house.sink.told)) == 8


async def test_time_goes_on_when_nothing_can_be_said(
    house: House, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.pgqueue.PATIENCE", 0.3)
    house.enrol(1)
    house.sink.errors = [RetryLater("429", after=PATIENCE)]
    runner = start()
    async with running(runner):
        assert await runner.travel(NINE + WEEK) == NINE + WEEK
    assert house.sink.told == []


async def test_who_is_stopped_ends_what_it_says_and_begins_nothing(house: House, start: Start) -> None:
    house.enrol(5)
    said, go = asyncio.Event(), asyncio.Event()

    async def stall() -> None:
        said.set()
        await go.wait()

    house.sink.stall = stall
    runner = start(in_flight=1)
    async with running(runner):
        await runner.turn()
        await said.wait()
        runner.stop()
        go.set()
    assert house.states() == {"sent": 1, "pending": 4}
    with house.store.write() as tx:
        assert tx.leases.take(BUCKET, "another", PATIENCE)  # the lease was given back


async def test_a_database_that_fails_ends_no_runner(house: House, start: Start) -> None:
    """Not even with an error that no other try would mend."""
    house.enrol(2)
    faulty = Faulty(house.engine, lambda connection: connection.exec_driver_sql("SELECT * FROM nowhere"))
    faulty.arm(1)
    runner = start()
    async with running(runner):
        await until(lambda: faulty.fired)
        for number in range(1, 4):
            faulty.arm(number)
            await until(lambda: faulty.fired, runner)
        await until(lambda: house.states() == {"sent": 2}, runner)
    assert len(set(house.sink.told)) == len(house.sink.told) == 2


class TestSeveral:
    """What only PostgreSQL can do."""

    @pytest.fixture(params=KINDS[2:])
    def kind(self, request: pytest.FixtureRequest) -> str:
        made: str = request.param
        return made

    async def test_any_number_of_each_role_says_everything_once(self, house: House, start: Start) -> None:
        house.enrol(40)
        planners = [start(f"planner-{number}", sends=False) for number in range(2)]
        couriers = [start(f"courier-{number}", plans=False) for number in range(2)]
        async with running(*planners, *couriers):
            await until(lambda: house.states() == {"sent": 40}, *planners)
        assert len(set(house.sink.told)) == len(house.sink.told) == 40

    async def test_a_gateway_skips_time_while_others_send(self, house: House, start: Start) -> None:
        house.enrol(2)
        gateway = start("gateway", plans=False, sends=False)
        async with running(gateway, start("courier", plans=False)):
            await gateway.travel(NINE + WEEK)
            assert house.states() == {"sent": 4}

    async def test_a_courier_comes_back_to_a_database_that_was_away(self, house: House, start: Start) -> None:
        house.enrol(2)
        planner, courier = start("planner", sends=False), start("courier", plans=False)
        async with running(planner, courier):
            await until(lambda: house.states() == {"sent": 2}, planner)
            url = house.engine.url.render_as_string(hide_password=False).replace("+psycopg", "")
            with psycopg.connect(url, autocommit=True) as admin:
                admin.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            house.clock.time += WEEK
            await until(lambda: house.states() == {"sent": 4}, planner)

    async def test_tables_of_the_queue_are_made_once(self, house: House) -> None:
        url = house.engine.url.render_as_string(hide_password=False)
        await asyncio.gather(*(install(url) for _ in range(3)))


class TestGroups:
    """Marks that are kept together, where the platform knows a key that it has seen."""

    def courier(self, house: House, hop: Hop = hop) -> Courier:
        return Courier(
            house.store,
            house.notices,
            house.sink,
            house.clock,
            hop,
            owner="one",
            pace=UNPACED,
            group=GROUP,
        )

    async def test_all_are_marked_in_the_end(self, house: House) -> None:
        house.enrol(2 * GROUP + 3)
        house.planner.plan_due(NINE)
        assert await self.courier(house).drain(BUCKET) == 2 * GROUP + 3
        assert house.states() == {"sent": 2 * GROUP + 3}

    async def test_a_crash_loses_marks_and_says_nothing_twice(self, house: House) -> None:
        house.enrol(2 * GROUP)
        house.planner.plan_due(NINE)
        dead = False
        house.sink.errors = [None] * (GROUP + 5)

        async def die() -> None:
            nonlocal dead
            dead = True
            raise asyncio.CancelledError

        async def hop_while_alive(work: Callable[..., Any], *args: object) -> Any:
            if dead:
                raise asyncio.CancelledError
            return work(*args)

        dying = self.courier(house, hop_while_alive)

        async def count() -> None:
            house.sink.stall = die if len(house.sink.told) == GROUP + 4 else count

        house.sink.stall = count
        with pytest.raises(asyncio.CancelledError):
            await dying.drain(BUCKET)
        assert house.states() == {"sent": GROUP, "leased": GROUP}
        await self.courier(house).drain(BUCKET)
        assert house.states() == {"sent": 2 * GROUP}
        assert len(set(house.sink.told)) == len(house.sink.told) == 2 * GROUP


@pytest.mark.parametrize("kind", ["queue on postgres"])
async def test_a_queue_that_can_not_be_made_prepares_nobody(house: House, start: Start) -> None:
    """So no platform is connected; what is mended later needs no restart."""
    url, runner = house.engine.url.render_as_string(hide_password=False), start()
    async with connect(url) as line:
        await line.execute("DROP SCHEMA IF EXISTS pgqueuer CASCADE")  # another test's queue
        await line.execute("CREATE SCHEMA pgqueuer")
        await line.execute("CREATE VIEW pgqueuer.pgqueuer AS SELECT 1 AS id")
        async with running(runner):
            prepared = asyncio.create_task(runner.prepared())
            with structlog.testing.capture_logs() as logs:
                await until(lambda: "queue not installed" in [one["event"] for one in logs])
            assert not prepared.done()
            await line.execute("DROP VIEW pgqueuer.pgqueuer")
            async with asyncio.timeout(PATIENCE):
                await prepared
