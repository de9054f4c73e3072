"""Delivery: from members on their slots to messages sent, beside the naive peer."""

import asyncio
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy import Engine, delete, event

from bot.core.recurrence import Recurrence, next_due
from bot.scheduling.planner import Planner
from bot.storage import migrate
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.benchmarks.crowd import BEFORE, KIND, NINE, SLOTS, Instantly, enrol, later, open_courier, point
from tests.benchmarks.peer import Peer, run_peer
from tests.benchmarks.stall import Stall
from tests.conftest import run_postgres

LOADED = 1_000
BURST = 1_000


def report(members: int, peers: int) -> None:
    with tempfile.TemporaryDirectory(prefix="cairn-bench-") as folder:
        for name, opened in (("SQLite", open_sqlite(Path(folder))), ("PostgreSQL", open_postgres())):
            with opened as engine:
                url = url_of(engine)
                peer = run_peer(url.replace("cairn.db", "peer.db"), peers, tuned=False)
                tuned = run_peer(url.replace("cairn.db", "tuned.db"), peers, tuned=True)
                print(f"\n{name}: the naive peer, {peers} jobs, all due: {show(peer)}")
                print(f"the same on our engine: {show(tuned)}")
                print(f"\n{name}, {members:,} members on {SLOTS} slots, one of which is due")
                print(f"{'what':52} {'goal':20} {'measured':>14} {'peer':>8} {'tuned peer':>11}")
                for row in measure(engine, members, peer, tuned):
                    print(row)


def show(peer: Peer) -> str:
    return (
        f"loaded in {peer.load * 1e6:,.0f} us each, sent in {peer.send * 1e6:,.0f} us each, "
        f"the loop stood for {peer.stall * 1e3:,.0f} ms"
    )


@contextmanager
def open_sqlite(folder: Path) -> Iterator[Engine]:
    engine = open_engine(str(folder / "cairn.db"))
    migrate.upgrade(engine)
    yield engine
    engine.dispose()


@contextmanager
def open_postgres() -> Iterator[Engine]:
    with run_postgres() as server:
        engine = open_engine(server.get_uri())
        migrate.upgrade(engine)
        yield engine
        engine.dispose()


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def line(name: str, goal: str, measured: str, *beside: float) -> str:
    return f"{name:52} {goal:20} {measured:>14} " + " ".join(f"{one:>9.1f}x" for one in beside)


def measure(engine: Engine, count: int, peer: Peer, tuned: Peer) -> Iterator[str]:
    store = DatabaseStore(engine, 60.0)
    space, subjects = enrol(engine, store, count)
    took = timed(lambda: load_singly(store, space, subjects[:LOADED])) / LOADED
    yield line("a member pointed at a slot", "", us(took), peer.load / took, tuned.load / took)
    took = timed(lambda: point(engine, store, space, subjects)) / count
    yield line("members loaded in bulk", "100x", us(took), peer.load / took, tuned.load / took)
    idle = timed(lambda: [Planner(store).plan_due(BEFORE) for _ in range(100)]) / 100
    yield line("an idle tick", "under 1 ms", us(idle), peer.idle / idle, tuned.idle / idle)

    due = count // SLOTS
    url = url_of(engine)
    # In a process of its own: this one's memory has held all the members already.
    with get_context("spawn").Pool(1) as process:
        planned, grown = process.apply(materialise, (url,))
    yield line("occurrences materialised a second", "100,000", f"{due / planned:,.0f}")
    yield line("  resident memory grew by", "25 MB", f"{grown / 1024:.1f} MB")

    for week, (group, goal, aim) in enumerate(((1, "400 us", ""), (8, "120 us", "5x"), (64, "", "15x")), 1):
        took, stall, statements = asyncio.run(burst(engine, store, week, group))
        name = f"a message of a burst, {group} per commit"
        yield line(name, f"{goal} {aim}".strip(), us(took), peer.send / took, tuned.send / took)
        yield line("  statements for each message", "", f"{statements:.1f}")
        yield line("  the event loop stood still for", "50 ms", f"{stall * 1e3:.1f} ms", peer.stall / stall)


def materialise(url: str) -> tuple[float, int]:
    """Seconds for what is due at NINE, and by how many KB this process has grown over the idle one."""
    engine = open_engine(url)
    planner = Planner(DatabaseStore(engine, 60.0))
    planner.plan_due(BEFORE)
    idle = memory()
    took = timed(lambda: planner.plan_due(NINE))
    grown = memory() - idle
    engine.dispose()
    return took, grown


async def burst(engine: Engine, store: DatabaseStore, week: int, group: int) -> tuple[float, float, float]:
    """Seconds for each message, the loop's longest stall, and statements for each message."""
    platform = Instantly(later(week))
    statements = 0

    def count(*_: object) -> None:
        nonlocal statements
        statements += 1

    with open_courier(store, platform, group) as courier:
        async with Stall() as stall:
            await asyncio.to_thread(Planner(store).plan_due, platform.at)
            await asyncio.to_thread(trim, engine)
            event.listen(engine, "before_cursor_execute", count)
            began = time.perf_counter()
            await courier.drain("playground")
            took = time.perf_counter() - began
            event.remove(engine, "before_cursor_execute", count)
    return took / platform.told, stall.worst, statements / platform.told


def trim(engine: Engine) -> None:
    """Leaves a burst of BURST rows, however many are due and were sent before."""
    with engine.begin() as connection:
        newest = connection.exec_driver_sql("SELECT max(id) FROM ledger").scalar_one()
        connection.execute(delete(ledger).where(ledger.c.id <= newest - BURST))
    if engine.dialect.name == "postgresql":
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ledger")  # the server that is used for tests never does


def load_singly(store: DatabaseStore, space: object, subjects: range) -> None:
    wanted = Recurrence("Europe/Lisbon", 0, 9 * 60)
    due = next_due(wanted, BEFORE)
    for subject in subjects:
        with store.write() as tx:
            tx.slots.point(space, KIND, subject, wanted, due)  # type: ignore[arg-type]
    with store.write() as tx:
        for subject in subjects:
            tx.slots.leave(space, KIND, subject)  # type: ignore[arg-type]


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def us(seconds: float) -> str:
    return f"{seconds * 1e6:,.0f} us"


def memory() -> int:
    """Resident memory of this process, in KB."""
    found = re.search(r"VmRSS:\s+(\d+)", Path("/proc/self/status").read_text("utf-8"))
    assert found
    return int(found[1])
