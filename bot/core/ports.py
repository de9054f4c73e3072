"""What the core needs from outside, and what the outside may ask of the core."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Call, Caller, Pressed, Space, Submitted, Typed, Typing
from bot.core.chat.chart import Chart
from bot.core.chat.control import Choice
from bot.core.chat.message import Block, Message
from bot.core.community import CohortRows, HomeRows, LeadRows, ScheduleRows, TipPostRows
from bot.core.domain.asked import OpenQuestion, Question
from bot.core.domain.ledger import Occurrence
from bot.core.domain.members import Member
from bot.core.ids import Address, Platform, QuestionId, SpaceId
from bot.core.inbox import InboxRows
from bot.core.outbox import LeaseRows, LedgerRows, ReminderRows, RepairRows, SlotRows
from bot.core.presence import DayCountRows, MemberRows, ReachRows, SpaceRows
from bot.core.study import DowntimeRows, EvidenceRows, PlanRows, ProfileRows


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
    def day_counts(self) -> DayCountRows: ...

    @property
    def inbox(self) -> InboxRows: ...

    @property
    def slots(self) -> SlotRows: ...

    @property
    def repairs(self) -> RepairRows: ...

    @property
    def ledger(self) -> LedgerRows: ...

    @property
    def leases(self) -> LeaseRows: ...

    def reading(self) -> AbstractContextManager[None]:
        """A part of the transaction in which every attempt to write is an error (RuntimeError). Raises
        TryAgain as the store does."""
        ...

    def apart(self) -> AbstractContextManager[None]:
        """A part of the transaction that is undone alone when it raises. Raises TryAgain as the store
        does."""
        ...


class Store(Protocol):
    def write(self, budget: CallBudget | None = None) -> AbstractContextManager[Transaction]:
        """A transaction that commits at the end of the block and rolls back when the block raises.

        Raises TryAgain when it was given up: past its deadline or `budget`, or the database is busy or away.
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

    async def answer(self, call: Call) -> Answer | None:
        """None for a call that was here already: its answer is the first one's."""
        ...

    async def suggest(self, typing: Typing) -> tuple[Choice, ...]: ...

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]: ...

    async def zone(self, space: Space, caller: Caller) -> str: ...


class PlatformDoors(Doors, Protocol):
    """The doors of a platform: its people are many, it waits for an answer only so long, and it takes Cairn
    in and out of its spaces. All that keeps something raises TryAgain when it could not."""

    async def answer(self, call: Call, *, budget: CallBudget | None = None) -> Answer | None:
        """As above. A call that could not be carried out within `budget` is given up."""
        ...

    async def suggest(self, typing: Typing, budget: CallBudget | None = None) -> tuple[Choice, ...]:
        """Nothing when there is nothing to offer, or not within `budget`."""
        ...

    async def check(self, call: Call, budget: CallBudget | None = None) -> Answer | None:
        """Why a command would be refused whatever else was given with it. None when it would not, or when
        that can't be found out within `budget`. Keeps nothing."""
        ...

    def admit(self, caller: Address, space: Address | None = None) -> Answer | None:
        """What the caller is told instead, because they ask too often; None, and it is counted. Asks no
        database. `space`: where the platform's ids of people are a space's own."""
        ...

    async def keep(self, call: Call, back: str, seconds: float, budget: CallBudget | None = None) -> bool:
        """Stores the call, to be carried out later; for so long its answer can go to `back`, in the
        platform's own words. `wake` follows once the platform has the acknowledgement. Raises TryAgain when
        it was not stored within `budget`.

        False for a call that was here already, so also when it is being carried out just now: then `answer`
        tells.
        """
        ...

    async def wake(self, call: Call) -> None:
        """Has a call that was kept carried out now. Raises nothing: without it, that begins some seconds
        later."""
        ...

    async def left(self, space: Address, at: datetime | None = None) -> None:
        """Cairn was taken out of the space, at `at` (None: now): nothing more is said there."""
        ...

    async def learn(self, space: Space, caller: Caller) -> None:
        """What the platform says of somebody beside their calls; who is no member yet stays unknown."""
        ...

    async def returned(self, space: Space, at: datetime | None = None) -> Message:
        """Cairn is in the space, at `at` (None: now). What can be said there to begin with."""
        ...

    async def gathered(self, space: Address) -> tuple[Address, ...]:
        """The members of the space's running cohorts and its leads, as far as nobody said that they left."""
        ...

    async def lost(self, space: Address, user: Address) -> None:
        """The platform says that the user is not in the space any more."""
        ...

    async def known(self, platform: Platform) -> tuple[Address, ...]:
        """The spaces that Cairn is in, as far as it knows."""
        ...


class DirectDoors(PlatformDoors, Protocol):
    """The doors of a platform whose direct messages name no space."""

    async def locate(
        self, caller: Caller, what: Typed | Pressed | Submitted, budget: CallBudget | None = None
    ) -> Space | Answer | None:
        """The space that is meant, or what the caller is told instead; None for who is no member yet."""
        ...


class Painter(Protocol):
    async def paint(self, chart: Chart) -> bytes:
        """The chart as a PNG picture."""
        ...
