"""Remedies keep their promises, pauses cost nothing, and marks are the same when pressed twice."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.core.domain.alignment import align
from bot.core.domain.late import catch_up, extend, rebalance, remedies
from bot.core.domain.marks import mark_done, mark_undone, skip_goal, unskip_goal
from bot.core.domain.pace import change_pace
from bot.core.domain.packing import most_hours
from bot.core.domain.pauses import pause_until, resume
from bot.core.domain.plans import (
    Plan,
    hours_spent,
    last_day,
    late_goals,
    monday_of_week,
    phase_of_week,
    place_at,
    zone_of,
)
from bot.core.domain.progress import count_streak, measure
from bot.core.domain.undo import can_undo, undo_arrangement
from bot.core.errors import InvalidInput
from bot.core.time import DAY, DAY_STARTS, WEEK, local_day, resolve, start_monday
from tests.properties.plan_values import modest, paces, plans, todo_hours, weeks_by_goal


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


def order_of(plan: Plan) -> list[str]:
    """What is left to do, in the order in which the plan shows it."""
    left = [goal for goal in plan.goals if goal.state == "todo"]
    return [goal.goal_id for goal in sorted(left, key=lambda goal: (goal.week, goal.position))]


@modest
@given(lived())
def test_every_remedy_keeps_the_order(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    first = place_at(plan, now).week
    late = {goal.goal_id for goal in late_goals(plan, now)}
    for remedy in remedies(plan, now):
        if remedy.plan is None:
            continue
        assert order_of(remedy.plan) == order_of(plan)
        before, after = weeks_by_goal(plan), weeks_by_goal(remedy.plan)
        for goal_id in order_of(plan):
            assert after[goal_id] >= before[goal_id], "nothing comes earlier"
            phase = phase_of_week(plan, first if goal_id in late else before[goal_id]) or phase_of_week(
                plan, plan.weeks - 1
            )
            if remedy.kind == "extend":
                stands_in = phase_of_week(remedy.plan, after[goal_id])
                assert (stands_in and stands_in.phase_id) == (phase and phase.phase_id)


@modest
@given(lived())
def test_no_remedy_makes_a_week_too_full(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    first = place_at(plan, now).week
    for remedy in remedies(plan, now):
        if remedy.plan is None:
            continue
        for week in range(first, remedy.plan.weeks):
            spent = hours_spent(plan, now) if week == first else 0
            old = week - (remedy.plan.weeks - plan.weeks)
            held = max(todo_hours(plan, week) if week < plan.weeks else 0, todo_hours(plan, old))
            assert todo_hours(remedy.plan, week) + spent <= max(most_hours(plan.pace), held + spent)


@modest
@given(lived())
def test_catching_up_takes_two_weeks_and_the_same_end(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    changed, first = catch_up(plan, now).plan, place_at(plan, now).week
    if changed is not None:
        assert (changed.phases, changed.pauses, last_day(changed)) == (
            plan.phases,
            plan.pauses,
            last_day(plan),
        )
        after = weeks_by_goal(changed)
        assert all(after[goal.goal_id] in (first, first + 1) for goal in late_goals(plan, now))


@modest
@given(lived())
def test_spreading_out_finds_room_whenever_catching_up_does(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    caught, spread_out = catch_up(plan, now).plan, rebalance(plan, now).plan
    assert caught is None or spread_out is not None
    if spread_out is None:
        return
    assert (spread_out.phases, last_day(spread_out)) == (plan.phases, last_day(plan))
    if caught is not None and (
        stay_in_phases(plan, caught, now) or not stay_in_phases(plan, spread_out, now)
    ):
        assert unevenness(spread_out, now) <= unevenness(caught, now)
    if caught is not None and stay_in_phases(plan, caught, now):
        assert stay_in_phases(plan, spread_out, now)


def stay_in_phases(plan: Plan, changed: Plan, now: datetime) -> bool:
    """Whether nothing went to another phase: late goals are taken by the present one."""
    first, before, after = place_at(plan, now).week, weeks_by_goal(plan), weeks_by_goal(changed)
    return all(
        phase_of_week(plan, after[goal_id]) == phase_of_week(plan, max(first, before[goal_id]))
        for goal_id in order_of(plan)
    )


def unevenness(plan: Plan, now: datetime) -> int:
    first = place_at(plan, now).week
    loads = [todo_hours(plan, week) for week in range(first, plan.weeks)]
    loads[0] += hours_spent(plan, now)
    return sum(load * load for load in loads)


@modest
@given(lived())
def test_extending_takes_the_fewest_weeks(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    late, first = late_goals(plan, now), place_at(plan, now).week
    changed = extend(plan, now).plan
    if not late:
        assert changed is None
        return
    assert changed is not None, "extending always works"
    over = max(0, first - plan.weeks)
    weeks = changed.weeks - plan.weeks - over
    assert 1 <= weeks <= len(late) + 1
    assert last_day(changed) == monday_of_week(plan, plan.weeks - 1 + over + weeks) + 6 * DAY
    moved = {goal.goal_id for goal in late}
    for old, new in zip(plan.goals, changed.goals, strict=True):
        if old.state == "todo" and old.goal_id not in moved:
            assert new.week >= old.week + weeks
    # With a week less there is no way: neither for the late goals alone, nor with what they push back.
    if weeks > 1 and not over and len(order_of(plan)) <= 7:
        assert not any(True for _ in orderly_ways(plan, now, weeks - 1))


def orderly_ways(plan: Plan, now: datetime, weeks: int) -> Iterator[tuple[int, ...]]:
    """Every way to place what is left in order when the plan has so many weeks more, by brute force."""
    first = place_at(plan, now).week
    ids, before = order_of(plan), weeks_by_goal(plan)
    hours = {goal.goal_id: goal.hours for goal in plan.goals}
    ends, most = {}, most_hours(plan.pace)
    for week in range(first, plan.weeks):
        phase = phase_of_week(plan, week)
        same = [each for each in range(plan.weeks) if phase_of_week(plan, each) == phase]
        ends[week] = max(same) + weeks
    for way in itertools.combinations_with_replacement(range(first, plan.weeks + weeks), len(ids)):
        load = dict.fromkeys(range(first, plan.weeks + weeks), 0)
        load[first] += hours_spent(plan, now)
        for goal_id, week in zip(ids, way, strict=True):
            load[week] += hours[goal_id]
            late = before[goal_id] < first
            earliest = first if late else before[goal_id] + weeks
            if not earliest <= week <= ends[max(first, before[goal_id])]:
                break
        else:
            if all(
                load[week] <= max(most, todo_hours(plan, week - weeks) if week >= first + weeks else 0)
                for week in load
            ):
                yield way


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


@modest
@given(lived(), st.data())
def test_undo_leads_back_whatever_was_done_meanwhile(
    case: tuple[Plan, datetime], data: st.DataObject
) -> None:
    plan, now = case
    for remedy in remedies(plan, now):
        if remedy.plan is None:
            continue
        goal = data.draw(st.sampled_from(plan.goals))
        marked, expected = mark_done(remedy.plan, goal.goal_id, now), mark_done(plan, goal.goal_id, now)
        assert can_undo(marked)
        undone = undo_arrangement(marked)
        assert undone == replace(expected, undo=None)
        assert undo_arrangement(undone) == undone


@modest
@given(lived(), paces)
def test_undo_is_over_once_the_plan_was_packed_again(case: tuple[Plan, datetime], pace: int) -> None:
    plan, now = case
    for remedy in remedies(plan, now):
        if remedy.plan is None:
            continue
        try:
            changed = change_pace(remedy.plan, pace, now).plan
        except InvalidInput:
            continue
        if weeks_by_goal(changed) != weeks_by_goal(remedy.plan):
            undone = undo_arrangement(changed)
            assert undone == changed or can_undo(changed), "only what still stands where it was put"
        assert {goal.goal_id: goal.state for goal in undo_arrangement(changed).goals} == {
            goal.goal_id: goal.state for goal in changed.goals
        }


@modest
@given(lived())
def test_undo_loses_no_goal_that_was_added_meanwhile(case: tuple[Plan, datetime]) -> None:
    plan, now = case
    for remedy in remedies(plan, now):
        if remedy.plan is None:
            continue
        added = replace(plan.goals[0], goal_id="added", week=remedy.plan.weeks - 1, state="todo")
        changed = replace(remedy.plan, goals=(*remedy.plan.goals, added))
        undone = undo_arrangement(changed)
        assert added in undone.goals
        assert can_undo(changed) == (remedy.plan.weeks == plan.weeks)
        assert undone.weeks == (plan.weeks if can_undo(changed) else changed.weeks)
