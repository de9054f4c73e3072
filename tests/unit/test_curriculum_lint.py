"""The linter: each rule finds its fault, says where, and keeps quiet about good content."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Literal

import pytest

from bot.core.domain.curriculum import Content, Objective, Phase, Strength, Track
from bot.core.domain.goals import Goal
from bot.core.domain.guide import Figure, Page
from bot.core.domain.skills import Gap, Level, Skill, SkillMap, Source
from bot.core.domain.tips import Challenge, Tip
from bot.curriculum.findings import Finding
from bot.curriculum.lint import lint
from bot.curriculum.reading import Place

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
PAPER = Source("A paper", "https://example.org/paper", "2024", date(2026, 6, 1), "stored")
LEVELS = tuple(Level(number, f"Level {number}", "Like this.") for number in range(4))
WORDS = " ".join(["word"] * 20)


def tip(tip_id: str, challenge: str = "data-quality") -> Tip:
    return Tip(tip_id, challenge, f"Title of {tip_id}", WORDS, WORDS, WORDS, (PAPER,))


def page(page_id: str, *aliases: str) -> Page:
    return Page(page_id, f"The page {page_id}", "A summary.", ("A paragraph.",), (PAPER,), aliases, (PAY,))


PAY = Figure("pay", "People earn", "$1", PAPER, "2024")
SKILL = Skill(
    "databases",
    "Databases",
    "Vector search",
    "You run them well.",
    Gap("embeddings", "Embeddings", "How texts become vectors.", LEVELS, ("patterns.a", "patterns.b")),
    LEVELS,
    (PAPER,),
)
GOALS = tuple(
    Goal(
        f"goal-{level}-{part}",
        "Do it",
        "Do it.",
        2,
        True,
        False,
        (("embeddings", level),),
        ("notebook",),
        (PAPER,),
    )
    for level, part in ((1, "a"), (2, "a"), (3, "a"), (3, "b"))
)
TRACK = Track(
    "cloud",
    "Cloud to AI",
    "Cloud engineer",
    "AI engineer",
    "A way.",
    (Strength("cost", "Cost", "You know cost."),),
    (
        Phase(
            "patterns",
            "Patterns",
            4,
            6,
            (Objective("patterns.a", "Use.", GOALS[:2]), Objective("patterns.b", "Do.", GOALS[2:])),
        ),
    ),
)
GOOD = Content(
    SkillMap((SKILL,)),
    (TRACK,),
    (Challenge("data-quality", "Ignoring data quality", "Sinks projects.", ("garbage",)),),
    tuple(tip(f"tip-{number}") for number in range(5)),
    (page("strengths", "advantages"),),
    (PAY,),
    "0" * 12,
)


def findings(content: Content, severity: Literal["error", "warning"] | None = None) -> tuple[Finding, ...]:
    return tuple(each for each in lint(content, NOW) if severity in (None, each.severity))


def only(content: Content) -> Finding:
    found = lint(content, NOW)
    assert len(found) == 1, found
    return found[0]


def with_source(**changes: object) -> Content:
    """The good content, where one tip cites a source with these changes."""
    changed = replace(PAPER, title="Another", **changes)  # type: ignore[arg-type]  # names and values vary per case
    return replace(GOOD, tips=(*GOOD.tips[1:], replace(GOOD.tips[0], sources=(changed,))))


def test_good_content_has_no_findings() -> None:
    assert lint(GOOD, NOW) == ()


def test_an_unknown_challenge_is_an_error_that_names_the_known_ones() -> None:
    found = findings(replace(GOOD, tips=(*GOOD.tips, tip("stray", "data-qualty"))))
    assert [each.severity for each in found] == ["error"]
    assert "data-qualty" in found[0].says
    assert "data-quality" in found[0].remedy


def test_an_unknown_objective_and_a_gap_without_any_are_errors() -> None:
    for objectives, word in ((("patterns.z",), "patterns.z"), ((), "No objective")):
        skill = replace(SKILL, gap=replace(SKILL.gap, objectives=objectives))
        errors = findings(replace(GOOD, skill_map=SkillMap((skill,))), "error")
        assert len(errors) == 1
        assert word in errors[0].says


def test_an_objective_that_no_gap_points_at_is_a_warning() -> None:
    skill = replace(SKILL, gap=replace(SKILL.gap, objectives=("patterns.a",)))
    found = only(replace(GOOD, skill_map=SkillMap((skill,))))
    assert (found.severity, "patterns.b" in found.says) == ("warning", True)


def test_tips_pages_and_skills_need_a_source() -> None:
    no_tip = replace(GOOD, tips=(replace(GOOD.tips[0], sources=()), *GOOD.tips[1:]))
    no_page = replace(GOOD, pages=(replace(GOOD.pages[0], sources=()),))
    no_skill = replace(GOOD, skill_map=SkillMap((replace(SKILL, sources=()),)))
    for content in (no_tip, no_page, no_skill):
        found = only(content)
        assert found.severity == "error"
        assert "no source" in found.says


@pytest.mark.parametrize(
    ("changes", "severity", "word"),
    [
        ({"checked_on": None, "checked": None}, "warning", "Nobody"),
        ({"checked_on": None}, "error", "only one"),
        ({"checked": None}, "error", "only one"),
        ({"checked_on": date(2026, 11, 24)}, "error", "to come"),
        ({"checked_on": date(2025, 11, 22)}, "warning", "2025-11-22"),
    ],
)
def test_sources_are_checked_and_their_checks_age(
    changes: dict[str, object], severity: str, word: str
) -> None:
    found = only(with_source(**changes))
    assert (found.severity, word in found.says) == (severity, True)


@pytest.mark.parametrize("day", [date(2026, 11, 23), date(2025, 11, 23)])
def test_a_check_holds_for_a_year(day: date) -> None:
    assert lint(with_source(checked_on=day), NOW) == ()


def test_a_source_that_many_cite_is_named_once() -> None:
    unread = replace(PAPER, title="Unread", checked=None, checked_on=None)
    content = replace(GOOD, tips=tuple(replace(each, sources=(unread,)) for each in GOOD.tips))
    assert only(content).severity == "warning"


def test_doubled_ids_are_errors_in_every_kind() -> None:
    double = replace(
        GOOD,
        tips=(*GOOD.tips, GOOD.tips[0]),
        pages=GOOD.pages * 2,
        challenges=GOOD.challenges * 2,
        figures=GOOD.figures * 2,
        tracks=GOOD.tracks * 2,
    )
    kinds = {each.says.split()[1] for each in findings(double, "error") if "times" in each.says}
    assert kinds == {"tip", "page", "challenge", "figure", "track", "objective"}


def test_one_name_for_two_pages_is_an_error() -> None:
    content = replace(GOOD, pages=(page("strengths", "advantages"), page("positioning", "Advantages!")))
    found = only(content)
    assert found.severity == "error"
    assert "strengths" in found.says


def test_the_same_name_may_mean_a_page_and_a_challenge() -> None:
    assert lint(replace(GOOD, pages=(page("strengths", "garbage"),)), NOW) == ()


def test_a_page_and_a_track_share_their_names() -> None:
    found = only(replace(GOOD, pages=(page("strengths", "cloud engineer"),)))
    assert (found.severity, "strengths" in found.says) == ("error", True)


def test_a_page_may_repeat_a_name_of_its_own() -> None:
    assert lint(replace(GOOD, pages=(page("strengths", "Strengths"),)), NOW) == ()


def test_a_phase_that_no_track_has_is_an_error_that_names_the_known_ones() -> None:
    challenges = tuple(replace(one, phases=("paterns",)) for one in GOOD.challenges)
    found = lint(replace(GOOD, challenges=challenges), NOW)
    assert {(each.severity, each.says) for each in found if "paterns" in each.says} == {
        ("error", "No track has the phase `paterns`.")
    }
    assert all("patterns" in each.remedy for each in found if "paterns" in each.says)


def test_a_phase_that_no_challenge_belongs_to_is_a_warning() -> None:
    phases = GOOD.tracks[0].phases
    extra = replace(phases[0], id="extra", objectives=())
    track = replace(GOOD.tracks[0], phases=(*phases, extra))
    challenges = tuple(replace(one, phases=(phases[0].id,)) for one in GOOD.challenges)
    found = lint(replace(GOOD, tracks=(track,), challenges=challenges), NOW)
    assert [each.says for each in found if each.says.startswith("No challenge")] == [
        "No challenge belongs to the phase `extra`, so cohorts in it get any tip."
    ]


def test_fewer_than_five_tips_for_a_challenge_is_a_warning() -> None:
    found = only(replace(GOOD, tips=GOOD.tips[:3]))
    assert (found.severity, found.remedy) == ("warning", "Write 2 more.")


def test_a_figure_that_no_page_shows_is_a_warning() -> None:
    found = only(replace(GOOD, figures=(PAY, replace(PAY, id="lost"))))
    assert (found.severity, "lost" in found.file) == ("warning", True)


def test_a_tip_of_three_words_is_a_warning() -> None:
    short = replace(GOOD.tips[0], mistake="One.", sign="Two.", instead="Three.")
    assert only(replace(GOOD, tips=(short, *GOOD.tips[1:]))).severity == "warning"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"title": "x" * 151}, "title"),
        ({"paragraphs": ("&" * 500,)}, "2000"),
        ({"paragraphs": ("x" * 1_900, "y" * 1_900, "z" * 300)}, "4000"),
        ({"paragraphs": ("short",) * 30}, "20 blocks"),
        ({"figures": (PAY,) * 11}, "10 fields"),
    ],
)
def test_pages_that_no_message_holds_are_errors(changes: dict[str, object], word: str) -> None:
    long = replace(GOOD.pages[0], **changes)  # type: ignore[arg-type]  # names and values vary per case
    found = only(replace(GOOD, pages=(long,)))
    assert (found.severity, word in found.says) == ("error", True)


def test_tips_tracks_and_skills_that_no_message_holds_are_errors() -> None:
    tip_too_long = replace(GOOD.tips[0], mistake="word " * 400)
    track_too_long = replace(TRACK, summary="word " * 400)
    skill_too_long = replace(SKILL, carries_over="word " * 400)
    for content in (
        replace(GOOD, tips=(tip_too_long, *GOOD.tips[1:])),
        replace(GOOD, tracks=(track_too_long,)),
        replace(GOOD, skill_map=SkillMap((skill_too_long,))),
    ):
        errors = [each for each in findings(content, "error") if "too much" in each.says]
        assert errors


def test_more_pages_than_a_list_can_offer_is_an_error() -> None:
    pages = tuple(page(f"page-{number}") for number in range(25))
    assert any("25" in each.says for each in findings(replace(GOOD, pages=pages), "error"))


def test_errors_come_first_and_places_are_named() -> None:
    content = replace(GOOD, tips=(*GOOD.tips[:3], tip("stray", "nowhere")))
    places = {("tip", "stray"): Place("tips/stray.md", 2)}
    found = lint(content, NOW, places)
    assert [each.severity for each in found] == ["error", "warning"]
    assert (found[0].file, found[0].line) == ("tips/stray.md", 2)
    assert str(found[0]).startswith("tips/stray.md:2: error: There is no challenge")
    assert found[1].file == "challenge data-quality"
