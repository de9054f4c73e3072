"""What is said about the next reminder is what the planner and the notice then do."""

import asyncio
import os
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine

from bot.core.chat.call import Caller, Pressed
from bot.core.chat.codec import encode
from bot.core.domain.coming import Coming, Quiet
from bot.core.domain.reminders import Reminder
from bot.core.handlers.reminders import chosen_by, upcoming_of
from bot.core.handlers.running import find_running
from bot.core.ids import Address
from bot.core.recurrence import next_due
from bot.core.request import Context
from bot.core.views import presses
from bot.storage.store import DatabaseStore
from tests.contract.gathering import Hall
from tests.contract.planning import HERE, MONDAY

ZONE = "Europe/Lisbon"
HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
MINUTES = count()
# Longer than the longest pause below and what is left of the plan after it.
WEEKS_LIVED = 30
MANY = 200 if os.environ.get("CAIRN_SOAK") else 12


class Walker:
    """A member who does some things and then says nothing more. The minute of the reminder is theirs alone,
    so members of one database don't share a slot."""

    def __init__(self, engine: Engine, store: DatabaseStore) -> None:
        number = next(MINUTES)
        self.hall = Hall(engine, store)
        self.hall.clock.at = MONDAY + HOUR
        self.me = Caller(Address("playground", f"walker-{number}"), "Walker")
        self.ask("plan start", zone=ZONE, hours=20)
        self.ask("reminders on", day="Wednesday", hour=f"{10 + number // 60}:{number % 60:02}")

    def ask(self, command: str, **options: Any) -> str:
        return self.hall.ask(self.me, command, **options)

    def finish(self, share: int) -> None:
        """Does every `share`-th goal; all of them for 1."""
        with self.hall.store.read() as tx:
            member = tx.members.find(HERE, self.me)
            assert member is not None
            plan = tx.plans.active(member)
            assert plan is not None
        for goal in plan.goals[::share]:
            self.hall.tell(Pressed(encode(presses.DONE(plan.id, goal.goal_id, 0, 1))), self.me)

    def pause(self, weeks: int) -> None:
        self.ask("plan pause", until=(self.hall.clock.at + weeks * WEEK).date().isoformat())

    def live(self, weeks: int) -> datetime | None:
        """Goes through so many reminders' hours, or until something is said to the member: when that was."""
        for _ in range(weeks):
            at = next_due(self.reminder().recurrence(ZONE), self.hall.clock.at).at
            before = len(self.hall.ears.notices)
            asyncio.run(self.hall.live(at))
            if any(one.to.id == self.me.address.id for one in self.hall.ears.notices[before:]):
                return at
        return None

    def idle(self, weeks: int) -> None:
        until = self.hall.clock.at + weeks * WEEK
        while self.hall.clock.at < until:
            self.live(1)

    def reminder(self) -> Reminder:
        with self.hall.store.read() as tx:
            member = tx.members.find(HERE, self.me)
            assert member is not None
            return chosen_by(Context(tx, self.hall.library), member)

    def promised(self) -> Coming:
        with self.hall.store.read() as tx:
            ctx = Context(tx, self.hall.library)
            member = tx.members.find(HERE, self.me)
            assert member is not None
            running = find_running(ctx, member)
            assert running is not None
            return upcoming_of(ctx, member, running.plan, self.hall.clock.at)


DEEDS: dict[str, Callable[[Walker], object]] = {
    "a week passes": lambda walker: walker.idle(1),
    "six weeks pass": lambda walker: walker.idle(6),
    "fourteen weeks pass": lambda walker: walker.idle(14),
    "pause": lambda walker: walker.pause(5),
    "resume": lambda walker: walker.ask("plan resume"),
    "skip": lambda walker: walker.ask("reminders skip"),
    "unskip": lambda walker: walker.ask("reminders unskip"),
    "off": lambda walker: walker.ask("reminders off"),
    "on": lambda walker: walker.ask("reminders on"),
    "another day": lambda walker: walker.ask("reminders set", day="Friday"),
    "half is done": lambda walker: walker.finish(2),
    "all is done": lambda walker: walker.finish(1),
}


@settings(
    max_examples=MANY,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(deeds=st.lists(st.sampled_from(sorted(DEEDS)), max_size=5))
@example(deeds=["pause"])
@example(deeds=["all is done", "fourteen weeks pass"])
@example(deeds=["off", "skip"])
@example(deeds=["six weeks pass"])
def test_what_is_promised_is_what_comes(
    sqlite_engine: Engine, sqlite_store: DatabaseStore, deeds: list[str]
) -> None:
    walker = Walker(sqlite_engine, sqlite_store)
    for deed in deeds:
        DEEDS[deed](walker)
    promised = walker.promised()
    came = walker.live(WEEKS_LIVED)
    assert came == (None if isinstance(promised, Quiet) else promised.at)


def test_every_reason_for_silence_is_said(sqlite_engine: Engine, sqlite_store: DatabaseStore) -> None:
    walker = Walker(sqlite_engine, sqlite_store)
    walker.ask("reminders off")
    assert "no reminder to skip" in walker.ask("reminders skip")
    walker.ask("reminders on")
    walker.pause(5)
    assert "Wed 10 Feb" in walker.ask("reminders view"), "the first one behind the pause"
    walker.ask("plan resume")
    walker.finish(1)
    walker.idle(20)
    assert "nothing is left to do" in walker.ask("reminders view")
