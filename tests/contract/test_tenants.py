"""Spaces are apart: no mixture of ids reads or changes another's rows, on either database."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError

from bot.core.domain.members import Member
from bot.core.ids import MemberId, QuestionId, SpaceId
from bot.core.ports import QuestionRows, TipRows, Transaction
from bot.storage.store import DatabaseStore
from bot.storage.tables import questions
from tests.contract.storing import ADA, BEN, NOW, RIDGE, VALLEY, WRITES, asked, count_rows, enrol

Read = Callable[[Transaction, Member, QuestionId], object]

READS: dict[str, tuple[Read, object]] = {
    "questions.find": (lambda tx, member, number: tx.questions.find(member, number), None),
    "questions.latest": (lambda tx, member, _: tx.questions.latest(member), None),
    "questions.queued": (lambda tx, member, _: tx.questions.queued(member.space_id), ()),
    "tips.seen": (lambda tx, member, _: tx.tips.seen(member), ()),
}


def test_every_way_to_a_member_s_rows_is_tried() -> None:
    ports = {"questions": QuestionRows, "tips": TipRows}
    ways = {f"{name}.{way}" for name, port in ports.items() for way in vars(port) if way[0] != "_"}
    assert ways == READS.keys() | WRITES.keys() | {"questions.queue"}


class TestTenants:
    """Ada in the first space has rows; nobody else may see or change them with any mixture of ids."""

    @pytest.fixture
    def crossings(self, store: DatabaseStore) -> tuple[QuestionId, list[Member], list[Member]]:
        """Ada's question, members that are not her, and members that don't exist at all."""
        ada, ben, elsewhere = enrol(store), enrol(store, RIDGE, BEN), enrol(store, VALLEY, ADA)
        with store.write() as tx:
            number = tx.questions.keep(ada, "mine", ("rag",), NOW)
            tx.tips.mark_seen(ada, "tip", NOW)
            tx.questions.queue(ada.space_id, asked())
        crossed = [
            Member(ada.id, elsewhere.space_id, ada.address, ada.name),
            Member(elsewhere.id, ada.space_id, ada.address, ada.name),
            Member(MemberId(99), ada.space_id, ada.address, ada.name),
            Member(ada.id, SpaceId(99), ada.address, ada.name),
        ]
        return number, [ben, elsewhere], crossed

    @pytest.mark.parametrize("name", READS)
    def test_nobody_else_reads_the_rows(
        self,
        store: DatabaseStore,
        crossings: tuple[QuestionId, list[Member], list[Member]],
        name: str,
    ) -> None:
        read, nothing = READS[name]
        number, others, crossed = crossings
        with store.read() as tx:
            for member in others + crossed:
                # The queue is the space's, so its own members may see it.
                expected = (asked(),) if name == "questions.queued" and member.space_id == 1 else nothing
                assert read(tx, member, number) == expected

    @pytest.mark.parametrize("name", WRITES)
    def test_a_row_for_a_member_of_another_space_is_refused(
        self,
        store: DatabaseStore,
        engine: Engine,
        crossings: tuple[QuestionId, list[Member], list[Member]],
        name: str,
    ) -> None:
        before = count_rows(engine)
        for member in crossings[2]:
            with pytest.raises(IntegrityError), store.write() as tx:
                WRITES[name](tx, member)
        assert count_rows(engine) == before

    def test_a_queue_needs_a_space(self, store: DatabaseStore) -> None:
        with pytest.raises(IntegrityError), store.write() as tx:
            tx.questions.queue(SpaceId(99), asked())

    @settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(data=st.data())
    def test_what_each_member_did_is_all_that_they_see(
        self, store: DatabaseStore, data: st.DataObject
    ) -> None:
        """The members keep their rows between examples, and so does the model."""
        people = [(space, caller) for space in (RIDGE, VALLEY) for caller in (ADA, BEN)]
        members = [enrol(store, *person) for person in people]
        with store.read() as tx:
            model = [list(tx.tips.seen(member)) for member in members]
        acts = data.draw(st.lists(st.tuples(st.integers(0, 3), st.sampled_from("abcd")), max_size=8))
        for moment, (who, tip) in enumerate(acts):
            with store.write() as tx:
                tx.tips.mark_seen(members[who], tip, datetime.now(UTC) + timedelta(microseconds=moment))
            model[who] = [one for one in model[who] if one != tip] + [tip]
        with store.read() as tx:
            assert [list(tx.tips.seen(member)) for member in members] == model


def test_rows_carry_their_space(store: DatabaseStore, engine: Engine) -> None:
    member = enrol(store)
    with store.write() as tx:
        tx.questions.keep(member, "x", (), NOW)
    with engine.connect() as connection:
        row = connection.execute(select(questions.c.space_id, questions.c.member_id)).one()
    assert tuple(row) == (member.space_id, member.id)
