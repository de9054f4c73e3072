"""A platform that does not answer: everything is said afterwards, and few questions are asked until then."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Finding, Notice, Ref, Skip
from bot.core.chat.part import Plain
from bot.core.domain.ledger import TOO_LATE, Occurrence, is_too_late
from bot.core.errors import DeliveryError, Outage, RetryLater, Unknown
from bot.core.ids import Address
from bot.core.ports import Transaction
from bot.delivery.courier import Courier
from bot.delivery.outages import FIRST_SECONDS, MOST_SECONDS, Outages
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.contract.delivering import UNPACED, Sink, hop
from tests.contract.gathering import Hall, people
from tests.contract.planning import MONDAY
from tests.contract.test_delivery import BUCKET, NINE, House, Notices
from tests.soak import SOAK

MEMBERS = 100
BEAT = timedelta(seconds=10)
# So often an outage is met.
BEATS = 10_000 if SOAK else 20
DAY = timedelta(hours=24)
AT_ONCE = Outages(first=0.0, most=0.0)

OUTAGES: dict[str, tuple[timedelta, Callable[[], DeliveryError]]] = {
    "no name": (timedelta(minutes=10), lambda: Outage("no connection")),
    "503 for an hour": (timedelta(hours=1), lambda: Outage("503")),
    "a token refused": (timedelta(minutes=1), lambda: Outage("401 0")),
    "no answer": (timedelta(minutes=4), lambda: Unknown("TimeoutError")),
}


class Away(Sink):
    """A platform that answers nothing until `back`."""

    def __init__(self, house: House, lasts: timedelta, error: Callable[[], DeliveryError]) -> None:
        super().__init__()
        self.house, self.back, self.error = house, NINE + lasts, error
        self.asked = 0

    def check(self) -> None:
        if self.house.clock.time < self.back:
            self.asked += 1
            raise self.error()

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        self.check()
        return await super().post(occurrence, notice)

    async def find(self, occurrence: Occurrence) -> Finding:
        self.check()
        return await super().find(occurrence)


class Lateness(Notices):
    """What is worth saying for a day."""

    def notice(self, occurrence: Occurrence, tx: Transaction, now: object) -> Notice | Skip:
        if self.is_late(occurrence, now):
            return Skip(TOO_LATE)
        message = Message("Due", (Text((Plain(occurrence.key),)),))
        return Notice("direct", Address("playground", f"user-{occurrence.subject}"), message)

    def is_late(self, occurrence: Occurrence, now: object) -> bool:
        return is_too_late(occurrence.due_at, now, DAY)  # type: ignore[arg-type]


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    house = House(engine, store)
    house.notices = Lateness()
    return house


async def live(house: House, until: timedelta, outages: Outages, beat: timedelta = BEAT) -> None:
    """Beat by beat, as long as anything waits."""
    courier = house.courier(outages=outages)
    house.planner.plan_due(NINE)
    while {*house.states()} & {"pending", "retry", "ambiguous"}:
        assert house.clock.time < NINE + until
        await courier.drain(BUCKET)
        house.clock.time += beat
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("name", OUTAGES)
async def test_everything_is_said_when_the_platform_is_back(house: House, name: str) -> None:
    lasts, error = OUTAGES[name]
    house.enrol(MEMBERS)
    house.sink = away = Away(house, lasts, error)
    beat = max(BEAT, lasts / BEATS)
    await live(house, lasts + timedelta(minutes=10), Outages(first=0.0, most=0.0), beat)
    assert house.states() == {"sent": MEMBERS}
    assert len(set(away.told)) == len(away.told) == MEMBERS
    # A full flight met the silence, and from then on one message at a time.
    assert away.asked <= 16 + 4 + 2 * (lasts / beat + 1)


async def test_a_day_of_silence_ends_by_lateness_and_somebody_hears_of_it(house: House) -> None:
    house.enrol(3)
    house.sink = Away(house, 2 * DAY, lambda: Outage("503"))
    courier = house.courier(outages=Outages(first=0.0, most=0.0))
    house.planner.plan_due(NINE)
    for _ in range(24):
        await courier.drain(BUCKET)
        assert {*house.states()} <= {"pending", "retry"}
        house.clock.time += timedelta(hours=1)
    house.clock.time += timedelta(minutes=2)
    await courier.drain(BUCKET)
    assert house.states() == {"skipped": 3}
    assert len(house.notices.unsaid) == 3


async def test_a_lead_hears_what_an_outage_kept_from_being_posted(
    engine: Engine, store: DatabaseStore
) -> None:
    """From the row that is due to the words of the direct message, with the real router."""
    hall, friday = Hall(engine, store), MONDAY + timedelta(days=4)
    hall.gather(*people(5))
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.courier = Courier(
        store, hall.router, hall.ears, hall.clock, hop, owner="one", pace=UNPACED, outages=AT_ONCE
    )
    for minutes in range(0, 120, 10):
        hall.ears.errors = [Outage("503")]
        assert await hall.live(friday + timedelta(minutes=minutes)) == []
        assert hall.ears.errors == []
        (row,) = hall.states()
        assert row[:2] == ("cohort.summary", "retry")
    (told,) = await hall.live(friday + timedelta(hours=2, minutes=1))
    assert told.startswith("@lead: Not posted")
    assert "I could not post the summary of Fri 8 Jan, 09:00 for Autumn." in told
    assert "I was away at that hour, and what comes hours late helps nobody." in told
    assert "The next one comes at its time." in told
    assert [row[:2] for row in hall.states()] == [("cohort.summary", "skipped"), ("lead.alert", "sent")]
    (after,) = await hall.live(friday + timedelta(weeks=1))
    assert after.startswith("#general: How the cohort is doing")


async def test_an_outage_counts_no_try(house: House) -> None:
    house.enrol(1)
    house.sink = Away(house, timedelta(hours=3), lambda: Outage("503"))
    beat = max(BEAT, timedelta(hours=3) / BEATS)
    await live(house, timedelta(hours=4), Outages(first=0.0, most=0.0), beat)
    with house.engine.connect() as connection:
        assert connection.execute(select(ledger.c.attempts, ledger.c.delays)).one() == (1, 0)


async def test_the_bucket_rests_and_is_probed_with_one_message(house: House) -> None:
    house.enrol(50)
    house.planner.plan_due(NINE)
    house.sink = away = Away(house, timedelta(hours=1), lambda: Outage("no connection"))
    outages = Outages(first=60.0)
    courier = house.courier(outages=outages)
    await courier.drain(BUCKET)
    assert away.asked <= 16
    before = away.asked
    assert await courier.drain(BUCKET) == 0  # it rests
    assert away.asked == before
    with house.store.write() as tx:
        tx.leases.void()  # the rest is over
    house.clock.time += timedelta(minutes=1)
    assert await courier.drain(BUCKET) == 1
    assert away.asked == before + 1


async def test_one_odd_answer_stops_nobody(house: House) -> None:
    """One in a hundred: the others are said in the same drain, and that one soon after."""
    house.enrol(MEMBERS)
    house.planner.plan_due(NINE)
    house.sink.errors = [*[None] * 40, Outage("502"), *[None] * 30, Unknown("reset")]
    house.sink.accepts = False
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": MEMBERS - 2, "retry": 1, "ambiguous": 1}
    house.clock.time += timedelta(seconds=2)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": MEMBERS}


async def test_a_message_that_breaks_the_platform_keeps_nobody_waiting(house: House) -> None:
    """It is answered with 500 each time: it goes on waiting, the longer the oftener, and ends by lateness."""
    house.enrol(5)
    house.planner.plan_due(NINE)
    bad = house.members[0].id

    class Picky(Sink):
        tries = 0

        async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
            if occurrence.subject == bad:
                self.tries += 1
                raise Outage("500")
            return await super().post(occurrence, notice)

    house.sink = picky = Picky()
    courier = house.courier(outages=Outages(first=0.0, most=0.0))
    for _ in range(60):
        await courier.drain(BUCKET)
        house.clock.time += BEAT
    assert house.states() == {"sent": 4, "retry": 1}
    assert picky.tries <= 25


def test_rests_grow_with_jitter_up_to_a_minute() -> None:
    for share, low in ((1.0, 1.0), (0.0, 0.5)):
        outages = Outages(share=lambda share=share: share)  # type: ignore[misc]  # bound at once
        rests = [outages.rest(BUCKET) for _ in range(40)]
        assert rests[:4] == [low * FIRST_SECONDS * 2**times for times in range(4)]
        assert rests[-1] == low * MOST_SECONDS
        outages.answered(BUCKET)
        assert outages.rest(BUCKET) == low * FIRST_SECONDS


async def test_a_limit_is_no_outage(house: House) -> None:
    house.enrol(3)
    house.planner.plan_due(NINE)
    house.sink.errors = [RetryLater("429", after=0.0)] * 12
    outages = Outages()
    for _ in range(13):
        await house.courier(outages=outages).drain(BUCKET)
        assert not outages.is_away(BUCKET)
    assert house.states() == {"sent": 3}
