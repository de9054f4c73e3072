"""What the parts of a plan are called. A plan outlives edits of the curriculum, so a name may be missing."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.core.domain.curriculum import Content, Phase
from bot.core.domain.plans import Plan, PlannedPhase


@dataclass(frozen=True, slots=True)
class Span:
    """A phase in a plan: its number from 1, its name, and its study weeks `first` up to, without, `end`."""

    number: int
    name: str
    phase: PlannedPhase
    first: int
    end: int


def track_name(content: Content, track_id: str) -> str:
    track = content.track_by_id(track_id)
    return track.name if track else track_id


def clock_name(plan: Plan) -> str:
    """The zone, and where it is known from when nobody chose it here."""
    return f"{plan.zone}, as your profile says" if plan.zone_by_platform else plan.zone


def goal_title(content: Content, goal_id: str) -> str:
    goal = content.goals.get(goal_id)
    return goal.title if goal else goal_id


def gap_name(content: Content, gap_id: str) -> str:
    try:
        return content.skill_map.gap(gap_id).name
    except KeyError:
        return gap_id


def level_name(content: Content, gap_id: str, level: int) -> str:
    """What the gap's level is called; its number where the gap is gone."""
    try:
        return content.skill_map.gap(gap_id).levels[level].name
    except KeyError:
        return str(level)


def phase_name(content: Content, plan: Plan, phase_id: str) -> str:
    phase = find_phase(content, plan.track_id, phase_id)
    return phase.name if phase else phase_id


def find_phase(content: Content, track_id: str, phase_id: str) -> Phase | None:
    track = content.track_by_id(track_id)
    phases = track.phases if track else ()
    return next((phase for phase in phases if phase.id == phase_id), None)


def spans(content: Content, plan: Plan) -> Iterator[Span]:
    """The plan's phases in order, those without a week included."""
    first = 0
    for number, phase in enumerate(plan.phases, start=1):
        yield Span(number, phase_name(content, plan, phase.phase_id), phase, first, first + phase.weeks)
        first += phase.weeks
