"""Members change their mind while the courier works: nothing goes out whose check began after the change."""

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime, timedelta
from time import monotonic, sleep

from bot.core.budget import CallBudget
from bot.core.chat.call import Caller, Pressed, Typed
from bot.core.chat.codec import encode
from bot.core.chat.message import plain_text
from bot.core.chat.notice import Finding, Notice, Ref, Telling
from bot.core.domain.ledger import Occurrence
from bot.core.ids import Address
from bot.core.ports import Store, Transaction
from bot.core.views import presses
from bot.core.views import reminders as views
from bot.core.views.errors import busy
from bot.delivery.courier import Courier
from bot.scheduling.planner import Planner
from bot.storage.store import DatabaseStore
from tests.contract.delivering import UNPACED, Sink, Unheard, hop
from tests.contract.planning import HERE, MONDAY, Desk
from tests.faults.field import SOAK, WEEK

MEMBERS = 100 if SOAK else 12
ROUNDS, SNOOZES = (10, 4) if SOAK else (4, 2)
HOUR = timedelta(hours=1)
BUSY = plain_text(busy())


class WatchedStore:
    """Remembers when this thread's latest transaction began."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.began = 0.0

    def read(self) -> AbstractContextManager[Transaction]:
        return self._store.read()

    @contextmanager
    def write(self, budget: CallBudget | None = None) -> Iterator[Transaction]:
        self.began = monotonic()
        with self._store.write(budget) as tx:
            yield tx


class Crowd(Unheard):
    """Members with plans and reminders, and a courier on a thread of its own."""

    def __init__(self, store: DatabaseStore) -> None:
        self.desk = Desk(store)
        self.desk.clock.at = MONDAY + HOUR
        self.store = WatchedStore(store)
        self.sink = Sink()
        self.planner = Planner(store)
        self.began: dict[int, float] = {}
        self.told: dict[int, float] = {}
        self.changed: dict[int, float] = {}
        self.members: dict[int, Caller] = {}
        self.dice = random.Random(1)
        self.racing = False
        for number in range(MEMBERS):
            caller = Caller(Address("playground", f"user-{number}"), f"User {number}")
            member = self.desk.member(caller)
            self.members[member.id] = caller
            self.type(member.id, "plan start", zone="Europe/Lisbon")
            self.type(member.id, "reminders on")

    def type(self, subject: int, command: str, **options: str) -> None:
        self._tell(subject, Typed(command, options))

    def press(self, subject: int, action: str) -> None:
        self._tell(subject, Pressed(action))

    def _tell(self, subject: int, what: Typed | Pressed) -> None:
        # A race that ends in a deadlock, or in a wait for too long, would be told to the member like this.
        assert self.desk.tell(what, self.members[subject]) != BUSY

    def plan_id(self, subject: int) -> int:
        with self.desk.store.read() as tx:
            member = tx.members.find(HERE, self.members[subject])
            plan = tx.plans.active(member) if member else None
        assert plan is not None
        return plan.id

    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        self.began[occurrence.subject] = self.store.began
        return self.desk.router.notice(occurrence, tx, now)

    @property
    def deduplicates(self) -> bool:
        return True

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        assert occurrence.subject not in self.told
        # Neither runs away from the other, however busy the machine is: one that waits has been overtaken.
        changes = self.dice.randint(0, len(self.told)) if self.racing else 0
        while len(self.changed) < changes:  # noqa: ASYNC110 - another thread changes them
            await asyncio.sleep(0.001)
        self.told[occurrence.subject] = monotonic()
        return await self.sink.post(occurrence, notice)

    async def find(self, occurrence: Occurrence) -> Finding:
        return await self.sink.find(occurrence)

    in_flight = 1

    def drain(self) -> None:
        """Everything that is due, from here."""
        self.told.clear()
        self.planner.plan_due(self.desk.clock.at)
        courier = Courier(
            self.store, self, self, self.desk.clock, hop, owner="one", pace=UNPACED, in_flight=self.in_flight
        )
        asyncio.run(courier.drain("playground"))

    def race(self, dice: random.Random, change: Callable[[int], None]) -> None:
        """Drains on a thread while everybody changes their mind on this one, in any order."""
        self.changed.clear()
        self.began.clear()
        self.racing = True
        drain = threading.Thread(target=self.drain)
        drain.start()
        for number, subject in enumerate(dice.sample(sorted(self.members), len(self.members))):
            begun = dice.randint(0, number)
            while len(self.began) < begun and drain.is_alive():
                sleep(0.001)
            change(subject)
            self.changed[subject] = monotonic()
        drain.join()
        self.racing = False

    def snooze(self, dice: random.Random, actions: dict[int, str]) -> None:
        self.race(dice, lambda subject: self.press(subject, actions[subject]))

    def broken(self) -> list[int]:
        """Who was told something although the check began after their change was kept."""
        return [one for one in self.told if self.began[one] > self.changed[one]]


class Mind:
    """A change of mind for each member, about the reminder of one week, and how it is taken back."""

    def __init__(self, crowd: Crowd, dice: random.Random, monday: int) -> None:
        self.crowd, self.monday = crowd, monday
        self.changes = {one: dice.choice(("off", "skip", "pause", "leave")) for one in crowd.members}
        self.plans = {one: crowd.plan_id(one) for one in crowd.members}

    def change(self, subject: int) -> None:
        plan = self.plans[subject]
        match self.changes[subject]:
            case "off":
                self.crowd.type(subject, "reminders off")
            case "skip":
                self.crowd.press(subject, encode(views.SKIP(plan, self.monday)))
            case "pause":
                until = self.crowd.desk.clock.at + timedelta(days=3)
                self.crowd.type(subject, "plan pause", until=str(until.date()))
            case _:
                self.crowd.press(subject, encode(presses.RESET(plan)))

    def restore(self) -> None:
        for subject, changed in self.changes.items():
            match changed:
                case "pause":
                    self.crowd.press(subject, encode(presses.RESUME(self.plans[subject])))
                case "leave":
                    self.crowd.type(subject, "plan start", zone="Europe/Lisbon")
            self.crowd.type(subject, "reminders on")


def test_who_wants_nothing_gets_nothing(store: DatabaseStore) -> None:
    dice = random.Random(4)
    crowd = Crowd(store)
    told = handed_over = 0
    for number in range(1, ROUNDS + 1):
        crowd.desk.clock.at = due = MONDAY + number * WEEK
        mind = Mind(crowd, dice, due.date().toordinal())
        crowd.race(dice, mind.change)
        assert not crowd.broken()
        told += len(crowd.told)
        # What was handed to the network before the change is nobody's fault: one send at a time is.
        handed_over += sum(crowd.told[one] > crowd.changed[one] for one in crowd.told)
        crowd.desk.clock.at += timedelta(days=1)
        mind.restore()
    assert MEMBERS < told < MEMBERS * (ROUNDS - 1)
    assert handed_over <= told // 4


def test_who_snoozes_is_told_once_for_each_snooze(store: DatabaseStore) -> None:
    dice = random.Random(5)
    crowd = Crowd(store)
    moved = 0
    for number in range(1, SNOOZES + 1):
        crowd.desk.clock.at = due = MONDAY + number * WEEK
        monday = due.date().toordinal()
        plans = {one: crowd.plan_id(one) for one in crowd.members}
        presses_of = {one: encode(views.SNOOZE(plan, monday, 1)) for one, plan in plans.items()}
        crowd.drain()
        assert set(crowd.told) == set(crowd.members)
        for subject in crowd.members:
            crowd.press(subject, presses_of[subject])
        # The first snooze is over, and everybody snoozes again.
        crowd.desk.clock.at += HOUR
        crowd.snooze(dice, presses_of)
        assert not crowd.broken()
        moved += MEMBERS - len(crowd.told)
        crowd.desk.clock.at += HOUR - timedelta(seconds=1)
        crowd.drain()
        assert not crowd.told
        crowd.desk.clock.at += timedelta(seconds=1)
        crowd.drain()
        assert set(crowd.told) == set(crowd.members)
    assert 0 < moved < MEMBERS * SNOOZES
