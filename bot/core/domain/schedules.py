"""Schedules: what a lead has posted for a cohort, each week or once."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal, NewType

from bot.core.domain.cohorts import CohortId
from bot.core.ids import MemberId, Role
from bot.core.recurrence import Recurrence

ScheduleId = NewType("ScheduleId", int)

SUMMARY = "cohort.summary"
TIP = "tip.weekly"
ALERT = "lead.alert"

# What is meant for many is skipped sooner than a message to one: the moment has passed.
POST_LATE = timedelta(hours=2)
ALERT_LATE = timedelta(hours=24)

WEEKLY = 0
# A preview may be posted for so long. Its stamp keeps a second press from posting it again, and is forgotten
# much later.
POST_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Schedule:
    """Something of a cohort that goes to a channel, or as a preview to the lead `set_by` alone ("direct").

    `stamp` is WEEKLY for what comes each week while it is `on`. What is said once has another: the moment it
    was asked for, so that a second press asks for the same. Whoever set it was a lead because the platform
    said so (`by_platform`), because of the role `by_role`, or else in their own name.
    """

    id: ScheduleId
    cohort: CohortId
    kind: str
    place: Literal["channel", "direct"]
    to: str
    recurrence: Recurrence
    set_by: MemberId
    by_platform: bool
    on: bool = True
    stamp: int = WEEKLY
    by_role: Role | None = None

    @property
    def is_weekly(self) -> bool:
        return self.stamp == WEEKLY


# What a schedule is called until the database has given it a number.
NOT_KEPT = ScheduleId(0)
