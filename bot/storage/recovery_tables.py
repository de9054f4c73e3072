"""The tables of recovery: which database this is, which releases work on it, and when it was restored."""

from sqlalchemy import CheckConstraint, Column, Integer, Table, exists, select

from bot.storage.columns import WORD_LIMIT, fits, instant, metadata, row_id, text

REVISION_LIMIT = 32

# One row: the name that the journal's files carry, so that no other database's entries are replayed.
identities = Table(
    "identities",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    text("name", WORD_LIMIT),
    CheckConstraint("id = 1", name="single"),
    fits("name", WORD_LIMIT),
)

# One row: the newest migration of the oldest release that works on this schema. Migrations write it.
schema_support = Table(
    "schema_support",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    text("oldest", REVISION_LIMIT),
    fits("oldest", REVISION_LIMIT),
    CheckConstraint("id = 1", name="single"),
)

# `backup_at` is when the backup was made. Until a restore is confirmed, nothing is planned and nothing sent.
restores = Table(
    "restores",
    metadata,
    row_id(),
    instant("backup_at"),
    instant("restored_at"),
    instant("confirmed_at", nullable=True),
    sqlite_autoincrement=True,
)

UNCONFIRMED = exists(select(restores.c.id).where(restores.c.confirmed_at.is_(None)))
