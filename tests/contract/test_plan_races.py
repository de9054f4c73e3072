"""Two connections and one plan on PostgreSQL: whoever waits for the other sees what they did."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from time import monotonic

import pytest
from sqlalchemy import Engine, text

from bot.core.domain.marks import end_plan, mark_done
from bot.core.domain.members import Member
from bot.core.domain.pace import add_goals
from bot.core.domain.plans import Plan
from bot.core.errors import TryAgain
from bot.core.ports import Transaction
from bot.storage.store import DatabaseStore
from tests.contract.storing import NOW, enrol
from tests.properties.plan_values import instant, make_goal, make_phase, make_plan

PLAN = make_plan(make_phase("a", (1, 8), (3, 2, 4, 4)))


@pytest.fixture
def other() -> Iterator[ThreadPoolExecutor]:
    """Somebody else."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


def wait_for_the_lock(engine: Engine) -> None:
    """Returns once a connection to the database waits for another one."""
    until = monotonic() + 20
    with engine.connect() as connection:
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        while not connection.scalar(waiting):
            assert monotonic() < until, "nobody waits"


def look(store: DatabaseStore, member: Member) -> Plan | None:
    with store.write() as tx:
        return tx.plans.active(member)


def race(
    store: DatabaseStore,
    engine: Engine,
    other: ThreadPoolExecutor,
    member: Member,
    act: Callable[[Transaction, Plan], Plan],
) -> tuple[Plan, Future[Plan | None]]:
    """Somebody looks at the plan while `act` changes it and hasn't committed yet."""
    with store.write() as tx:
        running = tx.plans.active(member)
        assert running is not None
        after = act(tx, running)
        looked = other.submit(look, store, member)
        wait_for_the_lock(engine)
    return after, looked


def test_of_plans_begun_at_the_same_moment_one_is_kept(
    postgres_store: DatabaseStore, postgres_engine: Engine
) -> None:
    member = enrol(postgres_store)
    start = threading.Barrier(4)

    def begin() -> Plan | None:
        try:
            with postgres_store.write() as tx:
                start.wait(10)
                return tx.plans.add(member, PLAN, NOW)
        except TryAgain:
            return None

    with ThreadPoolExecutor(4) as threads:
        kept = [future.result(30) for future in [threads.submit(begin) for _ in range(4)]]
    (winner,) = [plan for plan in kept if plan is not None]
    with postgres_store.read() as tx:
        assert tx.plans.active(member) == winner
    with postgres_engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM plans")) == 1
        assert connection.scalar(text("SELECT count(*) FROM plan_goals")) == len(PLAN.goals)


def test_who_waits_for_a_done_goal_sees_it_done(
    postgres_store: DatabaseStore, postgres_engine: Engine, other: ThreadPoolExecutor
) -> None:
    member = enrol(postgres_store)
    with postgres_store.write() as tx:
        tx.plans.add(member, PLAN, NOW)

    def finish_and_add(tx: Transaction, running: Plan) -> Plan:
        after = add_goals(mark_done(running, "a0", instant(0)), (("a", make_goal("new", 1)),), instant(0))
        tx.plans.save(member, running, after, NOW)
        return after

    after, looked = race(postgres_store, postgres_engine, other, member, finish_and_add)
    assert looked.result(20) == after


def test_who_waits_for_a_reset_sees_the_new_plan(
    postgres_store: DatabaseStore, postgres_engine: Engine, other: ThreadPoolExecutor
) -> None:
    member = enrol(postgres_store)
    with postgres_store.write() as tx:
        tx.plans.add(member, PLAN, NOW)

    def reset(tx: Transaction, running: Plan) -> Plan:
        tx.plans.save(member, running, end_plan(running), NOW)
        return tx.plans.add(member, PLAN, NOW)

    new, looked = race(postgres_store, postgres_engine, other, member, reset)
    assert looked.result(20) == new


def test_a_plan_that_is_only_read_is_never_waited_for(postgres_store: DatabaseStore) -> None:
    member = enrol(postgres_store)
    with postgres_store.write() as tx:
        kept = tx.plans.add(member, PLAN, NOW)
    with postgres_store.write() as tx:
        tx.plans.save(member, kept, end_plan(kept), NOW)
        with postgres_store.read() as reader:
            assert reader.plans.active(member) == kept


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_goals_done_at_the_same_moment_are_all_done(request: pytest.FixtureRequest, database: str) -> None:
    store: DatabaseStore = request.getfixturevalue(f"{database}_store")
    member = enrol(store)
    with store.write() as tx:
        plan = tx.plans.add(member, PLAN, NOW)
    start = threading.Barrier(4)

    def complete(goal_id: str) -> None:
        start.wait(10)
        with store.write() as tx:
            running = tx.plans.active(member)
            assert running is not None
            tx.plans.save(member, running, mark_done(running, goal_id, NOW), NOW)

    with ThreadPoolExecutor(4) as threads:
        for future in [threads.submit(complete, goal.goal_id) for goal in plan.goals]:
            future.result(30)
    with store.read() as tx:
        after = tx.plans.active(member)
    assert after is not None
    assert {goal.state for goal in after.goals} == {"done"}
