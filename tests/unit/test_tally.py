from datetime import timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.marks import mark_done, skip_goal
from bot.core.domain.plans import Plan, week_at, zone_of
from bot.core.domain.tally import tally, tally_all
from bot.core.time import WEEK, week_of
from tests.properties.plan_values import instant, plans


@given(plans(), st.integers(0, 40), st.data())
def test_what_is_planned_and_done_only_grows_and_ends_with_everything(
    plan: Plan, weeks: int, data: st.DataObject
) -> None:
    now = instant(weeks)
    for goal in plan.goals:
        if data.draw(st.booleans()):
            plan = mark_done(plan, goal.goal_id, now - timedelta(weeks=data.draw(st.integers(0, 5))))
    counted = tally(plan, now)
    assert [one.planned for one in counted] == sorted(one.planned for one in counted)
    done = [one.done for one in counted if one.done is not None]
    assert done == sorted(done)
    assert counted[-1].planned == len(plan.goals)
    assert done[-1:] in ([], [sum(goal.state == "done" for goal in plan.goals)])
    assert all(later.monday - earlier.monday == WEEK for earlier, later in pairwise(counted))


@given(plans())
def test_a_skipped_goal_counts_neither_way(plan: Plan) -> None:
    skipped = skip_goal(plan, plan.goals[0].goal_id)
    assert tally(skipped, instant(0))[-1].planned == len(plan.goals) - 1
    assert week_at(plan, plan.start) == 0


@given(plans(), st.integers(0, 40), st.data())
def test_many_plans_are_counted_as_one_is(plan: Plan, weeks: int, data: st.DataObject) -> None:
    now = instant(weeks)
    for goal in plan.goals:
        if data.draw(st.booleans()):
            plan = mark_done(plan, goal.goal_id, now)
    one = {each.monday: each for each in tally(plan, now)}
    both = {each.monday: each for each in tally_all((plan, plan), week_of(now, zone_of(plan)))}
    for monday in one.keys() & both.keys():
        assert both[monday].planned == 2 * one[monday].planned
        assert both[monday].done == (None if one[monday].done is None else 2 * (one[monday].done or 0))
    last = max(both)
    assert both[last].planned == 2 * len(plan.goals)


def test_nothing_is_counted_without_a_plan() -> None:
    assert tally_all((), instant(0).date()) == ()
