"""What the store keeps of members, questions and tips, on SQLite and on PostgreSQL alike."""

import threading
from datetime import UTC, timedelta, timezone
from itertools import product

import pytest
from sqlalchemy import Engine, event, select

from bot.core.chat.call import Caller, Space
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from bot.storage.tables import spaces
from tests.contract.storing import ADA, BEN, NOW, RIDGE, VALLEY, asked, enrol


class TestMembers:
    def test_the_first_contact_makes_a_member_and_the_next_finds_them(self, store: DatabaseStore) -> None:
        made = enrol(store)
        assert (made.address, made.name) == (ADA.address, "Ada")
        assert enrol(store) == made
        with store.read() as tx:
            assert tx.members.find(RIDGE, ADA) == made

    def test_somebody_who_never_came_is_not_found(self, store: DatabaseStore) -> None:
        with store.read() as tx:
            assert tx.members.find(RIDGE, ADA) is None
        enrol(store)
        with store.read() as tx:
            assert tx.members.find(RIDGE, BEN) is None

    def test_the_same_person_in_two_spaces_is_two_members(self, store: DatabaseStore) -> None:
        here, there = enrol(store, RIDGE), enrol(store, VALLEY)
        assert here.id != there.id
        assert here.space_id != there.space_id

    def test_the_same_foreign_ids_on_two_platforms_are_two_spaces(self, store: DatabaseStore) -> None:
        guild, user = Space(Address("discord", "T1"), "Ridge"), Caller(Address("discord", "U1"), "Ada")
        assert enrol(store).space_id != enrol(store, guild, user).space_id

    def test_a_new_name_replaces_the_old_one_and_nothing_else(self, store: DatabaseStore) -> None:
        old = enrol(store)
        new = enrol(store, RIDGE, Caller(ADA.address, "Ada L."))
        assert (new.id, new.space_id, new.name) == (old.id, old.space_id, "Ada L.")
        with store.read() as tx:
            assert tx.members.find(RIDGE, ADA) == new

    def test_a_renamed_space_stays_the_same_space(self, store: DatabaseStore, engine: Engine) -> None:
        member = enrol(store)
        assert enrol(store, Space(RIDGE.address, "Ridge 2")) == member
        with engine.connect() as connection:
            assert connection.execute(select(spaces.c.name)).scalars().all() == ["Ridge 2"]

    @pytest.mark.parametrize(("given", "kept"), [("x" * 500, "x" * 80), ("a\0b\u202e", "ab"), ("", "T1")])
    def test_a_space_name_is_made_fit_to_keep(
        self, store: DatabaseStore, engine: Engine, given: str, kept: str
    ) -> None:
        enrol(store, Space(RIDGE.address, given))
        with engine.connect() as connection:
            assert connection.execute(select(spaces.c.name)).scalars().all() == [kept]

    def test_a_known_member_costs_one_select(self, store: DatabaseStore, engine: Engine) -> None:
        enrol(store)
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        enrol(store)
        assert [one.split()[0] for one in statements if not one.startswith("BEGIN")] == ["SELECT"]

    def test_a_caller_of_another_platform_is_refused(self, store: DatabaseStore) -> None:
        stranger = Caller(Address("discord", "U1"), "Ada")
        enrol(store)
        with pytest.raises(ValueError, match="same platform"):
            enrol(store, RIDGE, stranger)
        with store.read() as tx:
            assert tx.members.find(RIDGE, stranger) is None

    def test_first_contacts_at_the_same_moment_make_one_member(self, store: DatabaseStore) -> None:
        start, found = threading.Barrier(4), []

        def arrive() -> None:
            start.wait(10)
            found.append(enrol(store))

        threads = [threading.Thread(target=arrive) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert len(found) == 4
        assert len(set(found)) == 1


class TestQuestions:
    def test_a_kept_question_is_found_as_it_was(self, store: DatabaseStore) -> None:
        member = enrol(store)
        with store.write() as tx:
            number = tx.questions.keep(member, "What is RAG?", ("rag", "search"), NOW)
        with store.read() as tx:
            found = tx.questions.find(member, number)
        assert found is not None
        assert (found.id, found.text, found.skills) == (number, "What is RAG?", ("rag", "search"))
        assert (found.asked_at, found.asked_at.tzinfo) == (NOW, UTC)

    def test_the_latest_is_the_last_one_kept(self, store: DatabaseStore) -> None:
        member = enrol(store)
        with store.read() as tx:
            assert tx.questions.latest(member) is None
        with store.write() as tx:
            tx.questions.keep(member, "first", (), NOW)
            second = tx.questions.keep(member, "second", (), NOW)
        with store.read() as tx:
            assert tx.questions.latest(member) == tx.questions.find(member, second)

    def test_an_instant_of_another_zone_comes_back_in_utc(self, store: DatabaseStore) -> None:
        member = enrol(store)
        there = NOW.astimezone(timezone(timedelta(hours=-9, minutes=-30)))
        with store.write() as tx:
            tx.questions.keep(member, "x", (), there)
            found = tx.questions.latest(member)
        assert found is not None
        assert (found.asked_at, found.asked_at.tzinfo) == (NOW, UTC)

    def test_an_instant_without_a_zone_is_refused(self, store: DatabaseStore) -> None:
        member = enrol(store)
        with pytest.raises(Exception, match="an instant needs a time zone"), store.write() as tx:
            tx.questions.keep(member, "x", (), NOW.replace(tzinfo=None))

    def test_the_same_question_counts_up_and_takes_what_is_newer(self, store: DatabaseStore) -> None:
        space = enrol(store).space_id
        later = NOW + timedelta(days=2)
        with store.write() as tx:
            tx.questions.queue(space, asked(times=2))
            newer = asked(found=("a",), expected=("b",), note="see b", first_asked=later, last_asked=later)
            tx.questions.queue(space, newer)
        with store.read() as tx:
            assert tx.questions.queued(space) == (
                asked(times=3, found=("a",), expected=("b",), note="see b", last_asked=later),
            )

    def test_another_text_reason_or_space_is_another_entry(self, store: DatabaseStore) -> None:
        here, there = enrol(store, RIDGE).space_id, enrol(store, VALLEY).space_id
        with store.write() as tx:
            for entry in (asked(), asked(reason="wrong"), asked("why is my index slow?")):
                tx.questions.queue(here, entry)
            tx.questions.queue(there, asked())
        with store.read() as tx:
            assert len(tx.questions.queued(here)) == 3
            assert tx.questions.queued(there) == (asked(),)

    def test_the_queue_shows_the_most_asked_first_then_the_newest(self, store: DatabaseStore) -> None:
        space = enrol(store).space_id
        entries = [
            asked(f"{times} {day}", times=times, last_asked=NOW + timedelta(days=day))
            for times, day in product((1, 3, 2), (0, 2, 1))
        ]
        with store.write() as tx:
            for entry in entries:
                tx.questions.queue(space, entry)
        with store.read() as tx:
            shown = [entry.text for entry in tx.questions.queued(space)]
        assert shown == ["3 2", "3 1", "3 0", "2 2", "2 1", "2 0", "1 2", "1 1", "1 0"]

    def test_the_queue_shows_500_at_most(self, store: DatabaseStore) -> None:
        space = enrol(store).space_id
        with store.write() as tx:
            for number in range(502):
                tx.questions.queue(space, asked(str(number), times=1 + (number > 0)))
        with store.read() as tx:
            shown = tx.questions.queued(space)
        assert len(shown) == 500
        assert "0" not in {entry.text for entry in shown}


class TestTips:
    def test_a_tip_shown_again_becomes_the_most_recent(self, store: DatabaseStore) -> None:
        member = enrol(store)
        with store.write() as tx:
            assert tx.tips.seen(member) == ()
            for hour, tip in enumerate(("b", "a", "c", "b")):
                tx.tips.mark_seen(member, tip, NOW + timedelta(hours=hour))
        with store.read() as tx:
            assert tx.tips.seen(member) == ("a", "c", "b")

    def test_tips_of_one_instant_stand_in_the_same_order_on_every_database(
        self, store: DatabaseStore
    ) -> None:
        member = enrol(store)
        with store.write() as tx:
            for tip in ("b", "B", "a-b", "a.b", "ab"):
                tx.tips.mark_seen(member, tip, NOW)
            assert tx.tips.seen(member) == ("B", "a-b", "a.b", "ab", "b")
