"""What has to be kept of how a member learns: levels, plans, evidence."""

from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from bot.core.domain.goals import Evidence, EvidenceId, EvidenceKind
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, PlanId
from bot.core.domain.profiles import Assessment, Profile
from bot.core.domain.progress import Downtime


class ProfileRows(Protocol):
    def latest(self, member: Member) -> Profile | None:
        """The levels of the member's newest finished assessment; None before the first."""
        ...

    def keep(self, member: Member, profile: Profile, now: datetime) -> None:
        """Adds a finished assessment to the member's history and forgets the draft."""
        ...

    def history(self, member: Member) -> tuple[Assessment, ...]:
        """The member's finished assessments, the newest first; at most 50."""
        ...

    def draft(self, member: Member) -> Profile | None:
        """The levels given so far in an assessment that goes on."""
        ...

    def save_draft(self, member: Member, profile: Profile, now: datetime) -> None: ...


class PlanRows(Protocol):
    def active(self, member: Member) -> Plan | None:
        """The member's running plan with its goals, in one query. In a writing transaction it is locked."""
        ...

    def find(self, member: Member, plan: PlanId) -> Plan | None:
        """One of the member's own plans, running or ended."""
        ...

    def add(self, member: Member, plan: Plan, now: datetime) -> Plan:
        """Keeps a new running plan and gives it back with its id. A member has one at most."""
        ...

    def save(self, member: Member, before: Plan, after: Plan, now: datetime) -> None:
        """Writes what differs between two values of the same plan of the member."""
        ...

    def past(self, member: Member) -> tuple[Plan, ...]:
        """The member's ended plans, the newest first; at most 20."""
        ...


class EvidenceRows(Protocol):
    def of(self, member: Member, goals: Collection[str]) -> tuple[Evidence, ...]:
        """What the member attached to these goals, the oldest first, in one query."""
        ...

    def find(self, member: Member, evidence: EvidenceId) -> Evidence | None: ...

    def add(
        self, member: Member, goal: str, kind: EvidenceKind, url: str, note: str, now: datetime
    ) -> EvidenceId: ...

    def edit(self, member: Member, evidence: Evidence) -> None:
        """Replaces kind, url and note of the member's evidence with this id."""
        ...

    def withdraw(self, member: Member, evidence: EvidenceId) -> None:
        """Removes the member's evidence. One that is not there, or not theirs, changes nothing."""
        ...


class DowntimeRows(Protocol):
    def since(self, instant: datetime) -> tuple[Downtime, ...]:
        """When Cairn was down for a day or more, as spans that ended after `instant`, in order."""
        ...
