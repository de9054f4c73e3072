"""What came in: each call is carried out once, and one that could not be done in time is kept until it is."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.core.chat.call import Call
from bot.core.ids import Address


@dataclass(frozen=True, slots=True)
class Kept:
    """A call that waits, in the hands of one process for a while: `token` grows with every change of hands.

    `written` is the call in writing. `back` says in its platform's own words where the answer goes, which is
    possible before `until` only. `worked`: its effect is there, and nobody knows whether its answer was seen.
    """

    id: int
    token: int
    space: Address
    written: str = field(repr=False)
    back: str = field(repr=False)
    until: datetime
    attempts: int
    worked: bool


class InboxRows(Protocol):
    """A call's key is the platform's own, and belongs to its space."""

    def take(self, call: Call, now: datetime) -> bool:
        """Whether the call is here for the first time. Once this transaction is kept, it was."""
        ...

    def keep(self, call: Call, back: str, until: datetime, due: datetime, now: datetime) -> bool:
        """As `take`, of a call that is carried out at `due` or later; its answer can go to `back` before
        `until`."""
        ...

    def wake(self, call: Call, now: datetime) -> None:
        """Makes a call that was kept due now, unless somebody has it already."""
        ...

    def claim(
        self, platforms: Collection[str], besides: Collection[Address], until: datetime, now: datetime
    ) -> Kept | None:
        """The kept call that waits the longest, one try more counted: nobody else gets it before `until`.
        None when none is due on these platforms outside of the spaces `besides`."""
        ...

    def work(self, kept: Kept) -> bool:
        """Whether the call is still the holder's to carry out. Once this transaction is kept, it was."""
        ...

    def release(self, kept: Kept, at: datetime) -> None:
        """Lets it wait until then, if it is still the holder's."""
        ...

    def finish(self, kept: Kept) -> None:
        """It was answered, or can't be: only its key stays."""
        ...

    def free(self, platforms: Collection[str], now: datetime) -> None:
        """Takes every call out of its holder's hands: for a process that knows that it is alone."""
        ...
