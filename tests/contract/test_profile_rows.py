"""Profiles as rows: a history that only grows, and one draft, on SQLite and on PostgreSQL alike."""

from datetime import UTC, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from bot.core.domain.profiles import Assessment, Profile
from bot.core.study import ProfileRows
from bot.storage.store import DatabaseStore
from tests.contract.storing import NOW, count_rows, enrol
from tests.contract.watching import Act, check_refused, make_strangers, statements, ways

STRONG, WEAK = Profile({"python": 3, "vectors": 1}), Profile({"python": 0})

READS: dict[str, tuple[Act, object]] = {
    "latest": (lambda tx, member: tx.profiles.latest(member), None),
    "history": (lambda tx, member: tx.profiles.history(member), ()),
    "draft": (lambda tx, member: tx.profiles.draft(member), None),
}
WRITES: dict[str, Act] = {
    "keep": lambda tx, member: tx.profiles.keep(member, WEAK, NOW),
    "save_draft": lambda tx, member: tx.profiles.save_draft(member, WEAK, NOW),
}


def test_the_latest_is_the_last_one_kept_and_every_one_stays(store: DatabaseStore) -> None:
    member = enrol(store)
    with store.read() as tx:
        assert (tx.profiles.latest(member), tx.profiles.history(member)) == (None, ())
    with store.write() as tx:
        tx.profiles.keep(member, STRONG, NOW)
        tx.profiles.keep(member, WEAK, NOW)  # within the same instant
    with store.read() as tx:
        assert tx.profiles.latest(member) == WEAK
        assert tx.profiles.history(member) == (Assessment(NOW, WEAK), Assessment(NOW, STRONG))
        assert tx.profiles.history(member)[0].at.tzinfo is UTC


def test_a_draft_is_replaced_and_a_finished_assessment_forgets_it(store: DatabaseStore) -> None:
    member = enrol(store)
    with store.write() as tx:
        assert tx.profiles.draft(member) is None
        tx.profiles.save_draft(member, Profile(), NOW)
        assert tx.profiles.draft(member) == Profile()
        tx.profiles.save_draft(member, WEAK, NOW + timedelta(minutes=1))
    with store.write() as tx:
        assert tx.profiles.draft(member) == WEAK
        assert tx.profiles.latest(member) is None
        tx.profiles.keep(member, STRONG, NOW)
    with store.read() as tx:
        assert tx.profiles.draft(member) is None


def test_the_history_shows_the_newest_50(store: DatabaseStore) -> None:
    member = enrol(store)
    with store.write() as tx:
        for minute in range(52):
            tx.profiles.keep(member, Profile({"python": minute % 4}), NOW + timedelta(minutes=minute))
    with store.read() as tx:
        shown = tx.profiles.history(member)
    assert [entry.at for entry in shown] == [NOW + timedelta(minutes=minute) for minute in range(51, 1, -1)]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(levels=st.dictionaries(st.text(max_size=30), st.integers(0, 3), max_size=40))
def test_every_profile_comes_back(store: DatabaseStore, levels: dict[str, int]) -> None:
    member, profile = enrol(store), Profile(levels)
    with store.write() as tx:
        tx.profiles.save_draft(member, profile, NOW)
        assert tx.profiles.draft(member) == profile
        tx.profiles.keep(member, profile, NOW)
    with store.read() as tx:
        assert tx.profiles.latest(member) == profile


@pytest.mark.parametrize(
    "kept",
    ["[]", "7", "null", '"a"', '{"a": 4}', '{"a": -1}', '{"a": "1"}', '{"a": true}', '{"a": 1.0}', "{"],
)
def test_levels_that_are_none_are_refused(store: DatabaseStore, engine: Engine, kept: str) -> None:
    member = enrol(store)
    with store.write() as tx:
        tx.profiles.keep(member, STRONG, NOW)
    with engine.begin() as connection:
        connection.execute(text("UPDATE profiles SET levels = :kept"), {"kept": kept})
    with pytest.raises(ValueError), store.read() as tx:
        tx.profiles.latest(member)


def test_a_profile_too_long_to_keep_is_refused_whole(store: DatabaseStore, engine: Engine) -> None:
    member = enrol(store)
    before = count_rows(engine)
    with pytest.raises(DBAPIError), store.write() as tx:
        tx.profiles.keep(member, Profile({f"{number:0100}": 1 for number in range(100)}), NOW)
    assert count_rows(engine) == before


def test_each_read_is_one_query(store: DatabaseStore, engine: Engine) -> None:
    member = enrol(store)
    for read, _ in READS.values():
        with statements(engine) as ran, store.read() as tx:
            read(tx, member)
        assert ran == ["SELECT"]


def test_nobody_else_reads_or_changes_a_profile(store: DatabaseStore, engine: Engine) -> None:
    assert READS.keys() | WRITES.keys() == ways(ProfileRows)
    ada = enrol(store)
    others, crossed = make_strangers(store)
    with store.write() as tx:
        tx.profiles.keep(ada, STRONG, NOW)
        tx.profiles.save_draft(ada, STRONG, NOW)
    before = count_rows(engine)
    for act in WRITES.values():
        check_refused(store, crossed, act, IntegrityError)
    assert count_rows(engine) == before
    for read, nothing in READS.values():
        with store.read() as tx:
            assert [read(tx, member) for member in others + crossed] == [nothing] * 6
    with store.write() as tx:
        for member in others:
            tx.profiles.save_draft(member, WEAK, NOW)
            tx.profiles.keep(member, WEAK, NOW)
        assert (tx.profiles.latest(ada), tx.profiles.draft(ada)) == (STRONG, STRONG)
