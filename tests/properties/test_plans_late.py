"""Remedies keep their promises, pauses cost nothing, and marks are the same when pressed twice."""

import itertools
from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.domain.alignment import align
from bot.core.domain.late import catch_up, extend, rebalance, remedies
from bot.core.domain.marks import mark_done, mark_undone, skip_goal, unskip_goal
from bot.core.domain.packing import fill, most_hours
from bot.core.domain.pauses import pause_until, resume
from bot.core.domain.plans import (
    Plan,
    hours_spent,
    last_day,
    late_goals,
    monday_of_week,
    place_at,
    zone_of,
)
from bot.core.domain.progress import count_streak, measure
from bot.core.time import DAY, DAY_STARTS, WEEK, local_day, resolve, start_monday
from tests.properties.plan_values import modest, plans, todo_hours, weeks_by_goal


@st.composite
def lived(draw: st.DrawFn) -> tuple[Plan, datetime]:
    """A plan some weeks in, of which some goals are done and some are skipped."""
    plan = draw(plans())
    begin = resolve(plan.start, DAY_STARTS, zone_of(plan))
    now = begin
    for goal in plan.goals:
        what = draw(st.sampled_from(("done", "done", "nothing", "nothing", "skip")))
        if what == "done":
            now += timedelta(hours=draw(st.integers(0, 100)))
            plan = mark_done(plan, goal.goal_id, now)
        elif what == "skip":
            plan = skip_goal(plan, goal.goal_id)
    return plan, now + timedelta(hours=draw(st.integers(0, 24 * 7 * 4)))


@modest
@given(lived())
def test_no_remedy_loses_a_goal_or_moves_what_is_done(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    late = {goal.goal_id: goal for goal in late_goals(plan, now)}
    for remedy in remedies(plan, now):
        assert (remedy.plan is None) == (remedy.reason is not None) == (remedy.end is None)
        if remedy.plan is None:
            continue
        assert remedy.end == last_day(remedy.plan)
        assert late_goals(remedy.plan, now) == ()
        assert count_streak(remedy.plan, now).weeks >= count_streak(plan, now).weeks
        for old, new in zip(plan.goals, remedy.plan.goals, strict=True):
            assert (old.goal_id, old.state, old.done_at) == (new.goal_id, new.state, new.done_at)
            assert new.carried == old.carried + (old.goal_id in late)
            assert old.state != "done" or old == new


@modest
@given(lived())
def test_catching_up_takes_two_weeks_and_moves_nothing_else(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    check_same_end(plan, catch_up(plan, now).plan, now, weeks=2)


@modest
@given(lived())
def test_rebalancing_keeps_the_end_and_moves_nothing_else(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    check_same_end(plan, rebalance(plan, now).plan, now, weeks=plan.weeks)


def check_same_end(plan: Plan, changed: Plan | None, now: datetime, weeks: int) -> None:
    late, first = late_goals(plan, now), place_at(plan, now).week
    window = range(first, min(first + weeks, plan.weeks))
    if changed is None:
        most, spent = most_hours(plan.pace), hours_spent(plan, now)
        loads = [todo_hours(plan, week) + (spent if week == first else 0) for week in window]
        assert not late or fill([goal.hours for goal in late], loads, most) is None, "it would have worked"
        return
    assert (changed.phases, changed.pauses, last_day(changed)) == (plan.phases, plan.pauses, last_day(plan))
    before, after = weeks_by_goal(plan), weeks_by_goal(changed)
    moved = {goal.goal_id for goal in late}
    assert {each: after[each] for each in after if each not in moved} == {
        each: before[each] for each in before if each not in moved
    }
    assert all(after[each] in window for each in moved)
    for week in {after[each] for each in moved}:
        assert todo_hours(changed, week) <= most_hours(plan.pace)
    order = [after[goal.goal_id] for goal in late]
    assert order == sorted(order), "the late goals keep their order"


@modest
@given(lived())
def test_extending_shifts_the_end_by_the_fewest_weeks(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    late, first = late_goals(plan, now), place_at(plan, now).week
    changed = extend(plan, now).plan
    if not late:
        assert changed is None
        return
    assert changed is not None, "extending always works"
    over = max(0, first - plan.weeks)
    weeks = changed.weeks - plan.weeks - over
    assert weeks >= 1
    assert last_day(changed) == monday_of_week(plan, plan.weeks - 1 + over + weeks) + 6 * DAY
    moved = {goal.goal_id for goal in late}
    for old, new in zip(plan.goals, changed.goals, strict=True):
        if old.state != "done" and old.goal_id not in moved:
            assert new.week == old.week + (weeks if old.week >= first else 0)
    for goal in late:
        assert todo_hours(changed, weeks_by_goal(changed)[goal.goal_id]) <= most_hours(plan.pace)
    # With a week less there is no way, whichever week each late goal goes to.
    if weeks > 1 and len(late) <= 4:
        fewer = weeks - 1
        loads = [hours_spent(plan, now), *(0 for _ in range(fewer - 1))]
        loads += [todo_hours(plan, week) for week in range(first, plan.weeks)]
        for way in itertools.combinations_with_replacement(range(len(loads)), len(late)):
            total = list(loads)
            for week, goal in zip(way, late, strict=True):
                total[week] += goal.hours
            assert any(total[week] > most_hours(plan.pace) for week in way)


@modest
@given(lived(), st.integers(1, 200))
def test_a_pause_shifts_what_is_left_by_whole_weeks(case: tuple[Plan, datetime], days: int) -> None:
    plan, now = case
    place = place_at(plan, now)
    assume(place.kind == "studying")
    today = local_day(now, zone_of(plan))
    paused = pause_until(plan, today + days * DAY, now)
    back = start_monday(today + days * DAY)
    assert place_at(paused, now).kind == "paused"
    assert monday_of_week(paused, place.week) == back
    for week in range(plan.weeks):
        shift = monday_of_week(paused, week) - monday_of_week(plan, week)
        assert shift == (back - monday_of_week(plan, place.week) if week >= place.week else timedelta(0))
    moment, end = now, resolve(back, DAY_STARTS, zone_of(plan))
    while moment < end:
        assert late_goals(paused, moment) == late_goals(plan, now), "nothing becomes late in a pause"
        assert count_streak(paused, moment).weeks == count_streak(plan, now).weeks
        moment += WEEK / 2
    assert place_at(paused, end).kind == "studying"
    assert pause_until(paused, today + days * DAY, now) == paused
    assert resume(paused, now) == plan, "resuming in the first week undoes the pause"


@modest
@given(lived(), st.integers(10, 60), st.integers(7, 70))
def test_resuming_goes_on_at_the_next_start(case: tuple[Plan, datetime], days: int, later: int) -> None:
    plan, now = case
    assume(place_at(plan, now).kind == "studying")
    paused = pause_until(plan, local_day(now, zone_of(plan)) + days * DAY, now)
    moment = now + later * DAY
    resumed = resume(paused, moment)
    if place_at(paused, moment).kind != "paused":
        assert resumed == paused
        return
    week = place_at(paused, moment).week
    assert monday_of_week(resumed, week) == start_monday(local_day(moment, zone_of(plan)))
    assert monday_of_week(resumed, week) <= monday_of_week(paused, week)
    assert resume(resumed, moment) == resumed


@modest
@given(lived(), st.data())
def test_a_mark_pressed_twice_is_the_same_mark(case: tuple[Plan, datetime], data: st.DataObject) -> None:
    plan, now = case
    goal = data.draw(st.sampled_from(plan.goals))
    later = now + timedelta(days=data.draw(st.integers(0, 30)))
    done = mark_done(plan, goal.goal_id, now)
    assert mark_done(done, goal.goal_id, later) == done
    assert skip_goal(done, goal.goal_id) == done, "a skip that comes late changes nothing"
    undone = mark_undone(done, goal.goal_id)
    assert mark_undone(undone, goal.goal_id) == undone
    skipped = skip_goal(undone, goal.goal_id)
    assert skip_goal(skipped, goal.goal_id) == skipped
    assert unskip_goal(skipped, goal.goal_id) == undone
    if goal.state == "todo":
        assert undone == plan


@modest
@given(lived(), st.data())
def test_an_edited_curriculum_takes_no_progress(case: tuple[Plan, datetime], data: st.DataObject) -> None:
    plan, now = case
    ids = [goal.goal_id for goal in plan.goals]
    fate = {each: data.draw(st.sampled_from(("stay", "stay", "rename", "merge", "remove"))) for each in ids}
    aliases = {each: f"new-{each}" for each in ids if fate[each] == "rename"}
    aliases |= {each: "new-one" for each in ids if fate[each] == "merge"}
    known = {each for each in ids if fate[each] == "stay"} | set(aliases.values())
    aligned = align(plan, known, aliases)
    assert measure(aligned.plan, now).goals_done == measure(plan, now).goals_done - sum(
        goal.state == "done" for goal in aligned.merged
    )
    after = {goal.goal_id: goal for goal in aligned.plan.goals}
    for goal in plan.goals:
        name = aliases.get(goal.goal_id, goal.goal_id)
        if fate[goal.goal_id] == "remove":
            assert (name in after) == (goal.state == "done") == (goal not in aligned.removed)
        elif fate[goal.goal_id] != "merge":
            assert (after[name].state, after[name].week) == (goal.state, goal.week)
        elif goal.state == "done":
            assert after[name].state == "done"
    assert align(aligned.plan, known, aliases).plan == aligned.plan
