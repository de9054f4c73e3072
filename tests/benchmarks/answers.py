"""Answers: how fast a question is understood, a plan is made, and the terminal says something."""

import statistics
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

from bot.core.domain.drafts import draft_plan
from bot.core.domain.places import find_cities
from bot.core.domain.plans import begin_plan
from bot.core.domain.profiles import Profile
from bot.core.domain.questions import Matcher
from bot.curriculum.cities import CITIES_FILE, load_cities
from bot.curriculum.load import load_content
from tests.benchmarks.figures import Figure, median_of

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = (
    "I run EKS and look after RDS",
    "I don't know kubernetes but I do manage databases",
    "how do I stop prompt injection",
    "kubernets n docker",
    "how do I plant tomatoes",
)


def count_to_ten_thousand() -> int:
    """The baseline for work inside the process: a plain loop."""
    total = 0
    for number in range(10_000):
        total += number
    return total


def run(*command: str) -> Callable[[], object]:
    """A whole process from its start to its end."""
    return lambda: subprocess.run(command, check=True, capture_output=True, cwd=ROOT)


def measure() -> tuple[Figure, ...]:
    content = load_content(ROOT / "content")
    matcher = Matcher(content.skill_map)
    cities = load_cities(ROOT / "content" / CITIES_FILE)
    phases = content.track.phase_goals
    loop = median_of(count_to_ten_thousand, 20)
    bare = median_of(run(sys.executable, "-c", "pass"), 1)
    asked = run(sys.executable, "-m", "bot", "ask", QUESTIONS[0])
    return (
        Figure(
            "a question matched (median of five kinds)",
            "under 0.1 ms",
            statistics.median(median_of(partial(matcher.match, text), 200) for text in QUESTIONS),
            loop,
        ),
        Figure("the matcher built", "under 0.1 s", median_of(lambda: Matcher(content.skill_map), 1), loop),
        Figure(
            "a plan drafted and begun",
            "under 2 ms",
            median_of(
                lambda: begin_plan(
                    draft_plan(phases, Profile(), 6), content.track.id, date(2027, 1, 4), "UTC"
                ),
                20,
            ),
            loop,
        ),
        Figure(
            "the content loaded from its files",
            "",
            median_of(lambda: load_content(ROOT / "content"), 1),
            loop,
        ),
        Figure("a city found", "under 2 ms", median_of(partial(find_cities, cities, "sao p"), 20), loop),
        Figure("cairn ask, the whole process", "under 0.3 s", median_of(asked, 1), bare),
    )
