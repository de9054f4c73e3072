"""Cohorts: members of a space who go the same way together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NewType

from bot.core.domain.plans import Plan, present_phase
from bot.core.domain.topics import fold

CohortId = NewType("CohortId", int)

NAME_LIMIT = 60
# So many fit a list to choose from.
RUNNING_MOST = 25
# A summary reads the plans of all of them at once.
MEMBERS_MOST = 500
# With fewer people, an average or a sum says something about each of them.
FLOOR = 5


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


def name_key(name: str) -> str:
    """What two names of running cohorts must differ in: case and punctuation make no other name."""
    return fold(name) or name.casefold()


def common_phase(plans: Sequence[Plan], phases: Sequence[str]) -> str | None:
    """The phase in which most are by what they have done, the earlier one of two; None without any."""
    counts = Counter(present_phase(plan) for plan in plans)
    known = [phase for phase in phases if counts[phase]]
    return max(known, key=lambda phase: counts[phase], default=None)
