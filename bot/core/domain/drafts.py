"""Drafts: a track's goals as weeks, for what a member knows already and the hours they have."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.core.domain.goals import Goal
from bot.core.domain.packing import PACE_MAX, PACE_MIN, fewest_weeks, most_hours, spread
from bot.core.domain.profiles import Profile
from bot.core.errors import InvalidInput


@dataclass(frozen=True, slots=True)
class PhaseGoals:
    """A phase of a track with the goals of its objectives, in the order in which they are worked on."""

    phase_id: str
    weeks_min: int
    weeks_max: int
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A goal that a plan leaves out, and why.

    "done": the member did it in an earlier plan. "known": they reach every level it grows; `levels` are pairs
    of the gap's id and their level.
    "room": it is a stretch goal, and the phase's longest stretch has no room for it at this pace.
    """

    goal: Goal
    phase_id: str
    reason: Literal["done", "known", "room"]
    levels: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class DraftWeek:
    phase_id: str
    goals: tuple[Goal, ...]


@dataclass(frozen=True, slots=True)
class DraftPhase:
    """A phase as a draft takes it: no weeks at all when every goal of it dropped."""

    phase_id: str
    weeks_min: int
    weeks_max: int
    weeks: tuple[DraftWeek, ...]


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan before it has a start. `dropped` is in the curriculum's order.

    `weeks_without_profile` is how long it would be for somebody who knows nothing yet.
    """

    pace: int
    phases: tuple[DraftPhase, ...]
    dropped: tuple[Dropped, ...]
    weeks_without_profile: int

    @property
    def weeks(self) -> tuple[DraftWeek, ...]:
        return tuple(week for phase in self.phases for week in phase.weeks)


def check_pace(pace: int) -> int:
    """`pace` when it is 4 to 20 hours a week. Raises InvalidInput otherwise."""
    if not PACE_MIN <= pace <= PACE_MAX:
        raise InvalidInput("pace.range", least=str(PACE_MIN), most=str(PACE_MAX))
    return pace


def draft_plan(
    phases: Sequence[PhaseGoals],
    profile: Profile,
    pace: int,
    keep: Collection[str] = frozenset(),
    done: Collection[str] = frozenset(),
) -> Draft:
    """The weeks of the phases at `pace` hours a week, without what `profile` knows or was `done` before.

    `keep` are ids of goals that the member wants back: they never drop as known or done, and are the last to
    drop for room. Raises InvalidInput for a pace out of range, and ValueError when the core goals of a phase
    don't pack (see `tight_paces`, which the linter asks).
    """
    check_pace(pace)
    drafted = tuple(_draft_phase(phase, profile, pace, keep, done) for phase in phases)
    dropped = tuple(each for _, left_out in drafted for each in left_out)
    weeks = sum(len(phase.weeks) for phase, _ in drafted)
    if any(each.reason != "room" for each in dropped):
        weeks = sum(_make_room(phase, phase.goals, pace, keep)[1] for phase in phases)
    return Draft(pace, tuple(phase for phase, _ in drafted), dropped, weeks)


def tight_paces(phase: PhaseGoals) -> tuple[int, ...]:
    """The paces at which what never drops from the phase doesn't pack. Right content has none."""
    hours = tuple(goal.hours for goal in phase.goals if not goal.stretch)
    return tuple(
        pace
        for pace in range(PACE_MIN, PACE_MAX + 1)
        if fewest_weeks(hours, pace, phase.weeks_min, phase.weeks_max) is None
    )


def _draft_phase(
    phase: PhaseGoals, profile: Profile, pace: int, keep: Collection[str], done: Collection[str]
) -> tuple[DraftPhase, tuple[Dropped, ...]]:
    behind = {goal.id for goal in phase.goals if goal.id in done and goal.id not in keep}
    known = {goal.id for goal in phase.goals if _drops_as_known(goal, profile, keep)} - behind
    wanted = tuple(goal for goal in phase.goals if goal.id not in known | behind)
    goals, count = _make_room(phase, wanted, pace, keep)
    placed = spread(tuple(goal.hours for goal in goals), (0,) * count, most_hours(pace)) or ()
    weeks = tuple(
        DraftWeek(phase.phase_id, tuple(goal for goal, at in zip(goals, placed, strict=True) if at == week))
        for week in range(count)
    )
    packed = {goal.id for goal in goals}
    left_out = tuple(
        Dropped(goal, phase.phase_id, "known", tuple((gap_id, profile.level(gap_id)) for gap_id in goal.gaps))
        if goal.id in known
        else Dropped(goal, phase.phase_id, "done" if goal.id in behind else "room")
        for goal in phase.goals
        if goal.id not in packed
    )
    return DraftPhase(phase.phase_id, phase.weeks_min, phase.weeks_max, weeks), left_out


def _drops_as_known(goal: Goal, profile: Profile, keep: Collection[str]) -> bool:
    return not goal.builds and goal.id not in keep and profile.knows(goal)


def _make_room(
    phase: PhaseGoals, goals: tuple[Goal, ...], pace: int, keep: Collection[str]
) -> tuple[tuple[Goal, ...], int]:
    """The goals that pack, and into how many weeks: the last stretch goal drops until they do."""
    while True:
        hours = tuple(goal.hours for goal in goals)
        weeks = fewest_weeks(hours, pace, phase.weeks_min, phase.weeks_max)
        if weeks is not None:
            return goals, weeks
        stretch = [goal for goal in goals if goal.stretch]
        if not stretch:
            raise ValueError(f"the core of the phase {phase.phase_id} doesn't pack at {pace} hours a week")
        last = ([goal for goal in stretch if goal.id not in keep] or stretch)[-1]
        goals = tuple(goal for goal in goals if goal is not last)
