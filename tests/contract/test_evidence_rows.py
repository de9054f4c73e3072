"""Evidence as rows: it belongs to a member's goal and outlives the plan, on both databases."""

from dataclasses import replace
from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.core.domain.goals import EVIDENCE_KINDS, Evidence, EvidenceId
from bot.core.domain.marks import end_plan
from bot.core.domain.members import Member
from bot.core.study import EvidenceRows
from bot.storage.store import DatabaseStore
from tests.contract.storing import NOW, count_rows, enrol
from tests.contract.watching import Act, check_refused, make_strangers, statements, ways
from tests.properties.plan_values import make_phase, make_plan

URL = "https://example.com/x"
# One character may be two or four bytes, but a limit counts characters.
LINES = st.text(st.characters(exclude_categories=("C", "Z")), max_size=300)


def attach(store: DatabaseStore, member: Member, goal: str = "a0", minutes: int = 0) -> EvidenceId:
    with store.write() as tx:
        return tx.evidence.add(member, goal, "repository", URL, "mine", NOW + timedelta(minutes=minutes))


def test_what_is_attached_is_found_as_it_was(store: DatabaseStore) -> None:
    member = enrol(store)
    there = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))
    with store.write() as tx:
        number = tx.evidence.add(member, "a0", "notebook", URL, "see cell 3", there)
    with store.read() as tx:
        found = tx.evidence.find(member, number)
        assert found == Evidence(number, "a0", "notebook", URL, "see cell 3", NOW)
        assert found.added_at.tzinfo is UTC
        assert tx.evidence.of(member, {"a0"}) == (found,)


def test_the_oldest_comes_first_and_other_goals_not_at_all(store: DatabaseStore, engine: Engine) -> None:
    member = enrol(store)
    late, early, same = (
        attach(store, member, "a0", 9),
        attach(store, member, "b", 1),
        attach(store, member, "a0", 9),
    )
    attach(store, member, "c")
    with statements(engine) as ran, store.read() as tx:
        found = tx.evidence.of(member, ("b", "a0", "a0", "nothing"))
    assert [one.id for one in found] == [early, late, same]
    assert ran == ["SELECT"]
    with store.read() as tx:
        assert tx.evidence.of(member, ()) == ()


def test_an_edit_changes_kind_url_and_note_of_this_one_alone(store: DatabaseStore) -> None:
    member = enrol(store)
    number, other = attach(store, member), attach(store, member)
    with store.write() as tx:
        given, untouched = tx.evidence.find(member, number), tx.evidence.find(member, other)
        assert given is not None
        new = replace(given, kind="post", url=URL + "y", note="")
        # What isn't an edit's to change stays as it was.
        tx.evidence.edit(member, replace(new, goal_id="z", added_at=NOW + timedelta(days=9)))
    with store.read() as tx:
        assert tx.evidence.find(member, number) == new
        assert tx.evidence.find(member, other) == untouched


def test_what_is_withdrawn_is_gone_and_its_number_is_never_given_again(store: DatabaseStore) -> None:
    member = enrol(store)
    number = attach(store, member)
    with store.write() as tx:
        tx.evidence.withdraw(member, number)
        tx.evidence.withdraw(member, number)
        assert tx.evidence.find(member, number) is None
    assert attach(store, member) != number


def test_evidence_outlives_the_plan(store: DatabaseStore) -> None:
    member = enrol(store)
    plan = make_plan(make_phase("a", (1, 2), (3, 2)))
    with store.write() as tx:
        kept = tx.plans.add(member, plan, NOW)
    number = attach(store, member, "a0")
    with store.write() as tx:
        tx.plans.save(member, kept, end_plan(kept), NOW)
        tx.plans.add(member, plan, NOW)
    with store.read() as tx:
        assert [one.id for one in tx.evidence.of(member, ("a0",))] == [number]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kind=st.sampled_from(EVIDENCE_KINDS), note=LINES, tail=st.text("az09-_/%", max_size=479))
def test_every_value_comes_back(store: DatabaseStore, kind: str, note: str, tail: str) -> None:
    member = enrol(store)
    fit = next(each for each in EVIDENCE_KINDS if each == kind)
    with store.write() as tx:
        number = tx.evidence.add(member, "a0", fit, URL + tail, note, NOW)
        assert tx.evidence.find(member, number) == Evidence(number, "a0", fit, URL + tail, note, NOW)
        tx.evidence.withdraw(member, number)


@pytest.mark.parametrize(
    ("goal", "url", "note"), [("g" * 101, "u", ""), ("g", "u" * 501, ""), ("g", "u", "n" * 301)]
)
def test_what_is_too_long_is_refused(
    store: DatabaseStore, engine: Engine, goal: str, url: str, note: str
) -> None:
    member = enrol(store)
    before = count_rows(engine)
    with pytest.raises(DBAPIError), store.write() as tx:
        tx.evidence.add(member, goal, "post", url, note, NOW)
    assert count_rows(engine) == before


def test_a_kind_that_nobody_knows_is_refused(store: DatabaseStore, engine: Engine) -> None:
    member = enrol(store)
    number = attach(store, member)
    with engine.begin() as connection:
        connection.execute(text("UPDATE evidence SET kind = 'rumour'"))
    with pytest.raises(KeyError), store.read() as tx:
        tx.evidence.find(member, number)


def test_nobody_else_reads_or_changes_evidence(store: DatabaseStore, engine: Engine) -> None:
    ada = enrol(store)
    others, crossed = make_strangers(store)
    number = attach(store, ada)
    with store.read() as tx:
        mine = tx.evidence.find(ada, number)
    assert mine is not None
    reads: dict[str, tuple[Act, object]] = {
        "find": (lambda tx, member: tx.evidence.find(member, number), None),
        "of": (lambda tx, member: tx.evidence.of(member, ("a0",)), ()),
    }
    changes: dict[str, Act] = {
        "edit": lambda tx, member: tx.evidence.edit(member, replace(mine, note="not mine")),
        "withdraw": lambda tx, member: tx.evidence.withdraw(member, number),
    }
    assert reads.keys() | changes.keys() | {"add"} == ways(EvidenceRows)
    before = count_rows(engine)
    check_refused(
        store, crossed, lambda tx, one: tx.evidence.add(one, "a0", "post", URL, "", NOW), IntegrityError
    )
    for member in others + crossed:
        with store.write() as tx:
            assert [read(tx, member) for read, _ in reads.values()] == [none for _, none in reads.values()]
            for change in changes.values():
                change(tx, member)
    with store.read() as tx:
        assert tx.evidence.find(ada, number) == mine
    assert count_rows(engine) == before
