"""Who holds a row: an older token marks nothing, and what is being snoozed is not claimed."""

import re
from datetime import timedelta

from sqlalchemy import Engine, event

from bot.core.chat.message import Message, Text
from bot.core.chat.notice import CantTell, Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence, Outcome
from bot.core.errors import Unknown
from bot.core.ids import Address
from bot.core.ports import Transaction
from bot.storage.store import DatabaseStore
from tests.contract.delivering import lease_next
from tests.contract.test_delivery import BUCKET, KIND, MONDAY, NINE, SPACE, House


def test_an_older_token_marks_nothing(engine: Engine, store: DatabaseStore) -> None:
    house = House(engine, store)
    house.enrol(1)
    house.planner.plan_due(NINE)
    with store.write() as tx:
        row = lease_next(tx, BUCKET, 1, NINE)
        assert row is not None
        assert tx.ledger.doubt(BUCKET, 2, NINE) == 1
        assert not tx.ledger.finish([(row.id, Outcome("sent"))], 1, NINE)
        assert tx.ledger.finish([(row.id, Outcome("sent", "found"))], 2, NINE)
    assert house.states() == {"sent": 1}
    assert house.whys() == {"found"}


async def test_who_lost_the_lease_claims_nothing_more(engine: Engine, store: DatabaseStore) -> None:
    house = House(engine, store)
    house.enrol(3)
    house.planner.plan_due(NINE)

    async def lose() -> None:
        with store.write() as tx:
            tx.leases.void()
            assert tx.leases.take(BUCKET, "rival", 30.0) is not None

    house.sink.stall = lose
    await house.courier("stalled", in_flight=1).drain(BUCKET)
    assert len(house.sink.told) == 1
    assert house.states()["pending"] == 2


async def test_what_a_channel_may_have_heard_waits_for_an_operator(
    engine: Engine, store: DatabaseStore
) -> None:
    house = House(engine, store)
    house.enrol(1)
    house.planner.plan_due(NINE)

    def to_a_channel(occurrence: Occurrence, _tx: Transaction, _now: object) -> Notice:
        message = Message("Due", (Text((Plain(occurrence.key),)),))
        return Notice("channel", Address("playground", "general"), message)

    house.notices.notice = to_a_channel  # type: ignore[method-assign]
    house.sink.errors, house.sink.finds = [Unknown("reset")], CantTell()
    await house.courier().drain(BUCKET)
    house.clock.time += timedelta(minutes=5)
    await house.courier().drain(BUCKET)
    assert house.states() == {"held": 1}


def test_what_is_being_snoozed_is_passed_over(postgres_engine: Engine, postgres_store: DatabaseStore) -> None:
    """SQLite has one writer at a time: there, nothing is ever in between."""
    store = postgres_store
    house = House(postgres_engine, store)
    house.enrol(2)
    later = NINE + timedelta(hours=1)
    first, second = (member.id for member in house.members)
    space = house.members[0].space_id
    with store.write() as tx:
        for subject in (first, second):
            for due in (NINE - timedelta(hours=2), NINE - timedelta(hours=1)):
                tx.ledger.add(SPACE.address, space, KIND, subject, MONDAY, due, NINE)
        for _ in range(2):  # the first ordinals are being said
            lease_next(tx, BUCKET, 1, NINE - timedelta(hours=2))
    with store.write() as snoozing:
        assert snoozing.ledger.move(space, KIND, first, MONDAY, later, NINE)
        with store.write() as claiming:
            rows = claiming.ledger.next(BUCKET, NINE, 8)
            assert {row.subject for row in rows} == {first, second}
            (leased,) = claiming.ledger.lease(rows, 1, NINE)
            assert {row.subject for row in rows if row.id == leased} == {second}
            # And the other way round: what is being claimed can't be moved any more.
            assert not snoozing.ledger.move(space, KIND, second, MONDAY, later, NINE)
    with store.write() as tx:
        assert not lease_next(tx, BUCKET, 1, NINE)
        assert lease_next(tx, BUCKET, 1, later)


def test_a_claim_reads_one_row_however_many_wait(sqlite_engine: Engine, sqlite_store: DatabaseStore) -> None:
    """A partial index is only used where the question names its condition in the same words."""
    house = House(sqlite_engine, sqlite_store)
    house.enrol(3)
    house.planner.plan_due(NINE)
    asked: list[tuple[str, object]] = []

    def hear(_one: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        asked.append((statement, values))

    event.listen(sqlite_engine, "before_cursor_execute", hear)
    with sqlite_store.write() as tx:
        lease_next(tx, BUCKET, 1, NINE)
        tx.ledger.doubtful(BUCKET, NINE, 1)
        tx.ledger.doubt(BUCKET, 2, NINE)
    event.remove(sqlite_engine, "before_cursor_execute", hear)
    questions = [one for one in asked if "ledger.bucket" in one[0]]
    assert len(questions) == 4  # what people have just asked for is looked for first
    with sqlite_engine.connect() as connection:
        for statement, values in questions:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()  # type: ignore[arg-type]
            steps = " ".join(str(row.detail) for row in plan)
            assert re.search("ix_ledger_(waiting|urgent)", steps)
            assert "TEMP B-TREE" not in steps
