"""Keeps the count that a cohort's figures are about up to date."""

from datetime import datetime

from bot.core.domain.cohorts import CohortId
from bot.core.domain.figures import Count, recount
from bot.core.ids import SpaceId
from bot.core.ports import Transaction


def settle_count(tx: Transaction, space: SpaceId, cohort: CohortId, now: datetime) -> Count:
    """The cohort's count, begun again or enlarged if its members changed. Writes only then."""
    count = tx.cohorts.count(space, cohort, held=True)
    change = recount(count, now)
    if change is None:
        return count
    tx.cohorts.begin_count(space, cohort, change)
    return tx.cohorts.count(space, cohort)


def settle_counts(tx: Transaction, now: datetime) -> int:
    """Settles every count in which a plan is missing, and the first ones of cohorts that have a summary
    posted each week. Returns how many there were."""
    waiting = tx.cohorts.unsettled()
    for space, cohort in waiting:
        settle_count(tx, space, cohort, now)
    return len(waiting)
