"""What the features for many need from the database: cohorts, leads, schedules, tips that were posted, and
in which communities a person is."""

from datetime import datetime
from typing import Protocol

from bot.core.chat.call import Space
from bot.core.domain.cohorts import Cohort, CohortId
from bot.core.domain.figures import Count, Recount
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, PlanId
from bot.core.domain.schedules import Schedule, ScheduleId
from bot.core.domain.tips import Poll, TipPost, TipPostId
from bot.core.ids import Address, Role, SpaceId


class CohortRows(Protocol):
    def add(self, space: SpaceId, name: str, now: datetime) -> Cohort | None:
        """A new running cohort; None when one of that name runs already."""
        ...

    def running(self, space: SpaceId) -> tuple[Cohort, ...]:
        """The space's running cohorts, the oldest first."""
        ...

    def find(self, space: SpaceId, cohort: int) -> Cohort | None:
        """One of the space's cohorts, running or closed."""
        ...

    def of(self, member: Member) -> Cohort | None:
        """The running cohort that the member is in: one at most."""
        ...

    def join(self, member: Member, cohort: CohortId, now: datetime) -> bool:
        """False when nothing changed: they are in one already, or were taken out of this one."""
        ...

    def leave(self, member: Member, cohort: CohortId) -> bool: ...

    def remove(self, member: Member, cohort: CohortId, now: datetime) -> bool:
        """They are out of it, and can't join it by themselves again."""
        ...

    def pardon(self, member: Member, cohort: CohortId) -> bool:
        """Who was taken out may join again."""
        ...

    def close(self, space: SpaceId, cohort: CohortId, now: datetime) -> bool:
        """It runs no more, and nobody is in it any more."""
        ...

    def members(self, space: SpaceId, cohort: CohortId) -> tuple[Member, ...]:
        """Who is in it, in the order in which they joined."""
        ...

    def plans(self, space: SpaceId, cohort: CohortId) -> tuple[Plan, ...]:
        """The running plans of who is in it, in one query."""
        ...

    def count(self, space: SpaceId, cohort: CohortId, *, held: bool = False) -> Count:
        """Which plans the cohort's figures are about, in numbers. `held`: nobody else changes it until the
        end of the transaction."""
        ...

    def begin_count(self, space: SpaceId, cohort: CohortId, change: Recount) -> None:
        """From now on the figures are about every running plan of its members, or about none."""
        ...

    def counted_plans(self, space: SpaceId, cohort: CohortId) -> tuple[Plan, ...]:
        """The plans that the figures are about and that are still there, in one query."""
        ...

    def unsettled(self) -> tuple[tuple[SpaceId, CohortId], ...]:
        """Running cohorts, of all spaces, in whose count a plan is missing, or that have a summary posted
        each week and no count yet; at most 500."""
        ...


class LeadRows(Protocol):
    def has(self, member: Member) -> bool:
        """Whether a lead made the member a lead."""
        ...

    def add(self, member: Member, now: datetime) -> None: ...

    def remove(self, member: Member) -> bool: ...

    def of(self, space: SpaceId) -> tuple[Member, ...]:
        """Who was made a lead and has not left, the longest ago first."""
        ...

    def add_role(self, space: SpaceId, role: Role, now: datetime) -> None:
        """Whoever has the role is a lead."""
        ...

    def remove_role(self, space: SpaceId, role: Role) -> bool: ...

    def roles(self, space: SpaceId) -> frozenset[str]:
        """The roles that make leads."""
        ...


class ScheduleRows(Protocol):
    def keep(self, space: SpaceId, schedule: Schedule, now: datetime) -> Schedule:
        """With its id. It takes the place of one with the same cohort, kind, place and stamp."""
        ...

    def add(self, space: SpaceId, schedule: Schedule, now: datetime) -> Schedule | None:
        """As `keep`, but None when there is one already."""
        ...

    def find(self, space: SpaceId, schedule: int) -> Schedule | None: ...

    def weekly(self, space: SpaceId, cohort: CohortId, kind: str) -> Schedule | None:
        """The cohort's weekly schedule of this kind, on or off."""
        ...

    def running(self, space: SpaceId, kind: str) -> tuple[Schedule, ...]:
        """The weekly schedules of this kind that are on, the oldest first."""
        ...

    def turn_off(self, space: SpaceId, schedule: ScheduleId, now: datetime) -> None: ...


class TipPostRows(Protocol):
    def add(self, space: SpaceId, schedule: ScheduleId, key: str, tip: str, now: datetime) -> TipPost:
        """The tip under this key of the ledger; one that is there already stays as it is."""
        ...

    def find(self, space: SpaceId, post: int) -> TipPost | None: ...

    def under(self, space: SpaceId, key: str) -> TipPost | None:
        """The tip that was chosen for this key of the ledger."""
        ...

    def shown(self, space: SpaceId, schedule: ScheduleId) -> tuple[str, ...]:
        """Ids of the tips that the schedule has shown, the one least recently shown first."""
        ...

    def vote(self, member: Member, post: TipPostId, met: bool, now: datetime) -> None:
        """Keeps the member's answer in the place of their last one."""
        ...

    def poll(self, space: SpaceId, post: TipPostId) -> Poll: ...


class HomeRows(Protocol):
    """The one word that stands above spaces. Only the Locator asks for it."""

    def of(self, user: Address) -> tuple[Space, ...]:
        """The spaces in which the user is a member, the oldest first."""
        ...

    def of_plan(self, user: Address, plan: PlanId) -> Space | None:
        """The space of a plan, if it is the user's own."""
        ...

    def chosen(self, user: Address) -> Space | None:
        """The space that the user chose for direct messages."""
        ...

    def choose(self, user: Address, space: Space) -> None:
        """From now on direct messages of the user are meant for the space."""
        ...
