"""Nobody asks too often, and no crowd keeps another space waiting."""

import asyncio
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.views.calls import too_often
from bot.crowd import MINUTE, MINUTES_A_DAY, Allowance, Turns

MOST = 5
MOMENTS = st.lists(
    st.tuples(st.sampled_from("ab"), st.floats(0, 30, allow_nan=False)), min_size=1, max_size=80
)


class Time:
    def __init__(self) -> None:
        self.at = 1_000.0

    def __call__(self) -> float:
        return self.at


@given(MOMENTS)
def test_no_minute_holds_more_than_the_allowance(moments: list[tuple[str, float]]) -> None:
    time = Time()
    allowance = Allowance(MOST, time)
    admitted: dict[str, list[float]] = {"a": [], "b": []}
    for who, pause in moments:
        time.at += pause
        wait = allowance.wait(who)
        recent = [at for at in admitted[who] if at > time.at - MINUTE]
        assert (wait == 0) is (len(recent) < MOST)
        if wait:
            assert wait == pytest.approx(recent[-MOST] + MINUTE - time.at)
        else:
            admitted[who].append(time.at)


def test_who_waits_as_told_may_go_on() -> None:
    time = Time()
    allowance = Allowance(60, time)
    assert [allowance.wait("a") for _ in range(5_000)].count(0.0) == 60
    assert allowance.wait("b") == 0.0
    time.at += allowance.wait("a")
    assert allowance.wait("a") == 0.0


def test_a_day_holds_fifty_full_minutes_at_most() -> None:
    time = Time()
    allowance = Allowance(MOST, time)
    began, admitted = time.at, 0
    while time.at < began + 24 * 60 * MINUTE - 1:
        admitted += allowance.wait("a") == 0.0
        time.at += 11.0
    assert admitted == MOST * MINUTES_A_DAY
    time.at = began + 23 * 60 * MINUTE
    wait = allowance.wait("a")
    assert wait == pytest.approx(began + 24 * 60 * MINUTE - time.at)
    assert allowance.wait("b") == 0.0
    time.at += wait
    assert allowance.wait("a") == 0.0
    time.at += 24 * 60 * MINUTE
    allowance.wait("b")
    assert len(allowance._days) == 1


def test_who_asks_no_more_is_forgotten() -> None:
    time = Time()
    allowance = Allowance(MOST, time)
    for number in range(1_000):
        allowance.wait(number)
    time.at += MINUTE
    allowance.wait("a")
    assert len(allowance._asked) == 1


def test_when_to_go_on_is_said_in_words() -> None:
    assert "Go on in 1 second." in str(too_often(1))
    assert "Go on in 42 seconds." in str(too_often(42))
    assert "within a minute" in str(too_often(60))
    assert "within a day, so I left this one out. Go on in 2 minutes." in str(too_often(61))
    assert "Go on in 60 minutes." in str(too_often(3_600))
    assert "Go on in 23 hours." in str(too_often(22 * 3_600 + 1))


async def served(turns: Turns, asked: Sequence[str]) -> list[str]:
    """In which order the spaces' work is done, one piece at a time."""
    order = list[str]()

    async def work(space: str) -> None:
        await turns.take(space)
        order.append(space)
        await asyncio.sleep(0)
        turns.give_back()

    await asyncio.gather(*(work(space) for space in asked))
    return order


async def test_a_crowd_keeps_nobody_of_another_space_waiting() -> None:
    order = await served(Turns(1), ["crowd"] * 500 + ["b", "b", "c"])
    # The first is at work already; then each space has its turn.
    assert order[:6] == ["crowd", "crowd", "b", "c", "crowd", "b"]
    assert Counter(order) == {"crowd": 500, "b": 2, "c": 1}


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=60))
def test_each_space_waits_for_one_turn_of_each_other(asked: list[str]) -> None:
    order = asyncio.run(served(Turns(1), asked))
    assert Counter(order) == Counter(asked)
    for space in set(asked):
        left = Counter(asked)
        others = 0
        for one in order:
            others = 0 if one == space or not left[space] else others + 1
            assert others <= len(set(asked)), order
            left[one] -= 1


async def test_who_goes_away_leaves_their_turn_to_others() -> None:
    turns = Turns(2)
    for _ in range(2):
        await turns.take("a")
    waiting = [asyncio.create_task(turns.take(space)) for space in "abbc"]
    await asyncio.sleep(0)
    waiting[1].cancel()
    await asyncio.sleep(0)
    turns.give_back()
    waiting[0].cancel()  # whose turn has just come
    await asyncio.wait_for(waiting[3], 1)
    turns.give_back()
    await asyncio.wait_for(waiting[2], 1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(turns.take("d"), 0.01)
    for _ in range(2):
        turns.give_back()
    for _ in range(2):
        await asyncio.wait_for(turns.take("d"), 1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(turns.take("d"), 0.01)
