"""Who was marked as gone and calls is there: at once, with what waited, and nothing of theirs is deleted."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import Engine, func, select, text, update

from bot.core.chat.call import Pressed, Typing
from bot.core.chat.message import plain_text
from bot.core.domain.ledger import Refused
from bot.core.errors import Unproven, Unreachable
from bot.storage.purge import Purge
from bot.storage.store import DatabaseStore
from bot.storage.tables import members, plans, spaces
from tests.contract.gathering import Hall, people
from tests.contract.planning import HERE, MONDAY
from tests.contract.test_leaving import is_gone

pytestmark = pytest.mark.one_database

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WEEK = timedelta(weeks=1)
KEEP = 30 * DAY
NINE = MONDAY + WEEK
DEAD = Unreachable("token refused (invalid_auth)", "space", "invalid_auth")
# Alone, because a whole bucket waits in real time.
DOUBT = Unproven("token refused (invalid_auth)", 60.0, "space", alone=True)
ONE, TWO, THREE = people(3)


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    """Three members who are reminded on Mondays at nine, by the clocks of Lisbon."""
    made = Hall(engine, store)
    for caller in people(3):
        made.ask(caller, "plan start", zone="Europe/Lisbon")
        made.ask(caller, "reminders on", day="Monday", hour="9:00")
    return made


async def said(hall: Hall, at: timedelta = timedelta()) -> list[str]:
    """Who is told something so long after nine on the second Monday."""
    return sorted(line.split(":")[0] for line in await hall.live(NINE + at))


def count_refused(hall: Hall) -> Refused:
    with hall.store.read() as tx:
        return tx.spaces.count_refused()


async def cut_off(hall: Hall) -> None:
    """At nine everything there is cut off, before anybody was told anything."""
    hall.ears.errors = [DEAD]
    assert await said(hall) == []
    assert is_gone(hall.engine)
    assert count_refused(hall) == Refused(1, 0)


def use_a_command(hall: Hall) -> None:
    assert "Mondays at 09:00" in hall.ask(TWO, "reminders view")


def be_refused(hall: Hall) -> None:
    assert "I know no single clock" in hall.ask(TWO, "plan zone", zone="Nowhere at all")


def press_what_is_stale(hall: Hall) -> None:
    assert "not one I can use" in hall.tell(Pressed("nothing.any:more"), TWO)


def open_the_home(hall: Hall) -> None:
    assert hall.router.home(HERE, TWO)


def type_an_option(hall: Hall) -> None:
    assert hall.router.suggest(Typing(HERE, TWO, "plan zone", "zone", "Lis"))


def be_looked_up(hall: Hall) -> None:
    hall.router.learn(HERE, TWO)


def be_new(hall: Hall) -> None:
    assert hall.ask(people(4)[3], "cairn")


def be_installed_again(hall: Hall) -> None:
    hall.router.returned(HERE)


WAYS = (
    use_a_command,
    be_refused,
    press_what_is_stale,
    open_the_home,
    type_an_option,
    be_looked_up,
    be_new,
    be_installed_again,
)


@pytest.mark.parametrize("way", WAYS)
async def test_whatever_is_heard_of_a_space_proves_that_it_is_there(
    hall: Hall, way: Callable[[Hall], None]
) -> None:
    await cut_off(hall)
    hall.clock.at += HOUR
    way(hall)
    assert not is_gone(hall.engine)
    assert await said(hall, HOUR) == ["@person-0", "@person-1", "@person-2"]
    assert await said(hall, WEEK) == ["@person-0", "@person-1", "@person-2"]


async def test_what_came_due_meanwhile_is_said_as_well(hall: Hall) -> None:
    hall.clock.at = NINE - HOUR
    with hall.store.write() as tx:
        tx.spaces.cut(HERE.address, hall.clock.at)
    assert await said(hall) == []
    assert hall.states() == []
    hall.clock.at = NINE + 2 * HOUR
    use_a_command(hall)
    assert await said(hall, 2 * HOUR) == ["@person-0", "@person-1", "@person-2"]
    assert await said(hall, 3 * HOUR) == []


async def test_after_a_day_it_begins_again_with_the_next_week(hall: Hall) -> None:
    await cut_off(hall)
    hall.clock.at = NINE + 25 * HOUR
    use_a_command(hall)
    assert await said(hall, 25 * HOUR) == []
    assert await said(hall, WEEK) == ["@person-0", "@person-1", "@person-2"]


async def test_a_call_and_the_return_are_one(hall: Hall) -> None:
    """What ends the call's transaction leaves the space as it was."""
    await cut_off(hall)

    def call_and_break() -> None:
        with hall.store.write() as tx:
            tx.members.enrol(HERE, TWO, hall.clock.at)
            raise RuntimeError("power cut")

    with pytest.raises(RuntimeError):
        call_and_break()
    assert is_gone(hall.engine)


async def test_a_member_who_calls_is_there_and_is_told_what_waited(hall: Hall) -> None:
    hall.ears.errors = [Unreachable("left (10007)", "member")]
    assert await said(hall) == ["@person-1", "@person-2"]
    assert await said(hall, HOUR) == []
    hall.ask(ONE, "reminders view")
    assert await said(hall, 2 * HOUR) == ["@person-0"]
    assert await said(hall, 3 * HOUR) == []


async def test_a_member_s_skipped_reminder_comes_when_they_call_the_same_day(hall: Hall) -> None:
    hall.ears.errors = [Unreachable("left (10007)", "member")]
    await said(hall)
    assert await said(hall, WEEK) == ["@person-1", "@person-2"]
    hall.ask(ONE, "reminders view")
    assert await said(hall, WEEK + HOUR) == ["@person-0"]


async def test_while_it_is_refused_nobody_is_promised_anything(hall: Hall) -> None:
    hall.ears.errors = [DOUBT] * 3
    assert await said(hall) == []
    assert count_refused(hall) == Refused(0, 1)
    told = hall.ask(people(4)[3], "plan start", zone="Europe/Lisbon")
    told = hall.ask(people(4)[3], "reminders on")
    assert "Reminders are on" not in told
    assert "I can't send messages here at the moment" in told
    assert await said(hall, HOUR) == ["@person-0", "@person-1", "@person-2"]
    assert count_refused(hall) == Refused(0, 0)
    assert "Reminders are on" in hall.ask(people(5)[4], "plan start", zone="Europe/Lisbon") + hall.ask(
        people(5)[4], "reminders on"
    )


async def test_who_calls_in_a_space_that_was_cut_off_is_promised_nothing_either(hall: Hall) -> None:
    await cut_off(hall)
    hall.clock.at += HOUR
    assert "I can't send messages here at the moment" in hall.ask(ONE, "reminders on")
    assert count_refused(hall) == Refused(0, 1)


async def test_an_uninstall_is_no_refusal(hall: Hall) -> None:
    hall.router.left(HERE.address)
    assert count_refused(hall) == Refused(0, 0)
    assert hall.router.refused("playground") == ()


async def test_sixty_reminders_survive_a_doubt(engine: Engine, store: DatabaseStore) -> None:
    hall = Hall(engine, store)
    for caller in people(60):
        hall.ask(caller, "plan start", zone="Europe/Lisbon")
        hall.ask(caller, "reminders on", day="Monday", hour="9:00")
    hall.ears.errors = [*[None] * 19, DOUBT]
    assert len(await said(hall)) + len(await said(hall, timedelta(minutes=1))) == 60
    assert {state for _, state, _ in hall.states()} == {"sent"}


def mark_gone(engine: Engine, days: int) -> None:
    with engine.begin() as connection:
        connection.execute(update(spaces).values(gone_at=NINE - days * DAY, back_at=None))


def count(engine: Engine, table: object) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(table)) or 0  # type: ignore[arg-type]


def test_the_purge_leaves_what_was_used_since(hall: Hall, engine: Engine) -> None:
    """Also what an older release has marked, and whose members used it that morning."""
    mark_gone(engine, 31)
    hall.clock.at = NINE
    with engine.begin() as connection:
        connection.execute(update(members).values(seen_on=NINE.date()))
    assert not Purge(engine).step(NINE - KEEP)
    assert count(engine, plans) == 3
    assert "Mondays at 09:00" in hall.ask(ONE, "reminders view")
    assert not is_gone(engine)


def test_a_call_before_the_purge_saves_everything(hall: Hall, engine: Engine) -> None:
    mark_gone(engine, 31)
    with engine.begin() as connection:
        connection.execute(update(members).values(seen_on=NINE.date() - 40 * DAY))
    hall.clock.at = NINE
    be_refused(hall)  # also one that keeps nothing of what was asked
    assert not Purge(engine).step(NINE - KEEP)
    assert count(engine, plans) == 3


@pytest.fixture
def other() -> Iterator[ThreadPoolExecutor]:
    """Somebody else."""
    with ThreadPoolExecutor(1) as thread:
        yield thread


def wait_for_the_lock(engine: Engine) -> None:
    """Returns once a connection to the database waits for another one. On SQLite the writer just waits."""
    if engine.dialect.name != "postgresql":
        return
    until = monotonic() + 60
    with engine.connect() as connection:
        while not connection.scalar(text("SELECT count(*) FROM pg_locks WHERE NOT granted")):
            assert monotonic() < until, "nobody waits"


def test_who_calls_while_the_purge_begins_begins_again(
    hall: Hall, engine: Engine, other: ThreadPoolExecutor
) -> None:
    """The purge has taken the space's name and not committed yet."""
    mark_gone(engine, 31)
    hall.clock.at = NINE
    begun, go_on = threading.Event(), threading.Event()
    purge = Purge(engine)

    def hold(*_: object) -> int:
        begun.set()
        assert go_on.wait(60)
        return 0

    with engine.begin() as connection:
        connection.execute(update(members).values(seen_on=NINE.date() - 40 * DAY))
    object.__setattr__(purge, "batch", 500)
    stepping = other.submit(_step_slowly, purge, hold)
    assert begun.wait(60)
    with ThreadPoolExecutor(1) as caller:
        called = caller.submit(hall.ask, ONE, "reminders view")
        wait_for_the_lock(engine)
        go_on.set()
        assert stepping.result(60)
        told = called.result(60)
    assert "You have no plan yet" in told
    while purge.step(NINE - KEEP):
        pass
    with engine.connect() as connection:
        kept = connection.execute(select(spaces.c.foreign_id, spaces.c.gone_at)).all()
    assert [(one.foreign_id, one.gone_at) for one in kept] in ([], [(HERE.address.id, None)])


def _step_slowly(purge: Purge, hold: Callable[[], int]) -> bool:
    class Slow(Purge):
        def _delete(self, *given: object) -> int:
            hold()
            return super()._delete(*given)  # type: ignore[arg-type]

    return Slow(purge.engine, purge.batch).step(NINE - KEEP)


def test_the_purge_passes_over_a_space_that_comes_back_just_now(
    hall: Hall, engine: Engine, other: ThreadPoolExecutor
) -> None:
    """The call has marked the space as there and not committed yet."""
    mark_gone(engine, 31)
    with engine.begin() as connection:
        connection.execute(update(members).values(seen_on=NINE.date() - 40 * DAY))
    with hall.store.write() as tx:
        tx.members.enrol(HERE, ONE, NINE)
        stepping = other.submit(Purge(engine).step, NINE - KEEP)
        if engine.dialect.name == "postgresql":
            assert not stepping.result(60)
    assert not stepping.result(60)
    assert count(engine, plans) == 3
    assert plain_text(hall.card)
