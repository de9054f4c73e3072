"""A call has its effect once, however often it comes, and one that waits is done by one at a time."""

import functools
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, insert, select, update

from bot.core.chat.call import Answer, Call, Caller, Space, Typed
from bot.core.chat.call_codec import read_call
from bot.core.errors import TryAgain
from bot.core.ids import Address
from bot.core.inbox import Kept
from bot.delivery.inbox import Inbox
from bot.storage.expiry import Expiry
from bot.storage.inbox_tables import BACK_LIMIT, CALL_LIMIT
from bot.storage.store import DatabaseStore
from bot.storage.tables import inbox, members, questions
from bot.storage.transient import READ_ONLY
from tests.contract.planning import Desk, MovableClock
from tests.contract.storing import ADA, BEN, NOW, RIDGE, VALLEY, count_rows

ASK = Typed("skillgap", {"question": "I run EKS"})
CALL = Call("1.T1.U1", RIDGE, ADA, ASK)
PLATFORMS = ("slack", "discord")
TIMES = 50
LEASE = 30.0


@pytest.fixture
def desk(store: DatabaseStore) -> Desk:
    return Desk(store, clock=MovableClock(NOW))


@pytest.fixture
def box(store: DatabaseStore, desk: Desk) -> Inbox:
    return Inbox(store, desk.clock, LEASE)


def count(engine: Engine) -> int:
    """How many questions were kept: the effect."""
    with engine.connect().execution_options(**READ_ONLY) as connection:
        return connection.scalar(select(func.count()).select_from(questions)) or 0


def at_once(work: Callable[[], object], times: int = TIMES) -> list[object]:
    start, results = threading.Barrier(times), list[object]()

    def run() -> None:
        start.wait(20)
        results.append(work())

    threads = [threading.Thread(target=run) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results


def claimed(box: Inbox, *besides: Address) -> Kept:
    kept = box.claim(PLATFORMS, besides)
    assert kept is not None
    return kept


def kept_rows(engine: Engine) -> dict[str, int]:
    """How many rows the tables have that are not empty, but for the one that comes with the schema."""
    return {name: rows for name, rows in count_rows(engine).items() if rows and name != "schema_support"}


class TestKeys:
    def test_the_same_call_has_one_effect_and_one_answer(self, desk: Desk, engine: Engine) -> None:
        answers = [desk.router.answer(CALL) for _ in range(TIMES)]
        assert isinstance(answers[0], Answer)
        assert answers[1:] == [None] * (TIMES - 1)
        assert count(engine) == 1

    def test_also_when_it_comes_everywhere_at_once(self, desk: Desk, engine: Engine) -> None:
        def answer() -> object:
            while True:
                told = desk.router.answer(CALL)
                if told is None or not told.given_up:  # too many at once for the connections there are
                    return told

        answers = at_once(answer)
        assert len(answers) == TIMES
        assert answers.count(None) == TIMES - 1
        assert count(engine) == 1

    def test_a_key_belongs_to_its_space_and_platform(self, desk: Desk, engine: Engine) -> None:
        elsewhere = Space(Address("discord", RIDGE.address.id), "Ridge")
        stranger = Caller(Address("discord", ADA.address.id), "Ada")
        for space, caller in ((RIDGE, ADA), (VALLEY, ADA), (elsewhere, stranger)):
            assert desk.router.answer(replace(CALL, space=space, caller=caller)) is not None
        assert count(engine) == 3

    def test_what_was_refused_keeps_nothing_and_may_come_again(self, desk: Desk, engine: Engine) -> None:
        refused = replace(CALL, what=Typed("goal"))
        for _ in range(2):
            told = desk.router.answer(refused)
            assert told is not None
            assert told.refused
        assert kept_rows(engine) == {}
        assert desk.router.answer(CALL) is not None

    def test_what_was_given_up_keeps_nothing_and_may_come_again(self, desk: Desk, engine: Engine) -> None:
        hasty = Desk(DatabaseStore(engine, 0.0))
        told = hasty.router.answer(CALL)
        assert told is not None
        assert told.given_up
        assert kept_rows(engine) == {}
        assert desk.router.answer(CALL) is not None

    def test_a_key_is_forgotten_after_a_day_and_not_before(self, desk: Desk, engine: Engine) -> None:
        desk.router.answer(CALL)
        expiry = Expiry(engine)
        assert not expiry.step(NOW + timedelta(days=1))
        assert desk.router.answer(CALL) is None
        with engine.begin() as connection:
            texts = dict.fromkeys(("platform", "space", "caller", "state", "written", "back"), "x")
            times = dict.fromkeys(("until", "not_before", "came_at"), NOW)
            row = {**texts, **times, "token": 0, "attempts": 0}
            connection.execute(insert(inbox), [{**row, "key": str(number)} for number in range(1_100)])
        steps = 0
        while expiry.step(NOW + timedelta(days=1, seconds=1)):
            steps += 1
        assert steps == 3
        assert count_rows(engine)["inbox"] == 0


class TestKept:
    def test_it_is_worked_once_and_then_only_its_key_is_left(
        self, desk: Desk, box: Inbox, engine: Engine
    ) -> None:
        assert box.keep(CALL, "there", 60.0)
        assert desk.router.answer(CALL) is None
        kept = claimed(box)
        assert (read_call(kept.written), kept.back, kept.worked, kept.attempts) == (CALL, "there", False, 1)
        assert desk.router.answer(read_call(kept.written), kept) is not None
        assert desk.router.answer(read_call(kept.written), kept) is None
        box.finish(kept)
        assert box.claim(PLATFORMS, ()) is None
        assert desk.router.answer(CALL) is None
        assert count(engine) == 1
        with engine.connect() as connection:
            row = connection.execute(select(inbox)).one()
        assert (row.key, row.state, row.written, row.back) == (CALL.key, "done", "", "")

    def test_it_is_kept_once_and_not_when_it_is_done(
        self, desk: Desk, box: Inbox, store: DatabaseStore
    ) -> None:
        impatient = replace(CALL, key="2")
        assert [box.keep(impatient, "", 60.0) for _ in range(3)] == [True, False, False]
        desk.router.answer(CALL)
        assert not box.keep(CALL, "", 60.0)

    def test_who_keeps_and_who_answers_at_once_agree(self, desk: Desk, box: Inbox, engine: Engine) -> None:
        for number in range(10):
            call = replace(CALL, key=f"{number}")
            todo: list[Callable[[], object]] = [
                functools.partial(box.keep, call, "", 60.0),
                functools.partial(desk.router.answer, call),
            ]
            results = at_once(lambda todo=todo: todo.pop()(), 2)  # type: ignore[misc]  # bound at once
            assert (True in results) is (None in results)
        while (waiting := box.claim(PLATFORMS, ())) is not None:
            assert desk.router.answer(read_call(waiting.written), waiting) is not None
            box.finish(waiting)
        assert count(engine) == 10

    def test_nobody_else_gets_it_while_the_lease_lasts(self, desk: Desk, box: Inbox, engine: Engine) -> None:
        box.keep(CALL, "", 600.0)
        first = claimed(box)
        assert box.claim(PLATFORMS, ()) is None
        desk.clock.at += timedelta(seconds=LEASE)
        second = claimed(box)
        assert (second.token, second.attempts) == (first.token + 1, 2)
        assert desk.router.answer(CALL, first) is None  # whoever wakes up late has nothing to do
        box.finish(first)
        assert desk.router.answer(CALL, second) is not None
        assert count(engine) == 1

    def test_racing_clerks_get_each_call_once(self, desk: Desk, box: Inbox) -> None:
        for number in range(40):
            box.keep(replace(CALL, key=f"{number}"), "", 60.0)

        def take() -> list[int]:
            taken = list[int]()
            while True:
                try:
                    kept = box.claim(PLATFORMS, ())
                except TryAgain:
                    continue
                if kept is None:
                    return taken
                taken.append(kept.id)

        taken = [one for some in at_once(take, 5) for one in some]  # type: ignore[attr-defined]  # lists
        assert len(taken) == len(set(taken)) == 40

    def test_the_longest_waiting_comes_first_and_a_crowded_space_waits(self, desk: Desk, box: Inbox) -> None:
        for seconds, space in enumerate((VALLEY, RIDGE, RIDGE)):
            desk.clock.at = NOW + timedelta(seconds=seconds)
            box.keep(Call(f"{seconds}", space, BEN, ASK), "", 60.0)
        assert claimed(box, VALLEY.address).space == RIDGE.address
        assert claimed(box).space == VALLEY.address
        assert box.claim(("discord",), ()) is None
        assert box.claim(PLATFORMS, (RIDGE.address, VALLEY.address)) is None
        assert claimed(box).space == RIDGE.address

    def test_what_failed_waits_longer_each_time(self, desk: Desk, box: Inbox) -> None:
        box.keep(CALL, "", 600.0)
        for _ in range(8):
            kept = claimed(box)
            box.release(kept)
            desk.clock.at += timedelta(seconds=min(2.0**kept.attempts, 60.0))
        assert claimed(box).attempts == 9

    def test_a_process_that_is_alone_frees_what_another_held(self, desk: Desk, box: Inbox) -> None:
        box.keep(CALL, "", 600.0)
        held = claimed(box)
        box.free(("discord",))
        assert box.claim(PLATFORMS, ()) is None
        box.free(PLATFORMS)
        assert claimed(box).token > held.token
        assert desk.router.answer(CALL, held) is None

    def test_its_effect_is_seen_though_its_holder_ended(self, desk: Desk, box: Inbox) -> None:
        box.keep(CALL, "there", 600.0)
        desk.router.answer(CALL, claimed(box))
        desk.clock.at += timedelta(seconds=LEASE)
        assert claimed(box).worked

    @pytest.mark.parametrize(
        ("call", "back"),
        [
            (replace(CALL, what=Typed("skillgap", {"question": "x" * CALL_LIMIT})), ""),
            (CALL, "x" * (BACK_LIMIT + 1)),
        ],
    )
    def test_what_takes_too_much_room_is_not_kept(
        self, box: Inbox, engine: Engine, call: Call, back: str
    ) -> None:
        with pytest.raises(TryAgain):
            box.keep(call, back, 60.0)
        assert count_rows(engine)["inbox"] == 0


def test_a_blocked_call_is_rolled_back_kept_and_worked_when_the_way_is_free(engine: Engine) -> None:
    patient = Desk(DatabaseStore(engine, 30.0))
    patient.router.answer(replace(CALL, key="first"))
    hasty = Desk(DatabaseStore(engine, 0.3))
    renamed = replace(CALL, caller=Caller(ADA.address, "Ada L."))
    box = Inbox(DatabaseStore(engine, 30.0), patient.clock)
    with engine.connect() as holder, holder.begin():
        holder.execute(update(members).values(name="held"))
        told = hasty.router.answer(renamed)
        assert told is not None
        assert told.given_up
        if engine.dialect.name == "sqlite":  # whoever writes holds all of it
            with pytest.raises(TryAgain):
                Inbox(DatabaseStore(engine, 0.2), patient.clock).keep(renamed, "there", 60.0)
        else:
            assert box.keep(renamed, "there", 60.0)
            kept = claimed(box)
            again = hasty.router.answer(renamed, kept)
            assert again is not None
            assert again.given_up
            box.free(PLATFORMS)
        assert count(engine) == 1
    if engine.dialect.name == "sqlite":
        assert box.keep(renamed, "there", 60.0)
    kept = claimed(box)
    done = patient.router.answer(read_call(kept.written), kept)
    assert done is not None
    assert not done.given_up
    assert count(engine) == 2
