"""Killed at every step and at any moment: nothing is lost, and at most what was in flight comes again."""

import random
import signal
import time
from typing import Any

import pytest

from tests.faults.field import NINE, SOAK, WEEK, Field, open_field
from tests.faults.sink import MODES, Habits
from tests.faults.worker import STEPS

BURST = 20
KILLS = 300 if SOAK else 30
# At random moments, on each of the two databases.
MOMENTS = KILLS if SOAK else 5
# How many sends a worker may have handed over without having marked them, at a platform that knows no keys.
IN_FLIGHT = 4
GROUP = 8
# In so many transactions a burst is leased, or marked, at least.
COMMITS = 3
LEASE = 0.2


def orders_for(url: str, mode: str, week: int) -> dict[str, Any]:
    """On PostgreSQL whoever comes after waits for the lease; on SQLite it knows that it is alone."""
    alone = url.startswith("sqlite")
    return {
        "start": NINE + week * WEEK,
        "alone": alone,
        "lease": 30.0 if alone else LEASE,
        "group": 1 if mode == "mute" else GROUP,
        "in_flight": IN_FLIGHT,
        "two_steps": mode != "mute",
    }


def check_burst(field: Field, before: int, kills: int) -> None:
    """Everybody heard of this week; again at most what was in flight."""
    seen = field.see()
    new = seen.keys[before:]
    assert len(set(new)) == BURST, "lost"
    assert not seen.half
    again = len(new) - BURST
    assert again <= (kills * IN_FLIGHT if field.mode == "mute" else 0), f"{again} came again"
    assert set(field.states()) == {"sent"}


@pytest.mark.parametrize("mode", MODES)
def test_killed_at_every_step(url: str, mode: str) -> None:
    dice = random.Random(f"steps {mode}")
    with open_field(url, Habits(mode)) as field:
        field.enrol(BURST)
        for week, step in enumerate(STEPS * (KILLS // 30)):
            before = len(field.see().keys)
            orders = orders_for(url, mode, week)
            times = COMMITS if step in ("made", "marked") else BURST
            died = field.start(**orders, owner=f"{week}", dies_at=(step, dice.randint(1, times)))
            kills = int(died.end() == -signal.SIGKILL)
            assert kills or (step == "half made" and mode == "mute")
            field.drain(**orders)
            check_burst(field, before, kills)


@pytest.mark.parametrize("commit", [1, 2, 3, 4])
def test_killed_while_planning(url: str, commit: int) -> None:
    with open_field(url, Habits("keys")) as field:
        field.enrol(BURST)
        orders = orders_for(url, "keys", 0)
        assert field.start(**orders, dies_at=("marked", commit)).end() == -signal.SIGKILL
        field.drain(**orders)
        check_burst(field, 0, 1)


def test_killed_at_any_moment(url: str) -> None:
    dice = random.Random("moments")
    with open_field(url, Habits("ask", delay=0.002)) as field:
        field.enrol(BURST)
        started = time.monotonic()
        field.drain(two_steps=True)
        took = time.monotonic() - started
        kills, week = 0, 1
        while kills < MOMENTS:
            before = len(field.see().keys)
            mode = dice.choice(MODES)
            field.change(Habits(mode, delay=0.002))
            orders = orders_for(url, mode, week)
            here = 0
            for life in range(dice.randint(1, 3)):
                worker = field.start(**orders, owner=f"{week}-{life}")
                # Who follows upon a kill may have to wait for the lease before there is anything to break.
                worker.end(dice.random() * took + (0 if orders["alone"] or not life else LEASE))
                worker.send(signal.SIGKILL)
                here += worker.end() == -signal.SIGKILL
            field.drain(**orders)
            check_burst(field, before, here)
            kills, week = kills + here, week + 1


def test_a_half_made_message_is_completed(url: str) -> None:
    with open_field(url, Habits("ask")) as field:
        field.enrol(3)
        assert field.start(two_steps=True, in_flight=1, dies_at=("half made", 2)).end() == -signal.SIGKILL
        assert len(field.see().half) == 1
        field.drain(two_steps=True)
        assert len(field.see().keys) == 3
        assert not field.see().half
