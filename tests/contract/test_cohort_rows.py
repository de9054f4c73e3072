"""Rows of cohorts, leads, schedules and posted tips: alike on both databases, and never across spaces."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from sqlalchemy import Engine
from sqlalchemy.exc import IntegrityError

from bot.core.community import CohortRows, LeadRows, ScheduleRows, TipPostRows
from bot.core.domain.cohorts import NAME_LIMIT, Cohort, CohortId
from bot.core.domain.figures import Count, Recount
from bot.core.domain.members import Member
from bot.core.domain.schedules import NOT_KEPT, TIP, Schedule, ScheduleId
from bot.core.domain.tips import Poll, TipPost, TipPostId
from bot.core.ids import MemberId, Role
from bot.core.ports import Transaction
from bot.core.recurrence import Recurrence
from bot.storage.store import DatabaseStore
from tests.contract.storing import ADA, BEN, NOW, RIDGE, VALLEY, count_rows, enrol

ONE = CohortId(1)
PLAIN = Schedule(
    NOT_KEPT,
    ONE,
    TIP,
    "channel",
    "C1",
    Recurrence("Europe/Lisbon", 2, 600),
    MemberId(1),
    by_platform=False,
    by_role=Role("r1"),
)

# What can be done with the ids of Ada's space, by a member of another one; and what it gives.
Way = Callable[[Transaction, Member], object]
READS: dict[str, tuple[Way, object]] = {
    "cohorts.running": (lambda tx, me: tx.cohorts.running(me.space_id), ()),
    "cohorts.find": (lambda tx, me: tx.cohorts.find(me.space_id, 1), None),
    "cohorts.of": (lambda tx, me: tx.cohorts.of(me), None),
    "cohorts.members": (lambda tx, me: tx.cohorts.members(me.space_id, ONE), ()),
    "cohorts.plans": (lambda tx, me: tx.cohorts.plans(me.space_id, ONE), ()),
    "cohorts.count": (lambda tx, me: tx.cohorts.count(me.space_id, ONE), Count(0, 0, 0)),
    "cohorts.counted_plans": (lambda tx, me: tx.cohorts.counted_plans(me.space_id, ONE), ()),
    "leads.has": (lambda tx, me: tx.leads.has(me), False),
    "leads.roles": (lambda tx, me: tx.leads.roles(me.space_id), frozenset()),
    "leads.of": (lambda tx, me: tx.leads.of(me.space_id), ()),
    "schedules.find": (lambda tx, me: tx.schedules.find(me.space_id, 1), None),
    "schedules.weekly": (lambda tx, me: tx.schedules.weekly(me.space_id, ONE, TIP), None),
    "schedules.running": (lambda tx, me: tx.schedules.running(me.space_id, TIP), ()),
    "tip_posts.find": (lambda tx, me: tx.tip_posts.find(me.space_id, 1), None),
    "tip_posts.under": (lambda tx, me: tx.tip_posts.under(me.space_id, "k"), None),
    "tip_posts.shown": (lambda tx, me: tx.tip_posts.shown(me.space_id, ScheduleId(1)), ()),
    "tip_posts.poll": (lambda tx, me: tx.tip_posts.poll(me.space_id, TipPostId(1)), Poll(0, 0)),
}
CHANGES: dict[str, Way] = {
    "cohorts.leave": lambda tx, me: tx.cohorts.leave(me, ONE),
    "cohorts.remove": lambda tx, me: tx.cohorts.remove(me, ONE, NOW),
    "cohorts.pardon": lambda tx, me: tx.cohorts.pardon(me, ONE),
    "cohorts.close": lambda tx, me: tx.cohorts.close(me.space_id, ONE, NOW),
    "cohorts.begin_count": lambda tx, me: tx.cohorts.begin_count(me.space_id, ONE, Recount(True, NOW)),
    "leads.remove_role": lambda tx, me: tx.leads.remove_role(me.space_id, Role("r1")),
    "leads.remove": lambda tx, me: tx.leads.remove(me),
    "schedules.turn_off": lambda tx, me: tx.schedules.turn_off(me.space_id, ScheduleId(1), NOW),
}
REFUSED: dict[str, Way] = {
    "cohorts.join": lambda tx, me: tx.cohorts.join(me, ONE, NOW),
    "schedules.keep": lambda tx, me: tx.schedules.keep(me.space_id, replace(PLAIN, set_by=me.id), NOW),
    "schedules.add": lambda tx, me: tx.schedules.add(me.space_id, replace(PLAIN, set_by=me.id), NOW),
    "tip_posts.add": lambda tx, me: tx.tip_posts.add(me.space_id, ScheduleId(1), "other", "tip", NOW),
    "tip_posts.vote": lambda tx, me: tx.tip_posts.vote(me, TipPostId(1), True, NOW),
}
OWN = {"cohorts.add", "cohorts.unsettled", "leads.add", "leads.add_role"}  # these name no row of anybody's


@pytest.fixture
def ada(store: DatabaseStore) -> Member:
    """Ada leads, and is in the only cohort of her space, which gets tips; one was posted, and she met it."""
    ada = enrol(store)
    with store.write() as tx:
        assert tx.cohorts.add(ada.space_id, "Autumn", NOW)
        tx.cohorts.join(ada, ONE, NOW)
        tx.leads.add(ada, NOW)
        tx.leads.add_role(ada.space_id, Role("r1"), NOW)
        kept = tx.schedules.keep(ada.space_id, PLAIN, NOW)
        post = tx.tip_posts.add(ada.space_id, kept.id, "k", "tip", NOW)
        tx.tip_posts.vote(ada, post.id, True, NOW)
    return ada


def everything_of(store: DatabaseStore, member: Member) -> list[object]:
    with store.read() as tx:
        return [read(tx, member) for read, _ in READS.values()]


def test_every_way_to_the_rows_is_tried() -> None:
    ports = {"cohorts": CohortRows, "leads": LeadRows, "schedules": ScheduleRows, "tip_posts": TipPostRows}
    ways = {f"{name}.{way}" for name, port in ports.items() for way in vars(port) if way[0] != "_"}
    assert ways == READS.keys() | CHANGES.keys() | REFUSED.keys() | OWN


def test_rows_come_back_as_they_were_kept(store: DatabaseStore, ada: Member) -> None:
    cohort = Cohort(ONE, "Autumn", running=True, size=1)
    with store.read() as tx:
        assert tx.cohorts.running(ada.space_id) == (cohort,)
        assert tx.cohorts.of(ada) == cohort
        assert tx.cohorts.members(ada.space_id, ONE) == (ada,)
        assert tx.leads.of(ada.space_id) == (ada,)
        assert tx.leads.roles(ada.space_id) == {"r1"}
        assert tx.schedules.weekly(ada.space_id, ONE, TIP) == replace(PLAIN, id=ScheduleId(1))
        assert tx.tip_posts.under(ada.space_id, "k") == TipPost(TipPostId(1), "k", "tip")
        assert tx.tip_posts.poll(ada.space_id, TipPostId(1)) == Poll(1, 0)


@pytest.mark.parametrize("name", READS)
def test_nobody_of_another_space_reads_them(store: DatabaseStore, ada: Member, name: str) -> None:
    read, nothing = READS[name]
    elsewhere = enrol(store, VALLEY, ADA)
    crossed = Member(ada.id, elsewhere.space_id, ada.address, ada.name)
    with store.read() as tx:
        assert read(tx, elsewhere) == nothing
        assert read(tx, crossed) == nothing


@pytest.mark.parametrize("name", CHANGES)
def test_nobody_of_another_space_changes_them(store: DatabaseStore, ada: Member, name: str) -> None:
    elsewhere = enrol(store, VALLEY, ADA)
    before = everything_of(store, ada)
    for member in (elsewhere, Member(ada.id, elsewhere.space_id, ada.address, ada.name)):
        with store.write() as tx:
            assert not CHANGES[name](tx, member)
    assert everything_of(store, ada) == before


@pytest.mark.parametrize("name", REFUSED)
def test_no_row_points_across_spaces(store: DatabaseStore, engine: Engine, ada: Member, name: str) -> None:
    elsewhere = enrol(store, VALLEY, ADA)
    before = count_rows(engine)
    for member in (elsewhere, Member(ada.id, elsewhere.space_id, ada.address, ada.name)):
        with pytest.raises(IntegrityError), store.write() as tx:
            REFUSED[name](tx, member)
    assert count_rows(engine) == before


def test_a_member_is_in_one_running_cohort(store: DatabaseStore, ada: Member) -> None:
    with store.write() as tx:
        second = tx.cohorts.add(ada.space_id, "Winter", NOW)
        assert second is not None
        assert not tx.cohorts.join(ada, second.id, NOW)
        assert tx.cohorts.close(ada.space_id, ONE, NOW)
        assert not tx.cohorts.close(ada.space_id, ONE, NOW)
        assert tx.cohorts.join(ada, second.id, NOW)
        assert tx.cohorts.of(ada) == replace(second, size=1)
        assert tx.cohorts.members(ada.space_id, ONE) == ()


def test_names_of_running_cohorts_differ_in_more_than_case(store: DatabaseStore, ada: Member) -> None:
    with store.write() as tx:
        assert tx.cohorts.add(ada.space_id, "AUTUMN!", NOW) is None
        assert tx.cohorts.add(ada.space_id, "ΐ" * NAME_LIMIT, NOW) is not None
        assert tx.cohorts.add(ada.space_id, "🍂", NOW) is not None
        assert tx.cohorts.add(ada.space_id, "🍁", NOW) is not None
        assert tx.cohorts.add(ada.space_id, "🍂", NOW) is None


def test_what_is_said_once_is_added_once(store: DatabaseStore, ada: Member) -> None:
    once = replace(PLAIN, stamp=5)
    with store.write() as tx:
        kept = tx.schedules.add(ada.space_id, once, NOW)
        assert kept is not None
        assert tx.schedules.add(ada.space_id, once, NOW) is None
        assert tx.schedules.find(ada.space_id, kept.id) == kept
        moved = tx.schedules.keep(ada.space_id, replace(PLAIN, to="C2"), NOW)
        assert (moved.id, moved.to) == (ScheduleId(1), "C2")
        assert tx.schedules.running(ada.space_id, TIP) == (moved,)
        tx.schedules.turn_off(ada.space_id, moved.id, NOW)
        assert tx.schedules.running(ada.space_id, TIP) == ()


def test_tips_are_told_in_the_order_in_which_they_were_shown(store: DatabaseStore, ada: Member) -> None:
    with store.write() as tx:
        for key, tip in (("l", "b"), ("m", "a"), ("n", "tip"), ("l", "other")):
            tx.tip_posts.add(ada.space_id, ScheduleId(1), key, tip, NOW)
        assert tx.tip_posts.shown(ada.space_id, ScheduleId(1)) == ("b", "a", "tip")


def test_members_are_found_by_id_and_by_a_part_of_their_name(store: DatabaseStore) -> None:
    ada, ben = enrol(store), enrol(store, RIDGE, BEN)
    enrol(store, VALLEY, ADA)
    with store.read() as tx:
        assert tx.members.space(RIDGE.address) == ada.space_id
        assert tx.members.space(replace(RIDGE.address, id="T9")) is None
        assert tx.members.known(ada.space_id, "U2") == ben
        assert tx.members.known(ada.space_id, "U9") is None
        assert tx.members.search(ada.space_id, "", 9) == (ada, ben)
        assert tx.members.search(ada.space_id, "DA", 9) == (ada,)
        assert tx.members.search(ada.space_id, "%", 9) == ()
        assert len(tx.members.search(ada.space_id, "", 1)) == 1
