"""From slots to ledger rows: what is due gets its row, and the slot waits for its next occurrence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.core.domain.slots import last_due
from bot.core.ports import Store
from bot.core.recurrence import Due, next_due
from bot.core.time import find_zone, resolve

BATCH = 5_000
PAGE = 500


@dataclass(frozen=True, slots=True)
class Planner:
    """Any number of planners may race: the ledger's key decides. `spread` is how far what is due at one
    instant is drawn apart; `batch` how many rows a transaction makes at most. All methods block."""

    store: Store
    spread: timedelta = timedelta(0)
    batch: int = BATCH

    def plan_due(self, now: datetime, stop: Callable[[], bool] = lambda: False) -> int:
        """Plans until nothing is due at `now`, or until `stop` says so. How many transactions it took.

        Raises TryAgain as the store does; what was planned until then is kept, and the rest is still due.
        """
        steps = 0
        while not stop() and self._plan_one(now):
            steps += 1
        return steps

    def resolve_anew(self, now: datetime) -> None:
        """Slots that wait for a coming day get its instant anew: the rules of their zone may have changed.

        One whose occurrence is in the past already is left to `plan_due`, or it would be lost.
        """
        after = 0
        while True:
            with self.store.write() as tx:
                page = tx.slots.page(after, PAGE)
                for slot in page:
                    wall = slot.recurrence.wall
                    at = resolve(slot.next_day, wall, find_zone(slot.recurrence.zone))
                    if slot.next_at > now and at != slot.next_at:
                        tx.slots.advance(slot, Due(slot.next_day, at))
            if len(page) < PAGE:
                return
            after = page[-1].id

    def _plan_one(self, now: datetime) -> bool:
        with self.store.write() as tx:
            slot = tx.slots.due(now)
            if slot is None:
                return False
            occurrence = last_due(slot, now)
            if tx.slots.plan(slot, occurrence, self.spread, self.batch, now):
                tx.slots.advance(slot, next_due(slot.recurrence, max(occurrence.at, now)))
            return True
