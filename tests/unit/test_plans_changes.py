"""Late goals, another pace, added goals and an edited curriculum, by hand."""

from datetime import date, timedelta

import pytest

from bot.core.domain.alignment import align
from bot.core.domain.late import Remedy, catch_up, extend, rebalance, remedies
from bot.core.domain.marks import end_plan, find_goal, mark_done, mark_undone, skip_goal, unskip_goal
from bot.core.domain.pace import add_goals, change_pace
from bot.core.domain.pauses import pause_until
from bot.core.domain.plans import Plan, last_day, late_goals, place_at
from bot.core.errors import InvalidInput
from tests.properties.plan_values import instant, make_goal, make_phase, make_plan, weeks_by_goal


def roomy() -> Plan:
    """Six weeks with one goal of two hours each, at 4 hours a week: every week has room for three more."""
    return make_plan(make_phase("a", (3, 3), (2, 2, 2)), make_phase("b", (3, 3), (2, 2, 2)))


def full() -> Plan:
    """Four weeks with one goal of four hours each, at 4 hours a week: no week has room for a second one."""
    return make_plan(make_phase("a", (2, 3), (4, 4)), make_phase("b", (2, 3), (4, 4)))


def taken(remedy: Remedy) -> Plan:
    assert remedy.plan is not None
    return remedy.plan


def test_catching_up_fills_this_week_and_the_next() -> None:
    plan = taken(catch_up(roomy(), instant(2)))
    assert weeks_by_goal(plan) == {"a0": 2, "a1": 2, "a2": 3, "b0": 3, "b1": 4, "b2": 5}
    assert [goal.carried for goal in plan.goals] == [1, 1, 0, 0, 0, 0]
    assert catch_up(roomy(), instant(4)).reason == "no-room"


def test_rebalancing_spreads_over_what_remains() -> None:
    remedy = rebalance(roomy(), instant(3))
    assert weeks_by_goal(taken(remedy)) == {"a0": 3, "a1": 3, "a2": 4, "b0": 4, "b1": 5, "b2": 5}
    assert remedy.end == last_day(roomy())
    assert rebalance(roomy(), instant(4)).reason == "no-room"


def test_extending_moves_everything_back_by_the_fewest_weeks() -> None:
    remedy = extend(full(), instant(2))
    plan = taken(remedy)
    assert weeks_by_goal(plan) == {"a0": 2, "a1": 3, "b0": 4, "b1": 5}
    assert [(phase.weeks, phase.weeks_max) for phase in plan.phases] == [(2, 3), (4, 3)]
    assert remedy.end == last_day(full()) + timedelta(weeks=2)
    assert late_goals(plan, instant(2)) == ()


def test_extending_uses_the_room_there_is() -> None:
    plan = taken(extend(roomy(), instant(4)))
    assert plan.weeks == 7
    assert weeks_by_goal(plan) == {"a0": 4, "a1": 4, "a2": 5, "b0": 5, "b1": 6, "b2": 6}


def test_what_was_done_this_week_takes_its_room() -> None:
    plan = mark_done(mark_done(roomy(), "a1", instant(1)), "b2", instant(2))
    assert weeks_by_goal(taken(catch_up(plan, instant(2)))) == {
        **weeks_by_goal(plan),
        "a0": 2,
        "a2": 3,
    }, "this week holds 2 of its 5 hours already"


def test_behind_the_last_week_only_extending_is_left() -> None:
    plan = mark_done(full(), "a0", instant(0))
    now = instant(6)
    assert [remedy.reason for remedy in remedies(plan, now)] == ["no-weeks", "no-weeks", None]
    extended = taken(extend(plan, now))
    assert weeks_by_goal(extended) == {"a0": 0, "a1": 6, "b0": 7, "b1": 8}
    assert (extended.weeks, place_at(extended, now).kind) == (9, "studying")
    assert [phase.weeks for phase in extended.phases] == [2, 7]


def test_during_a_pause_the_late_goals_wait_behind_it() -> None:
    plan = pause_until(roomy(), date(2027, 2, 1), instant(2))
    assert weeks_by_goal(taken(catch_up(plan, instant(3)))) == weeks_by_goal(
        taken(catch_up(roomy(), instant(2)))
    )


@pytest.mark.parametrize(
    ("plan", "week", "reason"), [(roomy(), 0, "nothing-late"), (end_plan(roomy()), 3, "ended")]
)
def test_every_remedy_says_why_it_cannot_work(plan: Plan, week: int, reason: str) -> None:
    for remedy in remedies(plan, instant(week)):
        assert (remedy.plan, remedy.end, remedy.reason) == (None, None, reason)


def test_more_hours_shorten_what_is_left_down_to_the_minimum() -> None:
    plan = make_plan(make_phase("a", (2, 4), (4, 4, 4, 4)), make_phase("b", (1, 3), (4, 4, 4)))
    repacked = change_pace(mark_done(plan, "a0", instant(0)), 8, instant(1))
    assert weeks_by_goal(repacked.plan) == {"a0": 0, "a1": 1, "a2": 1, "a3": 2, "b0": 3, "b1": 3, "b2": 4}
    assert [phase.weeks for phase in repacked.plan.phases] == [3, 2]
    assert repacked.set_aside == ()
    assert change_pace(repacked.plan, 8, instant(2)).plan is repacked.plan


def test_late_goals_stay_late_at_another_pace() -> None:
    repacked = change_pace(full(), 8, instant(1))
    assert [goal.goal_id for goal in late_goals(repacked.plan, instant(1))] == ["a0"]


def test_an_extended_phase_may_stay_as_long_as_it_is() -> None:
    extended = taken(extend(full(), instant(2)))
    assert [phase.weeks for phase in change_pace(extended, 5, instant(2)).plan.phases] == [2, 4]


def test_the_present_week_stays_in_its_phase() -> None:
    plan = mark_done(mark_done(full(), "a1", instant(1)), "a0", instant(1))
    repacked = change_pace(plan, 20, instant(1)).plan
    assert [phase.weeks for phase in repacked.phases] == [2, 2]
    assert weeks_by_goal(repacked)["b0"] == 2


def test_fewer_hours_set_the_last_stretch_goals_aside() -> None:
    phase = make_phase("a", (1, 2), (4, 4))
    stretch = (make_goal("a2", 4, core=False), make_goal("a3", 2, core=False))
    plan = make_plan(type(phase)("a", 1, 2, (*phase.goals, *stretch)), pace=10)
    repacked = change_pace(plan, 4, instant(0))
    assert set(repacked.set_aside) == {"a2", "a3"}
    assert [goal.state for goal in repacked.plan.goals] == ["todo", "todo", "skipped", "skipped"]
    back = unskip_goal(repacked.plan, "a3")
    assert find_goal(back, "a3").week < back.weeks


def test_fewer_hours_than_the_core_needs_are_refused() -> None:
    plan = make_plan(make_phase("a", (2, 2), (1, 5, 4)), pace=8)
    with pytest.raises(InvalidInput) as refused:
        change_pace(plan, 4, instant(0))
    assert (refused.value.reason, refused.value.facts) == ("pace.tight", {"pace": "4"})


def test_added_goals_go_where_there_is_room() -> None:
    added = [("a", make_goal("x0", 3)), ("b", make_goal("x1", 3)), ("a", make_goal("a0", 2))]
    plan = add_goals(skip_goal(roomy(), "a0"), added, instant(1))
    assert {key: week for key, week in weeks_by_goal(plan).items() if key[0] == "x"} == {"x0": 1, "x1": 3}
    assert [goal.goal_id for goal in plan.goals[-2:]] == ["x0", "x1"]
    assert find_goal(plan, "a0").state == "skipped", "what is there is left alone"
    assert add_goals(plan, added, instant(1)) is plan


@pytest.mark.parametrize(("week", "reason"), [(0, "plan.full"), (4, "plan.over")])
def test_goals_that_do_not_fit_are_refused(week: int, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        add_goals(full(), [("b", make_goal("x0", 2))], instant(week))
    assert refused.value.reason == reason


def test_a_renamed_goal_keeps_its_state_through_any_number_of_names() -> None:
    plan = mark_done(full(), "a0", instant(0))
    aligned = align(plan, {"a9", "a1", "b0", "b1"}, {"a0": "a5", "a5": "a9"})
    assert aligned.renamed == (("a0", "a9"),)
    assert (find_goal(aligned.plan, "a9").state, find_goal(aligned.plan, "a9").week) == ("done", 0)


def test_a_removed_goal_stays_only_when_it_is_done() -> None:
    plan = mark_done(full(), "a0", instant(0))
    aligned = align(plan, {"b0", "b1", "new"}, {"a1": "a2", "a2": "a1"})
    assert [goal.goal_id for goal in aligned.plan.goals] == ["a0", "b0", "b1"]
    assert [goal.goal_id for goal in aligned.removed] == ["a1"]
    assert aligned.plan.weeks == plan.weeks


def test_of_two_goals_that_became_one_the_done_one_stays() -> None:
    plan = mark_done(skip_goal(full(), "a0"), "b0", instant(0))
    aligned = align(plan, {"a0", "b1"}, {"a1": "a0", "b0": "a0"})
    assert [(goal.goal_id, goal.state, goal.week) for goal in aligned.plan.goals] == [
        ("a0", "done", 2), ("b1", "todo", 3)
    ]  # fmt: skip
    assert {goal.goal_id for goal in aligned.merged} == {"a0", "a1"}


def test_an_undone_goal_whose_week_is_gone_goes_to_the_last_one() -> None:
    plan = mark_done(make_plan(make_phase("a", (1, 4), (4, 4, 4, 4))), "a3", instant(0))
    shorter = change_pace(plan, 20, instant(0)).plan
    assert (shorter.weeks, find_goal(shorter, "a3").week) == (1, 3), "what is done doesn't move"
    assert find_goal(mark_undone(shorter, "a3"), "a3").week == 0
