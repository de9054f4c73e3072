"""What has to be known of who is still there: spaces that Cairn is in, and members who can be written to."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.core.chat.call import Caller, Space
from bot.core.domain.caps import DayCount
from bot.core.domain.ledger import Cut, Refused
from bot.core.domain.members import Member
from bot.core.ids import Address, Platform, SpaceId


class MemberRows(Protocol):
    def enrol(self, space: Space, caller: Caller, now: datetime) -> Member:
        """The caller's row in the space, made (with the space's) when it is the first contact. What wasn't
        told of them this time stays as it is."""
        ...

    def find(self, space: Space, caller: Caller) -> Member | None: ...

    def space(self, space: Address) -> SpaceId | None:
        """The space's number; None before its first contact."""
        ...

    def known(self, space: SpaceId, foreign_id: str) -> Member | None:
        """The member whom the platform knows by this id."""
        ...

    def choose(self, space: Space, foreign_id: str, now: datetime) -> Member:
        """Somebody of the space whom a lead chose and who has not used Cairn there: only their id is kept."""
        ...

    def search(self, space: SpaceId, text: str, limit: int) -> tuple[Member, ...]:
        """Members whose name or handle holds the text, by name. Nobody who left."""
        ...

    def gathered(self, space: SpaceId) -> tuple[Address, ...]:
        """Who is in a running cohort of the space, or was made a lead, and has not left."""
        ...


class SpaceRows(Protocol):
    """Leaving and coming back, in whatever order the platform tells of them: the later one counts."""

    def leave(self, space: Address, at: datetime, now: datetime) -> bool:
        """Cairn was taken out at `at`: what waits to be said there is cancelled. False when nothing changed,
        because it came back since, or was never there."""
        ...

    def cut(self, space: Address, now: datetime) -> bool:
        """As `leave`, because the platform refuses Cairn there, which is proven."""
        ...

    def back(self, space: Address, at: datetime, now: datetime | None = None) -> bool:
        """Cairn is in the space at `at`: everything is as it was, and what was not said within the last day
        is said. False when it was taken out since, or is new there."""
        ...

    def revive(self, space: Address, now: datetime) -> bool:
        """Somebody calls from a space that is marked as gone: it is back at once, as by `back`. False when
        it isn't marked, or is being deleted."""
        ...

    def doubt(self, space: SpaceId, why: str, now: datetime) -> None:
        """The platform refuses Cairn in the space, in the word `why`, which isn't proven yet."""
        ...

    def trust(self, space: SpaceId) -> None:
        """The platform takes Cairn in the space."""
        ...

    def is_doubted(self, space: SpaceId) -> bool:
        """Whether the platform refused Cairn there when it was asked last."""
        ...

    def is_gone(self, space: Address) -> bool:
        """Whether the space is marked as gone. False for one that nobody knows."""
        ...

    def known(self, platform: Platform) -> tuple[Address, ...]:
        """The platform's spaces that Cairn is in, as far as anybody knows."""
        ...

    def refused(self, platform: Platform) -> tuple[Address, ...]:
        """The platform's spaces in which it refuses Cairn, cut off or not proven yet."""
        ...

    def count_refused(self) -> Refused:
        """How many spaces are cut off because of a refusal, and in how many one isn't proven yet."""
        ...


class DayCountRows(Protocol):
    def add(self, member: Member, what: str, day: timedelta, now: datetime) -> DayCount:
        """Counts one more of it. The count, within a day that begins with the first one after the last day
        was over."""
        ...


class ReachRows(Protocol):
    def cut(self, space: SpaceId, foreign_id: str) -> Cut | None:
        """Why the member with this id on the platform can't be written to; None when they can, as far as
        anybody knows."""
        ...

    def lose(self, space: SpaceId, foreign_id: str, cut: Cut, now: datetime) -> None:
        """From now on nothing goes to them: they left ("member"), or take no direct messages ("direct")."""
        ...

    def regain(self, member: Member) -> None:
        """They say that they can be written to again."""
        ...

    def tell(self, member: Member, now: datetime) -> None:
        """They were told that their direct messages are closed."""
        ...
