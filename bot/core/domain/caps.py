"""Caps: how much one member may add within a day, so that nobody fills the database by themselves.

What only the newest of counts (questions, assessments, plans in which nothing was done) has no cap: its
oldest rows make room instead (`storage`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Cap:
    """At most `most` times within a day that begins with the first of them."""

    name: str
    most: int


PLANS = Cap("plans", 10)
EVIDENCE = Cap("evidence", 50)
SNOOZES = Cap("snoozes", 10)
# Questions that I could not answer, kept for the authors without their member's name.
UNANSWERED = Cap("unanswered", 20)
FEEDBACK = Cap("feedback", 20)
# As many as can run at once, and some more.
COHORTS = Cap("cohorts", 30)
# What a lead has posted or previewed once.
POSTS = Cap("posts", 30)


@dataclass(frozen=True, slots=True)
class DayCount:
    """How often something was done within the day that began at `since`."""

    times: int
    since: datetime


def hours_left(count: DayCount, now: datetime) -> int:
    """In how many hours the day is over, rounded up: 1 to 24."""
    left = count.since + DAY - now
    return max(1, -(-left // timedelta(hours=1)))
