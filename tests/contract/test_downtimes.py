"""When Cairn was down, it is nobody's fault: the same on both databases."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Engine

from bot.storage.downtimes import Pulse
from bot.storage.store import DatabaseStore
from tests.contract.planning import MONDAY, Desk, MovableClock

DAY = timedelta(days=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def known(engine: Engine, since: datetime = LONG_AGO) -> tuple[tuple[datetime, datetime], ...]:
    with DatabaseStore(engine).read() as tx:
        return tx.downtimes.since(since)


def test_a_silence_of_a_day_is_kept_as_a_downtime(engine: Engine) -> None:
    pulse = Pulse(engine)
    pulse.wake(MONDAY, DAY)
    pulse.beat(MONDAY + DAY * 3)
    pulse.wake(MONDAY + DAY * 4, DAY)
    assert known(engine) == ((MONDAY + DAY * 3, MONDAY + DAY * 4),)
    assert known(engine, MONDAY + DAY * 4) == ()


def test_a_first_start_and_a_short_silence_are_none(engine: Engine) -> None:
    pulse = Pulse(engine)
    pulse.wake(MONDAY, DAY)
    pulse.wake(MONDAY + DAY - timedelta(seconds=1), DAY)
    assert known(engine) == ()


def test_a_streak_outlives_a_downtime_and_not_an_idle_spell(engine: Engine, store: DatabaseStore) -> None:
    desk = Desk(store, clock=MovableClock())
    pulse = Pulse(engine)
    desk.type("plan start", zone="UTC")
    desk.type("goal")
    desk.press("Done")
    # January has one freeze, so the second of two idle weeks would end the streak.
    desk.clock.at = MONDAY + timedelta(weeks=3)
    assert "Streak: a goal this week begins one" in desk.type("progress")
    pulse.wake(MONDAY + timedelta(weeks=1), DAY)
    pulse.wake(MONDAY + timedelta(weeks=2), DAY)
    assert "Streak: 1 week in a row" in desk.type("progress")
