"""Rows in doubt: looked for beside the messages, the rarer the oftener, and ended by lateness."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Finding, Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence
from bot.core.errors import Outage, RetryLater, Unknown
from bot.core.ids import Address
from bot.core.ports import Transaction
from bot.delivery.outages import Outages
from bot.operating import outbox
from bot.storage.outbox import Outbox
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.contract.delivering import Sink
from tests.contract.test_delivery import BUCKET, NINE, House
from tests.contract.test_outages import Lateness

HOUR = timedelta(hours=1)


class Slow(Sink):
    """Looking takes long, and fails. `looks` are the clock's times at which that was tried."""

    def __init__(self, house: House, error: type[RetryLater] = Outage) -> None:
        super().__init__()
        self.house, self.error = house, error
        self.looks: list[timedelta] = []
        self.seconds = 0.05

    async def find(self, occurrence: Occurrence) -> Finding:
        del occurrence
        self.looks.append(self.house.clock.time - NINE)
        await asyncio.sleep(self.seconds)
        raise self.error("history away")


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    house = House(engine, store)
    house.notices = Lateness()
    return house


async def doubt(house: House, count: int = 1) -> None:
    """So many rows end in doubt, a minute ago."""
    house.enrol(count)
    house.planner.plan_due(NINE)
    house.sink.errors = [Unknown("reset")] * count
    house.sink.accepts = False
    await house.courier(in_flight=1, outages=Outages(first=0.0, most=0.0)).drain(BUCKET)
    while "pending" in house.states():
        await house.courier(outages=Outages(first=0.0, most=0.0)).drain(BUCKET)
    assert house.states() == {"ambiguous": count}
    house.clock.time += timedelta(minutes=1)


async def enrol_more(house: House, count: int) -> None:
    before = len(house.members)
    house.enrol(count)
    with house.store.write() as tx:
        for member in house.members[before:]:
            assert tx.ledger.add(
                Address("playground", "home"),
                member.space_id,
                "reminder.weekly",
                member.id,
                NINE.date(),
                NINE,
                NINE,
            )


@pytest.mark.parametrize("error", [Outage, RetryLater])
async def test_a_look_that_fails_keeps_nobody_waiting(house: House, error: type[RetryLater]) -> None:
    house.sink = slow = Slow(house, error)
    await doubt(house)
    await enrol_more(house, 10)
    await house.courier().drain(BUCKET)
    assert house.states() == {"ambiguous": 1, "sent": 10}
    assert len(slow.looks) == 1


async def test_each_row_is_looked_for_once_a_drain(house: House) -> None:
    house.sink = slow = Slow(house, RetryLater)
    slow.seconds = 0.0
    await doubt(house, 6)
    for drains in range(1, 4):
        house.clock.time += HOUR
        await house.courier().drain(BUCKET)
        assert len(slow.looks) == 6 * drains


async def test_looks_become_rare_and_end_when_it_is_too_late(house: House) -> None:
    house.sink = slow = Slow(house)
    slow.seconds = 0.0
    await doubt(house)
    courier = house.courier(outages=Outages(first=0.0, most=0.0))
    for _ in range(30):
        await courier.drain(BUCKET)
        house.clock.time += timedelta(minutes=1)
    gaps = [after - before for before, after in zip(slow.looks, slow.looks[1:], strict=False)]
    assert gaps[-1] >= timedelta(seconds=150)
    assert 5 < len(slow.looks) < 20
    assert house.states() == {"ambiguous": 1}
    house.clock.time = NINE + timedelta(hours=24, seconds=1)
    await courier.drain(BUCKET)
    assert house.states() == {"dead": 1}
    assert "perhaps said already; history away" in house.whys()
    assert house.notices.unsaid == [house.members[0].id]


async def test_what_a_channel_may_have_heard_is_held_in_the_end(house: House) -> None:
    def to_a_channel(occurrence: Occurrence, _tx: Transaction, _now: object) -> Notice:
        return Notice("channel", Address("playground", "general"), Message("Due", (Text((Plain("So"),)),)))

    house.notices.notice = to_a_channel  # type: ignore[method-assign]
    house.sink = Slow(house)
    await doubt(house)
    house.clock.time += timedelta(hours=25)
    await house.courier().drain(BUCKET)
    assert house.states() == {"held": 1}


async def test_an_operator_sees_what_is_in_doubt(house: House) -> None:
    house.sink = Slow(house)
    await doubt(house)
    await house.courier().drain(BUCKET)
    (row,) = Outbox(house.engine).stuck(10)
    assert (row.state, row.delays) == ("ambiguous", 2)
    assert row.why == "history away"
    assert row.not_before > house.clock.time


async def test_a_limit_on_looks_leaves_the_bucket_to_messages(house: House) -> None:
    """After a Retry-After everything waits; then messages go first, and looks wait for longer."""

    class Limited(Slow):
        async def find(self, occurrence: Occurrence) -> Finding:
            self.looks.append(self.house.clock.time - NINE)
            raise RetryLater("429", after=30.0)

    house.sink = limited = Limited(house)
    await doubt(house, 5)
    courier = house.courier()
    await courier.drain(BUCKET)
    assert len(limited.looks) <= 4
    looks = len(limited.looks)
    with house.store.write() as tx:
        tx.leases.void()  # the wait is over
    house.clock.time += HOUR
    await enrol_more(house, 20)
    await courier.drain(BUCKET)
    assert house.states()["sent"] == 20
    assert len(limited.looks) == looks


async def test_a_row_that_is_found_absent_after_an_outage_is_said(house: House) -> None:
    house.sink.finds = None
    await doubt(house, 3)
    house.sink.errors = []
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 3}
    with house.engine.connect() as connection:
        assert set(connection.execute(select(ledger.c.attempts)).scalars()) == {1}


async def test_the_list_says_in_doubt(house: House) -> None:
    house.sink = Slow(house)
    await doubt(house)
    listed = outbox(Outbox(house.engine), "list", None, NINE)
    assert "in doubt since" in listed
    shown = outbox(Outbox(house.engine), "show", int(listed.split()[0]), NINE)
    assert "put off 1 times in a row" in shown
