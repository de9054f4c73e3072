"""Several messages on their way at once: nobody gets two at a time, and the lease outlasts a slow answer."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import Engine

from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Notice, Ref
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence
from bot.core.errors import RetryLater
from bot.core.ids import Address
from bot.core.ports import Transaction
from bot.delivery.courier import Courier
from bot.delivery.drain import FRESH_SECONDS
from bot.delivery.pace import Pace, Rate
from bot.storage.store import DatabaseStore
from tests.conftest import PATIENCE
from tests.contract.delivering import Sink, hop
from tests.contract.test_delivery import BUCKET, NINE, House

SHORT = 0.3


class Slow(Sink):
    """Takes its time for an answer, and counts what is on its way, altogether and to each."""

    def __init__(self, seconds: float = 0.03) -> None:
        super().__init__()
        self.seconds = seconds
        self.flying: Counter[str] = Counter()
        self.most = 0
        self.most_to_one = 0
        self.order: list[tuple[str, int]] = []
        self.began: list[float] = []

    async def wait_for(self, count: int) -> None:
        """Until so many are on their way."""
        async with asyncio.timeout(PATIENCE):
            while self.flying.total() < count:  # noqa: ASYNC110
                await asyncio.sleep(0.001)

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        to = notice.to.id
        self.order.append((to, occurrence.id))
        self.began.append(monotonic())
        self.flying[to] += 1
        self.most = max(self.most, self.flying.total())
        self.most_to_one = max(self.most_to_one, self.flying[to])
        try:
            await asyncio.sleep(self.seconds)
            return await super().post(occurrence, notice)
        finally:
            self.flying[to] -= 1


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    return House(engine, store)


def channels(count: int) -> Callable[[Occurrence, Transaction, object], Notice]:
    """Notices into so many channels."""

    def notice(occurrence: Occurrence, _tx: Transaction, _now: object) -> Notice:
        to = Address("playground", f"channel-{occurrence.subject % count}")
        return Notice("channel", to, Message("Due", (Text((Plain(occurrence.key),)),)))

    return notice


async def test_several_are_on_their_way_and_never_more_than_allowed(house: House) -> None:
    house.enrol(40)
    house.planner.plan_due(NINE)
    house.sink = slow = Slow()
    await house.courier(in_flight=5).drain(BUCKET)
    assert house.states() == {"sent": 40}
    assert slow.most == 5


@pytest.mark.parametrize("count", [1, 3])
async def test_a_channel_gets_its_messages_one_after_the_other_in_order(house: House, count: int) -> None:
    house.enrol(20)
    house.planner.plan_due(NINE)
    house.notices.notice = channels(count)  # type: ignore[method-assign,assignment]
    house.sink = slow = Slow(0.005)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 20}
    assert slow.most_to_one == 1
    assert slow.most == count
    for channel in {to for to, _ in slow.order}:
        numbers = [number for to, number in slow.order if to == channel]
        assert numbers == sorted(numbers)


async def test_a_full_channel_keeps_no_other_one_waiting(house: House) -> None:
    """Twenty messages to one channel stand in front of the others."""
    house.enrol(30)
    house.planner.plan_due(NINE)
    first = {member.id for member in house.members[:20]}

    def notice(occurrence: Occurrence, _tx: Transaction, _now: object) -> Notice:
        to = "busy" if occurrence.subject in first else f"channel-{occurrence.subject}"
        message = Message("Due", (Text((Plain(occurrence.key),)),))
        return Notice("channel", Address("playground", to), message)

    house.notices.notice = notice  # type: ignore[method-assign]
    house.sink = slow = Slow(0.1)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 30}
    others = [place for place, (to, _) in enumerate(slow.order) if to != "busy"]
    assert others[-1] < 25


async def test_nobody_is_told_two_things_at_once(house: House) -> None:
    """What is said to somebody may depend on what was just said to them."""
    house.enrol(3)
    house.planner.plan_due(NINE)
    with house.store.write() as tx:
        for member in house.members:
            for hour in range(1, 4):
                due = NINE - timedelta(hours=hour)
                tx.ledger.add(
                    Address("playground", "home"), member.space_id, "other", member.id, NINE.date(), due, NINE
                )
    house.sink = slow = Slow()
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 12}
    assert (slow.most, slow.most_to_one) == (3, 1)


async def test_a_lease_outlasts_a_slow_answer(house: House) -> None:
    house.enrol(6)
    house.planner.plan_due(NINE)
    house.sink = slow = Slow(4 * SHORT)
    drain = asyncio.create_task(house.courier("slow", lease_seconds=SHORT).drain(BUCKET))
    rival = house.courier("rival", lease_seconds=SHORT)
    await slow.wait_for(1)
    while not drain.done():
        assert await rival.drain(BUCKET) == 0
        await asyncio.sleep(SHORT / 10)
    assert await drain == 6
    assert house.states() == {"sent": 6}
    assert len(slow.told) == 6


async def test_a_lease_that_can_not_be_renewed_ends_what_is_begun(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is begun that somebody else may be sending."""
    house.enrol(40)
    house.planner.plan_due(NINE)
    house.sink = slow = Slow(0.05)
    stalled = house.courier("stalled", lease_seconds=SHORT, in_flight=2)
    monkeypatch.setattr(stalled._claims, "renew", lambda *_: None)
    monkeypatch.setattr(stalled._claims, "_check", lambda *_: None)
    monkeypatch.setattr("bot.delivery.lease.RENEWED_AFTER", 100.0)
    began = monotonic()
    await stalled.drain(BUCKET)
    assert slow.began[-1] < began + SHORT + 0.01
    assert 0 < len(slow.told) < 40


async def test_what_waits_for_its_turn_for_too_long_is_made_again(house: House) -> None:
    """The pace of the bucket lets one through every half second; a group is not held back for that long."""
    house.enrol(5)
    house.planner.plan_due(NINE)
    ages: list[float] = []

    class Dated(Sink):
        async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
            ages.append(notice.until - monotonic())
            return await super().post(occurrence, notice)

    house.sink = Dated()
    courier = Courier(
        house.store,
        house.notices,
        house.sink,
        house.clock,
        hop,
        owner="one",
        pace=Pace({"playground": Rate(2.0)}),
    )
    await courier.drain(BUCKET)
    assert house.states() == {"sent": 5}
    assert all(0 <= left <= FRESH_SECONDS for left in ages)


async def test_after_a_limit_nothing_is_begun_that_waited_for_its_turn(house: House) -> None:
    house.enrol(10)
    house.planner.plan_due(NINE)

    class Limited(Slow):
        async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
            self.began.append(monotonic())
            raise RetryLater("429", after=30.0)

    house.sink = limited = Limited()
    courier = Courier(
        house.store,
        house.notices,
        limited,
        house.clock,
        hop,
        owner="one",
        pace=Pace({"playground": Rate(20.0)}),
    )
    await courier.drain(BUCKET)
    assert len(limited.began) == 1
    assert house.states() == {"retry": 1, "pending": 9}


async def test_stopped_it_ends_what_is_on_its_way_and_begins_nothing(house: House) -> None:
    house.enrol(30)
    house.planner.plan_due(NINE)
    house.sink = slow = Slow(0.2)
    courier = house.courier(in_flight=4)
    drain = asyncio.create_task(courier.drain(BUCKET))
    await slow.wait_for(4)
    courier.stop()
    assert await drain == 4
    assert house.states() == {"sent": 4, "pending": 26}


async def test_a_bucket_is_drained_once_at_a_time(house: House) -> None:
    house.enrol(6)
    house.planner.plan_due(NINE)
    house.sink = Slow()
    courier = house.courier()
    assert sorted(await asyncio.gather(*(courier.drain(BUCKET) for _ in range(3)))) == [0, 0, 6]
    assert len(house.sink.told) == 6


async def test_a_drain_that_is_cancelled_leaves_nothing_behind(house: House) -> None:
    house.enrol(6)
    house.planner.plan_due(NINE)
    house.sink = slow = Slow(PATIENCE)
    drain = asyncio.create_task(house.courier().drain(BUCKET))
    await slow.wait_for(1)
    drain.cancel()
    with suppress(asyncio.CancelledError):
        await drain
    assert not slow.flying.total()
