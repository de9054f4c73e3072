"""The content that Cairn ships: it loads, it is clean, and every fact of the curriculum is in it."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.core.domain.curriculum import Content, Track
from bot.core.domain.drafts import draft_plan
from bot.core.domain.guide import Page
from bot.core.domain.packing import PACE_MAX, PACE_MIN
from bot.core.domain.profiles import Profile
from bot.core.domain.topics import find_topic
from bot.curriculum.lint import lint
from bot.curriculum.load import Loaded, load_with_places

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "content"
CHALLENGES = {
    "deterministic-models",
    "skipped-fundamentals",
    "over-provisioning",
    "data-quality",
    "tool-fixation",
}
SKILLS = {
    "container-orchestration": ("Container orchestration", "Model inference patterns"),
    "managed-databases": ("Managed database services", "Embeddings and similarity search"),
    "cost-optimization": ("Cloud cost optimization", "LLM pricing and usage tracking"),
    "iam-secrets": ("IAM and secrets management", "Prompt injection and data safety"),
    "autoscaling": ("Autoscaling configuration", "Latency and batching for models"),
    "infrastructure-as-code": ("Infrastructure as code", "RAG architecture patterns"),
}
MISTAKES = {
    "training-before-shipping": "training",
    "agent-where-a-workflow-does": "workflow",
    "no-evaluation-set": "evaluation set",
    "gpu-pods-on-cpu": "CPU",
    "access-after-retrieval": "after retrieval",
    "ivfflat-on-empty-table": "IVFFlat",
    "self-judge": "judge",
    "personal-data-in-prompt-logs": "log",
    "unbounded-loops": "ceiling",
    "nothing-pinned": "roll back",
    "fine-tuning-for-facts": "facts",
    "benchmark-batch-one": "one request at a time",
}


@pytest.fixture(scope="module")
def loaded() -> Loaded:
    return load_with_places(FOLDER)


@pytest.fixture(scope="module")
def content(loaded: Loaded) -> Content:
    return loaded.content


def page(content: Content, topic: str) -> Page:
    found = find_topic(content.pages, topic)
    assert found is not None, topic
    return found


def track(content: Content, track_id: str) -> Track:
    return {each.id: each for each in content.tracks}[track_id]


def test_it_has_no_errors(loaded: Loaded) -> None:
    found = lint(loaded.content, NOW, loaded.places)
    assert [str(each) for each in found if each.severity == "error"] == []


def test_its_only_warnings_are_unread_sources_and_objectives_beside_the_map(loaded: Loaded) -> None:
    found = lint(loaded.content, NOW, loaded.places)
    known = ("Nobody has checked", "No gap points at the objective")
    assert [str(each) for each in found if not each.says.startswith(known)] == []


def test_every_finding_has_a_file_and_a_line(loaded: Loaded) -> None:
    for finding in lint(loaded.content, NOW.replace(year=2030), loaded.places):
        assert (FOLDER / finding.file).is_file()
        assert finding.line


def test_the_skill_map_has_its_six_rows(content: Content) -> None:
    rows = {skill.id: (skill.name, skill.gap.name) for skill in content.skill_map.skills}
    assert rows == SKILLS


@pytest.mark.parametrize("track_id", ["cloud-to-ai", "devops-to-ai"])
def test_a_track_has_four_phases_and_fifteen_objectives(content: Content, track_id: str) -> None:
    found = track(content, track_id)
    assert [(phase.id, phase.weeks_min, phase.weeks_max) for phase in found.phases] == [
        ("fundamentals", 2, 4),
        ("patterns", 4, 6),
        ("production", 4, 6),
        ("specialization", 4, 6),
    ]
    letters = "fundamentals.a b c d patterns.a b c production.a b c d specialization.a b c d".replace(" ", "")
    assert (
        "".join(f"{phase.id}." + "".join(each.id[-1] for each in phase.objectives) for phase in found.phases)
        == letters
    )
    assert len(found.objectives) == 15
    assert (found.weeks_min, found.weeks_max) == (14, 22)
    assert len(found.strengths) == 5


@pytest.mark.parametrize(
    ("objective", "words"),
    [
        ("fundamentals.a", "tokens embeddings vectors"),
        ("fundamentals.b", "large language model system"),
        ("fundamentals.c", "stateless API"),
        ("fundamentals.d", "OpenAI Azure Anthropic integration"),
        ("patterns.a", "retrieval-augmented generation prompt engineering"),
        ("patterns.b", "vector store questions documents"),
        ("patterns.c", "end to end infrastructure provision"),
        ("production.a", "monitoring observability behaves output"),
        ("production.b", "inference cost latency workload"),
        ("production.c", "production readiness notebook"),
        ("production.d", "safety tests bad input gracefully"),
        ("specialization.a", "agent systems multi-model pipelines high-throughput inference"),
        ("specialization.b", "deep infrastructure"),
        ("specialization.c", "project specialist"),
        ("specialization.d", "architecture decisions trade-offs"),
    ],
)
def test_each_objective_keeps_its_facts(content: Content, objective: str, words: str) -> None:
    says = {each.id: each.says for each in track(content, "cloud-to-ai").objectives}[objective]
    assert [word for word in words.split() if word.lower() not in says.lower()] == []


def test_every_challenge_has_at_least_five_tips(content: Content) -> None:
    assert {each.id for each in content.challenges} == CHALLENGES
    tips = Counter(tip.challenge for tip in content.tips)
    assert set(tips) == CHALLENGES
    assert min(tips.values()) >= 6
    assert len(content.tips) >= 30


def test_tips_are_short(content: Content) -> None:
    for tip in content.tips:
        words = len(f"{tip.mistake} {tip.sign} {tip.instead}".split())
        assert 60 <= words <= 120, (tip.id, words)
    assert sum(tip.reveal is not None for tip in content.tips) >= 20


def test_no_two_tips_share_a_title_or_a_text(content: Content) -> None:
    for texts in (
        [tip.title for tip in content.tips],
        [tip.mistake for tip in content.tips],
        [tip.reveal for tip in content.tips if tip.reveal],
    ):
        assert len(set(texts)) == len(texts)


@pytest.mark.parametrize(("tip_id", "word"), MISTAKES.items())
def test_every_mistake_of_the_field_has_its_tip(content: Content, tip_id: str, word: str) -> None:
    tip = {each.id: each for each in content.tips}[tip_id]
    assert word.lower() in f"{tip.title} {tip.mistake} {tip.instead}".lower()


@pytest.mark.parametrize(
    ("topic", "count", "words"),
    [
        (
            "strengths",
            5,
            "deployment cost scaling networking security CI/CD running autoscaling right-sizing",
        ),
        ("positioning", 4, "load cost scaling networking security end lifecycle build monitoring rollback"),
        (
            "portfolio",
            4,
            "end to end infrastructure script architecture reasons cost monitoring reliability wrong",
        ),
        ("how-long", 4, "onboarding mastery focus specialization 2-4 4-6"),
    ],
)
def test_pages_hold_their_points(content: Content, topic: str, count: int, words: str) -> None:
    points = page(content, topic).points
    text = " ".join(points).lower()
    assert len(points) == count
    assert [word for word in words.split() if word.lower() not in text] == []


def test_the_figures_page_shows_every_figure_with_its_source(content: Content) -> None:
    figures = page(content, "figures").figures
    shown = " / ".join(f"{each.says} {each.value}" for each in figures)
    for number in ("$120K-$190K", "$145K", "$230K", "+26 %", "2023 to 2033", "3-6 months", "month four"):
        assert number in shown
    assert "much faster than average" in shown
    assert all(each.source.title and each.edition for each in figures)
    assert {each.source.title for each in figures} == {
        "Cloud Engineer to AI Engineer",
        "US Bureau of Labor Statistics: Computer and Information Research Scientists",
    }


def test_the_thesis_is_told(content: Content) -> None:
    text = " ".join(page(content, "why").paragraphs)
    for words in ("demo", "operations", "algorithm", "research", "one more workload to run well", "build"):
        assert words in text


def test_how_long_says_when_a_role_is_in_reach(content: Content) -> None:
    found = page(content, "how long")
    text = " ".join(found.paragraphs)
    for words in ("3 to 6 months", "14 and 22 weeks", "month four"):
        assert words in text
    assert {each.id for each in found.figures} == {"months", "first-role"}


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("salary", "figures"),
        ("interview", "positioning"),
        ("projects", "portfolio"),
        ("roadmap", "how-long"),
        ("why", "thesis"),
        ("What do I bring", "strengths"),
        ("weeks", "how-long"),
        ("CV", "positioning"),
    ],
)
def test_pages_are_found_by_what_people_type(content: Content, typed: str, found: str) -> None:
    assert page(content, typed).id == found


@pytest.mark.parametrize("track_id", ["cloud-to-ai", "devops-to-ai"])
def test_every_plan_of_a_track_can_be_drafted(content: Content, track_id: str) -> None:
    found = track(content, track_id)
    for pace in range(PACE_MIN, PACE_MAX + 1):
        draft = draft_plan(found.phase_goals, Profile(), pace)
        assert found.weeks_min <= len(draft.weeks) <= found.weeks_max
        assert all(each.goal.stretch for each in draft.dropped)
        top = {gap for week in draft.weeks for goal in week.goals for gap, level in goal.grows if level == 3}
        assert top == {skill.gap.id for skill in content.skill_map.skills}


def test_goals_are_concrete(content: Content) -> None:
    assert len(content.goals) >= 50
    for goal in content.goals.values():
        assert "**Done when**" in goal.does, goal.id
        assert len(goal.title) <= 70, goal.id
        assert goal.evidence, goal.id
        assert goal.sources, goal.id
    texts = [goal.does for goal in content.goals.values()]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("track_id", ["cloud-to-ai", "devops-to-ai"])
def test_each_phase_but_the_first_builds_a_project(content: Content, track_id: str) -> None:
    builds = [sum(goal.builds for goal in phase.goals) for phase in track(content, track_id).phases]
    assert builds[0] == 0
    assert min(builds[1:]) >= 1


def test_at_least_twenty_sources_were_really_read(content: Content) -> None:
    sources = {source for tip in content.tips for source in tip.sources}
    assert sum(source.checked is not None for source in sources) >= 20
    assert all(source.url or source.title == "Cloud Engineer to AI Engineer" for source in sources)
