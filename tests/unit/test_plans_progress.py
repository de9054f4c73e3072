"""Progress and the streak's mercy, by hand."""

from datetime import date, datetime

import pytest

from bot.core.domain.late import extend
from bot.core.domain.marks import change_zone, mark_done, skip_goal
from bot.core.domain.pauses import pause_until
from bot.core.domain.plans import Plan
from bot.core.domain.progress import count_streak, measure
from tests.properties.plan_values import instant, make_phase, make_plan


def plan_of_twelve() -> Plan:
    """Twelve weeks from 4 January 2027, one goal of four hours each: a0 to a11."""
    return make_plan(make_phase("a", (12, 12), (4,) * 12))


def done_in(plan: Plan, *weeks: int) -> Plan:
    for week in weeks:
        plan = mark_done(plan, f"a{week}", instant(week))
    return plan


def streak(plan: Plan, now: datetime) -> int:
    return count_streak(plan, now).weeks


def test_progress_counts_weeks_goals_and_hours() -> None:
    plan = skip_goal(done_in(plan_of_twelve(), 0, 2), "a3")
    progress = measure(plan, instant(4))
    assert (progress.phase_id, progress.weeks_done, progress.weeks_left) == ("a", 4, 8)
    assert (progress.goals_done, progress.goals_late, progress.goals_left, progress.goals_skipped) == (
        2,
        1,
        8,
        1,
    )
    assert (progress.hours_due, progress.hours_done) == (12, 8)
    assert progress.ratio == pytest.approx(2 / 3)
    over = measure(plan, instant(30))
    assert (over.phase_id, over.weeks_done, over.weeks_left, over.goals_left) == ("a", 12, 0, 0)


def test_there_is_no_ratio_before_anything_was_due() -> None:
    assert measure(plan_of_twelve(), instant(0)).ratio is None
    assert measure(plan_of_twelve(), instant(-3)).place.kind == "before"


def test_the_week_that_goes_on_adds_to_the_streak_but_never_ends_it() -> None:
    plan = done_in(plan_of_twelve(), 0, 1)
    assert streak(plan, instant(2, day=6)) == 2
    assert streak(done_in(plan, 2), instant(2, day=6)) == 3


def test_a_goal_counts_in_the_week_in_which_it_was_done() -> None:
    plan = mark_done(done_in(plan_of_twelve(), 0), "a1", instant(2))
    assert streak(plan, instant(2)) == 2
    assert count_streak(plan, instant(2)).frozen == (date(2027, 1, 11),)


def test_one_missed_week_a_month_is_frozen_and_the_second_ends_the_streak() -> None:
    plan = done_in(plan_of_twelve(), 0, 2)
    once = count_streak(plan, instant(3))
    assert (once.weeks, once.frozen, once.freeze_left) == (2, (date(2027, 1, 11),), False)
    assert streak(plan, instant(4)) == 0, "the weeks of 11 and 18 January were both missed"


def test_the_next_month_brings_the_next_freeze() -> None:
    plan = done_in(plan_of_twelve(), 0, 2, 3)  # missed: 11 January and 1 February
    february = count_streak(plan, instant(5))
    assert (february.weeks, february.freeze_left) == (3, False)
    assert february.frozen == (date(2027, 1, 11), date(2027, 2, 1))
    assert streak(plan, instant(6)) == 0


def test_a_freeze_is_not_wasted_while_there_is_no_streak() -> None:
    plan = done_in(plan_of_twelve(), 2)
    assert count_streak(plan, instant(3)).freeze_left
    assert streak(plan, instant(4)) == 1


def test_paused_weeks_are_neutral_and_can_still_count() -> None:
    plan = pause_until(done_in(plan_of_twelve(), 0), date(2027, 3, 1), instant(1))
    assert count_streak(plan, instant(7)).weeks == 1
    assert count_streak(plan, instant(7)).frozen == ()
    assert streak(mark_done(plan, "a1", instant(3)), instant(7)) == 2


def test_a_week_with_nothing_due_is_neutral() -> None:
    plan = done_in(plan_of_twelve(), 0)
    plan = mark_done(plan, "a1", instant(0))  # ahead of time
    plan = skip_goal(plan, "a2")
    found = count_streak(plan, instant(3))
    assert (found.weeks, found.frozen) == (1, ())


def test_a_week_that_saw_the_bot_down_is_neutral() -> None:
    plan = done_in(plan_of_twelve(), 0)
    down = ((instant(1, day=3), instant(1, day=3, hour=14)), (instant(2, day=3), instant(2, day=4)))
    assert count_streak(plan, instant(3), down).weeks == 1
    assert count_streak(plan, instant(3), down).frozen == ()
    assert count_streak(plan, instant(3), down[:1]).frozen == (date(2027, 1, 18),)
    ends_as_it_begins = ((instant(0), instant(1, hour=4)),)
    assert count_streak(plan, instant(2), ends_as_it_begins).frozen == (date(2027, 1, 11),)


def test_behind_the_last_week_nothing_is_due() -> None:
    plan = done_in(plan_of_twelve(), *range(12))
    assert streak(plan, instant(40)) == 12


def test_taking_a_remedy_mends_the_streak() -> None:
    plan = done_in(plan_of_twelve(), 0)
    assert streak(plan, instant(3)) == 0
    mended = extend(plan, instant(3)).plan
    assert mended is not None
    assert streak(mended, instant(3)) == 1


def test_another_zone_moves_no_week_that_counted() -> None:
    plan = make_plan(make_phase("a", (4, 4), (4,) * 4), zone="Pacific/Auckland")
    for week in range(3):
        early = instant(week, hour=0)  # Monday afternoon in Auckland, Sunday afternoon in Honolulu
        plan = mark_done(plan, f"a{week}", early)
    moved = change_zone(plan, "Pacific/Honolulu")
    now = instant(2, hour=1)
    assert streak(plan, now) == streak(moved, now) == 3
