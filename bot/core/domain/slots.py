"""Slots: weekly moments that members and cohorts share, so that one row stands for all who want the same."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import NewType

from bot.core.recurrence import Due, Recurrence, next_due
from bot.core.time import WEEK

SlotId = NewType("SlotId", int)


@dataclass(frozen=True, slots=True)
class Slot:
    """A moment of the week for one kind of thing to say. `next_at` is when it is due next, `next_day` that
    occurrence's nominal local date. (`after_space`, `after_subject`) is the last subject that has its row
    for it already, (0, 0) before the first."""

    id: SlotId
    kind: str
    recurrence: Recurrence
    next_day: date
    next_at: datetime
    after_space: int = 0
    after_subject: int = 0

    @property
    def upcoming(self) -> Due:
        return Due(self.next_day, self.next_at)


def last_due(slot: Slot, now: datetime) -> Due:
    """The newest occurrence of a due slot at `now`: weeks that were missed collapse into one."""
    found = slot.upcoming
    if now - found.at > 2 * WEEK:
        found = next_due(slot.recurrence, now - 2 * WEEK)
    while (later := next_due(slot.recurrence, found.at)).at <= now:
        found = later
    return found
