"""Nobody can work out one member's share from a cohort's figures, whatever happens between two of them.

Every goal here takes a number of hours that no other goal has: a power of two. So the hours that a summary
tells say exactly which goals it holds, and of whom: the attacker reads more than a lead ever could.
"""

import asyncio
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, count

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test
from sqlalchemy import Engine

from bot.core.chat.call import Caller, Pressed, Space
from bot.core.chat.chart import Burnup
from bot.core.chat.message import charts_of
from bot.core.domain.cohorts import FLOOR
from bot.core.domain.marks import end_plan
from bot.core.domain.plans import NOT_KEPT, Plan, PlannedGoal, PlannedPhase
from bot.core.handlers.figures import settle_counts
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from tests.conftest import PATIENCE
from tests.contract.gathering import LEAD, Hall, people
from tests.contract.planning import HERE
from tests.properties.plan_values import SOAK

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
PEOPLE, GOALS = 12, 5
_SUMS = re.compile(r"([0-9]+) of ([0-9]+) hours due")
_SPACES = count(1)
Figure = frozenset[int]


def bit(person: int, goal: int) -> int:
    return person * GOALS + goal


def make_plan(person: int) -> Plan:
    """A goal each week, all of one phase."""
    goals = tuple(
        PlannedGoal(f"goal-{one}", "onboarding", 1 << bit(person, one), False, one, one)
        for one in range(GOALS)
    )
    phase = PlannedPhase("onboarding", 1, GOALS, GOALS)
    return Plan(NOT_KEPT, "track", START.date(), 5, "UTC", (phase,), goals)


def finish(plan: Plan, number: int, now: datetime) -> Plan:
    goals = tuple(
        replace(one, state="done", done_at=now, done_in=monday(now)) if one.position == number else one
        for one in plan.goals
    )
    return replace(plan, goals=goals)


def monday(now: datetime) -> date:
    return now.date() - timedelta(days=now.weekday())


def people_of(bits: Iterable[int]) -> set[int]:
    return {one // GOALS for one in bits}


def read_bits(hours: str) -> Figure:
    return frozenset(place for place, digit in enumerate(bin(int(hours))[:1:-1]) if digit == "1")


class Attacker:
    """Remembers what every summary told, and looks for a share of fewer than five people."""

    def __init__(self) -> None:
        self.told: dict[str, set[Figure]] = defaultdict(set)

    def hear(self, text: str) -> bool:
        """Whether there were figures."""
        found = _SUMS.search(text)
        if found is None:
            assert "Goals done" not in text or "Nothing was due yet" in text
            return False
        for name, hours in zip(("done", "due"), found.groups(), strict=True):
            self.told[name].add(read_bits(hours))
        return True

    def compare(self) -> None:
        for name, figures in self.told.items():
            for one in figures:
                assert len(people_of(one)) not in range(1, FLOOR), (name, one)
            for one, other in combinations(figures, 2):
                if one & other:  # else no part of them is the same, and a difference says nothing
                    for rest in (one - other, other - one):
                        assert len(people_of(rest)) not in range(1, FLOOR), (name, people_of(rest))
            # By adding and subtracting any number of figures nobody gets further than to these parts.
            parts: dict[tuple[bool, ...], set[int]] = defaultdict(set)
            for goal in frozenset().union(*figures):
                parts[tuple(goal in one for one in figures)].add(goal)
            for part in parts.values():
                assert len(people_of(part)) >= FLOOR, (name, part)


class LifeOfACohort(RuleBasedStateMachine):
    store: DatabaseStore
    engine: Engine

    @initialize()
    def begin(self) -> None:
        number = next(_SPACES)
        self.space = Space(Address("playground", f"space-{number}"), "Space")
        self.hall = Hall(self.engine, self.store)
        self.hall.clock.at = START
        self.callers = [
            Caller(Address("playground", f"{number}-{one}"), f"Person {one}") for one in range(PEOPLE)
        ]
        self.attacker, self.done = Attacker(), 0
        self.lead("create", name="Autumn")
        with self.store.write() as tx:
            for one, caller in enumerate(self.callers):
                member = tx.members.enrol(self.space, caller, START)
                tx.plans.add(member, make_plan(one), START)
        for one in range(FLOOR + 1):
            self.joins(one)
        self.all_work()
        self.hall.clock.at += timedelta(weeks=1)
        self.looks()
        self.joins(FLOOR + 1)
        self.looks()

    def lead(self, command: str, **options: str) -> str:
        return self.hall.lead(command, LEAD, self.space, **options)

    @rule(who=st.integers(0, PEOPLE - 1))
    def joins(self, who: int) -> None:
        self.hall.ask(self.callers[who], "cohort join", self.space, cohort="Autumn")

    @rule(first=st.integers(0, PEOPLE - FLOOR))
    def several_join(self, first: int) -> None:
        for who in range(first, first + FLOOR):
            self.joins(who)

    @rule(who=st.integers(0, PEOPLE - 1))
    def leaves(self, who: int) -> None:
        self.hall.ask(self.callers[who], "cohort leave", self.space)

    @rule(who=st.integers(0, PEOPLE - 1), forgiven=st.booleans())
    def is_removed(self, who: int, forgiven: bool) -> None:
        self.lead("remove", member=self.callers[who].address.id)
        if forgiven:
            self.lead("invite", member=self.callers[who].address.id)

    @rule(who=st.integers(0, PEOPLE - 1))
    def leaves_the_community(self, who: int) -> None:
        with self.store.write() as tx:
            space = tx.members.space(self.space.address)
            assert space is not None
            tx.reach.lose(space, self.callers[who].address.id, "member", self.hall.clock.at)

    @rule(who=st.integers(0, PEOPLE - 1))
    def ends_the_plan(self, who: int) -> None:
        with self.store.write() as tx:
            member = tx.members.find(self.space, self.callers[who])
            assert member is not None
            plan = tx.plans.active(member)
            if plan is not None:
                tx.plans.save(member, plan, end_plan(plan), self.hall.clock.at)

    @rule()
    def all_work(self) -> None:
        """Everybody does their next goal: one person's own step isn't hidden, only whose it was."""
        if self.done == GOALS:
            return
        with self.store.write() as tx:
            for caller in self.callers:
                member = tx.members.find(self.space, caller)
                plan = None if member is None else tx.plans.active(member)
                if member is not None and plan is not None:
                    tx.plans.save(member, plan, finish(plan, self.done, self.hall.clock.at), START)
        self.done += 1

    @rule(hours=st.sampled_from((1, 12, 25, 24 * 7)))
    def time_passes(self, hours: int) -> None:
        self.hall.clock.at += timedelta(hours=hours)

    @rule()
    def counts_are_settled(self) -> None:
        with self.store.write() as tx:
            settle_counts(tx, self.hall.clock.at)

    @rule()
    def looks(self) -> None:
        text = self.lead("summary")
        if self.attacker.hear(text):
            self.check_chart()
        self.attacker.compare()

    @rule(who=st.none() | st.integers(0, PEOPLE - 1))
    def is_posted(self, who: int | None) -> None:
        """Somebody may leave between the press and the post."""
        self.lead("summary")
        self.hall.tell(Pressed(self.hall.find("Post it in this channel")), LEAD, self.space)
        if who is not None:
            self.hall.ask(self.callers[who], "cohort leave", self.space)
        for text in asyncio.run(self.hall.live(self.hall.clock.at)):
            self.attacker.hear(text)
        self.attacker.compare()

    def check_chart(self) -> None:
        """The picture tells of weeks until now only, and of no more goals than the words."""
        for chart in charts_of(self.hall.card.blocks):
            assert isinstance(chart.data, Burnup)
            assert all(point.done is not None for point in chart.data.weeks)


def test_no_two_figures_differ_by_one_member_s_share(sqlite_engine: Engine) -> None:
    class Life(LifeOfACohort):
        store, engine = DatabaseStore(sqlite_engine, PATIENCE), sqlite_engine

    run_state_machine_as_test(
        Life,
        settings=settings(
            max_examples=60 if SOAK else 6, stateful_step_count=40 if SOAK else 14, deadline=None
        ),
    )


def test_who_left_the_community_is_neither_counted_nor_listed(engine: Engine, store: DatabaseStore) -> None:
    hall = Hall(engine, store)
    crowd = people(FLOOR + 2)
    hall.gather(*crowd)
    assert "7 members" in hall.lead("summary")
    with store.write() as tx:
        space = tx.members.space(HERE.address)
        assert space is not None
        tx.reach.lose(space, crowd[0].address.id, "member", hall.clock.at)
    told = hall.lead("summary")
    assert "6 members" in told
    assert "counting begins again" in told
    assert crowd[0].name not in hall.lead("members")
    hall.ask(crowd[0], "cohort view")
    assert crowd[0].name in hall.lead("members"), "who is heard of is there again"


def test_counts_are_settled_soon_after_somebody_went(engine: Engine, store: DatabaseStore) -> None:
    hall = Hall(engine, store)
    crowd = people(FLOOR + 1)
    hall.gather(*crowd)
    hall.lead("summary")
    hall.ask(crowd[0], "plan reset")
    hall.press("End it", caller=crowd[0])
    with store.write() as tx:
        assert settle_counts(tx, hall.clock.at) == 1
    with store.write() as tx:
        assert settle_counts(tx, hall.clock.at) == 0
    hall.clock.at += timedelta(days=1)
    told = hall.lead("summary")
    assert "0 in all" not in told
    assert "0 since counting began" in told
    assert "Counted since Mon 4 Jan" in told
