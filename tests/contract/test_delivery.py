"""What is due is said once, whoever plans it and whoever sends it, on both databases."""

import asyncio
import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot.core.chat.call import Caller, Space
from bot.core.chat.message import Message, Text
from bot.core.chat.notice import CantTell, Notice, Skip
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.domain.members import Member
from bot.core.errors import RetryLater, TryAgain, Unknown, Unreachable
from bot.core.ids import Address, SpaceId
from bot.core.ports import Transaction
from bot.core.recurrence import Recurrence, next_due
from bot.delivery.courier import IN_FLIGHT, Courier
from bot.delivery.outages import Outages
from bot.scheduling.planner import Planner
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger, slots
from tests.conftest import PATIENCE
from tests.contract.delivering import UNPACED, Sink, Unheard, hop, lease_next

KIND = "reminder.weekly"
MONDAY = date(2027, 3, 1)
BEFORE = datetime(2027, 2, 28, 12, tzinfo=UTC)
NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
LISBON = Recurrence("Europe/Lisbon", 0, 9 * 60)
BUCKET = "playground"
SPACE = Space(Address("playground", "home"), "Home")
SHORT, LEASE = 0.2, 1.0  # of a lease, in seconds


class HandClock:
    def __init__(self) -> None:
        self.time = NINE

    def now(self) -> datetime:
        return self.time


class Notices(Unheard):
    """Says the occurrence's key to its subject, unless it is told otherwise."""

    def __init__(self) -> None:
        self.skips: dict[int, str] = {}
        self.broken: set[int] = set()
        self.unsaid: list[int] = []
        self.bugs: list[str] = []

    def notice(self, occurrence: Occurrence, _tx: Transaction, _now: datetime) -> Notice | Skip:
        if occurrence.subject in self.broken:
            raise Unreachable("bug 1234")
        if occurrence.subject in self.skips:
            return Skip(self.skips[occurrence.subject])
        message = Message("Due", (Text((Plain(occurrence.key),)),))
        return Notice("direct", Address("playground", f"user-{occurrence.subject}"), message)

    def report_unsaid(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> bool:
        self.unsaid.append(occurrence.subject)
        return super().report_unsaid(occurrence, tx, now)

    def report_bug(self, error: Exception, occurrence: Occurrence) -> str:
        del occurrence
        self.bugs.append(type(error).__name__)
        return str(len(self.bugs))


class House:
    """A planner and couriers on one database."""

    def __init__(self, engine: Engine, store: DatabaseStore) -> None:
        self.engine, self.store = engine, store
        self.clock, self.notices, self.sink = HandClock(), Notices(), Sink()
        self.planner = Planner(store)
        self.members: list[Member] = []

    def enrol(self, count: int, recurrence: Recurrence = LISBON) -> None:
        with self.store.write() as tx:
            for _ in range(count):
                number = len(self.members)
                caller = Caller(Address("playground", f"user-{number}"), f"User {number}")
                member = tx.members.enrol(SPACE, caller, BEFORE)
                self.members.append(member)
                due = next_due(recurrence, BEFORE)
                tx.slots.point(member.space_id, KIND, member.id, recurrence, due)

    def courier(
        self,
        owner: str = "one",
        lease_seconds: float = 30.0,
        in_flight: int = IN_FLIGHT,
        outages: Outages | None = None,
    ) -> Courier:
        return Courier(
            self.store,
            self.notices,
            self.sink,
            self.clock,
            hop,
            owner=owner,
            pace=UNPACED,
            lease_seconds=lease_seconds,
            in_flight=in_flight,
            outages=outages,
        )

    def states(self) -> dict[str, int]:
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(ledger.c.state, func.count().label("times")).group_by(ledger.c.state)
            )
            return {row.state: row.times for row in rows}

    def whys(self) -> set[str]:
        with self.engine.connect() as connection:
            return set(connection.execute(select(ledger.c.why)).scalars())


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    return House(engine, store)


class TestPlanning:
    def test_nothing_is_planned_early(self, house: House) -> None:
        house.enrol(3)
        assert house.planner.plan_due(NINE - timedelta(microseconds=1)) == 0
        assert house.states() == {}

    def test_each_subject_gets_one_row_and_the_slot_moves_on(self, house: House) -> None:
        house.enrol(3)
        house.planner.plan_due(NINE)
        house.planner.plan_due(NINE)
        assert house.states() == {"pending": 3}
        with house.store.read() as tx:
            assert tx.slots.next_at() == datetime(2027, 3, 8, 9, tzinfo=UTC)

    def test_a_slot_is_planned_in_stretches(self, house: House) -> None:
        house.enrol(7)
        planner = dataclasses.replace(house.planner, batch=3)
        assert planner.plan_due(NINE) == 3
        assert house.states() == {"pending": 7}

    def test_a_full_last_stretch_ends_too(self, house: House) -> None:
        house.enrol(6)
        assert dataclasses.replace(house.planner, batch=3).plan_due(NINE) == 3
        assert house.states() == {"pending": 6}

    def test_weeks_that_were_missed_become_one(self, house: House) -> None:
        house.enrol(2)
        house.planner.plan_due(NINE + timedelta(weeks=60, hours=3))
        assert house.states() == {"pending": 2}
        with house.store.read() as tx:
            later = NINE + timedelta(weeks=60, hours=3)
            row = tx.ledger.last_week(house.members[0].space_id, KIND, house.members[0].id, later)
            assert row == MONDAY + timedelta(weeks=60)

    def test_another_day_or_zone_makes_no_second_row_in_the_week(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        member = house.members[0]
        moved = Recurrence("America/New_York", 2, 9 * 60)
        with house.store.write() as tx:
            tx.slots.point(member.space_id, KIND, member.id, moved, next_due(moved, NINE))
        house.planner.plan_due(NINE + timedelta(days=4))
        assert house.states() == {"pending": 1}
        house.planner.plan_due(NINE + timedelta(days=10))
        assert house.states() == {"pending": 2}

    def test_who_leaves_gets_no_row(self, house: House) -> None:
        house.enrol(2)
        with house.store.write() as tx:
            tx.slots.leave(house.members[0].space_id, KIND, house.members[0].id)
            assert tx.slots.of(house.members[0].space_id, KIND, house.members[0].id) is None
        house.planner.plan_due(NINE)
        assert house.states() == {"pending": 1}

    def test_a_burst_is_spread(self, house: House) -> None:
        house.enrol(16)
        dataclasses.replace(house.planner, spread=timedelta(minutes=8)).plan_due(NINE)
        with house.engine.connect() as connection:
            moments = connection.execute(select(ledger.c.not_before).distinct()).scalars().all()
        assert sorted(moments) == [NINE + timedelta(minutes=step) for step in range(8)]

    def test_new_rules_of_a_zone_move_what_is_to_come(self, house: House) -> None:
        house.enrol(1)
        with house.engine.begin() as connection:
            connection.execute(slots.update().values(next_at=NINE + timedelta(hours=1)))
        house.planner.resolve_anew(BEFORE)
        with house.store.read() as tx:
            assert tx.slots.next_at() == NINE

    def test_new_rules_lose_nothing_that_is_due(self, house: House) -> None:
        house.enrol(1)
        house.planner.resolve_anew(NINE + timedelta(minutes=5))
        house.planner.plan_due(NINE + timedelta(minutes=5))
        assert house.states() == {"pending": 1}


class TestSaying:
    async def test_everything_due_is_said_once(self, house: House) -> None:
        house.enrol(5)
        house.planner.plan_due(NINE)
        assert await house.courier().due_buckets() == (BUCKET,)
        assert await house.courier().drain(BUCKET) == 5
        assert await house.courier().drain(BUCKET) == 0
        assert len(set(house.sink.told)) == len(house.sink.told) == 5
        assert house.states() == {"sent": 5}

    async def test_a_skip_is_kept_with_its_reason(self, house: House) -> None:
        house.enrol(2)
        house.notices.skips[house.members[0].id] = "off"
        house.planner.plan_due(NINE)
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 1, "skipped": 1}
        assert "off" in house.whys()

    async def test_a_bug_in_one_message_stops_no_other(self, house: House) -> None:
        house.enrol(3)
        house.notices.broken.add(house.members[1].id)
        house.planner.plan_due(NINE)
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 2, "dead": 1}
        assert "bug 1234" in house.whys()

    async def test_unreachable_is_dead_at_once(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        house.sink.errors = [Unreachable("closed")]
        await house.courier().drain(BUCKET)
        assert house.states() == {"dead": 1}

    async def test_a_limit_makes_the_whole_bucket_wait(self, house: House) -> None:
        house.enrol(2)
        house.planner.plan_due(NINE)
        house.sink.errors = [RetryLater("429", after=SHORT)]
        assert await house.courier("one").drain(BUCKET) == 1
        assert await house.courier("two").drain(BUCKET) == 0
        assert house.sink.told == []
        await asyncio.sleep(SHORT)
        house.clock.time += timedelta(seconds=1)
        assert await house.courier("two").drain(BUCKET) == 2
        assert house.states() == {"sent": 2}

    async def test_what_waits_alone_keeps_nobody_waiting_and_costs_no_try(self, house: House) -> None:
        house.enrol(3)
        house.planner.plan_due(NINE)
        house.sink.errors = [RetryLater("many opened", after=60.0, alone=True)]
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 2, "retry": 1}
        house.clock.time += timedelta(seconds=60)
        house.sink.errors = [RetryLater("many opened", after=1.0, alone=True)] * 12
        for _ in range(13):
            await house.courier().drain(BUCKET)
            house.clock.time += timedelta(seconds=1)
        assert house.states() == {"sent": 3}

    async def test_a_limit_costs_no_try(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        house.sink.errors = [RetryLater("429", after=0.0)] * 12
        for _ in range(13):
            await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 1}

    async def test_it_gives_up_after_eight_tries(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        house.sink.errors = [RetryLater("team_added_to_org")] * 9
        for _ in range(8):
            await house.courier().drain(BUCKET)
            house.clock.time += timedelta(minutes=5)
        assert house.states() == {"dead": 1}
        assert len(house.sink.errors) == 1


class TestBugs:
    async def test_a_bug_on_the_way_holds_one_row_and_stops_no_other(self, house: House) -> None:
        house.enrol(3)
        house.planner.plan_due(NINE)
        house.sink.bugs = [ValueError("no such block")]
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 2, "held": 1}
        assert house.notices.bugs == ["ValueError"]
        assert "bug 1" in house.whys()

    async def test_a_database_that_is_away_costs_no_try(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        house.sink.bugs = [TryAgain("busy")] * 12
        for _ in range(12):
            await house.courier().drain(BUCKET)
            assert house.states() == {"retry": 1}
            house.clock.time += timedelta(minutes=5)
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 1}

    @pytest.mark.parametrize("bug", [ValueError("half"), Unreachable("closed")])
    async def test_somebody_is_told_what_could_not_be_said(self, house: House, bug: Exception) -> None:
        house.enrol(2)
        house.planner.plan_due(NINE)
        house.sink.bugs = [bug]
        await house.courier().drain(BUCKET)
        assert len(house.notices.unsaid) == 1


class TestDoubt:
    """Rows whose end nobody saw."""

    async def test_what_the_platform_has_is_not_said_again(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        house.sink.errors = [Unknown("reset")]
        await house.courier().drain(BUCKET)
        assert house.states() == {"ambiguous": 1}
        house.clock.time += timedelta(minutes=5)
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 1}
        assert len(house.sink.told) == 1

    async def test_what_the_platform_lacks_is_said(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        house.sink.errors, house.sink.accepts = [Unknown("reset")], False
        await house.courier().drain(BUCKET)
        house.clock.time += timedelta(minutes=5)
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 1}
        assert len(house.sink.told) == 1

    async def test_a_platform_that_can_not_tell_gets_it_once_more(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        house.sink.errors, house.sink.finds = [Unknown("reset")], CantTell()
        await house.courier().drain(BUCKET)
        house.clock.time += timedelta(minutes=5)
        await house.courier().drain(BUCKET)
        assert house.states() == {"sent": 1}

    async def test_who_takes_over_asks_first(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        with house.store.write() as tx:
            token = tx.leases.take(BUCKET, "died", PATIENCE)
            assert token is not None
            row = lease_next(tx, BUCKET, token, NINE)
            assert row is not None
        house.sink.told.append(row.key)
        assert await house.courier("two").drain(BUCKET) == 0
        with house.store.write() as tx:
            tx.leases.void()  # it has run out
        assert await house.courier("two").drain(BUCKET) == 1
        assert house.sink.told == [row.key]
        assert house.states() == {"sent": 1}

    async def test_a_stale_token_marks_nothing(self, house: House) -> None:
        house.enrol(2)
        house.planner.plan_due(NINE)
        stalled = house.courier("stalled", lease_seconds=LEASE, in_flight=1)
        rival = house.courier("rival")

        def renew(*_: object) -> None:
            raise TryAgain("busy")

        stalled._claims.renew = renew  # type: ignore[method-assign,assignment]

        async def stall() -> None:
            await asyncio.sleep(LEASE)
            assert await rival.drain(BUCKET) == 2

        house.sink.stall = stall
        await stalled.drain(BUCKET)
        assert house.states() == {"sent": 2}
        # The stalled one's send was handed to the network already; a platform with keys shows it once.
        assert len(set(house.sink.told)) == 2


def test_planners_race_for_nothing(house: House) -> None:
    house.enrol(40)
    planner = dataclasses.replace(house.planner, batch=7)

    def plan() -> int:
        return planner.plan_due(NINE)

    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: plan(), range(4)))
    assert house.states() == {"pending": 40}


def test_the_key_is_short_and_the_same_for_every_try() -> None:
    space = Address("discord", "1")
    one = Occurrence(OccurrenceId(1), SpaceId(1), space, KIND, 7, MONDAY, 0, NINE)
    tried = dataclasses.replace(one, attempts=3, place="direct", to_id="9")
    snoozed = dataclasses.replace(one, ordinal=1)
    assert one.key == tried.key != snoozed.key
    assert len(one.key) == 24
    assert one.uuid == tried.uuid != snoozed.uuid
