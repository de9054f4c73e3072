"""Cohorts: members of a space who go the same way together, and how they are doing, without a name."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from bot.core.domain.plans import Plan, place_at, present_phase
from bot.core.domain.tally import Tally, tally_all
from bot.core.domain.topics import fold
from bot.core.time import WEEK, monday_of

CohortId = NewType("CohortId", int)

NAME_LIMIT = 60
# So many fit a list to choose from.
RUNNING_MOST = 25
# A summary reads the plans of all of them at once.
MEMBERS_MOST = 500
# With fewer people, an average or a sum says something about each of them.
FLOOR = 5
ACTIVE_FOR = timedelta(weeks=2)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A cohort as a space knows it. Only who joined by themselves is in it, `size` counts them; once it is
    closed it is never `running` again."""

    id: CohortId
    name: str
    running: bool
    size: int

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True)
class Summary:
    """How a cohort is doing: counts and sums, nothing of anybody by themselves.

    `planning` have a plan that runs; `active` finished a goal within the last two weeks; `goals_week` were
    finished within the last seven days. `reached` says how many have come to a phase or a later one.
    """

    members: int
    planning: int
    active: int
    goals_week: int
    goals_all: int
    hours_due: int
    hours_done: int
    reached: tuple[tuple[str, int], ...]
    tallies: tuple[Tally, ...]

    @property
    def is_safe(self) -> bool:
        """Whether so many have a plan that what is said of all of them says nothing about one."""
        return self.planning >= FLOOR

    @property
    def ratio(self) -> float | None:
        """Hours done for each hour that was due, over all plans. None while nothing was due yet."""
        return self.hours_done / self.hours_due if self.hours_due else None


def name_key(name: str) -> str:
    """What two names of running cohorts must differ in: case and punctuation make no other name."""
    return fold(name) or name.casefold()


def summarise(members: int, plans: Sequence[Plan], phases: Sequence[str], now: datetime) -> Summary:
    """The summary of a cohort of so many members with these running plans; `phases` are ids in order."""
    done = [goal for plan in plans for goal in plan.goals if goal.state == "done"]
    weeks = [place_at(plan, now).week for plan in plans]
    due = [
        goal.hours
        for plan, week in zip(plans, weeks, strict=True)
        for goal in plan.goals
        if goal.week < week and goal.state != "skipped"
    ]
    come = [_last_reached(plan, phases, now) for plan in plans]
    return Summary(
        members=members,
        planning=len(plans),
        active=sum(_is_active(plan, now) for plan in plans),
        goals_week=sum(goal.done_at is not None and now - goal.done_at <= WEEK for goal in done),
        goals_all=len(done),
        hours_due=sum(due),
        hours_done=sum(goal.hours for goal in done),
        reached=tuple((phase, sum(one >= number for one in come)) for number, phase in enumerate(phases)),
        tallies=tally_all(plans, monday_of(now.date())),
    )


def common_phase(plans: Sequence[Plan], phases: Sequence[str]) -> str | None:
    """The phase in which most are by what they have done, the earlier one of two; None without any."""
    counts = Counter(present_phase(plan) for plan in plans)
    known = [phase for phase in phases if counts[phase]]
    return max(known, key=lambda phase: counts[phase], default=None)


def _is_active(plan: Plan, now: datetime) -> bool:
    return any(goal.done_at is not None and now - goal.done_at <= ACTIVE_FOR for goal in plan.goals)


def _last_reached(plan: Plan, phases: Sequence[str], now: datetime) -> int:
    """The number of the phase in which the member is by what they have done: -1 before the plan's start, the
    last one when nothing is left to do."""
    if place_at(plan, now).kind == "before":
        return -1
    phase = present_phase(plan)
    if phase is None:
        return len(phases) - 1
    return phases.index(phase) if phase in phases else -1
