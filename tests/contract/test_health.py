"""What whoever watches a process is told, on both databases."""

import asyncio
from collections.abc import Iterator
from contextlib import nullcontext
from datetime import datetime, timedelta

import pytest
from aiohttp import ClientSession
from sqlalchemy import Engine, delete, event, insert, text

from bot.core.errors import SettingsError
from bot.core.ids import Address, Platform
from bot.health import BEAT_AGE, PROBE_SECONDS, Health
from bot.platform_health import GRACE_SECONDS, PlatformHealth, watch_platforms
from bot.storage import migrate
from bot.storage.engine import open_engine
from bot.storage.outbox import Outbox
from bot.storage.store import DatabaseStore
from bot.storage.tables import schema_support
from tests.conftest import PATIENCE, run_postgres
from tests.contract.delivering import hop
from tests.contract.planning import CONTENT
from tests.contract.test_delivery import NINE, SPACE, HandClock, House


class Seconds:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    return House(engine, store)


def watch(
    engine: Engine,
    clock: HandClock,
    seconds: Seconds | None = None,
    **connections: PlatformHealth,
) -> Health:
    """The health of a process that serves the playground, beside what it is connected to."""
    named: dict[Platform, PlatformHealth] = {}
    for platform in ("slack", "discord"):
        if platform in connections:
            named[platform] = connections[platform]
    return Health(
        DatabaseStore(engine, PATIENCE),
        Outbox(engine, ("playground", *named)),
        CONTENT,
        clock,
        hop,
        named,
        seconds or Seconds(),
    )


@pytest.fixture
def health(house: House) -> Health:
    return watch(house.engine, house.clock)


async def test_a_process_that_works_is_ready(health: Health) -> None:
    told = await health.read_readiness()
    assert told["ready"]
    assert set(told["checks"]) == {"database", "writable", "migrations", "heartbeat", "content"}
    assert told["oldest_due"] is None
    assert health.read_life()["live"]


async def test_what_waits_for_long_is_a_figure_and_no_reason(house: House, health: Health) -> None:
    house.enrol(1)
    house.planner.plan_due(NINE)
    house.clock.time = NINE + timedelta(days=3)
    told = await health.read_readiness()
    assert told["ready"]
    assert datetime.fromisoformat(told["oldest_due"]) == NINE
    await health.look()
    assert datetime.fromisoformat(health.read_life()["oldest_due"]) == NINE


async def test_what_waits_for_a_platform_that_was_taken_away_is_forgotten(house: House) -> None:
    house.enrol(1)
    house.planner.plan_due(NINE)
    with house.store.write() as tx:
        week, space = NINE.date() - timedelta(days=NINE.weekday()), house.members[0].space_id
        older = NINE - timedelta(days=1)
        assert tx.ledger.add(Address("slack", "T1"), space, "a.kind", 1, week, older, older)
    cases: tuple[tuple[tuple[Platform, ...], datetime | None], ...] = (
        (("playground",), NINE),
        (("playground", "slack"), NINE - timedelta(days=1)),
        (("discord",), None),
        ((), None),
    )
    for platforms, oldest in cases:
        assert Outbox(house.engine, platforms).oldest() == oldest


async def test_an_older_database_is_not_ready(empty_engine: Engine) -> None:
    told = await watch(empty_engine, HandClock()).read_readiness()
    assert (told["checks"]["database"], told["checks"]["migrations"]) == (True, False)
    migrate.upgrade(empty_engine)
    assert (await watch(empty_engine, HandClock()).read_readiness())["ready"]


@pytest.mark.parametrize(
    ("revision", "oldest", "is_ready"),
    [
        ("9000", "0020", True),
        ("9000", migrate.head(), True),
        ("9000", "8999", False),
        ("9000", None, False),
        ("0019", "0019", False),
        ("nonsense", "0020", False),
    ],
    ids=["newer", "newer by one", "too new", "says nothing", "older", "not ours"],
)
async def test_the_release_before_is_ready_on_a_newer_schema(
    house: House, health: Health, revision: str, oldest: str | None, *, is_ready: bool
) -> None:
    """And anything older is not: what it needs may be gone."""
    with house.engine.begin() as connection:
        connection.execute(delete(schema_support))
        if oldest is not None:
            connection.execute(insert(schema_support).values(id=1, oldest=oldest))
        connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": revision})
    try:
        told = await health.read_readiness()
        assert (told["ready"], told["checks"]["migrations"]) == (is_ready, is_ready)
        if revision in ("9000", "nonsense"):
            with nullcontext() if is_ready else pytest.raises(SettingsError, match="another version"):
                migrate.upgrade(house.engine)
    finally:
        with house.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :new"), {"new": migrate.head()})


@pytest.fixture
def away() -> Iterator[Engine]:
    """An engine where nobody answers."""
    engine = open_engine("postgresql://nobody@127.0.0.1:1/nothing")
    yield engine
    engine.dispose()


async def test_a_database_that_is_away_is_told_and_ends_nothing(away: Engine) -> None:
    health = watch(away, HandClock())
    await health.beat()
    await health.look()
    told = await health.read_readiness()
    assert not told["ready"]
    assert not told["checks"]["database"]
    assert health.read_life()["live"]


def stop_growing(engine: Engine) -> None:
    """From now on the file is as long as a full disk lets it be."""
    event.listen(engine, "connect", lambda raw, _record: raw.execute("PRAGMA max_page_count=1"))
    engine.dispose()


async def test_a_full_disk_is_not_ready_and_ends_nothing(sqlite_engine: Engine) -> None:
    seconds = Seconds()
    health = watch(sqlite_engine, HandClock(), seconds)
    assert (await health.read_readiness())["ready"]
    stop_growing(sqlite_engine)
    seconds.seconds += PROBE_SECONDS
    told = await health.read_readiness()
    assert not told["ready"]
    assert (told["checks"]["database"], told["checks"]["writable"]) == (True, False)
    assert told["database"] == "the disk is full"
    assert health.read_life()["live"]


async def test_a_standby_is_not_ready() -> None:
    """As after a failover to a PostgreSQL that only follows. A connection that was used before meets another
    error than a new one."""
    seconds = Seconds()
    with run_postgres() as server:
        engine = open_engine(server.get_uri())
        migrate.upgrade(engine)
        server.stop()
        (server.pgdata / "standby.signal").touch()
        server.start()
        health = watch(engine, HandClock(), seconds)
        for _ in range(2):
            told = await health.read_readiness()
            assert (told["checks"]["database"], told["checks"]["writable"]) == (True, False)
            assert told["database"] == "the database is read-only"
            assert not told["ready"]
            seconds.seconds += PROBE_SECONDS
        engine.dispose()


async def test_writing_is_tried_now_and_then_only(engine: Engine) -> None:
    written: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE"):
            written.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    seconds = Seconds()
    health = watch(engine, HandClock(), seconds)
    for expected in (1, 1, 1, 2):
        assert (await health.read_readiness())["ready"]
        assert len(written) == expected
        seconds.seconds += PROBE_SECONDS / 3 + 0.01
    event.remove(engine, "before_cursor_execute", note)


async def test_without_a_beat_it_is_neither_live_nor_ready(house: House) -> None:
    seconds = Seconds()
    health = watch(house.engine, house.clock, seconds)
    seconds.seconds += BEAT_AGE - 1
    assert health.read_life() == {"live": True, "last_beat_seconds": BEAT_AGE - 1, "oldest_due": None}
    house.clock.time += timedelta(days=365)  # a clock that is set is no missing beat
    assert health.read_life()["live"]
    seconds.seconds += 1
    told = health.read_life()
    assert not told["live"]
    assert told["why"] == "no beat for 60 s"
    assert not (await health.read_readiness())["checks"]["heartbeat"]
    await health.beat()
    assert health.read_life()["live"]


async def test_a_database_that_is_away_stops_no_heart(away: Engine) -> None:
    seconds = Seconds()
    health = watch(away, HandClock(), seconds)
    seconds.seconds += BEAT_AGE
    await health.beat()
    await health.look()
    assert health.read_life()["live"]


async def test_what_each_platform_hears_and_says_is_told(house: House) -> None:
    seconds = Seconds()
    slack, discord = PlatformHealth(now=seconds), PlatformHealth(now=seconds)
    health = watch(house.engine, house.clock, seconds, slack=slack, discord=discord)
    slack.waits("Slack can't be reached")
    discord.connected()
    discord.spoke()
    seconds.seconds += 5
    told = await health.read_readiness()
    assert not told["ready"]
    assert (told["checks"]["slack"], told["checks"]["discord"]) == (False, True)
    ago = (NINE - timedelta(seconds=5)).isoformat()
    assert told["platforms"] == {
        "slack": {
            "hears": False,
            "hears_since": None,
            "speaks": False,
            "spoke_at": None,
            "why": "Slack can't be reached",
        },
        "discord": {"hears": True, "hears_since": ago, "speaks": True, "spoke_at": ago, "why": ""},
    }
    slack.connected()
    assert (await health.read_readiness())["ready"]


class TestPlatformHealth:
    """What adapters report, and what it comes to."""

    @pytest.fixture
    def seconds(self) -> Seconds:
        return Seconds()

    @pytest.fixture
    def one(self, seconds: Seconds) -> PlatformHealth:
        return PlatformHealth(now=seconds)

    def test_before_it_is_connected_it_is_not_ready(self, one: PlatformHealth) -> None:
        one.opened()
        one.spoke()
        assert not one.is_ready
        one.connected()
        assert one.is_ready

    def test_a_short_loss_is_no_trouble(self, one: PlatformHealth, seconds: Seconds) -> None:
        one.connected()
        one.disconnected()
        seconds.seconds += GRACE_SECONDS - 1
        one.disconnected()  # reported again, it doesn't begin again
        assert (one.hears_for, one.is_ready) == (None, True)
        seconds.seconds += 1
        assert not one.is_ready
        one.connected()
        assert (one.hears_for, one.is_ready) == (0, True)

    def test_every_shard_has_to_be_heard(self, one: PlatformHealth, seconds: Seconds) -> None:
        one.expect(("0", "1"))
        one.connected("0")
        assert not one.is_ready
        seconds.seconds += 7
        one.connected("1")
        assert (one.hears_for, one.is_ready) == (0, True)
        one.disconnected("0")
        seconds.seconds += GRACE_SECONDS
        assert not one.is_ready
        one.expect(("0", "1"))  # asked again by a connection that is opened again
        one.connected("0")
        assert one.is_ready

    def test_a_token_that_is_refused_is_not_ready_until_a_request_succeeds(self, one: PlatformHealth) -> None:
        one.connected()
        one.spoke()
        one.refused("invalid_auth")
        assert (one.is_ready, one.speaks, one.trouble) == (False, False, "invalid_auth")
        one.spoke()
        assert (one.is_ready, one.speaks, one.trouble) == (True, True, "")

    def test_requests_that_fail_are_told_and_no_reason(self, one: PlatformHealth, seconds: Seconds) -> None:
        one.connected()
        one.spoke()
        one.failed("503")
        assert one.speaks
        seconds.seconds += GRACE_SECONDS
        one.failed("503")
        assert (one.is_ready, one.speaks, one.trouble) == (True, False, "503")

    def test_who_only_sends_is_ready_once_it_spoke(self, seconds: Seconds) -> None:
        one = PlatformHealth(listens=False, now=seconds)
        assert not one.is_ready
        one.spoke()
        assert one.is_ready

    def test_each_process_watches_what_it_connects_to(self) -> None:
        both: tuple[Platform, ...] = ("slack", "discord")
        assert set(watch_platforms(both, ("gateway",))) == set(both)
        assert all(one.listens for one in watch_platforms(both, ("gateway", "courier")).values())
        assert not any(one.listens for one in watch_platforms(both, ("courier",)).values())
        assert watch_platforms(both, ("planner",)) == {}
        playground: tuple[Platform, ...] = ("playground",)
        assert watch_platforms(playground, ("gateway",)) == {}


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


async def test_communities_that_refuse_cairn_are_a_figure(house: House, engine: Engine) -> None:
    house.enrol(1)
    health = watch(engine, house.clock)
    assert (await health.read_readiness())["communities"] == {"cut_off": 0, "unproven": 0}
    with house.store.write() as tx:
        space = tx.members.space(SPACE.address)
        assert space is not None
        tx.spaces.doubt(space, "token refused (invalid_auth)", NINE)
    told = await health.read_readiness()
    assert (told["communities"], told["ready"]) == ({"cut_off": 0, "unproven": 1}, True)
    with house.store.write() as tx:
        tx.spaces.cut(SPACE.address, NINE)
    assert (await health.read_readiness())["communities"] == {"cut_off": 1, "unproven": 0}
