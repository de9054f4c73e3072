"""The tables of time and delivery: slots, who points at them, the ledger, and who may send."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from bot.core.ids import FOREIGN_ID_LIMIT
from bot.storage.columns import (
    CONTENT_ID_LIMIT,
    WORD_LIMIT,
    fits,
    instant,
    metadata,
    number,
    row_id,
    small_number,
    text,
)

ZONE_LIMIT = 64
BUCKET_LIMIT = WORD_LIMIT + FOREIGN_ID_LIMIT
WHY_LIMIT = 200
MEMO_LIMIT = CONTENT_ID_LIMIT
REF_LIMIT = 200

# `next_day` is the nominal local date of the occurrence at `next_at`. While a slot with many subjects is
# being planned, (after_space, after_subject) is the last one that has its row.
slots = Table(
    "slots",
    metadata,
    row_id(),
    text("kind", WORD_LIMIT),
    text("zone", ZONE_LIMIT),
    small_number("weekday"),
    small_number("minute"),
    Column("next_day", Date, nullable=False),
    instant("next_at"),
    number("after_space"),
    number("after_subject"),
    fits("kind", WORD_LIMIT),
    fits("zone", ZONE_LIMIT),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_of_week"),
    CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
    UniqueConstraint("kind", "zone", "weekday", "minute"),
    UniqueConstraint("id", "kind"),
    Index(None, "next_at"),
    sqlite_autoincrement=True,
)

# A subject points at one slot of a kind at most.
slot_subjects = Table(
    "slot_subjects",
    metadata,
    number("slot_id"),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    number("subject"),
    text("kind", WORD_LIMIT),
    fits("kind", WORD_LIMIT),
    PrimaryKeyConstraint("slot_id", "space_id", "subject"),
    ForeignKeyConstraint(["slot_id", "kind"], ["slots.id", "slots.kind"]),
    UniqueConstraint("space_id", "kind", "subject"),
)

# `token` is the fencing token of the lease under which a row is worked on; `delays` counts how often in a row
# it was put off without a try; `urgency` is above 0 for what a person has just asked for. `place` and `to_id`
# say where it was about to be said, and are empty until then, as is `memo`: what its notice noted for when it
# is sent. `restored`: it came from a backup, or was due before that was in use, so it may have been said
# already.
ledger = Table(
    "ledger",
    metadata,
    row_id(),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    text("kind", WORD_LIMIT),
    number("subject"),
    Column("week", Date, nullable=False),
    small_number("ordinal"),
    text("bucket", BUCKET_LIMIT),
    instant("due_at"),
    instant("not_before"),
    text("state", WORD_LIMIT),
    small_number("attempts"),
    small_number("delays", server_default="0"),
    number("token"),
    text("place", WORD_LIMIT),
    text("to_id", FOREIGN_ID_LIMIT),
    text("ref", REF_LIMIT),
    text("why", WHY_LIMIT),
    instant("changed_at"),
    small_number("urgency", server_default="0"),
    Column("memo", String(MEMO_LIMIT), nullable=False, server_default=""),
    Column("restored", Boolean, nullable=False, server_default=sql("false")),
    fits("kind", WORD_LIMIT),
    fits("bucket", BUCKET_LIMIT),
    fits("state", WORD_LIMIT),
    fits("place", WORD_LIMIT),
    fits("to_id", FOREIGN_ID_LIMIT),
    fits("ref", REF_LIMIT),
    fits("why", WHY_LIMIT),
    fits("memo", MEMO_LIMIT),
    UniqueConstraint("space_id", "kind", "subject", "week", "ordinal"),
    sqlite_autoincrement=True,
)

WAITING = sql("state IN ('pending', 'retry', 'leased', 'ambiguous')")

# Few rows at any moment: what people have just asked for is looked for first.
URGENT = sql("urgency > 0 AND state IN ('pending', 'retry', 'leased', 'ambiguous')")

Index(
    "ix_ledger_urgent",
    ledger.c.bucket,
    ledger.c.not_before,
    ledger.c.id,
    sqlite_where=URGENT,
    postgresql_where=URGENT,
)

Index(
    "ix_ledger_waiting",
    ledger.c.bucket,
    ledger.c.not_before,
    ledger.c.id,
    sqlite_where=WAITING,
    postgresql_where=WAITING,
)

bucket_leases = Table(
    "bucket_leases",
    metadata,
    Column("bucket", String(BUCKET_LIMIT), primary_key=True),
    number("token"),
    text("owner", FOREIGN_ID_LIMIT),
    instant("until"),
    fits("bucket", BUCKET_LIMIT),
    fits("owner", FOREIGN_ID_LIMIT),
)
