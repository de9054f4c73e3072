"""The doors under pressure: held up, crowded, and flooded."""

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import Engine

from bot.core.chat.call import Answer, Call
from bot.core.chat.call_codec import read_call
from bot.core.locator import Locator
from bot.delivery.inbox import Inbox
from bot.doors import ThreadDoors, Threads
from bot.storage.store import DatabaseStore
from tests.contract.planning import Desk, MovableClock
from tests.contract.storing import ADA, BEN, NOW, RIDGE, VALLEY, count_rows
from tests.contract.test_inbox import CALL, PLATFORMS, count

PATIENCE = 0.2
CROWD = 300


class House:
    """Doors with one writer, who can be held up."""

    def __init__(self, store: DatabaseStore) -> None:
        self.desk = Desk(store, clock=MovableClock(NOW))
        self.inbox = Inbox(store, self.desk.clock)
        self.pools = [ThreadPoolExecutor(1, name) for name in ("write", "read", "keep")]
        self.free = threading.Event()
        self.rung = 0
        self.doors = self.open(PATIENCE)

    def open(self, patience: float) -> ThreadDoors:
        writers, readers, keeper = self.pools
        doors = ThreadDoors(
            self.desk.router,
            Locator(self.desk.store, frozenset()),
            self.inbox,
            Threads(writers, 1),
            Threads(readers, 1),
            keeper,
            allowance=60,
            patience=patience,
        )
        doors.ring_when_kept(self.ring)
        return doors

    def ring(self) -> None:
        self.rung += 1

    async def hold_up(self) -> asyncio.Task[Answer | None]:
        """Takes the writer's only turn. What it gives in the end."""
        held = threading.Event()
        answer = self.desk.router.answer

        def wait(call: Call) -> Answer | None:
            held.set()
            self.free.wait(20)
            return answer(call)

        task = asyncio.ensure_future(self.doors._writers.do(RIDGE.address, wait, replace(CALL, key="holder")))
        await asyncio.to_thread(held.wait, 20)
        return task

    def close(self) -> None:
        self.free.set()
        for pool in self.pools:
            pool.shutdown()


@pytest.fixture
def house(store: DatabaseStore) -> Iterator[House]:
    made = House(store)
    yield made
    made.close()


async def test_a_call_that_can_t_begin_is_given_up_kept_beside_it_and_done_later(
    house: House, engine: Engine
) -> None:
    holder = await house.hold_up()
    told = await house.doors.answer(CALL)
    assert told is not None
    assert (told.given_up, told.refused, told.private) == (True, True, True)
    assert count(engine) == 0
    assert await house.doors.keep(CALL, "there", 60.0)
    assert not await house.doors.keep(CALL, "there", 60.0)
    assert house.inbox.claim(PLATFORMS, ()) is None  # until the platform has its acknowledgement
    assert house.rung == 0
    house.free.set()
    assert await holder is not None
    assert await house.doors.answer(CALL) is None
    await house.doors.wake(CALL)
    assert house.rung == 1
    kept = house.inbox.claim(PLATFORMS, ())
    assert kept is not None
    assert await house.doors.answer(read_call(kept.written), kept) is not None
    assert count(engine) == 2


async def test_who_goes_away_while_a_thread_works_leaves_it_whole(house: House, engine: Engine) -> None:
    holder = await house.hold_up()
    holder.cancel()
    await asyncio.wait({holder})
    told = await house.doors.answer(CALL)
    assert told is not None
    assert told.given_up  # the turn is not given back before the thread is
    house.free.set()
    house.doors = house.open(20.0)
    assert await house.doors.answer(CALL) is not None
    assert count(engine) == 2


async def test_a_crowd_keeps_no_other_space_waiting(house: House) -> None:
    house.doors = house.open(60.0)
    order = list[str]()

    async def ask(call: Call) -> None:
        await house.doors.answer(call)
        order.append(call.space.name)

    crowd = [ask(replace(CALL, key=f"{number}")) for number in range(CROWD)]
    other = [ask(replace(CALL, key=f"{number}", space=VALLEY)) for number in range(3)]
    await asyncio.gather(*crowd, *other)
    assert len(order) == CROWD + 3
    last = max(place for place, name in enumerate(order) if name == VALLEY.name)
    assert last < 10  # each of the three after one or two of the crowd


async def test_a_flood_from_one_member_is_told_off_and_reaches_no_database(
    house: House, engine: Engine
) -> None:
    told = [house.doors.admit(ADA.address, RIDGE.address) for _ in range(5_000)]
    assert told[:60] == [None] * 60
    assert all(one is not None and one.private and "Go on in" in str(one.reply) for one in told[60:])
    assert house.doors.admit(BEN.address, RIDGE.address) is None
    assert house.doors.admit(ADA.address, VALLEY.address) is None
    assert set(count_rows(engine).values()) == {0}
