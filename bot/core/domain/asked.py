"""Questions as they are kept: a member's own, and the space's queue of those that need an author."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from bot.core.ids import QuestionId

QUESTION_LIMIT = 500
NOTE_LIMIT = 300

Reason = Literal["unanswered", "wrong"]


@dataclass(frozen=True, slots=True)
class Question:
    """What a member asked and which rows of the map the answer spoke of."""

    id: QuestionId
    text: str
    skills: tuple[str, ...]
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class OpenQuestion:
    """A question in the queue, without the member who asked it.

    `found`: the rows that were answered; `expected`: the rows that members say it speaks of.
    """

    text: str
    reason: Reason
    found: tuple[str, ...]
    expected: tuple[str, ...]
    note: str
    times: int
    first_asked: datetime
    last_asked: datetime
