"""What a space leaves behind is deleted when its time is over: all of it, and nothing of anybody else's."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select, update

from bot.core.errors import TryAgain
from bot.scheduling.pruner import STEADY_SECONDS, Pruner
from bot.storage.purge import OWNED, SHARED, Purge
from bot.storage.store import DatabaseStore
from bot.storage.tables import direct_channels, members, metadata, plan_goals, spaces
from tests.contract.storing import NOW, RIDGE, count_rows, enrol
from tests.migrations.test_migrations import fill

DAY = timedelta(days=1)
KEEP = 30 * DAY


def leave(engine: Engine, space: int, days: int) -> None:
    """The space went so many days ago, and nobody has used Cairn there since."""
    gone = NOW - days * DAY
    with engine.begin() as connection:
        one = update(spaces).where(spaces.c.id == space)
        connection.execute(one.values(gone_at=gone, back_at=None))
        theirs = update(members).where(members.c.space_id == space)
        connection.execute(theirs.values(seen_on=gone.date() - DAY))


def owners(engine: Engine) -> dict[str, set[int]]:
    with engine.connect() as connection:
        return {one.name: set(connection.execute(select(one.c.space_id)).scalars()) for one in OWNED}


def run(purge: Purge) -> int:
    steps = 0
    while purge.step(NOW - KEEP):
        steps += 1
    return steps


def test_every_table_is_some_space_s_or_nobody_s() -> None:
    owned = {one.name for one in OWNED}
    assert not owned & SHARED
    assert owned | SHARED | {"spaces"} == set(metadata.tables), "say in storage/purge.py whose rows these are"


@pytest.mark.parametrize("batch", [1, 500])
def test_everything_of_the_space_goes_and_nothing_else(engine: Engine, batch: int) -> None:
    fill(engine)
    leave(engine, 1, 29)
    leave(engine, 2, 31)
    with engine.begin() as connection:
        connection.execute(update(spaces).where(spaces.c.id == 3).values(gone_at=None))
    before = count_rows(engine)
    assert run(Purge(engine, batch)) > 1
    after = count_rows(engine)
    assert all(kept == {1, 3} for kept in owners(engine).values())
    assert {name for name in before if before[name] != after[name]} == {
        *(one.name for one in OWNED),
        "spaces",
        "direct_channels",
    }
    with engine.connect() as connection:
        assert set(connection.execute(select(spaces.c.id)).scalars()) == {1, 3}
        assert set(connection.execute(select(direct_channels.c.channel)).scalars()) == {"text 1", "text 3"}


def test_who_comes_back_while_it_is_being_deleted_begins_anew(engine: Engine, store: DatabaseStore) -> None:
    first = enrol(store)
    leave(engine, first.space_id, 31)
    purge = Purge(engine)
    assert purge.step(NOW - KEEP)
    with store.write() as tx:
        tx.spaces.back(RIDGE.address, NOW)
    again = enrol(store)
    run(purge)
    assert owners(engine)["members"] == {again.space_id} != {first.space_id}


def test_nothing_is_deleted_early(engine: Engine) -> None:
    fill(engine)
    for space in (1, 2, 3):
        leave(engine, space, 30)
    before = count_rows(engine)
    assert run(Purge(engine)) == 0
    assert count_rows(engine) == before


class Wall:
    """A clock that nobody has set for so long."""

    steady_seconds = STEADY_SECONDS


async def test_nothing_is_deleted_by_a_clock_that_was_just_set(engine: Engine) -> None:
    """A year ahead, everything is old enough."""
    fill(engine)
    leave(engine, 2, 1)
    purge, wall = Purge(engine), Wall()
    before = count_rows(engine)

    async def step(then: datetime) -> bool:
        return purge.step(then)

    pruner = Pruner(step, lambda: NOW + timedelta(days=365), KEEP, wall)
    wall.steady_seconds = STEADY_SECONDS - 1
    await pruner.prune()
    assert count_rows(engine) == before
    wall.steady_seconds = STEADY_SECONDS
    await pruner.prune()
    assert count_rows(engine) != before


async def test_the_pruner_takes_short_steps_and_leaves_what_it_has_no_time_for(engine: Engine) -> None:
    fill(engine)
    leave(engine, 2, 31)
    purge, busy = Purge(engine, 1), [False, False, True]

    async def step(before: object) -> bool:
        assert before == NOW - KEEP
        if busy and busy.pop(0):
            raise TryAgain("busy")
        return purge.step(NOW - KEEP)

    wall = Wall()
    pruner = Pruner(step, lambda: NOW, KEEP, wall)
    await pruner.prune()
    assert 2 in set().union(*owners(engine).values())
    await pruner.prune()
    assert 2 not in set().union(*owners(engine).values())
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(plan_goals)) == 2
