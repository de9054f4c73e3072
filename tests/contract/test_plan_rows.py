"""Plans as rows: what is kept is what the domain made, on SQLite and on PostgreSQL alike."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from bot.core.domain.marks import end_plan, mark_done, mark_undone
from bot.core.domain.members import Member
from bot.core.domain.pauses import pause_until
from bot.core.domain.plans import NOT_KEPT, Plan, PlanId
from bot.core.errors import TryAgain
from bot.core.ports import Transaction
from bot.core.study import PlanRows
from bot.core.time import DAY
from bot.storage.store import DatabaseStore, Work
from bot.storage.tables import plan_goals, plans
from tests.contract.plan_life import change
from tests.contract.storing import NOW, RIDGE, VALLEY, count_rows, enrol
from tests.contract.watching import Act, check_refused, make_strangers, statements, ways
from tests.properties.plan_values import instant, make_phase, make_plan

PLAN = make_plan(make_phase("a", (1, 4), (3, 2, 1)), make_phase("b", (2, 4), (4, 5, 1)), zone="Europe/Berlin")


def begin(store: DatabaseStore, member: Member, plan: Plan = PLAN) -> Plan:
    with store.write() as tx:
        return tx.plans.add(member, plan, NOW)


def finish(store: DatabaseStore, member: Member, plan: Plan) -> Plan:
    with store.write() as tx:
        tx.plans.save(member, plan, end_plan(plan), NOW)
    return end_plan(plan)


def run(tx: Transaction, statement: str) -> None:
    """What somebody does by hand, past the port."""
    assert isinstance(tx, Work)
    tx.plans.connection.execute(text(statement))


class TestKept:
    def test_a_new_plan_gets_an_id_and_is_found_as_it_was(self, store: DatabaseStore) -> None:
        member = enrol(store)
        with store.write() as tx:
            assert tx.plans.active(member) is None
            kept = tx.plans.add(member, PLAN, NOW)
            assert tx.plans.active(member) == kept
        assert kept.id != NOT_KEPT
        assert replace(kept, id=NOT_KEPT) == PLAN
        with store.read() as tx:
            assert tx.plans.active(member) == tx.plans.find(member, kept.id) == kept
            assert tx.plans.find(member, PlanId(kept.id + 1)) is None

    def test_an_instant_and_a_week_come_back_to_the_microsecond(self, store: DatabaseStore) -> None:
        member = enrol(store)
        before = begin(store, member)
        after = mark_done(before, "a0", instant(0) + timedelta(microseconds=1))
        with store.write() as tx:
            tx.plans.save(member, before, after, NOW)
        with store.read() as tx:
            assert tx.plans.active(member) == after

    def test_a_plan_that_lost_every_goal_is_still_a_plan(self, store: DatabaseStore) -> None:
        member = enrol(store)
        before = begin(store, member)
        after = replace(before, goals=())
        with store.write() as tx:
            tx.plans.save(member, before, after, NOW)
        with store.read() as tx:
            assert tx.plans.active(member) == after

    def test_pauses_of_many_years_fit(self, store: DatabaseStore) -> None:
        member = enrol(store)
        plan = PLAN
        for week in range(500):
            plan = pause_until(plan, plan.start + (7 * week + 1) * DAY, instant(week))
        assert len(plan.pauses) == 500
        kept = begin(store, member, plan)
        with store.read() as tx:
            assert tx.plans.active(member) == kept

    def test_a_reset_ends_one_plan_and_begins_another_at_once(self, store: DatabaseStore) -> None:
        member = enrol(store)
        old = begin(store, member)
        with store.write() as tx:
            running = tx.plans.active(member)
            assert running == old
            tx.plans.save(member, old, end_plan(old), NOW)
            new = tx.plans.add(member, PLAN, NOW)
        assert new.id != old.id
        with store.read() as tx:
            assert tx.plans.active(member) == new
            assert tx.plans.find(member, old.id) == end_plan(old)
            assert tx.plans.past(member) == (end_plan(old),)

    def test_the_newest_20_ended_plans_are_shown_with_their_goals(
        self, store: DatabaseStore, engine: Engine
    ) -> None:
        member = enrol(store)
        ended = []
        for number in range(22):
            plan = begin(store, member, PLAN if number % 3 else replace(PLAN, goals=PLAN.goals[:number]))
            ended.append(finish(store, member, plan))
        begin(store, member)
        with statements(engine) as ran, store.read() as tx:
            assert tx.plans.past(member) == tuple(reversed(ended[2:]))
        assert ran == ["SELECT"]


class TestOneRuns:
    def test_a_second_running_plan_is_not_begun(self, store: DatabaseStore, engine: Engine) -> None:
        member = enrol(store)
        kept = begin(store, member)
        before = count_rows(engine)
        with pytest.raises(TryAgain):
            begin(store, member)
        assert count_rows(engine) == before
        with store.read() as tx:
            assert tx.plans.active(member) == kept

    def test_the_database_itself_holds_it(self, store: DatabaseStore, engine: Engine) -> None:
        member = enrol(store)
        finish(store, member, begin(store, member))
        begin(store, member)
        with engine.connect() as connection:
            rows = connection.execute(select(plans)).mappings().all()
        for row in rows:  # another ended plan is no harm
            copy = {name: value for name, value in row.items() if name != "id"}
            if row["status"] == "ended":
                with engine.begin() as connection:
                    connection.execute(insert(plans), copy)
            else:
                with pytest.raises(IntegrityError), engine.begin() as connection:
                    connection.execute(insert(plans), copy)

    def test_each_member_has_their_own(self, store: DatabaseStore) -> None:
        here, there = enrol(store, RIDGE), enrol(store, VALLEY)
        assert begin(store, here).id != begin(store, there).id


class TestSaved:
    def test_only_rows_that_differ_are_written(self, store: DatabaseStore, engine: Engine) -> None:
        member = enrol(store)
        begin(store, member)
        with statements(engine) as ran, store.write() as tx:
            before = tx.plans.active(member)
            assert before is not None
            tx.plans.save(member, before, before, NOW)
            assert ran == ["SELECT"]
            done = mark_done(before, "b1", NOW)
            tx.plans.save(member, before, done, NOW)
            assert ran == ["SELECT", "UPDATE", "UPDATE"]
            zone = replace(done, zone="UTC")
            tx.plans.save(member, done, zone, NOW)
            assert ran == ["SELECT", "UPDATE", "UPDATE", "UPDATE"]
        with store.read() as tx:
            assert tx.plans.active(member) == zone

    def test_a_change_of_everything_is_four_statements(self, store: DatabaseStore, engine: Engine) -> None:
        member = enrol(store)
        before = begin(store, member)
        after = change(change(before, "add", 0, instant(0)), "drop", 1, instant(0))
        after = change(after, "pace", 9, instant(0))
        after = replace(after, goals=tuple(replace(goal, carried=1) for goal in after.goals))
        with store.write() as tx:
            tx.plans.active(member)
            with statements(engine) as ran:
                tx.plans.save(member, before, after, NOW)
        assert sorted(ran) == ["DELETE", "INSERT", "UPDATE", "UPDATE"]
        with store.read() as tx:
            assert tx.plans.active(member) == after

    def test_a_goal_nobody_touched_keeps_what_its_row_says(
        self, store: DatabaseStore, engine: Engine
    ) -> None:
        """The lock is the plan's: a write of every goal would undo what was put right in a row by hand."""
        member = enrol(store)
        with store.write() as tx:
            before = tx.plans.add(member, PLAN, NOW)
            run(tx, "UPDATE plan_goals SET hours = 5")
            tx.plans.save(member, before, mark_done(before, "a0", NOW), NOW)
        with engine.connect() as connection:
            hours = connection.execute(select(plan_goals.c.goal_id, plan_goals.c.hours))
            assert dict(hours.all()) == {goal.goal_id: 5 for goal in PLAN.goals} | {"a0": 3}

    def test_a_plan_that_changed_since_it_was_read_is_refused(
        self, store: DatabaseStore, engine: Engine
    ) -> None:
        member = enrol(store)
        read = begin(store, member)
        with store.write() as tx:
            tx.plans.save(member, read, mark_done(read, "a0", NOW), NOW)
        for knows in (True, False):
            with store.write() as tx:
                if knows:
                    tx.plans.active(member)
                with pytest.raises(TryAgain):
                    tx.plans.save(member, read, mark_done(read, "a1", NOW), NOW)
        with store.read() as tx:
            assert tx.plans.active(member) == mark_done(read, "a0", NOW)

    def test_a_value_from_an_earlier_transaction_that_still_holds_is_saved(
        self, store: DatabaseStore
    ) -> None:
        member = enrol(store)
        begin(store, member)
        with store.read() as tx:
            read = tx.plans.active(member)
        assert read is not None
        with store.write() as tx:
            tx.plans.save(member, read, mark_done(read, "a0", NOW), NOW)
        with store.read() as tx:
            assert tx.plans.active(member) == mark_done(read, "a0", NOW)

    def test_there_and_back_again_is_a_change_all_the_same(self, store: DatabaseStore) -> None:
        member = enrol(store)
        first = begin(store, member)
        with store.write() as tx:
            done = mark_done(first, "a0", NOW)
            tx.plans.save(member, first, done, NOW)
            with pytest.raises(TryAgain):
                tx.plans.save(member, first, mark_done(first, "a1", NOW), NOW)
            tx.plans.save(member, done, mark_undone(done, "a0"), NOW)
            tx.plans.save(member, first, mark_done(first, "a1", NOW), NOW)
        with store.read() as tx:
            assert tx.plans.active(member) == mark_done(first, "a1", NOW)

    def test_a_version_that_is_not_the_last_one_is_refused(self, store: DatabaseStore) -> None:
        member = enrol(store)
        begin(store, member)
        with store.write() as tx:
            read = tx.plans.active(member)
            assert read is not None
            run(tx, "UPDATE plans SET version = version + 1")  # here, since nobody else gets past the lock
            with pytest.raises(TryAgain):
                tx.plans.save(member, read, end_plan(read), NOW)

    def test_two_different_plans_are_a_bug(self, store: DatabaseStore) -> None:
        member = enrol(store)
        old = begin(store, member)
        with pytest.raises(ValueError, match="over itself"), store.write() as tx:
            tx.plans.save(member, old, replace(old, id=PlanId(old.id + 1)), NOW)


class TestRefused:
    @pytest.mark.parametrize(
        ("column", "kept"),
        [
            ("phases", "{}"),
            ("phases", '["a"]'),
            ("phases", '[{"phase_id": "a", "weeks_min": 1, "weeks_max": 2}]'),
            ("phases", '[{"phase_id": "a", "weeks_min": 1, "weeks_max": 2, "weeks": 2, "more": 1}]'),
            ("phases", '[{"phase_id": "a", "weeks_min": 1, "weeks_max": 2, "weeks": "2"}]'),
            ("phases", '[{"phase_id": 1, "weeks_min": 1, "weeks_max": 2, "weeks": 2}]'),
            ("phases", "[]"),  # no week left for what is to do
            ("pauses", "null"),
            ("pauses", '[{"first": "2027-01-04", "weeks": true}]'),
            ("pauses", '[{"first": "2027-01-05", "weeks": 1}]'),  # a Tuesday
            ("pauses", '[{"first": "soon", "weeks": 1}]'),
            ("pauses", '[{"first": "2027-01-04", "weeks": 0}]'),
            ("pauses", "nothing"),
        ],
    )
    def test_what_is_no_value_of_the_domain(
        self, store: DatabaseStore, engine: Engine, column: str, kept: str
    ) -> None:
        member = enrol(store)
        begin(store, member)
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE plans SET {column} = :kept"), {"kept": kept})
        with pytest.raises(ValueError), store.read() as tx:
            tx.plans.active(member)

    @pytest.mark.parametrize(("table", "column"), [("plans", "status"), ("plan_goals", "state")])
    def test_a_word_that_nobody_knows(
        self, store: DatabaseStore, engine: Engine, table: str, column: str
    ) -> None:
        member = enrol(store)
        kept = begin(store, member)
        with engine.begin() as connection:
            connection.execute(text(f"UPDATE {table} SET {column} = 'odd'"))
        with pytest.raises(KeyError), store.read() as tx:
            tx.plans.find(member, kept.id)

    @pytest.mark.parametrize("bad", [replace(PLAN, track_id="x" * 101), replace(PLAN, zone="x" * 65)])
    def test_what_is_too_long(self, store: DatabaseStore, engine: Engine, bad: Plan) -> None:
        member = enrol(store)
        before = count_rows(engine)
        with pytest.raises(DBAPIError):
            begin(store, member, bad)
        assert count_rows(engine) == before

    @pytest.mark.parametrize("column", ["phases", "pauses"])
    def test_what_is_no_value_of_the_domain_is_not_kept_either(
        self, store: DatabaseStore, engine: Engine, column: str
    ) -> None:
        member = enrol(store)
        bad = replace(PLAN)
        object.__setattr__(bad, column, ("a",))  # past the plan's own checks
        before = count_rows(engine)
        with pytest.raises(StatementError, match="not a value of this column"):
            begin(store, member, bad)
        assert count_rows(engine) == before

    def test_a_goal_in_somebody_else_s_plan_or_twice(self, store: DatabaseStore, engine: Engine) -> None:
        ada, there = enrol(store), enrol(store, VALLEY)
        begin(store, ada)
        before = count_rows(engine)
        with engine.connect() as connection:
            row = dict(connection.execute(select(plan_goals)).mappings().first() or {})
        for wrong in ({}, {"space_id": there.space_id, "member_id": there.id, "goal_id": "z"}):
            with pytest.raises(IntegrityError), engine.begin() as connection:
                connection.execute(insert(plan_goals), row | wrong)
        assert count_rows(engine) == before


def test_nobody_else_reads_or_changes_a_plan(store: DatabaseStore, engine: Engine) -> None:
    ada = enrol(store)
    others, crossed = make_strangers(store)
    past = finish(store, ada, begin(store, ada))
    kept = begin(store, ada)
    reads: dict[str, tuple[Act, object]] = {
        "active": (lambda tx, member: tx.plans.active(member), None),
        "find": (lambda tx, member: tx.plans.find(member, kept.id), None),
        "past": (lambda tx, member: tx.plans.past(member), ()),
    }
    assert reads.keys() | {"add", "save"} == ways(PlanRows)
    before = count_rows(engine)
    check_refused(store, crossed, lambda tx, one: tx.plans.add(one, PLAN, NOW), IntegrityError)
    for seen_before in (True, False):

        def save(tx: Transaction, member: Member, seen_before: bool = seen_before) -> None:
            if seen_before:  # a version that this transaction knows opens nothing either
                tx.plans.active(ada)
            tx.plans.save(member, kept, end_plan(kept), NOW)

        check_refused(store, others + crossed, save, TryAgain)
    for writes in (True, False):
        with store.write() if writes else store.read() as tx:
            for read, nothing in reads.values():
                assert [read(tx, member) for member in others + crossed] == [nothing] * 6
    assert count_rows(engine) == before
    with store.read() as tx:
        assert (tx.plans.active(ada), tx.plans.past(ada)) == (kept, (past,))


@pytest.mark.parametrize("writes", [True, False])
def test_a_plan_is_read_in_one_query(store: DatabaseStore, engine: Engine, writes: bool) -> None:
    member = enrol(store)
    for plan in (None, begin(store, member)):
        with statements(engine) as ran, store.write() if writes else store.read() as tx:
            tx.plans.active(member)
            tx.plans.find(member, plan.id if plan else PlanId(9))
        assert ran == ["SELECT", "SELECT"]
