"""Cairn is taken out of a space, and comes back: nothing is said in between, and everything is as it was."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from sqlalchemy import Engine, select

from bot.core.chat.call import Caller, Space
from bot.core.chat.message import plain_text
from bot.core.chat.notice import Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.errors import Unknown, Unreachable
from bot.core.ids import Address
from bot.delivery.courier import Courier
from bot.scheduling.planner import Planner
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger, spaces
from tests.contract.delivering import UNPACED, Sink, hop
from tests.contract.gathering import Hall, people
from tests.contract.planning import HERE, MONDAY
from tests.contract.test_delivery import BUCKET, NINE, SPACE, House
from tests.soak import SOAK

pytestmark = pytest.mark.one_database

DAY = timedelta(days=1)
EVERYBODY = [f"@person-{number}" for number in range(3)]
# A thousand in the long campaign.
MEMBERS = 1_000 if SOAK else 150


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    """Three members who are reminded on Mondays at nine, by the clocks of Lisbon."""
    made = Hall(engine, store)
    for caller in people(3):
        made.ask(caller, "plan start", zone="Europe/Lisbon")
        made.ask(caller, "reminders on", day="Monday", hour="9:00")
    return made


def is_gone(engine: Engine, space: Space = HERE) -> bool:
    with engine.connect() as connection:
        one = select(spaces.c.gone_at).where(spaces.c.foreign_id == space.address.id)
        return connection.execute(one).scalar_one() is not None


async def reminded(hall: Hall, week: int) -> list[str]:
    """Who is told something on the Monday of that week, at nine."""
    told = await hall.live(MONDAY + week * timedelta(weeks=1))
    return sorted(line.split(":")[0] for line in told)


async def test_a_space_that_took_cairn_out_is_told_nothing_until_it_is_back(hall: Hall) -> None:
    assert await reminded(hall, 1) == EVERYBODY
    hall.router.left(HERE.address)
    assert await reminded(hall, 2) == []
    hall.clock.at += 25 * DAY
    assert "I help you move" in plain_text(hall.router.returned(HERE))
    hall.planner.plan_due(hall.clock.at)
    assert await reminded(hall, 6) == EVERYBODY
    for caller in people(3):
        assert "09:00 (Europe/Lisbon)" in hall.ask(caller, "reminders view")


async def test_what_waits_is_cancelled_and_says_why(hall: Hall) -> None:
    monday = MONDAY + timedelta(weeks=1)
    hall.planner.plan_due(monday)
    hall.clock.at = monday
    hall.router.left(HERE.address)
    assert {(state, why) for _, state, why in hall.states()} == {("cancelled", "taken out of the space")}
    assert await reminded(hall, 1) == []


async def test_a_row_that_comes_in_between_is_looked_at_again(hall: Hall) -> None:
    """Such as one that was put back by a courier: it is claimed, and then not said."""
    member = hall.member(people(1)[0])
    hall.router.left(HERE.address)
    monday = MONDAY + timedelta(weeks=1)
    with hall.store.write() as tx:
        week = monday.date()
        tx.ledger.add(HERE.address, member.space_id, "reminder.weekly", member.id, week, monday, monday)
    assert await reminded(hall, 1) == []
    assert hall.states()[-1][1:] == ("skipped", "taken out of the space")


async def test_the_platform_s_word_that_cairn_is_out_ends_everything_there(hall: Hall) -> None:
    hall.ears.errors = [Unreachable("account_inactive", "space")]
    assert await reminded(hall, 1) == []
    assert is_gone(hall.engine)
    assert sorted(state for _, state, _ in hall.states()) == ["cancelled", "cancelled", "dead"]
    assert await reminded(hall, 2) == []


STEPS = {
    "leave early": (True, 1),
    "leave late": (True, 3),
    "return": (False, 2),
    "return late": (False, 4),
}


@pytest.mark.parametrize(
    ("events", "gone"),
    [
        (("leave early", "return"), False),
        (("leave late", "return"), True),
        (("leave early", "return", "leave late"), True),
        (("leave early", "return", "leave late", "return late"), False),
    ],
)
def test_whatever_order_events_come_in_the_last_one_counts(
    hall: Hall, events: tuple[str, ...], gone: bool
) -> None:
    began = hall.clock.at
    for number, order in enumerate(permutations(events)):
        base = began + (1 + 10 * number) * DAY
        hall.clock.at = base + 9 * DAY
        for event in order:
            leaves, day = STEPS[event]
            if leaves:
                hall.router.left(HERE.address, base + day * DAY)
            else:
                hall.router.returned(HERE, base + day * DAY)
        assert is_gone(hall.engine) is gone, order


def test_a_leave_from_before_the_first_contact_is_of_an_earlier_install(hall: Hall) -> None:
    hall.router.left(HERE.address, hall.clock.at - DAY)
    assert not is_gone(hall.engine)


def test_a_clock_that_runs_ahead_keeps_nobody_out(hall: Hall) -> None:
    hall.router.left(HERE.address, hall.clock.at + 400 * DAY)
    hall.clock.at += DAY
    hall.router.returned(HERE)
    assert not is_gone(hall.engine)


def test_spaces_that_nobody_knows_come_and_go_without_a_trace(hall: Hall) -> None:
    unknown = Space(Address("playground", "unknown"), "Unknown")
    hall.router.left(unknown.address)
    hall.router.returned(unknown)
    with hall.engine.connect() as connection:
        assert connection.execute(select(spaces.c.foreign_id)).scalars().all() == [HERE.address.id]


class Leaving(Sink):
    """Cairn is taken out while message number `at` is on its way; `after`: what arrives from then on."""

    def __init__(self, house: House, at: int, store: DatabaseStore) -> None:
        super().__init__()
        self.house, self.at, self.store = house, at, store
        self.after = -1

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        if len(self.told) == self.at:
            with self.store.write() as tx:
                assert tx.spaces.leave(SPACE.address, NINE, NINE)
            self.after = 0
        ref = await super().post(occurrence, notice)
        if self.after >= 0:
            self.after += 1
        return ref


@pytest.mark.parametrize("in_flight", [1, 8])
async def test_in_the_middle_of_many_sends_only_those_in_flight_arrive(
    engine: Engine, store: DatabaseStore, in_flight: int
) -> None:
    house = House(engine, store)
    house.enrol(MEMBERS)
    house.planner.plan_due(NINE)
    sink = Leaving(house, MEMBERS // 2, store)
    courier = Courier(
        store, house.notices, sink, house.clock, hop, owner="one", pace=UNPACED, in_flight=in_flight
    )
    await courier.drain(BUCKET)
    assert 1 <= sink.after <= in_flight
    said = MEMBERS // 2 + sink.after
    assert house.states() == {"sent": said, "cancelled": MEMBERS - said}
    Planner(store).plan_due(NINE + timedelta(weeks=1))
    assert sum(house.states().values()) == MEMBERS


async def test_who_left_or_closed_their_messages_is_told_nothing_more(hall: Hall) -> None:
    hall.ears.errors = [Unreachable("left the server", "member"), Unreachable("closed", "direct")]
    assert await reminded(hall, 1) == ["@person-2"]
    assert await reminded(hall, 2) == ["@person-2"]
    whys = [why for _, state, why in hall.states() if state == "skipped"]
    assert sorted(whys) == ["direct messages closed", "left"]


async def test_what_can_t_be_looked_up_any_more_is_not_asked_for_again(hall: Hall) -> None:
    """The line broke, so it is asked for; meanwhile they have left."""
    hall.ears.errors, hall.ears.accepts = [Unknown("connection lost")], False
    assert len(await reminded(hall, 1)) == 2
    hall.ears.lost = Unreachable("left the server", "member")
    later = MONDAY + timedelta(weeks=1, minutes=10)
    assert await hall.live(later) == []
    assert sorted(state for _, state, _ in hall.states()) == ["dead", "sent", "sent"]
    assert len(await reminded(hall, 2)) == 2


def count_waiting(engine: Engine) -> int:
    with engine.connect() as connection:
        return len(connection.execute(select(ledger.c.id).where(ledger.c.state == "pending")).all())


def test_another_space_goes_on(hall: Hall) -> None:
    there = Space(Address("playground", "there"), "There")
    kim = Caller(Address("playground", "kim"), "Kim")
    hall.ask(kim, "plan start", there, zone="Europe/Lisbon")
    hall.ask(kim, "reminders on", there, day="Monday", hour="9:00")
    hall.planner.plan_due(MONDAY + timedelta(weeks=1))
    assert count_waiting(hall.engine) == 4
    hall.router.left(there.address, datetime(2027, 1, 10, tzinfo=UTC))
    hall.clock.at = MONDAY + timedelta(weeks=1)
    hall.router.left(there.address)
    assert count_waiting(hall.engine) == 3
