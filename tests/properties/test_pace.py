"""No second holds more sends than are allowed, whoever sends, however long a sleep or a send lasts."""

import asyncio
import heapq
from collections.abc import Awaitable
from itertools import count
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery.pace import MARGIN, Pace, Rate
from bot.rate_limit import WINDOW, RateLimiter
from tests.properties.plan_values import usual

BUCKET = "slack:T1"
RATES = st.floats(0.5, 60.0, allow_nan=False)
CLOSE = 1e-6  # what a sum of floats may be off
TURNS = 12  # of the event loop, after which whatever can go on has done so


class Time:
    """Real time, as far as a pace can tell. Sleeps last as long as asked for and up to `late` more."""

    def __init__(self, lates: list[float]) -> None:
        self.now = 100.0
        self._lates = lates
        self._numbers = count()
        self._asleep: list[tuple[float, int, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        until = self.now + seconds + (self._lates.pop() if self._lates else 0.0)
        heapq.heappush(self._asleep, (until, next(self._numbers), woken))
        await woken.wait()

    def run(self, *work: Awaitable[object]) -> None:
        """Lives through all of it."""
        asyncio.run(self._run(work))

    async def _run(self, work: tuple[Awaitable[object], ...]) -> None:
        tasks = [asyncio.ensure_future(one) for one in work]
        while not all(task.done() for task in tasks):
            for _ in range(TURNS):
                await asyncio.sleep(0)
            if self._asleep:
                until, _, woken = heapq.heappop(self._asleep)
                self.now = max(self.now, until)
                woken.set()
        await asyncio.gather(*tasks)


def most(moments: list[float]) -> int:
    """How many of the moments the fullest second holds."""
    return max(sum(first <= one < first + 1 - CLOSE for one in moments) for first in moments)


@given(
    rate=RATES,
    channel=st.none() | RATES,
    sends=st.lists(
        st.lists(st.tuples(st.sampled_from("abc"), st.floats(0, 0.5)), max_size=12), min_size=1, max_size=4
    ),
    lates=st.lists(st.floats(0, 0.3), max_size=60),
)
@settings(usual)
def test_no_second_is_too_full(
    rate: float, channel: float | None, sends: list[list[tuple[str, float]]], lates: list[float]
) -> None:
    """However many send at once: none of them sends to a channel that another one is sending to."""
    time = Time(lates)
    pace = Pace({"slack": Rate(rate, channel)}, time, time.sleep)
    went: list[tuple[str, float]] = []

    async def send(number: int, some: list[tuple[str, float]]) -> None:
        for to, lasts in some:
            place = to if channel is None else f"{to}{number}"
            await pace.wait(BUCKET, place)
            went.append((place, time.now))
            await time.sleep(lasts)

    time.run(*(send(number, some) for number, some in enumerate(sends)))
    moments = [at for _, at in went]
    assert len(went) == sum(map(len, sends))
    assert not moments or most(moments) <= ceil(rate)
    if channel is not None:
        for place in {to for to, _ in went}:
            assert most([at for to, at in went if to == place]) <= ceil(channel)


@given(rate=RATES, turns=st.lists(st.tuples(st.integers(0, 2), st.integers(1, 8)), min_size=2, max_size=8))
@settings(usual)
def test_no_second_is_too_full_when_workers_change(rate: float, turns: list[tuple[int, int]]) -> None:
    """Each process has a pace of its own, and knows of the others by the lease's tokens only."""
    time = Time([])
    paces = [Pace({"slack": Rate(rate)}, time, time.sleep) for _ in range(3)]
    went: list[float] = []

    async def send() -> None:
        for token, (process, sends) in enumerate(turns, 1):
            await paces[process].enter(BUCKET, token)
            for _ in range(sends):
                await paces[process].wait(BUCKET, "a")
                went.append(time.now)

    time.run(send())
    assert most(went) <= ceil(rate)


@given(rate=st.floats(1.0, 60.0), lates=st.lists(st.floats(0, 0.02), min_size=400, max_size=400))
@settings(usual)
def test_late_sleeps_cost_no_throughput(rate: float, lates: list[float]) -> None:
    time = Time(lates)
    limiter = RateLimiter(rate, time, time.sleep)

    async def send() -> None:
        for _ in range(200):
            await limiter.acquire()

    began = time.now
    time.run(send())
    assert time.now - began <= 200 / int(rate) * 1.06 + 0.1


def test_a_worker_that_sends_alone_waits_for_a_new_lease_once() -> None:
    time = Time([])
    pace = Pace({"slack": Rate(10.0), "discord": Rate()}, time, time.sleep)

    async def enter(token: int, bucket: str = BUCKET) -> float:
        began = time.now
        await pace.enter(bucket, token)
        return time.now - began

    async def check() -> None:
        assert await enter(1) == WINDOW
        assert await enter(2) == 0
        assert await enter(4) == WINDOW  # somebody else had the lease of token 3
        assert await enter(1, "discord") == WINDOW
        assert await enter(1, "playground") == 0

    time.run(check())


def test_buckets_have_a_pace_each_and_the_playground_none() -> None:
    time = Time([])
    pace = Pace({"slack": Rate(0.5)}, time, time.sleep)

    async def wait(bucket: str) -> float:
        began = time.now
        await pace.wait(bucket, "a")
        return time.now - began

    async def check() -> None:
        assert [await wait("slack:T1") for _ in range(2)] == pytest.approx([0.0, 2.0 + MARGIN])
        assert await wait("slack:T2") == 0.0
        assert [await wait("playground") for _ in range(3)] == [0.0] * 3

    time.run(check())


def test_room_is_what_goes_out_soon() -> None:
    time = Time([])
    pace = Pace({"slack": Rate(5.0, 1.0)}, time, time.sleep)

    async def check() -> None:
        assert pace.room(BUCKET, 0.5) == 3
        await pace.wait(BUCKET, "a")
        assert pace.room(BUCKET, 0.5) == 2
        assert pace.delay(BUCKET, "a") == 1.0
        assert pace.delay(BUCKET, "b") == 0.0
        assert pace.room("playground", 0.5) > 100

    time.run(check())
