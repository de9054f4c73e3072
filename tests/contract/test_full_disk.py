"""A disk that is full while a call waits: the inbox worker and the beats go on until there is room."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, text

from bot.clock import SystemClock, TimeMachine
from bot.core.chat.call import Answer, Call, Typed
from bot.core.errors import TryAgain
from bot.scheduling.pruner import Pruner
from bot.storage.clock import ClockRow
from bot.storage.downtimes import Pulse
from bot.storage.expiry import Expiry
from bot.storage.playground import Transcript
from bot.storage.purge import Purge
from bot.storage.store import DatabaseStore
from bot.storage.tables import metadata
from tests.contract.planning import HERE, SAM
from tests.contract.storing import NOW
from tests.contract.test_clerk import Office, states

PATIENCE = 60.0
BEAT = 0.01
REFUSE = """
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$
"""


class Steady:
    """A clock that nobody sets."""

    steady_seconds = float("inf")


@contextmanager
def full(engine: Engine) -> Iterator[None]:
    """Nothing more fits on the disk while the block lasts."""
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(REFUSE))
            for table in metadata.tables:
                connection.execute(
                    text(
                        f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE OR DELETE ON {table} "
                        "FOR EACH STATEMENT EXECUTE FUNCTION refuse()"
                    )
                )
        try:
            yield
        finally:
            with engine.begin() as connection:
                connection.execute(text("DROP FUNCTION refuse() CASCADE"))
        return

    def refuse(connection: Any, _cursor: object, statement: str, *_rest: object) -> None:
        # What SQLite says when it can't write a page, from SQLite itself: it may not grow, and has to.
        if on and statement.split()[0] in {"INSERT", "UPDATE", "DELETE"}:
            raw = connection.connection.dbapi_connection
            raw.execute(f"PRAGMA max_page_count={raw.execute('PRAGMA page_count').fetchone()[0]}")
            try:
                connection.exec_driver_sql("CREATE TABLE big AS SELECT zeroblob(1000000)")
            finally:
                raw.execute("PRAGMA max_page_count=1073741823")

    on = [True]
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        on.clear()
        event.remove(engine, "before_cursor_execute", refuse)


@pytest.fixture
def office(store: DatabaseStore) -> Office:
    return Office(store)


async def test_a_waiting_call_is_answered_when_there_is_room_again(office: Office, engine: Engine) -> None:
    office.keep()
    with full(engine):
        working = asyncio.create_task(office.clerk.run(BEAT, alone=True))
        for _ in range(20):
            await asyncio.sleep(BEAT)
            assert not working.done()
        assert office.desk.told == []
    async with asyncio.timeout(PATIENCE):
        await office.desk.answered.wait()
    working.cancel()  # it finishes what it has
    with suppress(asyncio.CancelledError):
        await working
    assert states(engine) == ["done"]
    assert len(office.desk.told) == 1
    assert office.bugs == []


async def test_nothing_else_takes_it_for_a_bug(office: Office, engine: Engine) -> None:
    async def step(before: Any) -> bool:
        return Expiry(engine).step(before)

    router, transcript = office.router.router, Transcript(engine)
    office.keep()
    acts: dict[str, Callable[[], object]] = {
        "keep": lambda: office.keep("another"),
        "claim": lambda: office.box.claim(("slack",), ()),
        "pulse": lambda: Pulse(engine).beat(NOW),
        "time": lambda: TimeMachine(SystemClock(), ClockRow(engine)).travel(NOW + timedelta(days=9_000)),
        "page": lambda: transcript.append("s", "c", "x", None, "typed", "{}", NOW),
        "leave": lambda: router.left(HERE.address, NOW),
    }
    with full(engine):
        for act in acts.values():
            with pytest.raises(TryAgain, match="full"):
                act()
        answer = router.answer(Call("k", HERE, SAM, Typed("goal")))
        assert isinstance(answer, Answer)
        assert answer.given_up
        await Pruner(step, lambda: NOW + timedelta(days=9), timedelta(), Steady()).prune()  # raises nothing
        assert Purge(engine).step(NOW) is False  # nothing to delete, so nothing to write
    for act in acts.values():
        act()
