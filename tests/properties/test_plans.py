"""Plans against their rules, spelled out by trying every way where that is possible."""

import itertools
import math
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.domain.drafts import Draft, PhaseGoals, draft_plan, tight_paces
from bot.core.domain.goals import Goal
from bot.core.domain.pace import change_pace
from bot.core.domain.packing import fewest_weeks, fill, most_hours, spread
from bot.core.domain.plans import Plan, begin_plan, last_day, late_goals, monday_of_week, place_at, zone_of
from bot.core.domain.profiles import Profile
from bot.core.errors import InvalidInput
from bot.core.time import DAY_STARTS, resolve, start_monday
from tests.properties.plan_values import (
    contents,
    linted_phases,
    make_goal,
    paces,
    phases,
    plans,
    profiles,
    starts,
    todo_hours,
    usual,
    zones,
)

short_hours = st.lists(st.integers(1, 5), max_size=7)


def ways(hours: list[int], weeks: int) -> list[tuple[int, ...]]:
    """Every order-keeping way to put `hours` into `weeks` weeks, some of which may stay empty."""
    return list(itertools.combinations_with_replacement(range(weeks), len(hours)))


def held(way: tuple[int, ...], hours: list[int], loads: list[int]) -> list[int]:
    total = list(loads)
    for week, each in zip(way, hours, strict=True):
        total[week] += each
    return total


def fits(way: tuple[int, ...], hours: list[int], loads: list[int], most: int) -> bool:
    return all(held(way, hours, loads)[week] <= most for week in set(way))


def weeks_by_rule(phase: PhaseGoals, goals: list[Goal], pace: int) -> int | None:
    """The rule word by word: the fewest weeks from the asked number up to the maximum that can be packed."""
    if not goals:
        return 0
    hours = [goal.hours for goal in goals]
    asked = max(phase.weeks_min, min(math.ceil(sum(hours) / pace), phase.weeks_max))
    for weeks in range(min(asked, len(goals)), phase.weeks_max + 1):
        for way in ways(hours, weeks):
            if len(set(way)) == weeks and all(4 * each <= 5 * pace for each in held(way, hours, [0] * weeks)):
                return weeks
    return None


@usual
@given(short_hours, st.lists(st.integers(0, 30), min_size=1, max_size=4), st.integers(5, 25))
def test_filling_and_spreading_find_a_way_whenever_there_is_one(
    hours: list[int], loads: list[int], most: int
) -> None:
    possible = [way for way in ways(hours, len(loads)) if fits(way, hours, loads, most)]
    filled, evened = fill(hours, loads, most), spread(hours, loads, most)
    if not possible:
        assert filled is None
        assert evened is None
        return
    assert filled == min(possible), "the earliest way"
    least = min(sum(each**2 for each in held(way, hours, loads)) for way in possible)
    assert evened in possible
    assert sum(each**2 for each in held(evened, hours, loads)) == least, "no way is more even"


@usual
@given(phases("a", most_goals=7), paces)
def test_a_phase_takes_the_fewest_weeks_that_its_goals_pack_into(phase: PhaseGoals, pace: int) -> None:
    hours = [goal.hours for goal in phase.goals]
    expected = weeks_by_rule(phase, list(phase.goals), pace)
    assert fewest_weeks(hours, pace, phase.weeks_min, phase.weeks_max) == expected


@usual
@given(phases("a"))
def test_what_packs_at_4_hours_packs_at_every_pace(phase: PhaseGoals) -> None:
    assert not tight_paces(phase) or 4 in tight_paces(phase)


@usual
@given(phases("a"), st.data())
def test_what_packs_still_packs_when_goals_drop(phase: PhaseGoals, data: st.DataObject) -> None:
    hours = [goal.hours for goal in phase.goals]
    for pace in (4, data.draw(paces)):
        if fewest_weeks(hours, pace, phase.weeks_min, phase.weeks_max) is not None:
            fewer = [each for each in hours if data.draw(st.booleans())]
            assert fewest_weeks(fewer, pace, phase.weeks_min, phase.weeks_max) is not None


@usual
@given(linted_phases("a", most_goals=7), profiles, paces)
def test_a_draft_drops_what_the_rules_say_and_nothing_else(
    phase: PhaseGoals, profile: Profile, pace: int
) -> None:
    left = [goal for goal in phase.goals if goal.builds or not profile.knows(goal)]
    while weeks_by_rule(phase, left, pace) is None:
        left.remove([goal for goal in left if not goal.core and not goal.builds][-1])
    draft = draft_plan((phase,), profile, pace)
    assert [goal for week in draft.weeks for goal in week.goals] == left
    assert len(draft.weeks) == weeks_by_rule(phase, left, pace)


def check_draft(
    draft: Draft, content: tuple[PhaseGoals, ...], profile: Profile, keep: frozenset[str]
) -> None:
    planned = [goal for week in draft.weeks for goal in week.goals]
    every = [goal for phase in content for goal in phase.goals]
    assert sorted(goal.id for goal in (*planned, *(each.goal for each in draft.dropped))) == sorted(
        goal.id for goal in every
    )
    assert planned == [goal for goal in every if goal in planned], "in order"
    for drop in draft.dropped:
        if drop.reason == "known":
            assert profile.knows(drop.goal)
            assert not drop.goal.builds
            assert drop.goal.id not in keep
            assert dict(drop.levels) == {gap: profile.level(gap) for gap in drop.goal.gaps}
        else:
            assert drop.goal.stretch
    for phase, drafted in zip(content, draft.phases, strict=True):
        goals = sum(len(week.goals) for week in drafted.weeks)
        assert min(phase.weeks_min, goals) <= len(drafted.weeks) <= phase.weeks_max
        for week in drafted.weeks:
            assert week.phase_id == phase.phase_id
            assert week.goals
            assert 4 * sum(goal.hours for goal in week.goals) <= 5 * draft.pace


@usual
@given(contents(), profiles, paces, st.data())
def test_a_draft_keeps_every_rule_for_any_content_profile_and_pace(
    content: tuple[PhaseGoals, ...], profile: Profile, pace: int, data: st.DataObject
) -> None:
    ids = [goal.id for phase in content for goal in phase.goals]
    keep = frozenset(data.draw(st.lists(st.sampled_from(ids))) if ids else ())
    draft = draft_plan(content, profile, pace, keep)
    check_draft(draft, content, profile, keep)
    assert draft == draft_plan(content, Profile(profile.levels), pace, set(keep)), "same input, same plan"
    assert draft.weeks_without_profile == len(draft_plan(content, Profile(), pace, keep).weeks)


@usual
@given(contents(), profiles, paces)
def test_taking_one_dropped_goal_back_brings_it_back(
    content: tuple[PhaseGoals, ...], profile: Profile, pace: int
) -> None:
    for drop in draft_plan(content, profile, pace).dropped:
        if drop.reason == "known":
            again = draft_plan(content, profile, pace, {drop.goal.id})
            back = {goal.id for week in again.weeks for goal in week.goals}
            # A stretch goal can still be what there is no room for, and then says so.
            room = {each.goal.id for each in again.dropped if each.reason == "room"}
            assert drop.goal.id in back | room
            assert drop.goal.stretch or drop.goal.id in back


@usual
@given(contents(), profiles, paces, starts, zones)
def test_a_plan_holds_its_draft_on_consecutive_mondays(
    content: tuple[PhaseGoals, ...], profile: Profile, pace: int, start: date, zone: str
) -> None:
    draft = draft_plan(content, profile, pace)
    if not draft.weeks:
        with pytest.raises(InvalidInput):
            begin_plan(draft, "track", start, zone)
        return
    plan = begin_plan(draft, "track", start, zone)
    assert plan.start == start_monday(start)
    assert plan.weeks == len(draft.weeks)
    for number, week in enumerate(draft.weeks):
        in_week = [goal.goal_id for goal in plan.goals if goal.week == number]
        assert in_week == [goal.id for goal in week.goals]
        assert (monday_of_week(plan, number) - plan.start).days == 7 * number
    assert (last_day(plan) - plan.start).days == 7 * plan.weeks - 1


@usual
@given(plans(), paces, st.integers(0, 30))
def test_another_pace_keeps_the_ranges_and_the_hours(plan: Plan, pace: int, week: int) -> None:
    begin = resolve(monday_of_week(plan, week), DAY_STARTS, zone_of(plan))
    before = place_at(plan, begin)
    try:
        repacked = change_pace(plan, pace, begin)
    except InvalidInput:
        if pace >= plan.pace:  # more hours always fit
            raise
        return
    changed = repacked.plan
    assert [goal.goal_id for goal in changed.goals] == [goal.goal_id for goal in plan.goals]
    assert late_goals(changed, begin) == late_goals(plan, begin)
    if pace >= plan.pace:
        assert not repacked.set_aside
        assert changed.weeks <= plan.weeks
    for old, new in zip(plan.phases, changed.phases, strict=True):
        assert new.weeks <= max(old.weeks_max, old.weeks)
    for number in range(before.week, changed.weeks):
        assert pace == plan.pace or todo_hours(changed, number) <= most_hours(pace)


def test_a_core_that_does_not_pack_is_the_contents_fault() -> None:
    phase = PhaseGoals("a", 1, 1, (make_goal("a0", 5), make_goal("a1", 5)))
    assert tight_paces(phase) == (4, 5, 6, 7)
    with pytest.raises(ValueError, match="the phase a "):
        draft_plan((phase,), Profile(), 7)
