"""No minute holds more newly opened conversations than are allowed, however they are asked for; and nobody
waits forever."""

import asyncio
import json

import aiohttp
import discord
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.discord.direct import MINUTE, DirectChannels
from bot.adapters.discord.rest import Rest
from bot.core.errors import RetryLater
from tests.end_to_end.discord_bot import StubChannels
from tests.properties.plan_values import usual

CLOSE = 1e-6
TOO_FAST = 40003


class Time:
    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class Opening(Rest):
    """Opens at once, after `lasts` seconds; what Discord refuses as too fast stands in `refusals`."""

    def __init__(self, time: Time, refusals: list[bool]) -> None:
        self.time, self.refusals = time, refusals
        self.tried: list[float] = []
        self.opened: list[str] = []
        self.lasts = 0.0

    async def open_direct(self, user: str) -> str:
        self.tried.append(self.time.now)
        self.time.now += self.lasts
        if self.refusals and self.refusals.pop():
            raise _refusal()
        self.opened.append(user)
        return f"dm {user}"


def _refusal() -> discord.HTTPException:
    class Response:
        status, reason = 400, "Bad Request"

    response: aiohttp.ClientResponse = Response()  # type: ignore[assignment]
    return discord.HTTPException(response, json.loads(f'{{"code": {TOO_FAST}, "message": "too fast"}}'))


def fullest(moments: list[float]) -> int:
    """How many of the moments the fullest minute holds."""
    return max(sum(first <= one < first + MINUTE - CLOSE for one in moments) for first in moments)


@given(
    openings=st.integers(1, 12),
    people=st.integers(1, 30),
    lasts=st.floats(0, 5),
    gaps=st.lists(st.floats(0, 20), max_size=30),
    refusals=st.lists(st.booleans(), max_size=4),
)
@settings(usual)
def test_no_minute_is_too_full_and_everybody_is_reached(
    openings: int, people: int, lasts: float, gaps: list[float], refusals: list[bool]
) -> None:
    """As the courier does: who has to wait is asked for again when it was said."""
    time = Time()
    rest = Opening(time, refusals)
    rest.lasts = lasts
    direct = DirectChannels(rest, StubChannels(time), openings, time)
    put_off: list[RetryLater] = []
    due = [(time.now, str(number)) for number in range(people)]

    async def tell() -> None:
        steps = 0
        while due:
            steps += 1
            assert steps < 50 * people, "nobody waits forever"
            due.sort()
            at, user = due.pop(0)
            time.now = max(time.now, at) + (gaps.pop() if gaps else 0.0)
            try:
                await direct.find(user) or await direct.open(user)
            except RetryLater as error:
                put_off.append(error)
                due.append((time.now + (error.after or 0.0), user))

    asyncio.run(tell())
    assert all(one.alone and (one.after or 0.0) > 0 for one in put_off)
    assert sorted(rest.opened, key=int) == [str(number) for number in range(people)]
    assert fullest(rest.tried) <= openings


@given(openings=st.integers(1, 12), waiting=st.integers(1, 60))
@settings(usual)
def test_who_waits_is_spread_over_the_minutes_that_it_takes(openings: int, waiting: int) -> None:
    time = Time()
    direct = DirectChannels(Opening(time, []), StubChannels(time), openings, time)

    async def ask() -> list[float]:
        for number in range(openings):
            await direct.open(f"first {number}")
        waits = []
        for number in range(waiting):
            try:
                await direct.find(str(number))
            except RetryLater as error:
                waits.append(error.after or 0.0)
        return waits

    waits = asyncio.run(ask())
    assert len(waits) == waiting
    assert fullest(waits) <= openings
    assert waits[-1] <= MINUTE + MINUTE * waiting / openings


@given(
    openings=st.integers(1, 12),
    people=st.integers(1, 30),
    lasts=st.floats(0, 5),
    gaps=st.lists(st.floats(0, 20), max_size=30),
    ends=st.sets(st.integers(0, 60), max_size=6),
)
@settings(usual)
def test_who_takes_over_keeps_to_the_same_minute(
    openings: int, people: int, lasts: float, gaps: list[float], ends: set[int]
) -> None:
    """Another process with the same memory, each time that one ends."""
    time = Time()
    rest, memory = Opening(time, []), StubChannels(time)
    rest.lasts = lasts
    due = [(time.now, str(number)) for number in range(people)]

    async def tell() -> None:
        direct, step = DirectChannels(rest, memory, openings, time), 0
        while due:
            step += 1
            if step in ends:
                direct = DirectChannels(rest, memory, openings, time)
            due.sort()
            at, user = due.pop(0)
            time.now = max(time.now, at) + (gaps.pop() if gaps else 0.0)
            try:
                await direct.find(user) or await direct.open(user)
            except RetryLater as error:
                due.append((time.now + (error.after or 0.0), user))

    asyncio.run(tell())
    assert len(rest.opened) == people
    assert fullest(rest.tried) <= openings
