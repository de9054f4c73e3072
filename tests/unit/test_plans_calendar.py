"""Where the weeks of a plan fall, what pausing does to them, and what a member can say about a goal."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.core.domain.marks import (
    change_zone,
    end_plan,
    find_goal,
    mark_done,
    mark_undone,
    skip_goal,
    unskip_goal,
)
from bot.core.domain.pauses import pause_until, resume
from bot.core.domain.plans import (
    Pause,
    Plan,
    goals_of,
    last_day,
    late_goals,
    monday_of_week,
    phase_of_week,
    place_at,
)
from bot.core.errors import InvalidInput, NotFound
from tests.properties.plan_values import MONDAY, instant, make_phase, make_plan


def plan_of_five(zone: str = "UTC") -> Plan:
    """Weeks 0 to 2 are phase a with one goal each, weeks 3 and 4 phase b."""
    return make_plan(make_phase("a", (2, 4), (4, 4, 4)), make_phase("b", (1, 3), (4, 4)), zone=zone)


def refusal(caught: pytest.ExceptionInfo[InvalidInput]) -> str:
    return caught.value.reason


@pytest.mark.parametrize(
    ("now", "kind", "week", "phase"),
    [
        (instant(-1), "before", 0, "a"),
        (instant(0, hour=3), "before", 0, "a"),
        (instant(0, hour=4), "studying", 0, "a"),
        (instant(3, hour=3), "studying", 2, "a"),
        (instant(3, hour=4), "studying", 3, "b"),
        (instant(4, day=6, hour=23), "studying", 4, "b"),
        (instant(5), "over", 5, None),
        (instant(9), "over", 9, None),
    ],
)
def test_places(now: datetime, kind: str, week: int, phase: str | None) -> None:
    plan = plan_of_five()
    place = place_at(plan, now)
    found = phase_of_week(plan, place.week)
    assert (place.kind, place.week, found.phase_id if found else None) == (kind, week, phase)
    assert place_at(end_plan(plan), now).kind == "ended"
    assert phase_of_week(plan, -1) is None


def test_a_start_in_the_week_moves_to_the_next_monday() -> None:
    assert make_plan(make_phase("a", (1, 1), (2,)), start=date(2027, 1, 6)).start == date(2027, 1, 11)


def test_a_goal_is_late_when_its_week_is_over() -> None:
    plan = mark_done(plan_of_five(), "a0", instant(1))
    assert late_goals(plan, instant(1)) == ()
    assert [goal.goal_id for goal in late_goals(plan, instant(2))] == ["a1"]
    assert [goal.goal_id for goal in late_goals(skip_goal(plan, "a1"), instant(3))] == ["a2"]


def test_pausing_on_a_wednesday_pauses_the_week_as_a_whole() -> None:
    plan = pause_until(plan_of_five(), date(2027, 1, 20), instant(1, day=2))
    assert plan.pauses == (Pause(date(2027, 1, 11), 2),)
    assert [monday_of_week(plan, week) for week in (0, 1, 2)] == [MONDAY, date(2027, 1, 25), date(2027, 2, 1)]
    assert last_day(plan) == last_day(plan_of_five()) + timedelta(weeks=2)
    assert (place_at(plan, instant(2, day=6)).kind, place_at(plan, instant(2, day=6)).week) == ("paused", 1)


def test_a_day_that_is_a_monday_is_the_day_of_return() -> None:
    plan = pause_until(plan_of_five(), date(2027, 1, 18), instant(1, day=2))
    assert plan.pauses == (Pause(date(2027, 1, 11), 1),)


def test_a_pause_can_be_made_longer_and_shorter_while_it_lasts() -> None:
    plan = pause_until(plan_of_five(), date(2027, 2, 1), instant(1))
    longer = pause_until(plan, date(2027, 3, 1), instant(2))
    assert longer.pauses == (Pause(date(2027, 1, 11), 7),)
    assert pause_until(longer, date(2027, 1, 25), instant(2)).pauses == (Pause(date(2027, 1, 11), 2),)


def test_a_pause_before_the_start_moves_the_first_week() -> None:
    plan = pause_until(plan_of_five(), date(2027, 1, 13), instant(-2))
    assert plan.pauses == (Pause(MONDAY, 2),)
    assert place_at(plan, instant(-1)).kind == "before"
    assert place_at(plan, instant(0)).kind == "paused"
    assert monday_of_week(plan, 0) == date(2027, 1, 18)
    assert resume(plan, instant(-1)).pauses == ()


@pytest.mark.parametrize(
    ("until", "now", "reason"),
    [
        (date(2027, 1, 13), instant(1, day=2), "pause.past"),
        (date(2027, 1, 12), instant(1, day=2), "pause.past"),
        (MONDAY, instant(-2), "pause.past"),
        (date(2028, 1, 11), instant(1, day=2), "pause.long"),
        (date(2027, 9, 1), instant(5), "plan.over"),
    ],
)
def test_pauses_that_make_no_sense_are_refused(until: date, now: datetime, reason: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        pause_until(plan_of_five(), until, now)
    assert refusal(refused) == reason
    pause_until(plan_of_five(), date(2028, 1, 10), instant(1, day=2))


def test_resuming_on_a_saturday_goes_on_with_the_next_monday() -> None:
    plan = pause_until(plan_of_five(), date(2027, 3, 1), instant(1))
    assert resume(plan, instant(2, day=5)).pauses == (Pause(date(2027, 1, 11), 2),)
    assert resume(plan, instant(3, day=0)).pauses == (Pause(date(2027, 1, 11), 2),)
    assert resume(plan, instant(1, day=5)).pauses == (), "in its first week it is undone"
    over = pause_until(resume(plan, instant(2, day=5)), date(2027, 2, 1), instant(3))
    assert resume(over, instant(3, day=2)).pauses == (Pause(date(2027, 1, 11), 2),), "an earlier pause stays"


def test_another_zone_counts_the_same_mondays_by_its_own_clocks() -> None:
    plan = plan_of_five("Pacific/Auckland")
    now = datetime(2027, 1, 10, 20, tzinfo=UTC)
    assert place_at(plan, now).week == 1
    done = mark_done(plan, "a0", now)
    moved = change_zone(done, "Pacific/Honolulu")
    assert place_at(moved, now).week == 0
    assert moved.goals == done.goals
    with pytest.raises(InvalidInput) as refused:
        change_zone(plan, "Nowhere")
    assert refusal(refused) == "zone.unknown"


def test_done_keeps_when_and_in_which_week() -> None:
    plan = mark_done(plan_of_five(), "b1", instant(1, hour=3))
    goal = find_goal(plan, "b1")
    assert (goal.state, goal.week, goal.done_at, goal.done_in) == ("done", 4, instant(1, hour=3), MONDAY)
    assert mark_undone(plan, "b1") == plan_of_five()
    assert find_goal(mark_done(skip_goal(plan_of_five(), "a0"), "a0", instant(0)), "a0").state == "done"
    assert mark_undone(skip_goal(plan_of_five(), "a0"), "a0") == skip_goal(plan_of_five(), "a0")


def test_a_week_lists_its_goals_in_order() -> None:
    plan = make_plan(make_phase("a", (1, 1), (2, 1, 2)), pace=8)
    turned = replace(plan, goals=plan.goals[::-1])
    assert [goal.goal_id for goal in goals_of(turned, 0)] == ["a0", "a1", "a2"]
    assert goals_of(plan, 1) == ()


def test_an_ended_plan_refuses_every_change() -> None:
    ended = end_plan(plan_of_five())
    changes: tuple[Callable[[], Plan], ...] = (
        lambda: mark_done(ended, "a0", instant(0)),
        lambda: mark_undone(ended, "a0"),
        lambda: skip_goal(ended, "a0"),
        lambda: unskip_goal(ended, "a0"),
        lambda: change_zone(ended, "UTC"),
        lambda: resume(ended, instant(0)),
        lambda: pause_until(ended, date(2027, 2, 1), instant(0)),
    )
    for change in changes:
        with pytest.raises(InvalidInput) as refused:
            change()
        assert refusal(refused) == "plan.ended"


def test_a_goal_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound) as missing:
        mark_done(plan_of_five(), "z9", instant(0))
    assert missing.value.reason == "goal.gone"


@pytest.mark.parametrize(
    "broken",
    [
        {"start": date(2027, 1, 5)},
        {"pace": 3},
        {"pauses": (Pause(date(2027, 1, 12), 1),)},
        {"pauses": (Pause(MONDAY, 0),)},
        {"pauses": (Pause(MONDAY, 2), Pause(date(2027, 1, 11), 1))},
        {"goals": plan_of_five().goals * 2},
        {"phases": plan_of_five().phases[:1]},
    ],
)
def test_a_broken_plan_is_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        replace(plan_of_five(), **broken)  # type: ignore[arg-type]  # each row breaks one field
