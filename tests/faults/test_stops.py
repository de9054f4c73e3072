"""What stops Cairn in the middle of a burst: a request to end, a database that goes, a clock, a full disk."""

import random
import signal
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest

from bot.storage import migrate
from bot.storage.engine import open_engine
from tests.conftest import PostgresServer, run_postgres
from tests.faults.field import SOAK, Field, open_field
from tests.faults.sink import Habits
from tests.soak import at_length

BURST = 40
SENDS, RESTARTS = (2_000, 20) if SOAK else (100, 2)
MANY = 500 if SOAK else 250


def check_all_once(field: Field, count: int = BURST) -> None:
    seen = field.see()
    assert len(seen.keys) == len(set(seen.keys)) == count
    assert field.states() == {"sent": count}


@pytest.mark.parametrize(("mode", "group"), [("mute", 1), ("keys", 8)])
def test_asked_to_end_in_a_burst_it_finishes_what_it_began(url: str, mode: str, group: int) -> None:
    with open_field(url, Habits(mode, delay=0.002)) as field:
        field.enrol(MANY)
        worker = field.start(group=group)
        field.await_posts(random.Random(mode).randint(20, 100))
        worker.send(signal.SIGTERM)
        assert worker.end(10) == 0
        assert len(field.see().keys) < MANY
        assert set(field.states()) == {"sent", "pending"}
        field.drain(group=8)
        check_all_once(field, MANY)


@pytest.mark.parametrize("hours", [1, 24])
def test_a_clock_that_jumps(url: str, hours: int) -> None:
    with open_field(url, Habits("mute", delay=0.005)) as field:
        field.enrol(BURST)
        worker = field.start(jump=-timedelta(hours=hours))
        field.await_posts(BURST // 4)
        worker.send(signal.SIGUSR1)
        time.sleep(0.1)
        before = len(field.see().keys)
        time.sleep(0.2)
        # By the clock that jumped back, nothing is due.
        assert BURST // 4 <= len(field.see().keys) == before < BURST
        worker.send(signal.SIGUSR2)
        field.await_posts(BURST // 2)
        worker.send(signal.SIGUSR2)
        assert worker.end() == 0
        check_all_once(field)


@pytest.fixture
def own_postgres() -> Iterator[PostgresServer]:
    with run_postgres() as server:
        yield server


def test_a_database_that_is_restarted(own_postgres: PostgresServer) -> None:
    engine = open_engine(own_postgres.get_uri())
    migrate.upgrade(engine)
    engine.dispose()
    dice = random.Random(3)
    with open_field(own_postgres.get_uri(), Habits("keys", delay=0.002)) as field:
        field.enrol(SENDS)
        field.engine.dispose()
        worker = field.start(owner="one", alone=False, lease=0.5, group=8)
        for number in range(RESTARTS):
            field.await_posts(SENDS * number // RESTARTS + dice.randint(1, SENDS // RESTARTS))
            own_postgres.stop()
            own_postgres.start()
        assert worker.end() == 0
        check_all_once(field, SENDS)


@pytest.mark.parametrize("room", [0, 9, *at_length([3, 6, 12])])
def test_a_disk_that_is_full(sqlite_url: str, room: int) -> None:
    with open_field(sqlite_url, Habits("ask")) as field:
        field.enrol(200)
        worker = field.start(room=room)
        assert worker.hear() == "the disk is full"
        assert worker.end(1.0) is None  # it goes on trying
        worker.send(signal.SIGTERM)
        assert worker.end() == 0
        assert set(field.states()) <= {"sent", "pending", "leased"}
        field.drain()
        check_all_once(field, 200)
