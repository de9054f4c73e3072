"""Plans: a member's goals in weeks with a start, and how study weeks fall on the calendar.

A *study week* counts the weeks of a plan from 0 and leaves paused ones out, so that a pause shifts everything
behind it by whole weeks without touching a goal.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Literal, NewType
from zoneinfo import ZoneInfo

from bot.core.domain.arrangement import Arrangement
from bot.core.domain.drafts import Draft
from bot.core.domain.goals import State
from bot.core.domain.packing import PACE_MAX, PACE_MIN
from bot.core.errors import InvalidInput
from bot.core.time import WEEK, find_zone, start_monday, week_of

PlanId = NewType("PlanId", int)

# What a plan is called until the database has given it a number.
NOT_KEPT = PlanId(0)


@dataclass(frozen=True, slots=True)
class PlannedPhase:
    """How many study weeks a phase takes in this plan, and the bounds that re-packing keeps to."""

    phase_id: str
    weeks_min: int
    weeks_max: int
    weeks: int


@dataclass(frozen=True, slots=True)
class PlannedGoal:
    """A goal in its study week.

    `hours` and `stretch` are the curriculum's from when the plan was made: an edit must not overload a week
    that somebody agreed to. `position` orders a week's goals. `done_in` is the Monday of the week in which
    it was done, kept because a change of zone must not move it. `carried` counts how often a late goal was
    given a new week.
    """

    goal_id: str
    phase_id: str
    hours: int
    stretch: bool
    week: int
    position: int
    state: State = "todo"
    done_at: datetime | None = None
    done_in: date | None = None
    carried: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """Whole weeks without study, the first one beginning on the Monday `first`."""

    first: date
    weeks: int

    @property
    def back(self) -> date:
        """The Monday on which study goes on."""
        return self.first + self.weeks * WEEK


@dataclass(frozen=True, slots=True)
class Plan:
    """A member's plan. `start` is a Monday, `zone` an IANA name, `pauses` are in order and don't overlap.
    `zone_by_platform`: the zone is what the platform says, and follows it. `undo` is how its goals stood
    before the way out of being late that was taken last.

    Raises ValueError for a value that no function of the domain makes.
    """

    id: PlanId
    track_id: str
    start: date
    pace: int
    zone: str
    phases: tuple[PlannedPhase, ...]
    goals: tuple[PlannedGoal, ...]
    pauses: tuple[Pause, ...] = ()
    status: Literal["active", "ended"] = "active"
    zone_by_platform: bool = False
    undo: Arrangement | None = None

    def __post_init__(self) -> None:
        if self.start.weekday() or any(pause.first.weekday() or pause.weeks < 1 for pause in self.pauses):
            raise ValueError("a plan starts on a Monday, and so do its pauses, which last a week or more")
        if any(later.first < pause.back for pause, later in pairwise(self.pauses)):
            raise ValueError("pauses are in order and don't overlap")
        if not PACE_MIN <= self.pace <= PACE_MAX:
            raise ValueError(f"a pace is {PACE_MIN} to {PACE_MAX} hours a week")
        if len({goal.goal_id for goal in self.goals}) < len(self.goals):
            raise ValueError("a goal stands in a plan once")
        weeks = self.weeks
        if any(goal.state == "todo" and not 0 <= goal.week < weeks for goal in self.goals):
            raise ValueError("what is left to do stands in a week of the plan")

    @property
    def weeks(self) -> int:
        """How many study weeks the plan has."""
        return sum(phase.weeks for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a plan an instant is.

    `week` is the study week that goes on; before the start and during a pause it is the one that comes next.
    When the plan is over it keeps counting, so `week` is then at least the plan's `weeks`.
    """

    kind: Literal["before", "studying", "paused", "over", "ended"]
    week: int


def begin_plan(
    draft: Draft, track_id: str, start: date, zone: str, *, zone_by_platform: bool = False
) -> Plan:
    """The plan that follows `draft` from `start`, a day that moves to the next Monday unless it is one.

    Raises InvalidInput when the draft has no weeks, because everything is known, or for an unknown zone.
    """
    find_zone(zone)
    if not draft.weeks:
        raise InvalidInput("plan.empty")
    phases = tuple(
        PlannedPhase(phase.phase_id, phase.weeks_min, phase.weeks_max, len(phase.weeks))
        for phase in draft.phases
    )
    in_order = [
        (week.phase_id, goal, number) for number, week in enumerate(draft.weeks) for goal in week.goals
    ]
    goals = tuple(
        PlannedGoal(goal.id, phase_id, goal.hours, goal.stretch, number, position)
        for position, (phase_id, goal, number) in enumerate(in_order)
    )
    monday = start_monday(start)
    return Plan(
        NOT_KEPT, track_id, monday, draft.pace, zone, phases, goals, zone_by_platform=zone_by_platform
    )


def zone_of(plan: Plan) -> ZoneInfo:
    return find_zone(plan.zone)


def monday_of_week(plan: Plan, week: int) -> date:
    """The Monday of a study week, which may lie behind the plan's last one."""
    monday = plan.start + week * WEEK
    for pause in plan.pauses:
        if pause.first > monday:
            break
        monday += pause.weeks * WEEK
    return monday


def last_day(plan: Plan) -> date:
    """The Sunday that ends the last study week."""
    return monday_of_week(plan, plan.weeks - 1) + timedelta(days=6)


def is_paused(plan: Plan, monday: date) -> bool:
    return any(pause.first <= monday < pause.back for pause in plan.pauses)


def week_at(plan: Plan, monday: date) -> int:
    """How many study weeks lie between the start and `monday`: negative before, the next one in a pause."""
    passed = sum(min(max((monday - pause.first) // WEEK, 0), pause.weeks) for pause in plan.pauses)
    return (monday - plan.start) // WEEK - passed


def place_at(plan: Plan, now: datetime) -> Place:
    """Where in the plan `now` is."""
    monday = week_of(now, zone_of(plan))
    week = max(0, week_at(plan, monday))
    if plan.status == "ended":
        return Place("ended", week)
    if monday < plan.start:
        return Place("before", week)
    if week >= plan.weeks:
        return Place("over", week)
    return Place("paused" if is_paused(plan, monday) else "studying", week)


def phase_of_week(plan: Plan, week: int) -> PlannedPhase | None:
    """The phase that a study week belongs to; None outside the plan."""
    if week < 0:
        return None
    for phase in plan.phases:
        if week < phase.weeks:
            return phase
        week -= phase.weeks
    return None


def present_phase(plan: Plan) -> str | None:
    """The id of the phase in which the member is: that of their earliest goal still to do, whatever week it
    is. None when nothing is left to do."""
    left = left_from(plan, 0)
    return left[0].phase_id if left else None


def is_finished(plan: Plan) -> bool:
    """Whether nothing is left to do, and something was done."""
    states = {goal.state for goal in plan.goals}
    return "done" in states and "todo" not in states


def goals_of(plan: Plan, week: int) -> tuple[PlannedGoal, ...]:
    """Everything that stands in a study week, done and skipped goals included, in order."""
    return tuple(sorted((goal for goal in plan.goals if goal.week == week), key=lambda goal: goal.position))


def late_goals(plan: Plan, now: datetime) -> tuple[PlannedGoal, ...]:
    """Goals that are neither done nor skipped although their week is over, the longest waiting first."""
    week = place_at(plan, now).week
    late = [goal for goal in plan.goals if goal.state == "todo" and goal.week < week]
    return tuple(sorted(late, key=_by_week))


def left_from(plan: Plan, week: int) -> tuple[PlannedGoal, ...]:
    """What is left to do in `week` and behind it, in order."""
    left = [goal for goal in plan.goals if goal.state == "todo" and goal.week >= week]
    return tuple(sorted(left, key=_by_week))


def hours_spent(plan: Plan, now: datetime) -> int:
    """The hours that the study week which goes on has used up: of what was done in it, wherever it stands."""
    if place_at(plan, now).kind not in ("studying", "over"):
        return 0
    monday = week_of(now, zone_of(plan))
    return sum(goal.hours for goal in plan.goals if goal.done_in == monday)


def check_active(plan: Plan) -> None:
    """Raises InvalidInput when the plan has ended, such as after a reset."""
    if plan.status == "ended":
        raise InvalidInput("plan.ended")


def _by_week(goal: PlannedGoal) -> tuple[int, int]:
    return goal.week, goal.position
