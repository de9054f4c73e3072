"""Contents, drafts and plans for tests: by hand, and drawn at random from what the linter lets through."""

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from bot.core.domain.drafts import PhaseGoals, draft_plan, tight_paces
from bot.core.domain.goals import Goal
from bot.core.domain.plans import Plan, begin_plan
from bot.core.domain.profiles import Profile

GAPS = ("vectors", "serving", "cost", "safety")
ZONES = ("UTC", "Europe/Berlin", "America/Santiago", "Africa/Cairo", "Pacific/Auckland", "Pacific/Honolulu",
         "Asia/Kolkata", "Australia/Lord_Howe", "Pacific/Kiritimati")  # fmt: skip
MONDAY = date(2027, 1, 4)
SOAK = os.environ.get("CAIRN_SOAK") == "1"

# How fast a value is made says nothing here, and a busy machine must not fail a test.
patient = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
usual = settings(patient, max_examples=5_000 if SOAK else 30)
modest = settings(patient, max_examples=2_000 if SOAK else 15)


def make_goal(
    goal_id: str,
    hours: int = 3,
    *,
    core: bool = True,
    builds: bool = False,
    grows: Iterable[tuple[str, int]] = (),
) -> Goal:
    return Goal(goal_id, goal_id.title(), "Does it.", hours, core, builds, tuple(grows), ("repository",), ())


def make_phase(phase_id: str, bounds: tuple[int, int], hours: Iterable[int]) -> PhaseGoals:
    """A phase whose goals are core, "a0", "a1" and so on for the phase "a"."""
    goals = tuple(make_goal(f"{phase_id}{number}", each) for number, each in enumerate(hours))
    return PhaseGoals(phase_id, *bounds, goals)


def make_plan(*phases: PhaseGoals, pace: int = 4, start: date = MONDAY, zone: str = "UTC") -> Plan:
    return begin_plan(draft_plan(phases, Profile(), pace), "cloud-to-ai", start, zone)


def instant(week: int, day: int = 0, hour: int = 12) -> datetime:
    """Noon of a day in the calendar week `week` after MONDAY, in UTC."""
    return datetime(2027, 1, 4, hour, tzinfo=UTC) + timedelta(weeks=week, days=day)


def weeks_by_goal(plan: Plan) -> dict[str, int]:
    return {goal.goal_id: goal.week for goal in plan.goals}


def todo_hours(plan: Plan, week: int) -> int:
    return sum(goal.hours for goal in plan.goals if goal.week == week and goal.state == "todo")


paces = st.integers(4, 20)
zones = st.sampled_from(ZONES)
starts = st.dates(date(2026, 1, 1), date(2028, 12, 31))
levels = st.dictionaries(st.sampled_from(GAPS), st.integers(0, 3))
profiles = levels.map(Profile)


@st.composite
def phases(draw: st.DrawFn, phase_id: str, most_goals: int = 12) -> PhaseGoals:
    """A phase of any shape, also one that the linter refuses."""
    weeks_min = draw(st.integers(1, 5))
    weeks_max = weeks_min + draw(st.integers(0, 4))
    grows = st.lists(st.tuples(st.sampled_from(GAPS), st.integers(1, 3)), max_size=2)
    drawn = draw(
        st.lists(st.tuples(st.integers(1, 5), st.booleans(), st.integers(0, 5), grows), max_size=most_goals)
    )
    goals = tuple(
        make_goal(f"{phase_id}{number}", hours, core=core, builds=builds == 0, grows=grown)
        for number, (hours, core, builds, grown) in enumerate(drawn)
    )
    return PhaseGoals(phase_id, weeks_min, weeks_max, goals)


@st.composite
def linted_phases(draw: st.DrawFn, phase_id: str, most_goals: int = 12) -> PhaseGoals:
    """A phase whose core packs at 4 hours a week: what doesn't fit became stretch, from the end."""
    phase = draw(phases(phase_id, most_goals))
    while 4 in tight_paces(phase):
        last = [goal for goal in phase.goals if not goal.stretch][-1]
        eased = replace(last, core=False, builds=False)
        phase = replace(phase, goals=tuple(eased if goal is last else goal for goal in phase.goals))
    return phase


@st.composite
def contents(draw: st.DrawFn, most_goals: int = 12) -> tuple[PhaseGoals, ...]:
    return tuple(draw(linted_phases(name, most_goals)) for name in "abcd"[: draw(st.integers(1, 4))])


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    """A plan at its start, of at least one week."""
    drafted = draft_plan(draw(contents(most_goals=7)), draw(profiles), draw(paces))
    if not drafted.weeks:
        drafted = draft_plan((make_phase("a", (1, 2), (3, 2)),), Profile(), drafted.pace)
    return begin_plan(drafted, "cloud-to-ai", draw(starts), draw(zones))
