"""Weekly goals: what loads, and the linter's rules for them, each with its fault planted."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType

import pytest

from bot.core.domain.curriculum import Content, Objective, Phase, Strength, Track
from bot.core.domain.drafts import PhaseGoals
from bot.core.domain.goals import Goal
from bot.core.domain.skills import Gap, Level, Skill, SkillMap, Source
from bot.curriculum.findings import Finding
from bot.curriculum.goal_rules import CORE_LEAST
from bot.curriculum.lint import check_folder, lint
from bot.curriculum.load import load_content, load_with_places
from bot.curriculum.reading import Place
from tests.data.curriculum_folder import make_folder
from tests.data.hostile_files import change, write

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAPER = Source("A paper", "https://example.org/paper", "2024", date(2026, 6, 1), "stored")
LEVELS = tuple(Level(number, f"Level {number}", "Like this.") for number in range(4))
SKILL = Skill(
    "databases",
    "Databases",
    "Vector search",
    "You run them well.",
    Gap("embeddings", "Embeddings", "How texts become vectors.", LEVELS, ("one.a", "one.b")),
    LEVELS,
    (PAPER,),
)


def goal(goal_id: str, level: int = 1, hours: int = 2, *, core: bool = True, builds: bool = False) -> Goal:
    grows = (("embeddings", level),)
    does = "Do it. **Done when** it is done."
    return Goal(goal_id, f"Do {goal_id}", does, hours, core, builds, grows, ("notebook",), (PAPER,))


def content(*phases: tuple[tuple[Goal, ...], ...]) -> Content:
    """Content with one track: for each phase the goals of its objectives."""
    names = ("one", "two", "three", "four", "five")
    built = tuple(
        Phase(
            names[number],
            names[number].title(),
            2,
            6,
            tuple(
                Objective(f"{names[number]}.{letter}", "Can do it.", goals)
                for letter, goals in zip("abc", objectives, strict=False)
            ),
        )
        for number, objectives in enumerate(phases)
    )
    strengths = (Strength("cost", "Cost", "You know cost."),)
    track = Track("cloud", "Cloud to AI", "Cloud engineer", "AI engineer", "A way.", strengths, built)
    gap = replace(SKILL.gap, objectives=tuple(objective.id for objective in track.objectives))
    return Content(SkillMap((replace(SKILL, gap=gap),)), (track,), (), (), (), (), "0" * 12)


FIRST = (goal("a-1"), goal("a-2", 2))
SECOND = (goal("b-1", 3), goal("b-2", 3))
GOOD = content((FIRST, SECOND))


def only(found_in: Content) -> Finding:
    found = lint(found_in, NOW)
    assert len(found) == 1, found
    return found[0]


def test_good_goals_have_no_findings() -> None:
    assert lint(GOOD, NOW) == ()


def test_goals_are_found_by_id_gap_and_phase() -> None:
    track = GOOD.track
    assert track.goals == track.phases[0].goals == (*FIRST, *SECOND)
    assert track.phase_goals == (PhaseGoals("one", 2, 6, (*FIRST, *SECOND)),)
    assert dict(GOOD.goals) == {each.id: each for each in track.goals}
    assert GOOD.goals_of_gap(track, "embeddings") == track.goals
    assert GOOD.goals_of_gap(track, "prompts") == ()
    assert GOOD.track_by_id("cloud") is track
    assert GOOD.track_by_id("sky") is None
    assert GOOD.counts()["goals"] == 4


def test_goals_of_two_tracks_count_once_and_never_change() -> None:
    both = replace(GOOD, tracks=(GOOD.track, replace(GOOD.track, id="other", name="Other", from_role="X")))
    assert both.counts()["goals"] == 4
    assert isinstance(both.goals, MappingProxyType)
    assert isinstance(both.goal_aliases, MappingProxyType)


@pytest.mark.parametrize(("number", "least"), list(enumerate((*CORE_LEAST, 6))))
def test_each_phase_needs_its_core_goals(number: int, least: int) -> None:
    def phase(name: str, count: int) -> tuple[tuple[Goal, ...], ...]:
        return (tuple(goal(f"{name}-{index}", min(index + 1, 3)) for index in range(count)),)

    enough = [phase(f"phase-{each}", 6) for each in range(5)]
    enough[number] = phase(f"phase-{number}", least)
    assert [each for each in lint(content(*enough), NOW) if each.severity == "error"] == []
    enough[number] = phase(f"phase-{number}", least - 1)
    (found,) = [each for each in lint(content(*enough), NOW) if each.severity == "error"]
    assert f"has {least - 1} core goals, and needs {least}" in found.says


def test_a_stretch_goal_is_none_of_the_core() -> None:
    found = only(content((FIRST, (goal("b-1", 3), goal("b-2", 3, core=False)))))
    assert found.says == "The phase `one` has 3 core goals, and needs 4."


def test_an_objective_needs_a_core_goal() -> None:
    spare = goal("c-1", 3, core=False)
    found = only(content((FIRST + SECOND, (spare,))))
    assert (found.severity, "`one.b` has no core goal" in found.says) == ("error", True)


@pytest.mark.parametrize(
    ("hours", "paces"),
    [
        ((5,) * 7, "at 4, 5, 6, 7 hours"),  # from 8 hours on a week holds two
        ((2,) * 100, "at any of 4 to 20 hours"),
        ((5,) * 6, ""),
    ],
)
def test_the_core_packs_at_every_pace(hours: tuple[int, ...], paces: str) -> None:
    goals = tuple(goal(f"a-{index}", min(index + 1, 3), each) for index, each in enumerate(hours))
    found = [each.says for each in lint(content((goals[:3], goals[3:])), NOW)]
    assert len(found) == bool(paces)
    assert all("`one`" in says and paces in says and "6 weeks" in says for says in found)


def test_what_builds_counts_when_packing_although_it_is_stretch() -> None:
    core = tuple(goal(f"a-{index}", min(index + 1, 3), 5) for index in range(6))
    extra = goal("b-1", 3, 5, core=False, builds=True)
    found = lint(content((core[:3], (*core[3:], extra))), NOW)
    assert [each.severity for each in found] == ["error", "warning"]
    assert "doesn't fit" in found[0].says
    assert "no stretch goal" in found[1].says


def test_levels_come_in_order() -> None:
    found = lint(content(((goal("a-1"), goal("a-2", 3)), (goal("b-1", 2), goal("b-2", 3)))), NOW)
    assert [each.file for each in found] == ["goal a-2"]
    assert "to 3, but nothing" in found[0].says


def test_no_level_rests_on_a_goal_that_may_drop() -> None:
    goals = (goal("a-1"), goal("a-2", 2, core=False), goal("b-1", 3), goal("b-2"), goal("b-3"))
    errors = lint(content((goals[:2], goals[2:])), NOW)
    assert [each.file for each in errors] == ["goal b-1"]


def test_every_gap_reaches_the_top() -> None:
    found = only(content((FIRST, (goal("b-1", 2), goal("b-2", 2), goal("b-3", 3, core=False)))))
    assert (found.severity, "to 2 only" in found.says) == ("error", True)


def test_every_gap_has_a_goal() -> None:
    other = replace(SKILL, id="iam", gap=replace(SKILL.gap, id="prompts"))
    found = only(replace(GOOD, skill_map=SkillMap((SKILL, other))))
    assert (found.file, "grows the gap `prompts`" in found.says) == ("skill iam", True)


@pytest.mark.parametrize(
    ("change_goal", "word"),
    [
        (lambda each: replace(each, sources=()), "no source"),
        (lambda each: replace(each, evidence=()), "no evidence"),
        (lambda each: replace(each, grows=(*each.grows, ("nothing", 1))), "no gap `nothing`"),
        (lambda each: replace(each, does="word " * 500), "too much"),
        (lambda each: replace(each, title="x" * 2_100), "too much"),
    ],
)
def test_a_faulty_goal_is_an_error(change_goal: Callable[[Goal], Goal], word: str) -> None:
    found = lint(content(((change_goal(FIRST[0]), FIRST[1]), SECOND)), NOW)
    assert {each.severity for each in found} == {"error"}
    assert {each.file for each in found} == {"goal a-1"}
    assert any(word in each.says for each in found)


def test_a_goals_source_is_checked_as_any_other() -> None:
    unread = replace(PAPER, title="Unread", url="https://example.org/2", checked=None, checked_on=None)
    found = only(content(((replace(FIRST[0], sources=(unread,)), FIRST[1]), SECOND)))
    assert (found.severity, found.says) == ("warning", "Nobody has checked `Unread`.")


def test_an_unchecked_source_that_was_checked_elsewhere_says_where() -> None:
    unread = replace(PAPER, title="The same page", checked=None, checked_on=None)
    found = only(content(((replace(FIRST[0], sources=(unread,)), FIRST[1]), SECOND)))
    assert "checked as `A paper`" in found.remedy


def test_a_goal_that_no_track_uses_is_a_warning() -> None:
    places = {("goal", "spare"): Place("goals/one.yaml", 7), ("goal", "a-1"): Place("goals/one.yaml", 1)}
    (found,) = lint(GOOD, NOW, places)
    assert (found.severity, found.file, found.line) == ("warning", "goals/one.yaml", 7)


def test_goals_load_with_order_levels_and_sources(tmp_path: Path) -> None:
    loaded = load_with_places(make_folder(tmp_path))
    first, second = loaded.content.track.goals
    assert (first.id, first.hours, first.core, first.builds) == ("first-search", 2, True, False)
    assert (first.grows, first.evidence) == ((("embeddings", 1),), ("notebook", "repository"))
    assert [source.title for source in second.sources] == ["A paper", "A talk"]
    assert second.stretch
    assert loaded.content.goal_aliases == {"oldest-search": "first-search"}
    place = loaded.places["goal", "own-store"]
    assert (place.file, place.line) == ("goals/patterns.yaml", 11)


def test_a_goal_outside_of_all_tracks_is_told_and_left_out(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    change("goals/order.yaml", "  patterns.b: [own-store]\n", "")(folder)
    assert set(load_content(folder).goals) == {"first-search"}
    told = [each for each in check_folder(folder, NOW).findings if "No track uses" in each.says]
    assert [(each.file, each.line) for each in told] == [("goals/patterns.yaml", 11)]


def test_no_aliases_and_no_order_are_fine_when_they_say_so(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    write("goals/aliases.yaml", "# none yet\n\n{}\n")(folder)
    assert load_content(folder).goal_aliases == {}
    write("goals/order.yaml", "# none yet\n")(folder)
    assert load_content(folder).goals == {}


def test_the_order_decides_not_the_file(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    write("goals/order.yaml", "cloud:\n  patterns.a: [own-store]\n  patterns.b: [first-search]\n")(folder)
    assert [each.id for each in load_content(folder).track.goals] == ["own-store", "first-search"]
