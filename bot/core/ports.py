"""What the core needs from outside, and what the outside may ask of the core."""

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.core.chat.call import Answer, Call, Caller, Space, Typing
from bot.core.chat.control import Choice
from bot.core.chat.message import Block
from bot.core.domain.asked import OpenQuestion, Question
from bot.core.domain.members import Member
from bot.core.ids import QuestionId, SpaceId


class Clock(Protocol):
    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class MemberRows(Protocol):
    def enrol(self, space: Space, caller: Caller, now: datetime) -> Member:
        """The caller's row in the space, made (with the space's) when it is the first contact."""
        ...

    def find(self, space: Space, caller: Caller) -> Member | None: ...


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
    def __call__(self, error: Exception, call: Call | Typing | Caller) -> str:
        """Logs a bug with its trace, without anything a person typed. A short reference to quote."""
        ...


class Doors(Protocol):
    """The router's doors as an adapter sees them: awaited, because the work happens on another thread."""

    async def answer(self, call: Call) -> Answer: ...

    async def suggest(self, typing: Typing) -> tuple[Choice, ...]: ...

    async def home(self, space: Space, caller: Caller) -> tuple[Block, ...]: ...
