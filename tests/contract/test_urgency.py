"""What a person has just asked for goes before what was scheduled."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event, select

from bot.core.chat.notice import Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.contract.delivering import Sink, hop
from tests.contract.gathering import LEAD, Hall, people
from tests.contract.planning import MONDAY
from tests.contract.test_delivery import BUCKET, NINE, SPACE, House
from tests.contract.test_in_flight import Slow


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    return House(engine, store)


def ask(house: House) -> int:
    """A lead asks for something to be posted. Its subject."""
    subject = 1_000_000
    with house.store.write() as tx:
        space = house.members[0].space_id
        tx.ledger.add(SPACE.address, space, "cohort.summary", subject, NINE.date(), NINE, NINE, urgent=True)
    return subject


async def test_it_goes_before_what_waits_for_longer(house: House) -> None:
    house.enrol(30)
    house.planner.plan_due(NINE)
    house.clock.time += timedelta(minutes=1)
    subject = ask(house)
    house.sink = slow = Slow(0.001)
    await house.courier(in_flight=1).drain(BUCKET)
    assert house.states() == {"sent": 31}
    assert slow.order[0][0] == f"user-{subject}"


async def test_it_is_taken_up_in_the_middle_of_a_burst(house: House) -> None:
    house.enrol(90)
    house.planner.plan_due(NINE)
    house.sink = slow = Slow(0.05)
    drain = asyncio.create_task(house.courier(in_flight=8).drain(BUCKET))
    await slow.wait_for(8)
    subject, before = ask(house), len(slow.order)
    await drain
    place = [to for to, _ in slow.order].index(f"user-{subject}")
    assert place <= before + 16


async def test_slow_answers_leave_it_a_place(house: House) -> None:
    """All places are taken by messages whose answers don't come."""
    house.enrol(4)
    house.planner.plan_due(NINE)
    go = asyncio.Event()

    class Stuck(Slow):
        async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
            if occurrence.subject < 1_000_000:
                self.flying["all"] += 1
                await go.wait()
            return await Sink.post(self, occurrence, notice)

    house.sink = stuck = Stuck()
    drain = asyncio.create_task(house.courier(in_flight=4).drain(BUCKET))
    await stuck.wait_for(4)
    ask(house)
    async with asyncio.timeout(60):
        while not stuck.told:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    go.set()
    assert await drain == 5


async def test_posts_previews_and_alerts_are_urgent(engine: Engine, store: DatabaseStore) -> None:
    hall = Hall(engine, store)
    hall.gather(*people(5))
    hall.lead("tips", action="set", day="fri", zone="Europe/Lisbon")
    hall.lead("tips", action="preview")
    hall.lead("summary")
    hall.press("Post it in this channel", caller=LEAD)
    hall.planner.plan_due(MONDAY + timedelta(weeks=1))
    with engine.connect() as connection:
        rows = connection.execute(select(ledger.c.kind, ledger.c.urgency).distinct())
        urgent = {(row.kind, row.urgency) for row in rows}
    assert ("cohort.summary", 1) in urgent
    assert all(urgency == (kind != "reminder.weekly") for kind, urgency in urgent if kind != "tip.weekly")


def test_it_is_found_through_an_index_of_its_own(sqlite_engine: Engine, sqlite_store: DatabaseStore) -> None:
    house = House(sqlite_engine, sqlite_store)
    house.enrol(3)
    house.planner.plan_due(NINE)
    asked: list[tuple[str, object]] = []

    def hear(_one: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(sqlite_engine, "before_cursor_execute", hear)
    with sqlite_store.read() as tx:
        tx.ledger.next(BUCKET, NINE, 8, urgent=True)
    event.remove(sqlite_engine, "before_cursor_execute", hear)
    ((statement, values),) = [one for one in asked if "urgency" in one[0]]
    with sqlite_engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
    assert "ix_ledger_urgent" in " ".join(str(row.detail) for row in plan)


async def test_who_asks_waits_for_no_beat(house: House) -> None:
    """The row is there in the next look of a drain that goes on."""
    house.enrol(1)
    house.planner.plan_due(NINE)
    house.sink = slow = Slow(1.5)
    drain = asyncio.create_task(house.courier().drain(BUCKET))
    await slow.wait_for(1)
    await hop(ask, house)
    assert await drain == 2
    assert slow.began[1] - slow.began[0] < 1.5
