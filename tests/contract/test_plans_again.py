"""Plans that are finished or begun again: what was done stays done, and says what somebody knows."""

import pytest

from bot.core.chat.call import Pressed
from bot.core.chat.codec import encode
from bot.core.handlers.history import known_profile
from bot.core.ports import Store
from bot.core.request import Context
from bot.core.views import presses
from tests.contract.planning import CONTENT, HERE, SAM, Desk


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def finish(desk: Desk, most: int | None = None) -> list[str]:
    """Presses Done for every goal of the plan, or for the first ones; their ids."""
    plan = desk.plan()
    done = [goal.goal_id for goal in plan.goals][:most]
    for goal_id in done:
        desk.tell(Pressed(encode(presses.DONE(plan.id, goal_id, 0, 1))))
    return done


def test_a_finished_plan_is_history_and_is_not_offered_again(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    finish(desk)
    weeks = desk.type("progress")
    assert "finished" in desk.type("plan history")
    assert "nothing is left to plan" in desk.type("plan start")
    assert "finished" in desk.type("plan history")
    assert desk.type("progress") == weeks


def test_a_plan_that_is_begun_again_leaves_out_what_was_done(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    done = finish(desk, 5)
    desk.type("plan reset")
    desk.press("End it")
    told = desk.type("plan start")
    assert "You have done it already." in told
    assert desk.plan().zone == "Europe/Lisbon"
    assert not {goal.goal_id for goal in desk.plan().goals} & set(done)
    assert "1 week in a row" in desk.type("progress")


def test_what_is_done_raises_the_levels_that_were_rated_before(desk: Desk) -> None:
    desk.type("plan start", zone="Lisbon")
    plan = desk.plan()
    done = [CONTENT.goals[goal_id] for goal_id in finish(desk, 12)]
    grown = {gap_id: level for goal in done for gap_id, level in goal.grows}
    assert grown
    with desk.store.read() as tx:
        member = tx.members.find(HERE, SAM)
        assert member is not None
        known = known_profile(Context(tx, desk.library), member)
    assert plan.goals
    assert all(known.level(gap_id) >= level for gap_id, level in grown.items())
