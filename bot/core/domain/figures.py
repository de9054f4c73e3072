"""Which plans a cohort's figures are about, so that no two figures differ by one member's share.

The figures are about a fixed *count* of plans. It grows only by at least FLOOR plans at once. When one of
them is missing (its member left, was taken out, or ended the plan), a new count begins with everybody who is
there, and its figures hold only what happens from that moment on. So what one figure holds is either apart in
time from what another one holds, or both hold it of the same members, give or take FLOOR of them at least.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.core.domain.cohorts import FLOOR

# A new count shows nothing before it has gone on for so long.
FRESH_FOR = timedelta(days=1)

Standing = Literal["open", "few", "changed", "fresh"]


@dataclass(frozen=True, slots=True)
class Count:
    """A cohort's count as it is kept: it began with `size` plans, of which `intact` are still there; `there`
    is how many plans its members have now. `since`: what was done before isn't counted; None for the first
    count, which holds everything."""

    size: int
    intact: int
    there: int
    since: datetime | None = None

    @property
    def is_broken(self) -> bool:
        return self.intact < self.size


@dataclass(frozen=True, slots=True)
class Recount:
    """A count that begins now: with every plan that is there, or with none while these are too few."""

    counts: bool
    since: datetime | None


def standing(count: Count, now: datetime) -> Standing:
    """Whether the count's figures may be shown ("open"), or why they wait."""
    if count.is_broken:
        return "changed"
    if count.size < FLOOR:
        return "few"
    if count.since is not None and now - count.since < FRESH_FOR:
        return "fresh"
    return "open"


def recount(count: Count, now: datetime) -> Recount | None:
    """How the count goes on; None when it stays as it is."""
    enough = count.there >= FLOOR
    if count.is_broken:
        return Recount(enough, now)
    if not count.size:
        return Recount(True, None if count.since is None else now) if enough else None
    return Recount(True, count.since) if count.there - count.intact >= FLOOR else None
