"""Questions as rows: a member's own, and the space's queue."""

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Connection, Row, bindparam, insert, select

from bot.core.domain.asked import OpenQuestion, Question, Reason
from bot.core.domain.members import Member
from bot.core.ids import QuestionId, SpaceId
from bot.storage.newest import forget_beyond
from bot.storage.tables import open_questions, questions
from bot.storage.upsert import upsert

QUEUE_LIMIT = 500
# A member can say of so many of their answers that they are wrong.
KEPT_MOST = 50

_REASONS: dict[str, Reason] = {reason: reason for reason in get_args(Reason)}

_OWN = select(questions.c.id, questions.c.text, questions.c.skills, questions.c.asked_at).where(
    questions.c.space_id == bindparam("space"), questions.c.member_id == bindparam("member")
)
_KEEP = insert(questions).returning(questions.c.id)
_ONE = _OWN.where(questions.c.id == bindparam("question"))
_LATEST = _OWN.order_by(questions.c.id.desc()).limit(1)
_FORGET = forget_beyond(questions, KEPT_MOST)
_QUEUE = (
    select(open_questions)
    .where(open_questions.c.space_id == bindparam("space"))
    .order_by(open_questions.c.times.desc(), open_questions.c.last_asked.desc(), open_questions.c.id.desc())
    .limit(QUEUE_LIMIT)
)


@dataclass(frozen=True, slots=True)
class StoredQuestions:
    connection: Connection

    def keep(self, member: Member, text: str, skills: tuple[str, ...], now: datetime) -> QuestionId:
        """Remembers what the member asked, and forgets what they asked before their newest KEPT_MOST. Raises
        IntegrityError for a member the space doesn't have."""
        owner = {"space_id": member.space_id, "member_id": member.id}
        row = {**owner, "text": text, "skills": skills, "asked_at": now}
        kept = QuestionId(self.connection.execute(_KEEP, row).scalar_one())
        self.connection.execute(_FORGET, _owner(member))
        return kept

    def find(self, member: Member, question: QuestionId) -> Question | None:
        place = {**_owner(member), "question": question}
        return _question(self.connection.execute(_ONE, place).one_or_none())

    def latest(self, member: Member) -> Question | None:
        return _question(self.connection.execute(_LATEST, _owner(member)).one_or_none())

    def queue(self, space: SpaceId, question: OpenQuestion) -> None:
        statement = upsert(
            self.connection.dialect.name,
            open_questions,
            key=("space_id", "reason", "text"),
            replaced=("found", "expected", "note", "last_asked"),
            added=("times",),
        )
        self.connection.execute(statement, {"space_id": space, **asdict(question)})

    def queued(self, space: SpaceId) -> tuple[OpenQuestion, ...]:
        rows = self.connection.execute(_QUEUE, {"space": space}).mappings()
        return tuple(
            OpenQuestion(
                text=row["text"],
                reason=_REASONS[row["reason"]],
                found=row["found"],
                expected=row["expected"],
                note=row["note"],
                times=row["times"],
                first_asked=row["first_asked"],
                last_asked=row["last_asked"],
            )
            for row in rows
        )


def _owner(member: Member) -> dict[str, int]:
    return {"space": member.space_id, "member": member.id}


def _question(row: Row[Any, Any, Any, Any] | None) -> Question | None:
    return None if row is None else Question(QuestionId(row.id), row.text, row.skills, row.asked_at)
