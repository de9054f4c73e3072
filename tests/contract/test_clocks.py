"""What becomes of plans, leases and waits when the machine's clock is set: the same on both databases.

A clock that is wrong for a moment is never believed (`bot.clock`); here it was believed, or Cairn was started
by it, and then it was put right.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, select, update

from bot.core.chat.call import Call, Typed
from bot.core.recurrence import Recurrence, next_due
from bot.core.time import WEEK
from bot.delivery.inbox import Inbox
from bot.scheduling.planner import Planner
from bot.storage.direct_channels import KeptChannels
from bot.storage.downtimes import Pulse
from bot.storage.installs import RENEWING, Installs
from bot.storage.leases import LONGEST_LEASE, LONGEST_REST
from bot.storage.sealing import Seal
from bot.storage.store import DatabaseStore
from bot.storage.tables import bucket_leases, ledger, slots
from bot.threads import ThreadChannels
from tests.conftest import PATIENCE
from tests.contract.planning import MovableClock
from tests.contract.storing import ADA, NOW, RIDGE
from tests.contract.test_delivery import BUCKET, NINE, House
from tests.contract.test_installs import OLD_KEY, install
from tests.contract.test_reminders import HOUR, NEXT, Listener
from tests.soak import at_length

pytestmark = pytest.mark.one_database

DAY, YEAR = timedelta(days=1), timedelta(days=366)
# Longer than the clock was ahead.
WEEKS = 56
AHEAD = {"an hour": HOUR, "a day": DAY, "two days": 2 * DAY, "a month": 30 * DAY, "a year": YEAR}


@pytest.fixture
def house(engine: Engine, store: DatabaseStore) -> House:
    return House(engine, store)


@pytest.fixture
def listener(engine: Engine, store: DatabaseStore) -> Listener:
    return Listener(engine, store)


def next_moments(engine: Engine) -> list[datetime]:
    with engine.connect() as connection:
        return list(connection.execute(select(slots.c.next_at)).scalars())


def active(listener: Listener, at: datetime) -> None:
    """The member does something, so nobody goes quiet."""
    listener.desk.clock.at = at
    listener.desk.type("goal")


class TestAheadForAWhile:
    @pytest.mark.parametrize(
        ("ahead", "restarts"),
        [
            *((ahead, False) for ahead in AHEAD.values()),
            (YEAR, True),
            *at_length((ahead, True) for ahead in AHEAD.values()),
        ],
        ids=str,
    )
    def test_every_week_has_its_reminder(self, house: House, ahead: timedelta, *, restarts: bool) -> None:
        """Planned by the wrong clock and not yet said: each week of the year that follows has one row."""
        house.enrol(2)
        before = NINE - timedelta(minutes=30)
        house.planner.plan_due(before + ahead)
        if restarts:
            house.planner = Planner(house.store)
            house.planner.resolve_anew(before)
        house.planner.plan_due(before)
        assert all(at <= before + WEEK for at in next_moments(house.engine))
        for week in range(WEEKS):
            house.planner.plan_due(NINE + week * WEEK + timedelta(minutes=1))
        with house.engine.connect() as connection:
            rows = connection.execute(select(ledger.c.subject, ledger.c.week)).all()
        assert len(rows) == len(set(rows)) == 2 * WEEKS

    @pytest.mark.parametrize("ahead", AHEAD.values(), ids=AHEAD)
    async def test_a_member_who_is_active_hears_each_week(self, listener: Listener, ahead: timedelta) -> None:
        """Also what the wrong clock has skipped, for being late, comes when it is due."""
        before = NEXT - timedelta(minutes=30)
        told = await listener.hear(before + ahead)
        early = len(told)
        assert early <= 1
        assert await listener.hear(before) == []
        for week in range(6):
            active(listener, NEXT + week * WEEK - timedelta(minutes=20))
            told = await listener.hear(NEXT + week * WEEK)
            # What was said an hour early was said.
            assert len(told) == (0 if early and not week else 1), f"week {week}"
            assert not told or told[0].startswith("Your week")

    async def test_what_comes_next_is_told_right(self, listener: Listener) -> None:
        await listener.hear(NEXT - HOUR + YEAR)
        await listener.hear(NEXT - HOUR)
        active(listener, NEXT - HOUR)
        assert "The next reminder comes on Mon 11 Jan" in listener.desk.type("reminders view")

    async def test_what_was_put_off_by_it_is_tried_now(self, house: House) -> None:
        house.enrol(1)
        house.planner.plan_due(NINE)
        with house.engine.begin() as connection:
            connection.execute(update(ledger).values(state="retry", not_before=NINE + YEAR))
            connection.execute(update(slots).values(next_at=NINE + YEAR))
        house.planner.plan_due(NINE)
        assert await house.courier().drain(BUCKET) == 1

    def test_a_slot_that_clocks_going_back_make_wait_an_hour_more_is_left_alone(self, house: House) -> None:
        """From Saturday to Saturday over the end of summer time: seven days and an hour."""
        saturday = Recurrence("Europe/Lisbon", 5, 9 * 60)
        house.enrol(1, saturday)
        at = datetime.fromisoformat("2027-10-30T08:00:00+00:00")  # 09:00 in summer
        house.planner.plan_due(at)
        assert house.planner.plan_due(at) == 0
        assert next_moments(house.engine) == [next_due(saturday, at).at]
        assert next_moments(house.engine)[0] - at == WEEK + HOUR


class TestAheadForGood:
    """Or the machine was asleep: what was missed becomes one, and comes late or not at all."""

    @pytest.mark.parametrize(
        ("late", "says"),
        [(timedelta(0), "Your week"), (3 * HOUR, "This comes late"), (25 * HOUR, None)],
        ids=["in time", "late", "too late"],
    )
    async def test_missed_weeks_are_one(self, listener: Listener, late: timedelta, says: str | None) -> None:
        active(listener, NEXT - HOUR)
        told = await listener.hear(NEXT + 9 * WEEK + late)
        assert [says in one for one in told if says] == ([True] if says else [])
        assert len(listener.states()) == 1


class TestBack:
    @pytest.mark.parametrize("back", AHEAD.values(), ids=AHEAD)
    async def test_nothing_is_said_twice(self, listener: Listener, back: timedelta) -> None:
        active(listener, NEXT - HOUR)
        assert len(await listener.hear(NEXT)) == 1
        for at in (NEXT + HOUR - back, NEXT + HOUR, NEXT + 2 * HOUR):
            assert await listener.hear(at) == []
        active(listener, NEXT + WEEK - HOUR)
        assert len(await listener.hear(NEXT + WEEK)) == 1

    async def test_what_came_due_before_is_not_lost(self, listener: Listener) -> None:
        """Planned, and not said before the clock went back: it comes when its hour comes again."""
        active(listener, NEXT - 2 * HOUR)
        listener.planner.plan_due(NEXT)
        assert await listener.hear(NEXT - HOUR) == []
        assert len(await listener.hear(NEXT)) == 1


class TestLeases:
    """PostgreSQL's are measured by its own clock, which may be set with the machine's."""

    def test_a_bucket_that_is_given_back_then_set_back_is_free(
        self, engine: Engine, store: DatabaseStore
    ) -> None:
        """Free from the beginning of time on, and not only from the moment when it was given back."""
        with store.write() as tx:
            token = tx.leases.take(BUCKET, "one", 30)
            assert token is not None
            tx.leases.give_back(BUCKET, token)
        with engine.connect() as connection:
            until: datetime = connection.execute(select(bucket_leases.c.until)).scalar_one()
        assert until.year == 2000
        with store.write() as tx:
            assert tx.leases.take(BUCKET, "two", 30) == token + 1

    @pytest.mark.parametrize(("owner", "longest"), [("died", LONGEST_LEASE), ("", LONGEST_REST)])
    def test_no_lease_lasts_longer_than_any_does(
        self, postgres_engine: Engine, owner: str, longest: timedelta
    ) -> None:
        """As after the server's clock went back by more than that."""
        engine, store = postgres_engine, DatabaseStore(postgres_engine, PATIENCE)
        with store.write() as tx:
            assert tx.leases.take(BUCKET, "died", 0) is not None
        with engine.connect() as connection:
            now: datetime = connection.execute(select(bucket_leases.c.until)).scalar_one()
        for left, token in ((longest - HOUR / 20, None), (longest + HOUR / 20, 2)):
            with engine.begin() as connection:
                connection.execute(update(bucket_leases).values(owner=owner, until=now + left))
            with store.write() as tx:
                assert tx.leases.take(BUCKET, "two", 30) == token


class TestWaits:
    def test_a_call_that_was_claimed_by_a_clock_ahead_is_claimed_again(self, store: DatabaseStore) -> None:
        clock = MovableClock(NOW + DAY)
        box = Inbox(store, clock)
        call = Call("1.T1.U1", RIDGE, ADA, Typed("skillgap", {"question": "I run EKS"}))
        assert box.keep(call, "back", 60)
        assert box.claim(("slack",), ()) is not None
        clock.at = NOW
        again = box.claim(("slack",), ())
        assert again is not None
        assert again.attempts == 2
        assert box.claim(("slack",), ()) is None

    def test_a_renewal_that_was_begun_by_a_clock_ahead_is_begun_again(self, engine: Engine) -> None:
        kept = Installs(engine, Seal([OLD_KEY]))
        kept.keep(install(expires_at=NOW))
        found = kept.find("", "T1")
        assert found is not None
        assert kept.begin_renewal(found, NOW + YEAR)
        assert kept.begin_renewal(found, NOW)
        assert not kept.begin_renewal(found, NOW)
        assert kept.begin_renewal(found, NOW + RENEWING)

    def test_a_downtime_ends_now_at_the_latest(self, engine: Engine, store: DatabaseStore) -> None:
        """Cairn was started by a clock that was a year ahead."""
        pulse = Pulse(engine)
        pulse.beat(NOW)
        pulse.wake(NOW + YEAR, DAY)
        pulse.beat(NOW + HOUR)
        with store.read() as tx:
            assert tx.downtimes.since(NOW) == ((NOW, NOW + HOUR),)
        pulse.beat(NOW + 2 * HOUR)
        with store.read() as tx:
            assert tx.downtimes.since(NOW) == ((NOW, NOW + HOUR),)

    async def test_conversations_opened_by_a_clock_ahead_keep_nobody_waiting(self, engine: Engine) -> None:
        kept, clock = KeptChannels(engine, "discord"), MovableClock(NOW + YEAR)
        with ThreadPoolExecutor(1) as thread:
            channels = ThreadChannels(kept, clock, thread, thread)
            await channels.keep("1", "11")
            clock.at = NOW
            await channels.keep("2", "22")
            clock.at = NOW + timedelta(seconds=5)
            assert await channels.ages(60) == (5.0,)


class TestComingAndGoing:
    @pytest.mark.parametrize("ahead", [timedelta(hours=1), YEAR], ids=["an hour", "a year"])
    def test_what_a_clock_ahead_has_kept_is_older_than_what_comes(
        self, store: DatabaseStore, ahead: timedelta
    ) -> None:
        def kept(do: str, at: datetime) -> bool:
            with store.write() as tx:
                if do == "leave":
                    return tx.spaces.leave(RIDGE.address, at, at)
                return tx.spaces.back(RIDGE.address, at, at)

        with store.write() as tx:
            tx.members.enrol(RIDGE, ADA, NOW + ahead)
        assert kept("leave", NOW)
        assert kept("back", NOW + timedelta(seconds=1))
        assert kept("back", NOW + ahead)
        assert kept("leave", NOW + timedelta(seconds=2))
        assert kept("leave", NOW + ahead + timedelta(seconds=1))
        assert kept("back", NOW + timedelta(seconds=3))
        assert not kept("leave", NOW + timedelta(seconds=2))
