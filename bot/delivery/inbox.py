"""The inbox: calls that are kept until they are carried out, each step in a short transaction of its own."""

import random
from collections.abc import Collection
from datetime import timedelta

from bot.core.budget import CallBudget
from bot.core.chat.call import Call
from bot.core.ids import Address
from bot.core.inbox import Kept
from bot.core.ports import Clock, Store

LEASE_SECONDS = 30.0
WAIT_MOST = 60.0
# Longer than a platform waits for an acknowledgement: after that it has it, or won't take it any more.
ACKNOWLEDGED_AFTER = timedelta(seconds=4)


class Inbox:
    """All methods block, and raise TryAgain when the database is busy or away.

    `lease_seconds`: so long a call that was claimed is nobody else's. `chance` spreads what is tried again.
    """

    def __init__(
        self,
        store: Store,
        clock: Clock,
        lease_seconds: float = LEASE_SECONDS,
        chance: random.Random | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._lease = timedelta(seconds=lease_seconds)
        self._chance = chance or random.Random()  # noqa: S311  nothing secret

    def keep(
        self,
        call: Call,
        back: str,
        seconds: float,
        budget: CallBudget | None = None,
        *,
        acknowledged: bool = True,
    ) -> bool:
        """Stores a call whose answer can go to `back` for so long. False for one that was here already.

        One that is not `acknowledged` yet is due once it was woken, or its acknowledgement can't be on its
        way any more: an answer that overtakes the acknowledgement finds nowhere to go.
        """
        now = self._clock.now()
        until = now + timedelta(seconds=seconds)
        due = now if acknowledged else now + ACKNOWLEDGED_AFTER
        with self._store.write(budget) as tx:
            return tx.inbox.keep(call, back, until, due, now)

    def wake(self, call: Call, budget: CallBudget | None = None) -> None:
        """Makes a call that was kept due now: the platform has its acknowledgement."""
        with self._store.write(budget) as tx:
            tx.inbox.wake(call, self._clock.now())

    def claim(self, platforms: Collection[str], besides: Collection[Address]) -> Kept | None:
        """The call that waits the longest, of these platforms and outside of these spaces."""
        now = self._clock.now()
        with self._store.write() as tx:
            return tx.inbox.claim(platforms, besides, now + self._lease, now)

    def release(self, kept: Kept) -> None:
        """Lets it wait, the longer the oftener it was tried."""
        wait = self._chance.uniform(0, min(2.0**kept.attempts, WAIT_MOST))
        with self._store.write() as tx:
            tx.inbox.release(kept, self._clock.now() + timedelta(seconds=wait))

    def finish(self, kept: Kept) -> None:
        """Keeps only its key."""
        with self._store.write() as tx:
            tx.inbox.finish(kept)

    def free(self, platforms: Collection[str]) -> None:
        """Everything that waits is due: for a process that knows that it is alone."""
        with self._store.write() as tx:
            tx.inbox.free(platforms, self._clock.now())
