"""What the core needs from outside, and what the outside may ask of the core."""

from collections.abc import Collection
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.core.chat.call import Answer, Call, Caller, Pressed, Space, Submitted, Typed, Typing
from bot.core.chat.chart import Chart
from bot.core.chat.control import Choice
from bot.core.chat.message import Block, Message
from bot.core.community import CohortRows, HomeRows, LeadRows, ScheduleRows, TipPostRows
from bot.core.domain.asked import OpenQuestion, Question
from bot.core.domain.goals import Evidence, EvidenceId, EvidenceKind
from bot.core.domain.ledger import Occurrence
from bot.core.domain.members import Member
from bot.core.domain.plans import Plan, PlanId
from bot.core.domain.profiles import Assessment, Profile
from bot.core.domain.progress import Downtime
from bot.core.ids import Address, Platform, QuestionId, SpaceId
from bot.core.outbox import LeaseRows, LedgerRows, ReminderRows, SlotRows
from bot.core.presence import MemberRows, ReachRows, SpaceRows


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class QuestionRows(Protocol):
    def keep(self, member: Member, text: str, skills: tuple[str, ...], now: datetime) -> QuestionId:
        """Remembers what the member asked, so that they can say that the answer is wrong."""
        ...

    def find(self, member: Member, question: QuestionId) -> Question | None:
        """None for a question that is not this member's, or is forgotten."""
        ...

    def latest(self, member: Member) -> Question | None:
        """The member's newest question."""
        ...

    def queue(self, space: SpaceId, question: OpenQuestion) -> None:
        """Puts a question into the space's queue. One with the same text and reason counts up instead,
        and its rows, its note and its last instant become the newer ones."""
        ...

    def queued(self, space: SpaceId) -> tuple[OpenQuestion, ...]:
        """The space's queue, the most asked first, then the newest; at most 500."""
        ...


class TipRows(Protocol):
    def seen(self, member: Member) -> tuple[str, ...]:
        """Ids of the tips the member was shown, the least recently shown first."""
        ...

    def mark_seen(self, member: Member, tip: str, now: datetime) -> None: ...


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


class Transaction(Protocol):
    """One unit of work: all of it is kept, or nothing."""

    @property
    def members(self) -> MemberRows: ...

    @property
    def questions(self) -> QuestionRows: ...

    @property
    def tips(self) -> TipRows: ...

    @property
    def profiles(self) -> ProfileRows: ...

    @property
    def plans(self) -> PlanRows: ...

    @property
    def evidence(self) -> EvidenceRows: ...

    @property
    def downtimes(self) -> DowntimeRows: ...

    @property
    def reminders(self) -> ReminderRows: ...

    @property
    def cohorts(self) -> CohortRows: ...

    @property
    def leads(self) -> LeadRows: ...

    @property
    def schedules(self) -> ScheduleRows: ...

    @property
    def tip_posts(self) -> TipPostRows: ...

    @property
    def homes(self) -> HomeRows: ...

    @property
    def spaces(self) -> SpaceRows: ...

    @property
    def reach(self) -> ReachRows: ...

    @property
    def slots(self) -> SlotRows: ...

    @property
    def ledger(self) -> LedgerRows: ...

    @property
    def leases(self) -> LeaseRows: ...


class Store(Protocol):
    def write(self) -> AbstractContextManager[Transaction]:
        """A transaction that commits at the end of the block and rolls back when the block raises.

        Raises TryAgain when it was given up: past its deadline, or the database is busy or away.
        """
        ...

    def read(self) -> AbstractContextManager[Transaction]:
        """A transaction that changes nothing. Raises TryAgain as `write` does."""
        ...


class Report(Protocol):
    def __call__(self, error: Exception, call: Call | Typing | Caller | Occurrence) -> str:
        """Logs a bug with its trace, without anything a person typed. A short reference to quote."""
        ...


class Doors(Protocol):
    """The router's doors as an adapter sees them: awaited, because the work happens on another thread."""

    async def answer(self, call: Call) -> Answer: ...

    async def suggest(self, typing: Typing) -> tuple[Choice, ...]: ...

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]: ...

    async def zone(self, space: Space, caller: Caller) -> str: ...


class PlatformDoors(Doors, Protocol):
    """The doors of a platform that takes Cairn in and out of its spaces. These raise TryAgain."""

    async def left(self, space: Address, at: datetime | None = None) -> None:
        """Cairn was taken out of the space, at `at` (None: now): nothing more is said there."""
        ...

    async def learn(self, space: Space, caller: Caller) -> None:
        """What the platform says of somebody beside their calls; who is no member yet stays unknown."""
        ...

    async def returned(self, space: Space, at: datetime | None = None) -> Message:
        """Cairn is in the space, at `at` (None: now). What can be said there to begin with."""
        ...

    async def known(self, platform: Platform) -> tuple[Address, ...]:
        """The spaces that Cairn is in, as far as it knows."""
        ...


class DirectDoors(PlatformDoors, Protocol):
    """The doors of a platform whose direct messages name no space."""

    async def locate(self, caller: Caller, what: Typed | Pressed | Submitted) -> Space | Answer | None:
        """The space that is meant, or what the caller is told instead; None for who is no member yet."""
        ...


class Painter(Protocol):
    async def paint(self, chart: Chart) -> bytes:
        """The chart as a PNG picture."""
        ...
