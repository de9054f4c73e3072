"""Random lives of members: both databases keep what the domain made, and tell the same."""

import os
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.chat.call import Caller
from bot.core.domain.goals import EvidenceId
from bot.core.domain.marks import end_plan
from bot.core.domain.members import Member
from bot.core.domain.plans import NOT_KEPT, Plan, zone_of
from bot.core.domain.profiles import Assessment, Profile
from bot.core.ids import Address
from bot.core.time import DAY_STARTS, resolve
from bot.storage.store import DatabaseStore
from tests.contract.plan_life import CHANGES, change
from tests.contract.storing import RIDGE, enrol
from tests.properties.plan_values import plans, profiles

SOAK = os.environ.get("CAIRN_SOAK") == "1"
users = count(1)


class Life:
    """One member on one database, who does what they are told, beside what should be true of them."""

    def __init__(self, store: DatabaseStore, user: str) -> None:
        self.store = store
        self.member: Member = enrol(store, RIDGE, Caller(Address("slack", user), "Ada"))
        self.plan: Plan | None = None
        self.past: list[Plan] = []
        self.history: list[Assessment] = []
        self.draft: Profile | None = None
        self.evidence: dict[EvidenceId, tuple[Any, ...]] = {}

    def begin(self, plan: Plan, now: datetime) -> None:
        """A new plan, in the transaction that ends the old one."""
        with self.store.write() as tx:
            running = tx.plans.active(self.member)
            if running is not None:
                tx.plans.save(self.member, running, end_plan(running), now)
                self.past.insert(0, end_plan(running))
            self.plan = tx.plans.add(self.member, plan, now)

    def change(self, name: str, pick: int, now: datetime) -> None:
        with self.store.write() as tx:
            running = tx.plans.active(self.member)
            if running is not None:
                self.plan = change(running, name, pick, now)
                tx.plans.save(self.member, running, self.plan, now)

    def assess(self, profile: Profile, now: datetime, *, finished: bool) -> None:
        with self.store.write() as tx:
            if finished:
                tx.profiles.keep(self.member, profile, now)
                self.history.insert(0, Assessment(now, profile))
            else:
                tx.profiles.save_draft(self.member, profile, now)
        self.draft = None if finished else profile

    def attach(self, pick: int, now: datetime) -> None:
        goal, note = f"a{pick % 4}", f"note {pick}"
        with self.store.write() as tx:
            number = tx.evidence.add(self.member, goal, "post", "https://example.com", note, now)
        self.evidence[number] = (goal, "post", "https://example.com", note, now)

    def withdraw(self, pick: int) -> None:
        if self.evidence:
            number = sorted(self.evidence)[pick % len(self.evidence)]
            with self.store.write() as tx:
                tx.evidence.withdraw(self.member, number)
            del self.evidence[number]

    def check(self) -> tuple[object, ...]:
        """Holds the rows against what should be true, and gives all of it without ids."""
        with self.store.read() as tx:
            assert tx.plans.active(self.member) == self.plan
            assert tx.plans.past(self.member) == tuple(self.past[:20])
            assert tx.profiles.history(self.member) == tuple(self.history[:50])
            assert tx.profiles.latest(self.member) == (self.history[0].profile if self.history else None)
            assert tx.profiles.draft(self.member) == self.draft
            found = tx.evidence.of(self.member, ["a0", "a1", "a2", "a3"])
        told = {one.id: (one.goal_id, one.kind, one.url, one.note, one.added_at) for one in found}
        assert told == self.evidence
        kept = [replace(plan, id=NOT_KEPT) for plan in (*filter(None, [self.plan]), *self.past)]
        return kept, self.history, self.draft, list(told.values())


picks = st.integers(0, 60)
ACTS = st.one_of(
    st.tuples(st.sampled_from(sorted(CHANGES)), picks),
    st.tuples(st.sampled_from(sorted(CHANGES)), picks),
    st.tuples(st.just("hours pass"), st.integers(1, 24 * 16)),
    st.tuples(st.sampled_from(("attach", "withdraw")), picks),
    st.tuples(st.sampled_from(("assess", "finish")), profiles),
    st.tuples(st.just("begin"), plans()),
)


@settings(
    max_examples=1_000 if SOAK else 30,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(first=plans(), acts=st.lists(ACTS, min_size=4, max_size=14))
def test_a_life_is_kept_and_told_alike(
    sqlite_store: DatabaseStore, postgres_store: DatabaseStore, first: Plan, acts: list[tuple[str, Any]]
) -> None:
    user = f"U{next(users)}"
    lives = [Life(store, user) for store in (sqlite_store, postgres_store)]
    now = resolve(first.start, DAY_STARTS, zone_of(first))
    for name, given_ in [("begin", first), *acts]:
        if name == "hours pass":
            now += timedelta(hours=given_)
        for life in lives:
            if name in CHANGES:
                life.change(name, given_, now)
            elif name == "begin":
                life.begin(given_, now)
            elif name in ("assess", "finish"):
                life.assess(given_, now, finished=name == "finish")
            elif name == "attach":
                life.attach(given_, now)
            elif name == "withdraw":
                life.withdraw(given_)
        there, here = (life.check() for life in lives)
        assert here == there
