"""No second holds more sends than are allowed, whoever sends, however long a sleep or a send lasts."""

import asyncio
from math import ceil

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.pace import WINDOW, Pace, Rate
from tests.properties.plan_values import usual

BUCKET = "slack:T1"
RATES = st.floats(0.5, 60.0, allow_nan=False)
CLOSE = 1e-6  # what a sum of floats may be off


class Time:
    """Real time, as far as a pace can tell. Sleeps last as long as asked for and up to `late` more."""

    def __init__(self, lates: list[float]) -> None:
        self.now = 100.0
        self._lates = lates

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds + (self._lates.pop() if self._lates else 0.0)


def most(moments: list[float]) -> int:
    """How many of the moments the fullest second holds."""
    return max(sum(first <= one < first + 1 - CLOSE for one in moments) for first in moments)


@given(
    rate=RATES,
    channel=st.none() | RATES,
    sends=st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 0.5)), min_size=1, max_size=60),
    lates=st.lists(st.floats(0, 0.3), max_size=60),
)
@settings(usual)
def test_no_second_is_too_full(
    rate: float, channel: float | None, sends: list[tuple[str, float]], lates: list[float]
) -> None:
    time = Time(lates)
    pace = Pace({"slack": Rate(rate, channel)}, time, time.sleep)
    went: list[tuple[str, float]] = []

    async def send() -> None:
        for to, lasts in sends:
            await pace.wait(BUCKET, 1, to)
            went.append((to, time.now))
            time.now += lasts

    asyncio.run(send())
    assert most([at for _, at in went]) <= ceil(rate)
    if channel is not None:
        for place in {to for to, _ in went}:
            assert most([at for to, at in went if to == place]) <= ceil(channel)


@given(rate=RATES, turns=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 8)), min_size=2, max_size=8))
@settings(usual)
def test_no_second_is_too_full_when_couriers_change(rate: float, turns: list[tuple[int, int]]) -> None:
    """Each process has a pace of its own, and knows of the others by the lease's tokens only."""
    time = Time([])
    paces = [Pace({"slack": Rate(rate)}, time, time.sleep) for _ in range(3)]
    went: list[float] = []

    async def send() -> None:
        for token, (process, count) in enumerate(turns, 1):
            for _ in range(count):
                await paces[process].wait(BUCKET, token, "a")
                went.append(time.now)

    asyncio.run(send())
    assert most(went) <= ceil(rate)


async def test_whoever_sends_alone_waits_for_a_new_lease_once() -> None:
    time = Time([])
    pace = Pace({"slack": Rate(10.0)}, time, time.sleep)
    assert await pace.wait(BUCKET, 1, "a") == WINDOW
    time.now += 5
    assert await pace.wait(BUCKET, 2, "a") == 0
    time.now += 5
    assert await pace.wait(BUCKET, 4, "a") == WINDOW  # somebody else had the lease of token 3


async def test_buckets_have_a_pace_each_and_the_playground_none() -> None:
    time = Time([])
    pace = Pace({"slack": Rate(0.5)}, time, time.sleep)
    assert [await pace.wait("slack:T1", 1, "a") for _ in range(2)] == [WINDOW, 2.0]
    assert await pace.wait("slack:T2", 1, "a") == WINDOW
    assert [await pace.wait("playground", 1, "a") for _ in range(3)] == [0.0] * 3
