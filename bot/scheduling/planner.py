"""From slots to ledger rows: what is due gets its row, and the slot waits for its next occurrence."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from bot.core.domain.slots import last_due
from bot.core.ports import Store, Transaction
from bot.core.recurrence import Due, next_due
from bot.core.time import WEEK, find_zone, resolve

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
        steps, moved = 0, False
        while not stop() and (step := self._plan_one(now)) != "idle":
            steps += 1
            moved |= step == "moved"
        if moved:
            with self.store.write() as tx:
                tx.repairs.call_back(now)
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

    def _plan_one(self, now: datetime) -> Literal["planned", "moved", "idle"]:
        with self.store.write() as tx:
            slot = tx.slots.due(now)
            if slot is None:
                return "moved" if self._call_back(tx, now) else "idle"
            occurrence = last_due(slot, now)
            if tx.slots.plan(slot, occurrence, self.spread, self.batch, now):
                tx.slots.advance(slot, next_due(slot.recurrence, max(occurrence.at, now)))
            return "planned"

    def _call_back(self, tx: Transaction, now: datetime) -> bool:
        """Slots that wait for longer than a week were moved by a clock that was ahead: each gets what really
        comes next. Whether there were any. What was sent already is not sent again, by the ledger's key."""
        moved = False
        for slot in tx.repairs.slots_beyond(now + WEEK, PAGE):
            upcoming = next_due(slot.recurrence, now)
            # Where clocks go back within the week, a week from now is an hour too soon.
            if upcoming.at < slot.next_at:
                tx.slots.advance(slot, upcoming)
                moved = True
        return moved
