"""Profiles: how far a member is with each skill and gap, and which gap is most worth closing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from bot.core.domain.goals import Goal
from bot.core.domain.skills import LEVELS, Level, Skill, SkillMap

TOP_LEVEL = LEVELS - 1
STRONG = 2
SKILLS_IN_A_STEP = 2

Worth = Literal["one-step", "head-start", "from-scratch", "closed"]


@dataclass(frozen=True, slots=True)
class Profile:
    """Levels 0 to 3 by the id of a skill or gap, as the member gave them.

    `levels` becomes a copy that can't be changed. Raises ValueError for a level out of range.
    """

    levels: Mapping[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        wrong = sorted(each for each, level in self.levels.items() if not 0 <= level <= TOP_LEVEL)
        if wrong:
            raise ValueError(f"a level is 0 to {TOP_LEVEL}, these are not: {', '.join(wrong)}")
        object.__setattr__(self, "levels", MappingProxyType(dict(self.levels)))

    def level(self, row_id: str) -> int:
        """The level of a skill or gap. What the member said nothing about is 0."""
        return self.levels.get(row_id, 0)

    def knows(self, goal: Goal) -> bool:
        """Whether every level that `goal` grows is reached. A goal that grows nothing is never known."""
        return bool(goal.grows) and all(self.level(gap_id) >= level for gap_id, level in goal.grows)

    def with_level(self, row_id: str, level: int) -> "Profile":
        """The profile with one level changed."""
        return Profile({**self.levels, row_id: level})


@dataclass(frozen=True, slots=True)
class Assessment:
    """The levels that a member gave in one go, and when they had finished."""

    at: datetime
    profile: Profile


@dataclass(frozen=True, slots=True)
class GapRow:
    """A gap beside the skill that leads to it. `missing` is how many levels there are up to `wanted`.

    `worth` says why it stands where it stands: "one-step" (one level is missing), "head-start" (the skill
    is strong, so it carries over), "from-scratch" (neither is strong yet) or "closed" (nothing is missing).
    """

    skill: Skill
    skill_level: int
    gap_level: int
    wanted: int
    missing: int
    worth: Worth


@dataclass(frozen=True, slots=True)
class Rated:
    """Something that is rated: a skill or a gap, with its levels 0 to 3."""

    id: str
    name: str
    levels: tuple[Level, ...]


def raise_levels(profile: Profile, done: Iterable[Goal]) -> Profile:
    """Returns the profile with at least the levels that the goals grow."""
    levels = dict(profile.levels)
    for goal in done:
        for gap_id, level in goal.grows:
            levels[gap_id] = max(level, levels.get(gap_id, 0))
    return Profile(levels)


def steps_of(skill_map: SkillMap) -> tuple[tuple[Rated, ...], ...]:
    """What an assessment asks in each of its steps: two skills, each followed by the gap beside it."""
    pairs = [
        (Rated(skill.id, skill.name, skill.levels), Rated(skill.gap.id, skill.gap.name, skill.gap.levels))
        for skill in skill_map.skills
    ]
    return tuple(
        tuple(rated for pair in pairs[first : first + SKILLS_IN_A_STEP] for rated in pair)
        for first in range(0, len(pairs), SKILLS_IN_A_STEP)
    )


def gap_report(profile: Profile, skill_map: SkillMap, wanted: int = TOP_LEVEL) -> tuple[GapRow, ...]:
    """Every gap of the map, the one most worth closing first, closed ones last.

    What is worth closing grows with the levels that are missing and with the level of the skill that carries
    over, multiplied: a wide gap beside a strong skill pays most. Equal rows keep the map's order.
    """
    rows = (_row(profile, skill, wanted) for skill in skill_map.skills)
    return tuple(sorted(rows, key=lambda row: -row.missing * (1 + row.skill_level)))


def _row(profile: Profile, skill: Skill, wanted: int) -> GapRow:
    skill_level, gap_level = profile.level(skill.id), profile.level(skill.gap.id)
    missing = max(0, wanted - gap_level)
    return GapRow(skill, skill_level, gap_level, wanted, missing, _worth(skill_level, missing))


def _worth(skill_level: int, missing: int) -> Worth:
    if not missing:
        return "closed"
    if missing == 1:
        return "one-step"
    return "head-start" if skill_level >= STRONG else "from-scratch"
