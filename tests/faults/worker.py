"""A planner and a courier as a process of its own, which can be killed at every step it takes.

The steps are told by what stands around bot/ here: its store, its notices, its messenger.
"""

import asyncio
import os
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, AsyncExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from time import monotonic
from typing import TypeVar

from sqlalchemy import Engine, event

from bot.core.budget import CallBudget
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.notice import Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence
from bot.core.errors import TryAgain
from bot.core.ids import Address
from bot.core.outbox import Messenger
from bot.core.ports import Store, Transaction
from bot.core.views.reminders import WHY
from bot.delivery.courier import Courier
from bot.delivery.pace import Pace, Rate
from bot.scheduling.planner import Planner
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from tests.contract.delivering import UNPACED, Unheard
from tests.faults.messenger import SinkMessenger
from tests.faults.platforms import open_messenger

T = TypeVar("T")

PAUSE = 0.02
# Every boundary that a row crosses on its way.
STEPS = ("claimed", "made", "before post", "half made", "posted", "marked")


@dataclass(frozen=True, slots=True)
class Orders:
    """How a worker works. `start` is what its clock says at first; `speed` is how much faster it runs
    than the real one. `dies_at`: a step and which time it is, counted from 1. `alone`: nobody else
    sends. `rate`: sends a second, `channel_rate` those to one channel. `jump`: how far its clock jumps
    at SIGUSR1, and back at SIGUSR2. `room`: by how many pages an SQLite file may grow, as on a disk that
    is full then. `platform`: whose adapter it speaks through, to the fake at `api_url`; without one it
    speaks to the sink. `channel`: where it says all of it; without one to the members."""

    url: str
    port: int
    start: datetime
    speed: float = 1.0
    owner: str = "one"
    lease: float = 30.0
    alone: bool = True
    group: int = 1
    in_flight: int = 4
    two_steps: bool = False
    dies_at: tuple[str, int] | None = None
    rate: float | None = None
    channel_rate: float | None = None
    jump: timedelta = timedelta(0)
    room: int | None = None
    platform: str = ""
    api_url: str = ""
    channel: str = ""


class FastClock:
    """Runs `speed` times as fast as the real one, and jumps on request."""

    def __init__(self, start: datetime, speed: float) -> None:
        self._start = start
        self._began = monotonic()
        self._speed = speed

    def jump(self, distance: timedelta) -> None:
        self._start += distance

    def now(self) -> datetime:
        return self._start + timedelta(seconds=(monotonic() - self._began) * self._speed)


class Stepping:
    """Counts steps, and kills the process at the one that is ordered."""

    def __init__(self, dies_at: tuple[str, int] | None) -> None:
        self._dies_at = dies_at
        self.passed: Counter[str] = Counter()

    def __call__(self, name: str) -> None:
        self.passed[name] += 1
        if self._dies_at == (name, self.passed[name]):
            os.kill(os.getpid(), signal.SIGKILL)


class SteppingStore:
    """A store that tells of each commit."""

    def __init__(self, store: Store, step: Stepping, notices: "Keys") -> None:
        self._store = store
        self._step = step
        self._notices = notices
        self._posted = 0

    def read(self) -> AbstractContextManager[Transaction]:
        return self._store.read()

    @contextmanager
    def write(self, budget: CallBudget | None = None) -> Iterator[Transaction]:
        # What was made or posted before this began is leased, or marked, by it.
        posted, made = self._step.passed["posted"], self._notices.made
        with self._store.write(budget) as tx:
            yield tx
        if self._posted < posted or not made:
            self._posted = posted
            self._step("marked")
        if made:
            self._notices.made = 0
            self._step("made")


class Keys(Unheard):
    """Says the occurrence's key to its subject, and keeps it in the button that every notice has."""

    def __init__(self, step: Callable[[str], None], platform: str, channel: str = "") -> None:
        self._step = step
        self._platform = platform
        self._channel = channel
        self.made = 0

    def notice(self, occurrence: Occurrence, tx: Transaction, _now: datetime) -> Notice:
        self._step("claimed")
        self.made += 1
        why = Actions((Button("Why did I get this?", WHY(occurrence.kind, occurrence.key)),))
        message = Message("Due", (Text((Plain(occurrence.key),)), why))
        if self._channel:
            return Notice("channel", Address(occurrence.space.platform, self._channel), message)
        to = Address("playground", f"user-{occurrence.subject}")
        if self._platform:
            member = tx.reminders.member(occurrence.space_id, occurrence.subject)
            assert member is not None
            to = member.address
        return Notice("direct", to, message)


async def hop(work: Callable[..., T], *args: object) -> T:
    return await asyncio.to_thread(work, *args)


def run_worker(orders: Orders, told: Connection) -> None:
    """The process: says that it begins, and works until nothing is due or waits any more, or SIGTERM."""
    asyncio.run(_work(orders, told))


async def _work(orders: Orders, told: Connection) -> None:
    step = Stepping(orders.dies_at)
    clock = FastClock(orders.start, orders.speed)
    engine = open_engine(orders.url)
    if orders.room is not None:
        _limit_room(engine, orders.room)
    notices = Keys(step, orders.platform, orders.channel)
    store = SteppingStore(DatabaseStore(engine, 10.0), step, notices)
    async with AsyncExitStack() as stack:
        stack.callback(engine.dispose)
        courier = Courier(
            store,
            notices,
            await _open_messenger(orders, step, stack),
            clock,
            hop,
            owner=orders.owner,
            pace=_pace(orders),
            lease_seconds=orders.lease,
            group=orders.group,
            in_flight=orders.in_flight,
        )
        stopping = asyncio.Event()

        def stop() -> None:
            stopping.set()
            courier.stop()

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, stop)
        loop.add_signal_handler(signal.SIGUSR1, clock.jump, orders.jump)
        loop.add_signal_handler(signal.SIGUSR2, clock.jump, -orders.jump)
        told.send("begun")
        if orders.alone:
            with store.write() as tx:
                tx.leases.void()
        await _send(store, clock, courier, stopping, told)


def _pace(orders: Orders) -> Pace:
    if orders.rate is None:
        return UNPACED
    return Pace({orders.platform or "playground": Rate(orders.rate, orders.channel_rate)})


async def _open_messenger(orders: Orders, step: Stepping, stack: AsyncExitStack) -> Messenger:
    if orders.platform:
        return await stack.enter_async_context(open_messenger(orders.platform, orders.api_url, step))
    messenger = SinkMessenger(orders.port, step, two_steps=orders.two_steps)
    stack.callback(messenger.close)
    return messenger


async def _send(
    store: Store, clock: FastClock, courier: Courier, stopping: asyncio.Event, told: Connection
) -> None:
    planner, has_waited = Planner(store), False
    while not stopping.is_set():
        try:
            await hop(planner.plan_due, clock.now())
            for bucket in await courier.due_buckets():
                await courier.drain(bucket)
            if await hop(_is_done, store, clock.now()):
                return
        except TryAgain as error:
            if not has_waited:
                told.send(str(error))
            has_waited = True
        await asyncio.sleep(PAUSE)


def _is_done(store: Store, now: datetime) -> bool:
    with store.read() as tx:
        due = tx.slots.next_at()
        return tx.ledger.next_at() is None and (due is None or due > now)


def _limit_room(engine: Engine, room: int) -> None:
    with engine.connect() as connection:
        most = connection.exec_driver_sql("PRAGMA page_count").scalar_one() + room
    engine.dispose()

    def limit(raw: sqlite3.Connection, _record: object) -> None:
        raw.execute(f"PRAGMA max_page_count={most}")

    event.listen(engine, "connect", limit)
