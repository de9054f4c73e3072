"""What the router does about spaces as a whole: Cairn comes, is taken out, is refused, and is there again."""

from datetime import datetime

from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Space
from bot.core.chat.message import Message
from bot.core.domain.ledger import Cut, Occurrence
from bot.core.errors import TryAgain
from bot.core.given import read_caller
from bot.core.ids import Address, Platform
from bot.core.ports import Clock, Report, Store, Transaction
from bot.core.request import Context, Glance, Library
from bot.core.views.welcome import arrival


class SpaceRouter:
    """The part of the router that knows in which spaces Cairn is. All methods block."""

    def __init__(
        self, catalog: Catalog, store: Store, clock: Clock, library: Library, report: Report
    ) -> None:
        self._catalog = catalog
        self._store = store
        self._clock = clock
        self._library = library
        self._report = report

    def left(self, space: Address, at: datetime | None = None) -> None:
        """Cairn was taken out of the space: from the commit on nothing more is said there. What is told late,
        after it came back, changes nothing. Raises TryAgain."""
        now = self._clock.now()
        with self._store.write() as tx:
            tx.spaces.leave(space, min(at or now, now), now)

    def returned(self, space: Space, at: datetime | None = None) -> Message:
        """Cairn is in the space, again or for the first time. What it may say there. Raises TryAgain."""
        now = self._clock.now()
        with self._store.write() as tx:
            tx.spaces.back(space.address, min(at or now, now), now)
        return arrival()

    def known(self, platform: Platform) -> tuple[Address, ...]:
        """The spaces that Cairn is in, as far as it knows. Raises TryAgain."""
        with self._store.read() as tx:
            return tx.spaces.known(platform)

    def gathered(self, space: Address) -> tuple[Address, ...]:
        """The members of the space's running cohorts and its leads, as far as nobody said that they left.
        Raises TryAgain."""
        with self._store.read() as tx:
            number = tx.members.space(space)
            return () if number is None else tx.members.gathered(number)

    def lost(self, space: Address, user: Address) -> None:
        """The user is not in the space any more: nothing is sent to them, and they are neither counted nor
        listed there. Raises TryAgain."""
        with self._store.write() as tx:
            number = tx.members.space(space)
            if number is not None and tx.reach.cut(number, user.id) != "member":
                tx.reach.lose(number, user.id, "member", self._clock.now())

    def refused(self, platform: Platform) -> tuple[Address, ...]:
        """The spaces in which the platform refuses Cairn, cut off or not proven yet. Raises TryAgain."""
        with self._store.read() as tx:
            return tx.spaces.refused(platform)

    def report_cut(self, occurrence: Occurrence, cut: Cut, tx: Transaction, now: datetime) -> None:
        """Nothing else is tried where the occurrence could not be said."""
        if cut == "space":
            tx.spaces.cut(occurrence.space, now)
        elif cut != "channel":
            tx.reach.lose(occurrence.space_id, occurrence.to_id, cut, now)
        elif occurrence.place == "channel":
            schedule = self._catalog.schedules.get(occurrence.kind)
            if schedule is not None and schedule.ends is not None:
                schedule.ends(occurrence, Context(tx, self._library), now)

    def report_doubt(self, occurrence: Occurrence, why: str, tx: Transaction, now: datetime) -> None:
        """The platform refuses Cairn in the occurrence's space, which isn't proven yet; with an empty `why`
        it takes Cairn there again."""
        if why:
            tx.spaces.doubt(occurrence.space_id, why, now)
        else:
            tx.spaces.trust(occurrence.space_id)

    def _see(self, space: Space, caller: Caller) -> None:
        """Somebody was heard of, and nothing was kept of their call: they, and the space, are there again if
        they were marked as gone."""
        try:
            with self._store.read() as tx:
                member = tx.members.find(space, caller)
                if not tx.spaces.is_gone(space.address) and (member is None or not member.cut):
                    return
            now = self._clock.now()
            with self._store.write() as tx:
                tx.spaces.revive(space.address, now)
                if member is not None:
                    tx.members.enrol(space, read_caller(caller), now)
        except TryAgain:
            return  # whoever calls is heard of again

    def _see_again(self, glance: Glance) -> None:
        """As `_see`, of somebody who was looked up already."""
        if glance.member is not None and glance.member.cut:
            self._see(glance.space, glance.caller)
