"""Direct messages are opened as often as a workspace allows, and whoever was promised a moment gets it."""

from bisect import bisect_left

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.slack.openings import MINUTE, MOST, Openings
from bot.core.errors import RetryLater
from tests.properties.plan_values import usual

CLOSE = 1e-6  # what a sum of floats may be off


class Time:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def after(openings: Openings, user: str) -> float | None:
    """How long the user has to wait; None when it is their turn."""
    try:
        openings.take(user)
    except RetryLater as error:
        return error.after if error.alone else -1.0
    return None


def let_in(comings: list[tuple[float, int]], lates: list[float]) -> tuple[list[float], int]:
    """When people who come by and by, a few at once, open something; they come back when they were told to,
    or so much later. And how often somebody who had been promised a moment had to wait again."""
    time = Time()
    openings = Openings(MOST, time)
    due = list[tuple[float, str, bool]]()
    came = time.now
    for distance, people in comings:
        came += distance
        due += [(came, f"U{len(due) + number}", False) for number in range(people)]
    went, again = list[float](), 0
    while due:
        due.sort()
        time.now, user, promised = due.pop(0)
        wait = after(openings, user)
        if wait is None:
            went.append(time.now)
            continue
        assert wait > 0
        again += promised
        due.append((time.now + wait + CLOSE + (lates.pop() if lates else 0.0), user, True))
    return went, again


def fullest(went: list[float]) -> int:
    """How many the fullest minute holds."""
    return max(bisect_left(went, at + MINUTE - CLOSE) - number for number, at in enumerate(went))


COMINGS = st.lists(st.tuples(st.floats(0, 20), st.integers(1, 30)), min_size=1, max_size=20)


@given(comings=COMINGS)
@settings(usual)
def test_no_minute_holds_too_many_and_a_promise_is_kept(comings: list[tuple[float, int]]) -> None:
    went, again = let_in(comings, [])
    assert fullest(went) <= MOST
    assert again == 0


@given(comings=COMINGS, lates=st.lists(st.floats(0, 200), max_size=200))
@settings(usual)
def test_who_comes_late_comes_into_no_minute_that_is_full(
    comings: list[tuple[float, int]], lates: list[float]
) -> None:
    went, _ = let_in(comings, lates)
    assert fullest(went) <= MOST
    assert len(went) == sum(people for _, people in comings)


def test_a_few_come_at_once_and_one_after_the_other_follows() -> None:
    time = Time()
    openings = Openings(MOST, time)
    at_once = 12
    assert [after(openings, f"U{number}") for number in range(at_once)] == [None] * at_once
    waits = [after(openings, f"V{number}") for number in range(3)]
    gap = MINUTE / (MOST - at_once)
    assert [round(wait or 0, 6) for wait in waits] == [round(gap * number, 6) for number in (1, 2, 3)]
    # Asked too early, the moment stays theirs.
    again = after(openings, "V0")
    assert again is not None
    assert round(again, 6) == round(gap, 6)
    time.now += MINUTE
    assert [after(openings, f"V{number}") for number in range(3)] == [None] * 3
