"""The table of what came in: for a day the keys of what was carried out, and the calls that still wait."""

from sqlalchemy import Index, Table, UniqueConstraint
from sqlalchemy import text as sql

from bot.core.ids import FOREIGN_ID_LIMIT
from bot.storage.columns import WORD_LIMIT, Owner, fits, instant, metadata, number, row_id, small_number, text

KEY_LIMIT = 255
CALL_LIMIT = 20_000
BACK_LIMIT = 2_000

# `space` and `caller` are the platform's ids: a call comes before its space and its member have rows. What
# was asked and where its answer goes stand here only while the call waits.
inbox = Table(
    "inbox",
    metadata,
    row_id(),
    text("platform", WORD_LIMIT),
    text("space", FOREIGN_ID_LIMIT),
    text("key", KEY_LIMIT),
    text("caller", FOREIGN_ID_LIMIT),
    text("state", WORD_LIMIT),
    text("written", CALL_LIMIT),
    text("back", BACK_LIMIT),
    instant("until"),
    instant("not_before"),
    number("token"),
    small_number("attempts"),
    instant("came_at"),
    fits("platform", WORD_LIMIT),
    fits("space", FOREIGN_ID_LIMIT),
    fits("key", KEY_LIMIT),
    fits("caller", FOREIGN_ID_LIMIT),
    fits("state", WORD_LIMIT),
    fits("written", CALL_LIMIT),
    fits("back", BACK_LIMIT),
    UniqueConstraint("platform", "space", "key"),
    Index(None, "came_at"),
    info={"personal": Owner("space", "caller", foreign=True)},
    sqlite_autoincrement=True,
)

# The index's own words: else no database sees that it may use it.
KEPT = sql("state IN ('waiting', 'worked')")

Index("ix_inbox_kept", inbox.c.not_before, sqlite_where=KEPT, postgresql_where=KEPT)
