"""A platform that refuses, breaks, is silent or resets: all arrives once, and Retry-After is obeyed."""

from bisect import bisect_left, bisect_right

import pytest

from tests.faults.field import SOAK, Field, open_field
from tests.faults.sink import Habits

ROWS = 500 if SOAK else 25
# Waits between tries are real ones: time that runs faster makes them short.
SPEED = 200.0


def check_all_once(field: Field) -> None:
    seen = field.see()
    assert len(seen.keys) == len(set(seen.keys)) == ROWS
    assert field.states() == {"sent": ROWS}


@pytest.mark.parametrize("in_flight", [1, 4])
def test_a_storm_of_limits(url: str, in_flight: int) -> None:
    storm = Habits("mute", limited=0.6, after=0.06, seed=7)
    with open_field(url, storm) as field:
        field.enrol(ROWS)
        field.drain(speed=SPEED, in_flight=in_flight)
        seen = field.see()
        assert len(seen.refusals) > ROWS
        for refused in seen.refusals:
            # What was on its way already may still arrive, and nothing else.
            disobeyed = bisect_left(seen.posts, refused + storm.after) - bisect_right(seen.posts, refused)
            assert disobeyed < in_flight
        check_all_once(field)


@pytest.mark.parametrize("mode", ["keys", "ask"])
def test_a_platform_that_breaks(url: str, mode: str) -> None:
    broken = Habits(mode, broken=0.30, silent=0.10, reset=0.05, seed=11)
    with open_field(url, broken) as field:
        field.enrol(ROWS)
        field.drain(speed=SPEED, group=8 if mode == "keys" else 1)
        check_all_once(field)
