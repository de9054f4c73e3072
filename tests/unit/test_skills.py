"""The skill map's own rules, on small maps and on the shipped one."""

from pathlib import Path

import pytest

from bot.core.domain.questions import Matcher
from bot.core.domain.skills import Background, Gap, Level, Skill, SkillMap, Vocabulary, Wording
from bot.curriculum.load import load_content

LEVELS = tuple(Level(number, f"Level {number}", "Looks like this.") for number in range(4))
SHIPPED = load_content(Path(__file__).parents[2] / "content").skill_map


def make_skill(skill_id: str, **wording: tuple[str, ...]) -> Skill:
    gap = Gap(f"{skill_id}-gap", "Gap", "Summary.", LEVELS, ("fundamentals.a",))
    return Skill(skill_id, skill_id, "Use", "Why", gap, LEVELS, (), Wording(**wording))


def test_look_ups() -> None:
    skill = make_skill("ovens")
    skill_map = SkillMap((skill,), (Background("bread", "Bread", "Says."),))
    assert skill_map.skill("ovens") is skill
    assert skill_map.gap("ovens-gap") is skill.gap
    assert skill_map.skill_of_gap("ovens-gap") is skill
    assert skill_map.background("bread").name == "Bread"
    for look_up in (skill_map.skill, skill_map.gap, skill_map.skill_of_gap, skill_map.background):
        with pytest.raises(KeyError):
            look_up("missing")


def test_ids_are_unique() -> None:
    with pytest.raises(ValueError, match="ovens"):
        SkillMap((make_skill("ovens"),), (Background("ovens", "Ovens", "Says."),))


@pytest.mark.parametrize("levels", [(), LEVELS[:3], LEVELS[::-1]])
def test_four_levels_in_order(levels: tuple[Level, ...]) -> None:
    with pytest.raises(ValueError, match="levels 0 to 3"):
        Gap("gap", "Gap", "Summary.", levels, ())


def test_a_cue_with_an_unknown_group_is_refused() -> None:
    with pytest.raises(KeyError):
        Matcher(SkillMap((make_skill("ovens", cues=("@heat & oven",)),)))


def test_wording_decides_what_is_matched() -> None:
    ovens = make_skill("ovens", aliases=("oven",), hints=("range",), cues=("@heat & stone",))
    vocabulary = Vocabulary(
        groups={"heat": ("warm", "heat")}, homonyms={"range": ("mountain",)}, company=("kitchen",),
        neutral=("the", "my", "in", "a"), outside=("mountain",),
    )  # fmt: skip
    matcher = Matcher(SkillMap((ovens,), (), vocabulary))
    assert matcher.match("two ovens").matched["ovens"] == ("ovens",)
    assert matcher.match("heat the stone").skills == ("ovens",)
    assert matcher.match("a range in my kitchen").skills == ("ovens",)
    assert matcher.match("a mountain range").declined
    assert matcher.match("a range of opinions").declined


def test_the_six_rows_are_complete() -> None:
    assert [skill.id for skill in SHIPPED.skills] == [
        "container-orchestration", "managed-databases", "cost-optimization", "iam-secrets", "autoscaling",
        "infrastructure-as-code",
    ]  # fmt: skip
    for skill in SHIPPED.skills:
        assert len(skill.wording.aliases) >= 60
        assert skill.gap.objectives
        assert skill.sources


def test_every_alias_speaks_of_its_row() -> None:
    matcher = Matcher(SHIPPED)
    homonyms = SHIPPED.vocabulary.homonyms
    silent = [
        (alias, skill.id)
        for skill in SHIPPED.skills
        for alias in skill.wording.aliases + skill.gap.wording.aliases
        if skill.id not in matcher.match(alias).skills and not set(alias.split()) & set(homonyms)
    ]
    assert not silent
