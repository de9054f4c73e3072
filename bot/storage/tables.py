"""Every table: those of people and questions, and by import the others, so that `metadata` is complete.

A member's rows carry (space_id, member_id) and refer to both at once, so no row can point across spaces.
"""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)

from bot.core.domain.asked import NOTE_LIMIT, QUESTION_LIMIT
from bot.core.domain.members import NAME_LIMIT
from bot.core.ids import FOREIGN_ID_LIMIT
from bot.storage.cap_tables import day_counts
from bot.storage.cohort_tables import (
    COHORT_RUNS,
    IS_IN,
    cohort_members,
    cohorts,
    lead_roles,
    leads,
    schedules,
    tip_posts,
    tip_votes,
)
from bot.storage.columns import (
    CONTENT_ID_LIMIT,
    IDS_LIMIT,
    WORD_LIMIT,
    Ids,
    Instant,
    Owner,
    fits,
    ids,
    instant,
    metadata,
    number,
    of_a_member,
    row_id,
    small_number,
    text,
)
from bot.storage.inbox_tables import KEPT, inbox
from bot.storage.install_tables import install_states, install_teams, installs
from bot.storage.ledger_tables import (
    URGENT,
    WAITING,
    WHY_LIMIT,
    bucket_leases,
    ledger,
    slot_subjects,
    slots,
)
from bot.storage.plan_tables import (
    RUNNING,
    ZONE_LIMIT,
    evidence,
    plan_goals,
    plans,
    profile_drafts,
    profiles,
    reminders,
)
from bot.storage.platform_tables import direct_channels, direct_homes, platform_acts, uploads
from bot.storage.playground_tables import (
    playground_clocks,
    playground_keys,
    playground_messages,
    playground_pictures,
    playground_revisions,
)
from bot.storage.recovery_tables import UNCONFIRMED, identities, restores, schema_support

__all__ = [
    "COHORT_RUNS",
    "IS_IN",
    "KEPT",
    "RUNNING",
    "UNCONFIRMED",
    "URGENT",
    "WAITING",
    "Ids",
    "Instant",
    "bucket_leases",
    "cohort_members",
    "cohorts",
    "day_counts",
    "direct_channels",
    "direct_homes",
    "downtimes",
    "evidence",
    "identities",
    "inbox",
    "install_states",
    "install_teams",
    "installs",
    "lead_roles",
    "leads",
    "ledger",
    "members",
    "metadata",
    "open_questions",
    "plan_goals",
    "plans",
    "platform_acts",
    "playground_clocks",
    "playground_keys",
    "playground_messages",
    "playground_pictures",
    "playground_revisions",
    "profile_drafts",
    "profiles",
    "pulses",
    "questions",
    "reminders",
    "restores",
    "schedules",
    "schema_support",
    "slot_subjects",
    "slots",
    "spaces",
    "tip_posts",
    "tip_views",
    "tip_votes",
    "uploads",
]

# Cairn was taken out at `gone_at`, None while it is in; `back_at` is when it came last. What comes late says
# nothing new: only an event behind both changes anything. `doubted_at`: since when the platform has refused
# Cairn there, and `doubt` in which word; with `gone_at` Cairn was cut off because of it.
spaces = Table(
    "spaces",
    metadata,
    row_id(),
    text("platform", WORD_LIMIT),
    text("foreign_id", FOREIGN_ID_LIMIT),
    text("name", NAME_LIMIT),
    instant("created_at"),
    instant("gone_at", nullable=True),
    instant("back_at", nullable=True),
    instant("doubted_at", nullable=True),
    text("doubt", WHY_LIMIT, nullable=True),
    fits("platform", WORD_LIMIT),
    fits("foreign_id", FOREIGN_ID_LIMIT),
    fits("name", NAME_LIMIT),
    fits("doubt", WHY_LIMIT),
    UniqueConstraint("platform", "foreign_id"),
    sqlite_autoincrement=True,  # an id is never given to another row, or an old button would find it
)

# `handle` and `zone` are what the platform said last. `left_at`: they are not in the space any more;
# `closed_at`: they take no direct messages, of which they were told at `told_at`.
members = Table(
    "members",
    metadata,
    row_id(),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    text("foreign_id", FOREIGN_ID_LIMIT),
    text("name", NAME_LIMIT),
    instant("created_at"),
    Column("seen_on", Date, nullable=True),
    instant("left_at", nullable=True),
    instant("closed_at", nullable=True),
    instant("told_at", nullable=True),
    text("handle", NAME_LIMIT, nullable=True),
    text("zone", ZONE_LIMIT, nullable=True),
    fits("foreign_id", FOREIGN_ID_LIMIT),
    fits("name", NAME_LIMIT),
    fits("handle", NAME_LIMIT),
    fits("zone", ZONE_LIMIT),
    UniqueConstraint("space_id", "foreign_id"),
    UniqueConstraint("space_id", "id"),
    info={"personal": Owner("space_id", "id")},
    sqlite_autoincrement=True,
)

questions = Table(
    "questions",
    metadata,
    row_id(),
    number("space_id"),
    number("member_id"),
    text("text", QUESTION_LIMIT),
    ids("skills"),
    instant("asked_at"),
    fits("text", QUESTION_LIMIT),
    fits("skills", IDS_LIMIT),
    of_a_member(),
    Index(None, "space_id", "member_id", "id"),
    info={"personal": Owner("space_id", "member_id")},
    sqlite_autoincrement=True,
)

open_questions = Table(
    "open_questions",
    metadata,
    row_id(),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    text("reason", WORD_LIMIT),
    text("text", QUESTION_LIMIT),
    ids("found"),
    ids("expected"),
    text("note", NOTE_LIMIT),
    small_number("times"),
    instant("first_asked"),
    instant("last_asked"),
    fits("reason", WORD_LIMIT),
    fits("text", QUESTION_LIMIT),
    fits("found", IDS_LIMIT),
    fits("expected", IDS_LIMIT),
    fits("note", NOTE_LIMIT),
    CheckConstraint("times > 0", name="times_positive"),
    UniqueConstraint("space_id", "reason", "text"),
    sqlite_autoincrement=True,
)

tip_views = Table(
    "tip_views",
    metadata,
    number("space_id"),
    number("member_id"),
    text("tip", CONTENT_ID_LIMIT),
    instant("seen_at"),
    fits("tip", CONTENT_ID_LIMIT),
    PrimaryKeyConstraint("space_id", "member_id", "tip"),
    of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)

# One row: when Cairn was last alive.
pulses = Table(
    "pulses",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    instant("beat_at"),
    CheckConstraint("id = 1", name="single"),
)

downtimes = Table(
    "downtimes",
    metadata,
    row_id(),
    instant("began_at"),
    instant("ended_at"),
    CheckConstraint("began_at < ended_at", name="in_order"),
)
