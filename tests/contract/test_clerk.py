"""The clerk carries out what was kept, wherever it or another one ends."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, update

from bot.core.chat.call import Answer, Call, Typed
from bot.core.chat.form import Form
from bot.core.chat.message import Message, plain_text
from bot.core.errors import RetryLater, TryAgain
from bot.core.inbox import Kept
from bot.delivery.clerk import AT_ONCE, AT_ONCE_IN_A_SPACE, Ask, Clerk
from bot.delivery.inbox import Inbox
from bot.storage.store import DatabaseStore
from bot.storage.tables import inbox
from tests.contract.planning import Desk, MovableClock
from tests.contract.storing import NOW, RIDGE, VALLEY
from tests.contract.test_inbox import CALL, LEASE, count

LIFE = 900.0


class Counter:
    """A platform's desk: what was said where, in order. `before` and `after` stand around what is asked."""

    def __init__(self) -> None:
        self.told: list[tuple[str, str]] = []
        self.asked: list[Call] = []
        self.before: Callable[[], Any] = lambda: None
        self.after: Callable[[], Any] = lambda: None
        self.gate: asyncio.Event | None = None
        self.answered = asyncio.Event()

    async def work(self, call: Call, back: str, ask: Ask) -> None:
        self.asked.append(call)
        if self.gate is not None:
            await self.gate.wait()
        self.before()
        answer = await ask(call)
        self.after()
        if answer is not None:
            assert not isinstance(answer.reply, Form)
            assert isinstance(answer.reply, Message)
            self.told.append((back, plain_text(answer.reply)))
            self.answered.set()


class Office:
    """A clerk on a database, and its desk."""

    def __init__(self, store: DatabaseStore) -> None:
        self.desk = Counter()
        self.router = Desk(store, clock=MovableClock(NOW))
        self.clock = self.router.clock
        self.box = Inbox(store, self.clock, LEASE)
        self.bugs: list[Exception] = []
        self.clerk = self.hire()

    def hire(self) -> Clerk:
        return Clerk(
            self.box,
            {"slack": self.desk},
            self.answer,
            self.clock,
            self.hop,
            lambda error, _: self.bugs.append(error),
            lease_seconds=LEASE,
        )

    async def answer(self, call: Call, kept: Kept) -> Answer | None:
        return self.router.router.answer(call, kept)

    async def hop(self, work: Callable[..., Any], *args: object) -> Any:
        return work(*args)

    async def live(self) -> None:
        """Until nothing is left that is due now."""
        await self.clerk.turn()
        while self.clerk._running:
            await asyncio.wait(tuple(self.clerk._running), timeout=5)

    def keep(self, key: str = CALL.key, **change: Any) -> None:
        assert self.box.keep(replace(CALL, key=key, **change), f"back {key}", LIFE)


@pytest.fixture
def office(store: DatabaseStore) -> Office:
    return Office(store)


def states(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.execute(select(inbox.c.state).order_by(inbox.c.id)).scalars())


async def test_what_is_kept_is_done_and_answered_once(office: Office, engine: Engine) -> None:
    for number in range(3):
        office.keep(f"{number}")
    office.clerk.ring()
    await office.live()
    assert [back for back, _ in office.desk.told] == ["back 0", "back 1", "back 2"]
    assert all("Container orchestration" in told for _, told in office.desk.told)
    await office.live()
    assert len(office.desk.told) == count(engine) == 3
    assert states(engine) == ["done"] * 3


async def test_a_refusal_is_an_answer(office: Office, engine: Engine) -> None:
    office.keep(what=Typed("goal"))
    await office.live()
    assert "You have no plan yet" in office.desk.told[0][1]
    assert states(engine) == ["done"]


@pytest.mark.parametrize("error", [TryAgain(), RetryLater("busy"), TimeoutError()])
async def test_what_can_t_be_done_now_is_tried_again_later(
    office: Office, engine: Engine, error: Exception
) -> None:
    office.keep()
    failures = iter((error, error))

    def fail() -> None:
        if (one := next(failures, None)) is not None:
            raise one

    office.desk.before = fail
    for _ in range(3):
        await office.live()
        office.clock.at += timedelta(minutes=1)
    assert len(office.desk.asked) == 3
    assert len(office.desk.told) == count(engine) == 1
    assert office.bugs == []


async def test_an_answer_that_was_lost_after_the_effect_is_told_of_and_nothing_done_twice(
    office: Office, engine: Engine
) -> None:
    office.keep()

    def end() -> None:
        raise asyncio.CancelledError  # as a process does

    office.desk.after = end
    await office.live()
    assert (office.desk.told, count(engine), states(engine)) == ([], 1, ["worked"])
    office.desk.after = lambda: None
    office.clerk = office.hire()
    await office.live()
    assert office.desk.told == []  # the lease lasts
    office.clock.at += timedelta(seconds=LEASE)
    await office.live()
    assert "I did what you asked" in office.desk.told[0][1]
    assert (count(engine), states(engine)) == (1, ["done"])


async def test_who_ended_before_the_effect_is_followed_by_another(office: Office, engine: Engine) -> None:
    office.keep()
    office.desk.gate = asyncio.Event()
    await office.clerk.turn()
    await asyncio.sleep(0)
    for task in tuple(office.clerk._running):
        task.cancel()
    office.desk.gate.set()
    office.clerk = office.hire()
    # On SQLite nobody else can have it, so nobody waits for the lease.
    running = asyncio.create_task(office.clerk.run(30.0, alone=True))
    await asyncio.wait_for(office.desk.answered.wait(), 10)
    running.cancel()
    await asyncio.wait({running})
    assert count(engine) == 1


async def test_it_is_given_up_when_nobody_can_be_told_any_more(office: Office, engine: Engine) -> None:
    office.keep()
    office.clock.at += timedelta(seconds=LIFE)
    await office.live()
    assert "try again" in office.desk.told[0][1]  # perhaps somebody still can
    assert (count(engine), states(engine)) == (0, ["done"])
    office.keep("2")
    office.clock.at += timedelta(seconds=LIFE)

    def fail() -> None:
        raise RetryLater("gone")

    office.desk.before = fail
    await office.live()
    assert (count(engine), states(engine)) == (0, ["done", "done"])


async def test_a_bug_in_answering_is_reported_and_not_repeated(office: Office, engine: Engine) -> None:
    office.keep()

    def fail() -> None:
        raise KeyError

    office.desk.after = fail
    await office.live()
    assert [type(bug) for bug in office.bugs] == [KeyError]
    assert states(engine) == ["done"]


async def test_what_can_t_be_read_keeps_nobody_waiting(office: Office, engine: Engine) -> None:
    office.keep("1")
    with engine.begin() as connection:
        connection.execute(update(inbox).values(written="[0]"))
    office.keep("2")
    await office.live()
    assert [back for back, _ in office.desk.told] == ["back 2"]
    assert states(engine) == ["done", "done"]


async def test_a_crowd_in_one_space_keeps_no_other_waiting(office: Office) -> None:
    office.desk.gate = asyncio.Event()
    for number in range(2 * AT_ONCE):
        office.keep(f"{number}")
    office.keep("other", space=VALLEY)
    await office.clerk.turn()
    await asyncio.sleep(0)
    at_work = [call.space for call in office.desk.asked]
    assert at_work == [RIDGE] * AT_ONCE_IN_A_SPACE + [VALLEY]
    office.desk.gate.set()
    await office.live()
    assert len(office.desk.told) == 2 * AT_ONCE + 1


async def test_a_call_that_somebody_else_took_up_meanwhile_is_theirs(office: Office, engine: Engine) -> None:
    office.keep()
    takes = iter((office.box.free,))

    def take_away() -> None:
        for take in takes:
            take(("slack",))

    office.desk.before = take_away
    await office.live()
    assert len(office.desk.asked) == 2
    assert len(office.desk.told) == count(engine) == 1
