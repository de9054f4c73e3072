"""A clock that somebody sets is believed once it stays so, and time never stands still meanwhile."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import HOLD_SECONDS, SteadyClock

NINE = datetime(2027, 1, 4, 9, tzinfo=UTC)
HOUR, DAY, YEAR = timedelta(hours=1), timedelta(days=1), timedelta(days=365)
JUMPS = (HOUR, -HOUR, DAY, -DAY, 30 * DAY, -30 * DAY, YEAR, -YEAR)


class Machine:
    """A wall clock, which can be set, and a monotonic one, which can't."""

    def __init__(self) -> None:
        self.wall, self.seconds = NINE, 1_000.0

    def now(self) -> datetime:
        return self.wall

    def pass_by(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def clock(machine: Machine) -> SteadyClock:
    return SteadyClock(machine, lambda: machine.seconds)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_clock_that_is_set_for_a_moment_changes_nothing(
    machine: Machine, clock: SteadyClock, jump: timedelta
) -> None:
    machine.pass_by(5)
    machine.wall += jump
    told = clock.now()
    machine.pass_by(HOLD_SECONDS - 1)
    assert clock.now() - told == timedelta(seconds=HOLD_SECONDS - 1)
    machine.wall -= jump
    machine.pass_by(1)
    assert clock.now() == NINE + timedelta(seconds=5 + HOLD_SECONDS)


@pytest.mark.parametrize("jump", JUMPS, ids=str)
def test_a_clock_that_stays_as_it_was_set_is_believed(
    machine: Machine, clock: SteadyClock, jump: timedelta
) -> None:
    machine.wall += jump
    assert clock.now() == NINE
    machine.pass_by(HOLD_SECONDS)
    assert clock.now() == NINE + jump + timedelta(seconds=HOLD_SECONDS)
    machine.pass_by(1)
    assert clock.now() == machine.wall


def test_a_clock_that_is_set_twice_is_believed_after_the_second_time(
    machine: Machine, clock: SteadyClock
) -> None:
    machine.wall += YEAR
    clock.now()
    machine.pass_by(HOLD_SECONDS - 1)
    machine.wall -= 2 * YEAR
    assert clock.now() == NINE + timedelta(seconds=HOLD_SECONDS - 1)
    machine.pass_by(HOLD_SECONDS - 1)
    assert clock.now() > NINE
    machine.pass_by(1)
    assert clock.now() == machine.wall


def test_a_clock_that_is_adjusted_is_followed_at_once(machine: Machine, clock: SteadyClock) -> None:
    for _ in range(10):
        machine.pass_by(60)
        machine.wall += timedelta(seconds=3)
        assert clock.now() == machine.wall
    assert clock.steady_seconds == 600


def test_how_long_it_was_not_set(machine: Machine, clock: SteadyClock) -> None:
    machine.pass_by(100)
    assert clock.steady_seconds == 100
    machine.wall += HOUR
    assert clock.steady_seconds == 0
    machine.pass_by(HOLD_SECONDS)
    assert clock.steady_seconds == 0
    machine.pass_by(50)
    assert clock.steady_seconds == 50
