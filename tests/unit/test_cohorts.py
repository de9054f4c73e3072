"""How a cohort is summed up, and in which phase most of it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.cohorts import FLOOR, NAME_LIMIT, common_phase, name_key
from bot.core.domain.figures import FRESH_FOR, Count, Recount, recount, standing
from bot.core.domain.marks import mark_done, skip_goal
from bot.core.domain.plans import Plan, PlanId, PlannedGoal, PlannedPhase
from bot.core.domain.progress import measure
from bot.core.domain.summaries import summarise
from tests.properties.plan_values import instant, plans

START = datetime(2027, 1, 4, 9, tzinfo=UTC)
WEEK = timedelta(weeks=1)
PHASES = ("one", "two", "three")
ALL = Count(FLOOR, FLOOR, FLOOR)


def plan(goals: int = 4, start: datetime = START) -> Plan:
    """Two weeks of the phase `one`, then two of `two`; a goal of three hours in each week."""
    return Plan(
        PlanId(1),
        "track",
        start.date(),
        5,
        "UTC",
        (PlannedPhase("one", 1, 4, 2), PlannedPhase("two", 1, 4, 2)),
        tuple(PlannedGoal(f"goal-{week}", PHASES[week // 2], 3, False, week, week) for week in range(goals)),
    )


def test_everything_is_counted_over_all_plans() -> None:
    first = mark_done(plan(), "goal-0", START)
    second = skip_goal(mark_done(plan(), "goal-1", START + 2 * WEEK), "goal-0")
    later = plan(start=START + 9 * WEEK)
    told = summarise(7, ALL, (first, second, later), PHASES, START + 2 * WEEK)
    assert (told.members, told.planning, told.active) == (7, 3, 2)
    assert (told.goals_week, told.goals_all) == (1, 2)
    assert (told.hours_due, told.hours_done) == (9, 6)
    assert told.reached == (("one", 2), ("two", 1), ("three", 0)), "by what each has left to do"
    assert (told.tallies[-1].monday, told.tallies[-1].planned) == (START.date() + 2 * WEEK, 5), "none to come"


def all_done(one: Plan) -> Plan:
    for goal in one.goals:
        one = mark_done(one, goal.goal_id, START)
    return one


def test_a_phase_is_reached_by_what_is_done_and_not_by_the_calendar() -> None:
    idle = summarise(1, ALL, (mark_done(plan(), "goal-0", START),), PHASES, START + 20 * WEEK)
    assert idle.reached == (("one", 1), ("two", 0), ("three", 0))
    assert summarise(1, ALL, (all_done(plan()),), PHASES, START).reached == (
        ("one", 1),
        ("two", 1),
        ("three", 1),
    )


@pytest.mark.parametrize(
    ("count", "now", "told"),
    [
        (Count(0, 0, 50), START, "few"),
        (Count(FLOOR - 1, FLOOR - 1, 50), START, "few"),
        (Count(FLOOR, FLOOR, FLOOR), START, "open"),
        (Count(FLOOR, FLOOR, FLOOR, START), START + FRESH_FOR, "open"),
        (Count(FLOOR, FLOOR, FLOOR, START), START + FRESH_FOR / 2, "fresh"),
        (Count(FLOOR + 1, FLOOR, 50), START, "changed"),
    ],
)
def test_when_figures_may_be_shown(count: Count, now: datetime, told: str) -> None:
    assert standing(count, now) == told


@pytest.mark.parametrize(
    ("count", "change"),
    [
        (Count(0, 0, FLOOR - 1), None),
        (Count(0, 0, FLOOR), Recount(counts=True, since=None)),
        (Count(0, 0, FLOOR, START - WEEK), Recount(counts=True, since=START)),
        (Count(6, 6, 6 + FLOOR - 1), None),
        (Count(6, 6, 6 + FLOOR), Recount(counts=True, since=None)),
        (Count(6, 6, 6 + FLOOR, START - WEEK), Recount(counts=True, since=START - WEEK)),
        (Count(6, 5, 5), Recount(counts=True, since=START)),
        (Count(6, 5, 50), Recount(counts=True, since=START)),
        (Count(5, 4, 4), Recount(counts=False, since=START)),
    ],
)
def test_a_count_grows_by_five_and_begins_again_when_a_plan_is_missing(
    count: Count, change: Recount | None
) -> None:
    assert recount(count, START) == change


def test_a_later_count_holds_only_what_happened_since() -> None:
    since = START + WEEK + timedelta(days=2)
    before, after = mark_done(plan(), "goal-0", START), mark_done(plan(), "goal-0", since + WEEK)
    finished = mark_done(mark_done(plan(), "goal-0", START), "goal-1", since + WEEK)
    count = replace(ALL, since=since)
    told = summarise(5, count, (before, after, finished), PHASES, START + 3 * WEEK)
    assert (told.active, told.goals_week, told.goals_all, told.hours_done) == (2, 2, 2, 6)
    assert told.hours_due == 3 * 3, "each plan's week that began after it and is over"
    assert told.reached == (("one", 1), ("two", 0), ("three", 0)), "whoever finished a phase after it"
    assert [(one.planned, one.done) for one in told.tallies] == [(3, 2), (6, 2)]
    assert told.ratio == 6 / 9


def test_nothing_due_is_no_pace() -> None:
    assert summarise(0, ALL, (), PHASES, START).ratio is None


@given(plans(), st.integers(0, 40))
def test_one_plan_s_sums_are_its_own_progress(one: Plan, weeks: int) -> None:
    now = instant(weeks)
    for goal in one.goals[::2]:
        one = mark_done(one, goal.goal_id, now)
    told, own = summarise(1, ALL, (one,), (), now), measure(one, now)
    assert (told.goals_all, told.hours_due, told.hours_done) == (
        own.goals_done,
        own.hours_due,
        own.hours_done,
    )


def test_the_common_phase_is_where_most_are_and_the_earlier_of_two() -> None:
    early = plan()
    late = mark_done(mark_done(plan(), "goal-0", START), "goal-1", START)
    assert common_phase((early, late, late), PHASES) == "two"
    assert common_phase((late, early), PHASES) == "one"
    assert common_phase((all_done(early),), PHASES) is None
    assert common_phase((), PHASES) is None
    gone = tuple(replace(goal, phase_id="gone") for goal in early.goals)
    assert common_phase((replace(early, goals=gone),), PHASES) is None


@given(st.text(min_size=1, max_size=NAME_LIMIT))
def test_a_name_has_a_key_that_fits(name: str) -> None:
    assert 0 < len(name_key(name)) <= 3 * NAME_LIMIT
