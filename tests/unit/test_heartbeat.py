"""The heartbeat's promises: a beat that has begun is not cut off, and a clock that is set moves none."""

import asyncio
import time
from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from bot.scheduling.heartbeat import Every, MonotonicZone, heartbeat
from tests.conftest import PATIENCE

YEAR = timedelta(days=365)


async def test_a_beat_that_has_begun_ends_before_the_heart_does() -> None:
    begun, go_on, told = asyncio.Event(), asyncio.Event(), []

    async def beat() -> None:
        begun.set()
        await go_on.wait()
        told.append("whole")

    async with heartbeat({beat: 0.01}):
        await begun.wait()
        asyncio.get_running_loop().call_later(0.05, go_on.set)
    assert told == ["whole"]


async def test_a_beat_that_never_ends_is_cut_off_without_a_trace(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("bot.scheduling.heartbeat.FINISH_SECONDS", 0.01)
    begun, cut_off = asyncio.Event(), asyncio.Event()

    async def beat() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cut_off.set()

    async with heartbeat({beat: 0.01}):
        await begun.wait()
    async with asyncio.timeout(PATIENCE):
        await cut_off.wait()
    await asyncio.sleep(0)
    assert [record.message for record in caplog.records if record.exc_info] == []


async def test_a_beat_that_fails_ends_neither_the_others_nor_itself() -> None:
    beats = asyncio.Queue[str]()

    async def fail() -> None:
        beats.put_nowait("fails")
        raise ValueError

    async def hold() -> None:
        beats.put_nowait("holds")

    async with heartbeat({fail: 0.01, hold: 0.01}), asyncio.timeout(10):
        heard = [await beats.get() for _ in range(8)]
    assert heard.count("fails") > 1
    assert heard.count("holds") > 1


class WallClock:
    """What APScheduler takes for the module's `datetime`, with a clock that somebody sets."""

    ahead = timedelta(0)
    asked = 0

    @classmethod
    def now(cls, zone: tzinfo) -> datetime:
        # As `datetime.now` is defined: the wall clock in UTC, converted by the zone.
        cls.asked += 1
        return zone.fromutc((datetime.now(UTC) + cls.ahead).replace(tzinfo=zone))


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> type[WallClock]:
    wall = type("Set", (WallClock,), {})
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", wall)
    return wall


@pytest.mark.parametrize("jump", [timedelta(hours=-1), timedelta(days=1), timedelta(days=30), -YEAR, YEAR])
async def test_beats_go_on_when_the_clock_is_set(wall: type[WallClock], jump: timedelta) -> None:
    beats = asyncio.Queue[None]()

    async def beat() -> None:
        beats.put_nowait(None)

    async with heartbeat({beat: 0.02}), asyncio.timeout(PATIENCE):
        for ahead in (timedelta(0), jump, timedelta(0)):
            wall.ahead = ahead
            for _ in range(3):
                await beats.get()
    assert wall.asked > 0


async def test_missed_beats_are_not_listed(wall: type[WallClock]) -> None:
    """Sixty days hold 2.6 million beats of two seconds: to list them took the loop six seconds."""
    beats = asyncio.Queue[float]()
    loop = asyncio.get_running_loop()

    async def beat() -> None:
        beats.put_nowait(loop.time())

    busy = time.process_time()
    async with heartbeat({beat: 0.02}), asyncio.timeout(PATIENCE):
        await beats.get()
        wall.ahead = timedelta(days=60)
        for _ in range(3):
            await beats.get()
    assert time.process_time() - busy < 1.0


def test_a_beat_that_is_late_by_much_is_one() -> None:
    """Also by the monotonic clock, which goes on while a process is stopped."""
    zone = MonotonicZone()
    now = datetime.now(zone)
    every = Every(2.0)
    assert every.get_next_fire_time(now - timedelta(days=60), now) == now + timedelta(seconds=2)
    assert every.get_next_fire_time(None, now) == now + timedelta(seconds=2)
