"""Every table, and the two column types that mean the same on both databases.

A member's rows carry (space_id, member_id) and refer to both at once, so no row can point across spaces.
"""

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
)

from bot.core.domain.asked import NOTE_LIMIT, QUESTION_LIMIT
from bot.core.domain.members import NAME_LIMIT
from bot.core.ids import FOREIGN_ID_LIMIT

WORD_LIMIT = 32
CONTENT_ID_LIMIT = 100
IDS_LIMIT = 4_000
BODY_LIMIT = 100_000


@dataclass(frozen=True, slots=True)
class Owner:
    """The columns of a personal table that say whose row it is: our ids, or (`foreign`) a platform's."""

    space: str
    member: str
    foreign: bool = False


class Instant(TypeDecorator[datetime]):
    """An aware datetime, kept and given back in UTC with its microseconds. ValueError for a naive one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        # SQLite keeps a text without an offset: all in UTC, so that comparing texts compares instants.
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Ids(TypeDecorator[tuple[str, ...]]):
    """A short tuple of ids from `content/`, kept as a JSON list."""

    impl = String(IDS_LIMIT)
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[str, ...] | None:
        return None if value is None else tuple(json.loads(value))


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(referred_table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

# SQLite numbers rows by itself only in a column of exactly this type.
_number = BigInteger().with_variant(Integer, "sqlite")


def _id() -> Column[int]:
    return Column("id", _number, primary_key=True, autoincrement=True)


def _ours(name: str) -> Column[int]:
    return Column(name, _number, nullable=False)


def _text(name: str, limit: int, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(limit), nullable=nullable)


def _instant(name: str) -> Column[datetime]:
    return Column(name, Instant, nullable=False)


def _ids(name: str) -> Column[tuple[str, ...]]:
    return Column(name, Ids, nullable=False)


def _fits(name: str, limit: int) -> CheckConstraint:
    # SQLite ignores a column's length, so both databases are asked in the same words.
    return CheckConstraint(f"length({name}) <= {limit}", name=f"{name}_fits")


def _of_a_member() -> ForeignKeyConstraint:
    # No cascade: a deletion that forgets a table must fail, not lose rows in silence.
    return ForeignKeyConstraint(["space_id", "member_id"], ["members.space_id", "members.id"])


spaces = Table(
    "spaces",
    metadata,
    _id(),
    _text("platform", WORD_LIMIT),
    _text("foreign_id", FOREIGN_ID_LIMIT),
    _text("name", NAME_LIMIT),
    _instant("created_at"),
    _fits("platform", WORD_LIMIT),
    _fits("foreign_id", FOREIGN_ID_LIMIT),
    _fits("name", NAME_LIMIT),
    UniqueConstraint("platform", "foreign_id"),
    sqlite_autoincrement=True,  # an id is never given to another row, or an old button would find it
)

members = Table(
    "members",
    metadata,
    _id(),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    _text("foreign_id", FOREIGN_ID_LIMIT),
    _text("name", NAME_LIMIT),
    _instant("created_at"),
    _fits("foreign_id", FOREIGN_ID_LIMIT),
    _fits("name", NAME_LIMIT),
    UniqueConstraint("space_id", "foreign_id"),
    UniqueConstraint("space_id", "id"),
    info={"personal": Owner("space_id", "id")},
    sqlite_autoincrement=True,
)

questions = Table(
    "questions",
    metadata,
    _id(),
    _ours("space_id"),
    _ours("member_id"),
    _text("text", QUESTION_LIMIT),
    _ids("skills"),
    _instant("asked_at"),
    _fits("text", QUESTION_LIMIT),
    _fits("skills", IDS_LIMIT),
    _of_a_member(),
    Index(None, "space_id", "member_id", "id"),
    info={"personal": Owner("space_id", "member_id")},
    sqlite_autoincrement=True,
)

open_questions = Table(
    "open_questions",
    metadata,
    _id(),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    _text("reason", WORD_LIMIT),
    _text("text", QUESTION_LIMIT),
    _ids("found"),
    _ids("expected"),
    _text("note", NOTE_LIMIT),
    Column("times", Integer, nullable=False),
    _instant("first_asked"),
    _instant("last_asked"),
    _fits("reason", WORD_LIMIT),
    _fits("text", QUESTION_LIMIT),
    _fits("found", IDS_LIMIT),
    _fits("expected", IDS_LIMIT),
    _fits("note", NOTE_LIMIT),
    CheckConstraint("times > 0", name="times_positive"),
    UniqueConstraint("space_id", "reason", "text"),
    sqlite_autoincrement=True,
)

tip_views = Table(
    "tip_views",
    metadata,
    _ours("space_id"),
    _ours("member_id"),
    _text("tip", CONTENT_ID_LIMIT),
    _instant("seen_at"),
    _fits("tip", CONTENT_ID_LIMIT),
    PrimaryKeyConstraint("space_id", "member_id", "tip"),
    _of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)

playground_messages = Table(
    "playground_messages",
    metadata,
    _id(),
    _text("space", FOREIGN_ID_LIMIT),
    _text("channel", FOREIGN_ID_LIMIT),
    _text("sender", FOREIGN_ID_LIMIT),
    _text("audience", FOREIGN_ID_LIMIT, nullable=True),
    _text("kind", WORD_LIMIT),
    _text("body", BODY_LIMIT),
    _instant("at"),
    _ours("revision"),
    _fits("space", FOREIGN_ID_LIMIT),
    _fits("channel", FOREIGN_ID_LIMIT),
    _fits("sender", FOREIGN_ID_LIMIT),
    _fits("audience", FOREIGN_ID_LIMIT),
    _fits("kind", WORD_LIMIT),
    _fits("body", BODY_LIMIT),
    UniqueConstraint("revision"),
    Index(None, "space", "channel", "revision"),
    info={"personal": Owner("space", "sender", foreign=True)},
    sqlite_autoincrement=True,
)

# One row. Whoever changes the transcript holds it until they commit, so revisions appear in their order.
playground_revisions = Table(
    "playground_revisions",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    _ours("revision"),
    CheckConstraint("id = 1", name="single"),
)
