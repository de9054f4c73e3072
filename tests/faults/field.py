"""Where the faults happen: a database with members, a sink, and workers to start, kill and count."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from sqlalchemy import Engine, func, select

from bot.core.chat.call import Caller, Space
from bot.core.ids import Address
from bot.core.recurrence import Recurrence, next_due
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.faults.messenger import Seen, SinkWindow
from tests.faults.sink import Habits, run_sink
from tests.faults.worker import Orders, run_worker

SOAK = bool(os.environ.get("CAIRN_SOAK"))
KIND = "reminder.weekly"
NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
LISBON = Recurrence("Europe/Lisbon", 0, 9 * 60)
PATIENCE = 600.0 if SOAK else 60.0

# A fork of a server that has imported everything is there in 20 ms, an interpreter of its own in 600.
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    ["tests.faults.worker", "tests.faults.sink", "sqlalchemy.dialects.postgresql"]
)


class Worker:
    """A running worker, from the moment it has said that it begins."""

    def __init__(self, orders: Orders) -> None:
        self._line, told = _CONTEXT.Pipe(duplex=False)
        self.process = _start(run_worker, orders, told)
        self.hear()

    def hear(self) -> str:
        """What it says next: that it begins, then the first reason to wait for the database."""
        assert self._line.poll(PATIENCE)
        return str(self._line.recv())

    def send(self, number: signal.Signals) -> None:
        """Sends the signal, unless it has ended already."""
        assert self.process.pid is not None
        with suppress(ProcessLookupError):
            os.kill(self.process.pid, number)

    def end(self, seconds: float = PATIENCE) -> int | None:
        """Waits for the end; the exit status, None when it goes on after `seconds`."""
        self.process.join(seconds)
        return self.process.exitcode

    def close(self) -> None:
        if self.process.exitcode is None:
            self.process.kill()
            self.process.join()
        self._line.close()
        self.process.close()


class Field:
    def __init__(self, url: str, sink: SinkWindow, habits: Habits) -> None:
        self.sink, self.mode = sink, habits.mode
        self.engine: Engine = open_engine(url)
        self.store = DatabaseStore(self.engine, 30.0)
        self.workers: list[Worker] = []
        self.orders = Orders(url, sink.port, NINE)

    def enrol(self, count: int, *platforms: Space) -> None:
        """`count` members of each space, who want the same hour."""
        due = next_due(LISBON, NINE - WEEK / 2)
        with self.store.write() as tx:
            for space in platforms or (Space(Address("playground", "home"), "Home"),):
                for number in range(count):
                    user = f"user-{number}"
                    member = tx.members.enrol(
                        space, Caller(Address(space.address.platform, user), user), NINE
                    )
                    tx.slots.point(member.space_id, KIND, member.id, LISBON, due)

    def start(self, **changes: Any) -> Worker:
        worker = Worker(replace(self.orders, **changes))
        self.workers.append(worker)
        return worker

    def drain(self, **changes: Any) -> None:
        """A worker that nobody disturbs, until nothing is left."""
        assert self.start(**changes).end() == 0

    def change(self, habits: Habits) -> None:
        """The sink behaves differently from now on."""
        self.sink.change(habits)
        self.mode = habits.mode

    def await_posts(self, count: int) -> None:
        """Waits until so many posts have arrived at the sink, from the beginning."""
        until = time.monotonic() + PATIENCE
        while len(self.see().posts) < count:
            assert time.monotonic() < until
            time.sleep(0.005)

    def see(self) -> Seen:
        return self.sink.see()

    def states(self) -> dict[str, int]:
        return count_states(self.engine)

    def close(self) -> None:
        for worker in self.workers:
            worker.close()
        self.engine.dispose()


def count_states(engine: Engine) -> dict[str, int]:
    """How many rows of the ledger are in each state."""
    times = func.count().label("times")
    with engine.connect() as connection:
        rows = connection.execute(select(ledger.c.state, times).group_by(ledger.c.state))
        return {row.state: row.times for row in rows}


@contextmanager
def open_field(url: str, habits: Habits) -> Iterator[Field]:
    line, ready = _CONTEXT.Pipe(duplex=False)
    process = _start(run_sink, habits, ready)
    field = None
    try:
        assert line.poll(PATIENCE)
        field = Field(url, SinkWindow(line.recv()), habits)
        yield field
    finally:
        if field is not None:
            field.close()
        process.kill()
        process.join()
        process.close()
        line.close()


def _start(work: Any, orders: Any, told: Connection) -> ForkServerProcess:
    process = _CONTEXT.Process(target=work, args=(orders, told), daemon=True)
    process.start()
    told.close()
    return process
