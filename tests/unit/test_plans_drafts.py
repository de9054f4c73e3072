"""Drafts by hand: what goes into which week, what drops, and why."""

import pytest

from bot.core.domain.drafts import Draft, PhaseGoals, draft_plan, tight_paces
from bot.core.domain.plans import begin_plan
from bot.core.domain.profiles import Profile
from bot.core.errors import InvalidInput
from tests.properties.plan_values import MONDAY, make_goal, make_phase

NOTHING = Profile()


def ids(draft: Draft) -> list[list[str]]:
    return [[goal.id for goal in week.goals] for week in draft.weeks]


@pytest.mark.parametrize("pace", [-1, 0, 3, 21])
def test_a_pace_out_of_range_is_refused(pace: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        draft_plan((), NOTHING, pace)
    assert (refused.value.reason, refused.value.facts) == ("pace.range", {"least": "4", "most": "20"})


def test_weeks_are_even_and_in_order() -> None:
    draft = draft_plan((make_phase("a", (2, 4), (1, 3, 2, 2)), make_phase("b", (1, 2), (2, 3))), NOTHING, 4)
    assert ids(draft) == [["a0", "a1"], ["a2", "a3"], ["b0"], ["b1"]]
    assert [week.phase_id for week in draft.weeks] == ["a", "a", "b", "b"]


def test_a_phase_with_fewer_goals_than_weeks_is_shorter_than_its_minimum() -> None:
    assert ids(draft_plan((make_phase("a", (4, 6), (2, 2)),), NOTHING, 20)) == [["a0"], ["a1"]]


def test_a_quick_pace_still_takes_the_minimum() -> None:
    assert len(draft_plan((make_phase("a", (3, 6), (1, 1, 1, 1, 1)),), NOTHING, 20).weeks) == 3


def test_a_week_takes_a_quarter_more_than_the_pace_but_no_hour_above_it() -> None:
    phase = make_phase("a", (1, 1), (5, 5, 5))
    assert tight_paces(phase) == tuple(range(4, 12))
    assert ids(draft_plan((phase,), NOTHING, 12)) == [["a0", "a1", "a2"]]


def stretched(*stretch: int, bounds: tuple[int, int] = (1, 2)) -> PhaseGoals:
    goals = tuple(make_goal(f"a{number}", 4, core=number not in stretch) for number in range(4))
    return PhaseGoals("a", *bounds, goals)


def test_the_last_stretch_goal_drops_first_when_there_is_no_room() -> None:
    draft = draft_plan((stretched(0, 2, 3),), NOTHING, 4)
    assert ids(draft) == [["a0"], ["a1"]]
    assert [(drop.goal.id, drop.reason, drop.levels) for drop in draft.dropped] == [
        ("a2", "room", ()), ("a3", "room", ())
    ]  # fmt: skip


def test_a_stretch_goal_that_is_wanted_back_is_the_last_to_drop() -> None:
    assert ids(draft_plan((stretched(0, 2, 3),), NOTHING, 4, {"a3"})) == [["a1"], ["a3"]]
    assert ids(draft_plan((stretched(0, 2, 3),), NOTHING, 4, {"a0", "a2", "a3"})) == [["a0"], ["a1"]]


def test_what_the_profile_knows_drops_unless_it_builds_or_is_wanted_back() -> None:
    grows = (("vectors", 2),)
    goals = (
        make_goal("a0", grows=grows),
        make_goal("a1", grows=grows, builds=True),
        make_goal("a2", grows=(("vectors", 3),)),
        make_goal("a3", grows=grows),
        make_goal("a4"),
    )
    phase = PhaseGoals("a", 1, 5, goals)
    draft = draft_plan((phase,), Profile({"vectors": 2}), 4, {"a3"})
    assert ids(draft) == [["a1"], ["a2"], ["a3"], ["a4"]]
    assert [(drop.goal.id, drop.reason, drop.levels) for drop in draft.dropped] == [
        ("a0", "known", (("vectors", 2),))
    ]
    assert draft.weeks_without_profile == 5


def test_a_phase_with_no_goal_left_takes_no_week() -> None:
    known = PhaseGoals("a", 2, 4, (make_goal("a0", grows=(("vectors", 1),)),))
    draft = draft_plan((known, make_phase("b", (1, 1), (2,))), Profile({"vectors": 1}), 4)
    assert ids(draft) == [["b0"]]
    plan = begin_plan(draft, "cloud-to-ai", MONDAY, "UTC")
    assert [(phase.phase_id, phase.weeks) for phase in plan.phases] == [("a", 0), ("b", 1)]


def test_a_track_that_is_known_from_end_to_end_makes_no_plan() -> None:
    known = PhaseGoals("a", 2, 4, (make_goal("a0", grows=(("vectors", 1),)),))
    with pytest.raises(InvalidInput) as refused:
        begin_plan(draft_plan((known,), Profile({"vectors": 1}), 4), "cloud-to-ai", MONDAY, "UTC")
    assert refused.value.reason == "plan.empty"


def test_a_plan_needs_a_zone_that_exists() -> None:
    with pytest.raises(InvalidInput) as refused:
        begin_plan(
            draft_plan((make_phase("a", (1, 1), (2,)),), NOTHING, 4), "cloud-to-ai", MONDAY, "Mars/Base"
        )
    assert refused.value.reason == "zone.unknown"
