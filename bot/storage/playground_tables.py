"""The tables of the playground: what was said, how far its clock was moved, and the pictures it shows."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, LargeBinary, String, Table, UniqueConstraint

from bot.core.ids import FOREIGN_ID_LIMIT
from bot.storage.columns import WORD_LIMIT, Owner, fits, instant, metadata, number, row_id, text

BODY_LIMIT = 100_000
PICTURE_NAME_LIMIT = 100
PICTURE_LIMIT = 400 * 1024

playground_messages = Table(
    "playground_messages",
    metadata,
    row_id(),
    text("space", FOREIGN_ID_LIMIT),
    text("channel", FOREIGN_ID_LIMIT),
    text("sender", FOREIGN_ID_LIMIT),
    text("audience", FOREIGN_ID_LIMIT, nullable=True),
    text("kind", WORD_LIMIT),
    text("body", BODY_LIMIT),
    instant("at"),
    number("revision"),
    fits("space", FOREIGN_ID_LIMIT),
    fits("channel", FOREIGN_ID_LIMIT),
    fits("sender", FOREIGN_ID_LIMIT),
    fits("audience", FOREIGN_ID_LIMIT),
    fits("kind", WORD_LIMIT),
    fits("body", BODY_LIMIT),
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
    number("revision"),
    CheckConstraint("id = 1", name="single"),
)

# One row: how far the playground's clock is ahead of the real one.
playground_clocks = Table(
    "playground_clocks",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    number("offset_seconds"),
    CheckConstraint("id = 1", name="single"),
    CheckConstraint("offset_seconds >= 0", name="offset_seconds_forward"),
)

playground_pictures = Table(
    "playground_pictures",
    metadata,
    Column("name", String(PICTURE_NAME_LIMIT), primary_key=True),
    Column("png", LargeBinary(PICTURE_LIMIT), nullable=False),
    instant("made_at"),
    fits("name", PICTURE_NAME_LIMIT),
    fits("png", PICTURE_LIMIT),
)

# What the playground was told unasked, by the key under which it was said.
playground_keys = Table(
    "playground_keys",
    metadata,
    Column("key", String(WORD_LIMIT), primary_key=True),
    number("entry_id"),
    fits("key", WORD_LIMIT),
)
