"""The tables of what members do together: cohorts, who is in them, who leads, and what is posted for them."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from bot.core.domain.cohorts import NAME_LIMIT
from bot.core.domain.ledger import KEY_LENGTH
from bot.core.ids import FOREIGN_ID_LIMIT
from bot.storage.columns import (
    CONTENT_ID_LIMIT,
    WORD_LIMIT,
    Owner,
    fits,
    instant,
    metadata,
    number,
    of_a_member,
    row_id,
    small_number,
    text,
)

ZONE_LIMIT = 64
# Case folding makes a character three at most.
NAME_KEY_LIMIT = 3 * NAME_LIMIT

# `name_key` is the name as names are compared. `counted` is with how many plans the count began that the
# cohort's figures are about, and `counted_since` from when on these are counted; empty for always.
cohorts = Table(
    "cohorts",
    metadata,
    row_id(),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    text("name", NAME_LIMIT),
    text("name_key", NAME_KEY_LIMIT),
    text("status", WORD_LIMIT),
    instant("made_at"),
    instant("changed_at"),
    small_number("counted", "0"),
    instant("counted_since", nullable=True),
    fits("name", NAME_LIMIT),
    fits("name_key", NAME_KEY_LIMIT),
    fits("status", WORD_LIMIT),
    UniqueConstraint("space_id", "id"),
    sqlite_autoincrement=True,
)

COHORT_RUNS = sql("status = 'running'")

Index(
    "uq_cohorts_running",
    cohorts.c.space_id,
    cohorts.c.name_key,
    unique=True,
    sqlite_where=COHORT_RUNS,
    postgresql_where=COHORT_RUNS,
)

# "in"; "past" once the cohort is closed; "removed" when a lead took them out. Who leaves has no row.
# `counted_plan` is the number of their plan that the cohort's figures are about.
cohort_members = Table(
    "cohort_members",
    metadata,
    number("space_id"),
    number("cohort_id"),
    number("member_id"),
    text("state", WORD_LIMIT),
    instant("since"),
    number("counted_plan", nullable=True),
    fits("state", WORD_LIMIT),
    PrimaryKeyConstraint("space_id", "cohort_id", "member_id"),
    ForeignKeyConstraint(["space_id", "cohort_id"], ["cohorts.space_id", "cohorts.id"]),
    of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)

IS_IN = sql("state = 'in'")

Index(
    "uq_cohort_members_in",
    cohort_members.c.space_id,
    cohort_members.c.member_id,
    unique=True,
    sqlite_where=IS_IN,
    postgresql_where=IS_IN,
)

# Members whom a lead made a lead; those who administer the space are not kept.
leads = Table(
    "leads",
    metadata,
    number("space_id"),
    number("member_id"),
    instant("since"),
    PrimaryKeyConstraint("space_id", "member_id"),
    of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)

# Whoever holds the role on the platform is a lead.
lead_roles = Table(
    "lead_roles",
    metadata,
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    text("role", FOREIGN_ID_LIMIT),
    instant("since"),
    fits("role", FOREIGN_ID_LIMIT),
    PrimaryKeyConstraint("space_id", "role"),
)

# `stamp` is 0 for what comes each week; what is said once has one of its own. `member_id` set it.
schedules = Table(
    "schedules",
    metadata,
    row_id(),
    number("space_id"),
    number("cohort_id"),
    text("kind", WORD_LIMIT),
    text("place", WORD_LIMIT),
    text("to_id", FOREIGN_ID_LIMIT),
    text("zone", ZONE_LIMIT),
    small_number("weekday"),
    small_number("minute"),
    Column("on", Boolean, nullable=False),
    number("stamp"),
    number("member_id"),
    Column("by_platform", Boolean, nullable=False),
    text("by_role", FOREIGN_ID_LIMIT, nullable=True),
    instant("changed_at"),
    fits("kind", WORD_LIMIT),
    fits("place", WORD_LIMIT),
    fits("to_id", FOREIGN_ID_LIMIT),
    fits("by_role", FOREIGN_ID_LIMIT),
    fits("zone", ZONE_LIMIT),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_of_week"),
    CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
    ForeignKeyConstraint(["space_id", "cohort_id"], ["cohorts.space_id", "cohorts.id"]),
    of_a_member(),
    UniqueConstraint("space_id", "cohort_id", "kind", "place", "stamp"),
    UniqueConstraint("space_id", "id"),
    info={"personal": Owner("space_id", "member_id")},
    sqlite_autoincrement=True,
)

# `key` is that of the ledger's row: another try finds the tip that was chosen.
tip_posts = Table(
    "tip_posts",
    metadata,
    row_id(),
    number("space_id"),
    number("schedule_id"),
    text("key", KEY_LENGTH),
    text("tip", CONTENT_ID_LIMIT),
    instant("posted_at"),
    fits("key", KEY_LENGTH),
    fits("tip", CONTENT_ID_LIMIT),
    ForeignKeyConstraint(["space_id", "schedule_id"], ["schedules.space_id", "schedules.id"]),
    UniqueConstraint("space_id", "key"),
    UniqueConstraint("space_id", "id"),
    Index(None, "space_id", "schedule_id", "id"),
    sqlite_autoincrement=True,
)

tip_votes = Table(
    "tip_votes",
    metadata,
    number("space_id"),
    number("post_id"),
    number("member_id"),
    Column("met", Boolean, nullable=False),
    instant("voted_at"),
    PrimaryKeyConstraint("space_id", "post_id", "member_id"),
    ForeignKeyConstraint(["space_id", "post_id"], ["tip_posts.space_id", "tip_posts.id"]),
    of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)
