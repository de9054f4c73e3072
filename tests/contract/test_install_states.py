"""States of installs, on both databases: good once, for ten minutes, and no row until somebody uses one."""

import hashlib
import random
import threading
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot.storage.install_states import MAX_USED, STATE_LIFE, InstallStates
from bot.storage.sealing import Seal, make_key
from bot.storage.tables import install_states

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
SECOND = timedelta(seconds=1)
OLD_KEY, NEW_KEY = make_key(), make_key()
FLOOD = 20_000


@pytest.fixture
def states(engine: Engine) -> InstallStates:
    return InstallStates(engine, Seal([OLD_KEY]))


def count_rows(engine: Engine) -> int:
    with engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(install_states)) or 0


def test_a_state_is_used_by_one_of_many(states: InstallStates) -> None:
    state, start, came = states.issue(NOW), threading.Barrier(8), list[bool]()

    def use() -> None:
        start.wait(10)
        came.append(states.consume(state, NOW))

    threads = [threading.Thread(target=use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(came) == [False] * 7 + [True]


def test_a_state_ends_after_ten_minutes(states: InstallStates) -> None:
    state = states.issue(NOW)
    assert not states.consume(state, NOW + STATE_LIFE)
    assert states.consume(state, NOW + STATE_LIFE - SECOND)


def test_no_flood_of_beginnings_takes_a_row(states: InstallStates, engine: Engine) -> None:
    assert len({states.issue(NOW) for _ in range(FLOOD)}) == FLOOD
    assert count_rows(engine) == 0
    assert states.consume(states.issue(NOW), NOW)


def test_used_states_take_a_bounded_room_and_none_once_they_have_ended(
    states: InstallStates, engine: Engine
) -> None:
    with engine.begin() as connection:
        rows = [{"digest": str(number), "expires_at": NOW + SECOND} for number in range(MAX_USED)]
        connection.execute(install_states.insert(), rows)
    state = states.issue(NOW)
    assert states.consume(state, NOW)
    assert not states.consume(state, NOW)
    assert count_rows(engine) == MAX_USED
    assert states.consume(states.issue(NOW + SECOND), NOW + SECOND)
    assert count_rows(engine) == 2


def test_nothing_changed_or_signed_by_another_is_taken(states: InstallStates, engine: Engine) -> None:
    chance, state = random.Random(3), states.issue(NOW)
    for _ in range(500):
        at = chance.randrange(len(state))
        other = chance.choice([one for one in "abcdef0123456789.-_" if one != state[at]])
        assert not states.consume(state[:at] + other + state[at + 1 :], NOW)
    for odd in (
        "",
        "forged",
        "2...",
        f"2.{'9' * 12}.{'A' * 22}.{'0' * 64}",
        "ü" * 43,
        state + "\n",
        "A" * 43,
    ):
        assert not states.consume(odd, NOW)
    assert not states.consume(InstallStates(engine, Seal([NEW_KEY])).issue(NOW), NOW)
    assert count_rows(engine) == 0
    assert states.consume(state, NOW)


def test_a_state_outlives_a_change_of_keys(states: InstallStates, engine: Engine) -> None:
    both = InstallStates(engine, Seal([NEW_KEY, OLD_KEY]))
    state = states.issue(NOW)
    assert both.consume(state, NOW)
    assert not states.consume(state, NOW)
    assert not states.consume(both.issue(NOW), NOW)


def test_a_state_of_the_release_before_is_good_once_until_it_ends(
    states: InstallStates, engine: Engine
) -> None:
    kept, ended = "k" * 43, "e" * 43
    with engine.begin() as connection:
        for state, end in ((kept, NOW + SECOND), (ended, NOW)):
            row = {"digest": hashlib.sha256(state.encode()).hexdigest(), "expires_at": end}
            connection.execute(install_states.insert(), row)
    assert states.consume(kept, NOW)
    assert not states.consume(kept, NOW)
    assert not states.consume(ended, NOW)


def test_what_was_used_here_is_unknown_to_the_release_before(states: InstallStates, engine: Engine) -> None:
    """That one takes whatever stands in the table by its digest."""
    state = states.issue(NOW)
    states.consume(state, NOW)
    with engine.connect() as connection:
        (digest,) = connection.scalars(select(install_states.c.digest))
    assert digest != hashlib.sha256(state.encode()).hexdigest()
