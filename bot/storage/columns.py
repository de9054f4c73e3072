"""What tables are made of: the two column types that mean the same on both databases, and usual columns."""

import json
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Integer,
    MetaData,
    String,
    TypeDecorator,
)

WORD_LIMIT = 32
CONTENT_ID_LIMIT = 100
IDS_LIMIT = 4_000


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


class Days(TypeDecorator[tuple[date, ...]]):
    """A short tuple of days, kept as a JSON list."""

    impl = String(IDS_LIMIT)
    cache_ok = True

    def process_bind_param(self, value: tuple[date, ...] | None, _dialect: Dialect) -> str | None:
        return None if value is None else json.dumps([day.isoformat() for day in value])

    def process_result_value(self, value: str | None, _dialect: Dialect) -> tuple[date, ...] | None:
        return None if value is None else tuple(map(date.fromisoformat, json.loads(value)))


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


def row_id() -> Column[int]:
    return Column("id", _number, primary_key=True, autoincrement=True)


def number(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, _number, nullable=nullable)


def small_number(name: str, server_default: str | None = None) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default=server_default)


def text(name: str, limit: int, *, nullable: bool = False) -> Column[str]:
    return Column(name, String(limit), nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


def ids(name: str) -> Column[tuple[str, ...]]:
    return Column(name, Ids, nullable=False)


def fits(name: str, limit: int) -> CheckConstraint:
    # SQLite ignores a column's length, so both databases are asked in the same words.
    return CheckConstraint(f"length({name}) <= {limit}", name=f"{name}_fits")


def of_a_member() -> ForeignKeyConstraint:
    # No cascade: a deletion that forgets a table must fail, not lose rows in silence.
    return ForeignKeyConstraint(["space_id", "member_id"], ["members.space_id", "members.id"])
