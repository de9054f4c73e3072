"""The heartbeat's own promise at its end: a beat that has begun is not cut off."""

import asyncio

from bot.scheduling.heartbeat import heartbeat


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
