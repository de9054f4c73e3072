"""Profiles: what counts as known, and which gap comes first."""

import itertools

import pytest

from bot.core.domain.goals import Goal
from bot.core.domain.profiles import Profile, gap_report
from bot.core.domain.skills import Gap, Level, Skill, SkillMap

LEVELS = tuple(Level(number, f"level {number}", "looks like it") for number in range(4))


def skill(name: str) -> Skill:
    gap = Gap(f"{name}-gap", f"The gap of {name}", "What is left.", LEVELS, ())
    return Skill(name, name.title(), "Where it applies", "Why", gap, LEVELS, ())


MAP = SkillMap((skill("containers"), skill("databases"), skill("costs")))


def growing(*grows: tuple[str, int]) -> Goal:
    return Goal("a.b", "Title", "Does", 2, True, False, grows, (), ())


def test_what_nothing_was_said_about_is_level_0() -> None:
    assert Profile().level("containers") == 0


@pytest.mark.parametrize("level", [-1, 4])
def test_a_level_out_of_range_is_refused(level: int) -> None:
    with pytest.raises(ValueError, match="containers"):
        Profile({"containers": level})


def test_a_profile_never_changes() -> None:
    typed = {"containers": 1}
    before = Profile(typed)
    after = before.with_level("containers", 3)
    typed["containers"] = 2
    assert (before.level("containers"), after.level("containers")) == (1, 3)
    assert before == Profile({"containers": 1})
    with pytest.raises(TypeError):
        before.levels["containers"] = 2  # type: ignore[index]  # that it can't be set is the point


@pytest.mark.parametrize(
    ("grows", "known"),
    [
        ((), False),
        ((("a", 2),), True),
        ((("a", 3),), False),
        ((("a", 1), ("b", 1)), True),
        ((("a", 1), ("b", 2)), False),
        ((("a", 1), ("unheard-of", 1)), False),
    ],
)
def test_a_goal_is_known_when_every_level_it_grows_is_reached(
    grows: tuple[tuple[str, int], ...], known: bool
) -> None:
    assert Profile({"a": 2, "b": 1}).knows(growing(*grows)) is known


def test_a_wide_gap_beside_a_strong_skill_comes_first_and_closed_ones_last() -> None:
    profile = Profile({"containers-gap": 3, "databases": 3, "costs": 1, "costs-gap": 2})
    rows = gap_report(profile, MAP)
    assert [(row.skill.id, row.missing, row.worth) for row in rows] == [
        ("databases", 3, "head-start"),
        ("costs", 1, "one-step"),
        ("containers", 0, "closed"),
    ]


def test_equal_rows_keep_the_order_of_the_map() -> None:
    rows = gap_report(Profile(), MAP)
    assert [row.skill.id for row in rows] == ["containers", "databases", "costs"]
    assert {row.worth for row in rows} == {"from-scratch"}


def test_a_lower_aim_closes_gaps_sooner() -> None:
    rows = gap_report(Profile({"containers-gap": 2}), MAP, wanted=2)
    assert {row.skill.id: row.missing for row in rows} == {"containers": 0, "databases": 2, "costs": 2}


def test_every_gap_is_listed_once_and_more_worth_never_comes_later() -> None:
    for levels in itertools.product(range(4), repeat=4):
        profile = Profile(
            dict(zip(("containers", "containers-gap", "costs", "costs-gap"), levels, strict=True))
        )
        rows = gap_report(profile, MAP)
        assert sorted(row.skill.id for row in rows) == ["containers", "costs", "databases"]
        worth = [row.missing * (1 + row.skill_level) for row in rows]
        assert worth == sorted(worth, reverse=True)
        assert all((row.worth == "closed") == (row.missing == 0) for row in rows)
