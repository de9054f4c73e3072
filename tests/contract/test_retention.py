"""Every table's rows end, or can't be many; none ends before all that may ask for it. On both databases."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, delete, insert, select, update

from bot.app import build
from bot.core.domain.ledger import OPEN, RESUME_WITHIN
from bot.core.domain.members import Member
from bot.core.domain.reminders import KIND, LATE
from bot.core.domain.schedules import ALERT_LATE, POST_LATE, POST_WITHIN
from bot.core.recurrence import Recurrence, next_due
from bot.scheduling.retention import KEPT, OUTBOX, PERIODS
from bot.settings import Settings
from bot.storage.expiry import MESSAGES_MOST, RULES, Expiry
from bot.storage.store import DatabaseStore
from bot.storage.tables import (
    ledger,
    metadata,
    playground_keys,
    playground_messages,
    schedules,
    slot_subjects,
    slots,
)
from tests.contract.storing import NOW, count_rows, enrol
from tests.migrations.test_migrations import NOW as NOW_OF_FILL
from tests.migrations.test_migrations import fill

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


def expire(engine: Engine, now: datetime, batch: int = 500) -> dict[str, int]:
    """What is left of every table."""
    while Expiry(engine, batch).step(now):
        pass
    return count_rows(engine)


def test_every_table_has_its_decision() -> None:
    assert PERIODS.keys() | KEPT.keys() == set(metadata.tables), "decide in scheduling/retention.py"
    assert not PERIODS.keys() & KEPT.keys()
    assert RULES.keys() == PERIODS.keys()


def test_the_outbox_outlives_all_that_could_send_again() -> None:
    assert max(LATE, POST_LATE, ALERT_LATE, RESUME_WITHIN, POST_WITHIN) + 30 * DAY < OUTBOX
    assert PERIODS["schedules"] <= PERIODS["ledger"]


BY_AGE = sorted(name for name, period in PERIODS.items() if period)


@pytest.mark.parametrize("name", [*BY_AGE, "install_states"])
def test_rows_go_when_their_period_is_over_and_not_before(engine: Engine, name: str) -> None:
    fill(engine)
    free(engine, name)
    there = count_rows(engine)[name]
    # `fill` ends downtimes a day later than everything else begins.
    over = NOW_OF_FILL + PERIODS[name] + (DAY if name == "downtimes" else 0 * DAY)
    assert expire(engine, over)[name] == there > 0
    assert expire(engine, over + SECOND)[name] == 0


def free(engine: Engine, name: str) -> None:
    """Takes away what keeps rows of the table for longer."""
    with engine.begin() as connection:
        if name == "schedules":
            connection.execute(delete(metadata.tables["tip_votes"]))
            connection.execute(delete(metadata.tables["tip_posts"]))


def test_in_the_end_only_what_is_kept_is_left(engine: Engine) -> None:
    fill(engine)
    with engine.begin() as connection:
        connection.execute(update(schedules).where(schedules.c.id == 1).values(stamp=0))
    before = count_rows(engine)
    left = expire(engine, NOW_OF_FILL + 800 * DAY, batch=2)
    kept = before.keys() & KEPT.keys()
    assert {name: left[name] for name in kept} == {name: before[name] for name in kept}
    gone = {name for name in PERIODS if left[name] == 0}
    assert gone == PERIODS.keys() - {"schedules", "slots", "playground_messages", "playground_keys"}
    assert (left["schedules"], left["slots"]) == (1, 3), "the weekly one, and those that are pointed at"


@pytest.mark.parametrize("state", OPEN)
def test_what_may_still_be_sent_never_goes(engine: Engine, state: str) -> None:
    fill(engine)
    with engine.begin() as connection:
        connection.execute(update(ledger).where(ledger.c.id == 2).values(state=state))
    assert expire(engine, NOW_OF_FILL + 2_000 * DAY)["ledger"] == 1


def point(store: DatabaseStore, member: Member, minute: int) -> None:
    recurrence = Recurrence("Europe/Lisbon", 0, minute)
    with store.write() as tx:
        tx.slots.point(member.space_id, KIND, member.id, recurrence, next_due(recurrence, NOW))


def test_times_once_chosen_go_and_the_chosen_one_stays(engine: Engine, store: DatabaseStore) -> None:
    member = enrol(store)
    for minute in range(60):
        point(store, member, minute)
    assert count_rows(engine)["slots"] == 60
    assert expire(engine, NOW)["slots"] == 1
    with store.read() as tx:
        kept = tx.slots.of(member.space_id, KIND, member.id)
    assert kept is not None
    assert kept.recurrence.minute == 59
    with store.write() as tx:
        tx.slots.leave(member.space_id, KIND, member.id)
    assert expire(engine, NOW)["slots"] == 0


def test_a_time_that_is_chosen_while_it_goes_is_there(engine: Engine, store: DatabaseStore) -> None:
    """A member goes back and forth between two times while orphans are deleted."""
    member = enrol(store)
    stop, failed = threading.Event(), list[Exception]()

    def prune() -> None:
        while not stop.is_set():
            try:
                Expiry(engine).step(NOW)
            except Exception as error:  # noqa: BLE001  shown below
                failed.append(error)

    thread = threading.Thread(target=prune)
    thread.start()
    try:
        for turn in range(60):
            point(store, member, turn % 2)
    finally:
        stop.set()
        thread.join()
    assert failed == []
    with engine.connect() as connection:
        pointed = select(slots.c.minute).join(slot_subjects, slot_subjects.c.slot_id == slots.c.id)
        assert connection.execute(pointed).scalars().all() == [1]


def test_of_the_playground_the_newest_messages_stay(engine: Engine) -> None:
    texts = dict.fromkeys(("space", "channel", "sender", "kind", "body"), "x")
    numbers = range(1, MESSAGES_MOST + 31)
    with engine.begin() as connection:
        rows = [{**texts, "at": NOW, "revision": number} for number in numbers]
        connection.execute(insert(playground_messages), rows)
        connection.execute(
            insert(playground_keys), [{"key": str(number), "entry_id": number} for number in numbers]
        )
    left = expire(engine, NOW)
    assert (left["playground_messages"], left["playground_keys"]) == (MESSAGES_MOST, MESSAGES_MOST)
    with engine.connect() as connection:
        assert min(connection.execute(select(playground_messages.c.id)).scalars()) == 31


def test_a_look_at_a_full_outbox_reads_only_its_beginning(
    sqlite_engine: Engine, sqlite_store: DatabaseStore
) -> None:
    """Rows of years wait for their period: the hourly look must not read them all."""
    found = RULES["ledger"].find(NOW, 500)
    with sqlite_engine.connect() as connection:
        plan = connection.exec_driver_sql(
            "EXPLAIN QUERY PLAN " + str(found.compile(sqlite_engine, compile_kwargs={"literal_binds": True}))
        )
        steps = [row[3] for row in plan]
    assert any("SEARCH ledger USING INTEGER PRIMARY KEY" in step for step in steps), steps
    del sqlite_store


class Unmoved:
    """A clock that nobody has set for an hour."""

    steady_seconds = 3_600.0


async def test_cairn_prunes_by_itself(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    app = build(settings, settings.playground_url)
    try:
        member = enrol(app.store)
        for minute in range(3):
            point(app.store, member, minute)
        for pruner in app.pruners:
            await replace(pruner, wall=Unmoved()).prune()
        with app.store.read() as tx:
            assert [slot.recurrence.minute for slot in tx.slots.page(0, 10)] == [2]
    finally:
        app.close()
