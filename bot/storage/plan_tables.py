"""The tables of what a member is doing: their profile, their plans with goals, and their evidence."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKeyConstraint,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
)
from sqlalchemy import text as sql

from bot.core.domain.goals import NOTE_LIMIT, URL_LIMIT
from bot.storage.columns import (
    CONTENT_ID_LIMIT,
    IDS_LIMIT,
    WORD_LIMIT,
    Days,
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
from bot.storage.documents import (
    LEVELS_LIMIT,
    PAUSES_LIMIT,
    PHASES_LIMIT,
    UNDO_LIMIT,
    Levels,
    Pauses,
    Phases,
    Undo,
)

ZONE_LIMIT = 64

profiles = Table(
    "profiles",
    metadata,
    row_id(),
    number("space_id"),
    number("member_id"),
    Column("levels", Levels, nullable=False),
    instant("finished_at"),
    fits("levels", LEVELS_LIMIT),
    of_a_member(),
    Index(None, "space_id", "member_id", "id"),
    info={"personal": Owner("space_id", "member_id")},
    sqlite_autoincrement=True,
)

profile_drafts = Table(
    "profile_drafts",
    metadata,
    number("space_id"),
    number("member_id"),
    Column("levels", Levels, nullable=False),
    instant("saved_at"),
    fits("levels", LEVELS_LIMIT),
    PrimaryKeyConstraint("space_id", "member_id"),
    of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)

# `version` grows with every change of the plan or of one of its goals.
plans = Table(
    "plans",
    metadata,
    row_id(),
    number("space_id"),
    number("member_id"),
    text("track_id", CONTENT_ID_LIMIT),
    Column("start", Date, nullable=False),
    small_number("pace"),
    text("zone", ZONE_LIMIT),
    Column("zone_by_platform", Boolean, nullable=True),
    Column("phases", Phases, nullable=False),
    Column("pauses", Pauses, nullable=False),
    Column("undo", Undo, nullable=True),
    text("status", WORD_LIMIT),
    number("version"),
    instant("made_at"),
    instant("changed_at"),
    fits("track_id", CONTENT_ID_LIMIT),
    fits("zone", ZONE_LIMIT),
    fits("phases", PHASES_LIMIT),
    fits("pauses", PAUSES_LIMIT),
    fits("undo", UNDO_LIMIT),
    fits("status", WORD_LIMIT),
    of_a_member(),
    UniqueConstraint("space_id", "member_id", "id"),
    info={"personal": Owner("space_id", "member_id")},
    sqlite_autoincrement=True,
)

RUNNING = sql("status = 'active'")

Index(
    "uq_plans_running",
    plans.c.space_id,
    plans.c.member_id,
    unique=True,
    sqlite_where=RUNNING,
    postgresql_where=RUNNING,
)

plan_goals = Table(
    "plan_goals",
    metadata,
    number("space_id"),
    number("member_id"),
    number("plan_id"),
    text("goal_id", CONTENT_ID_LIMIT),
    text("phase_id", CONTENT_ID_LIMIT),
    small_number("hours"),
    Column("stretch", Boolean, nullable=False),
    small_number("week"),
    small_number("position"),
    text("state", WORD_LIMIT),
    instant("done_at", nullable=True),
    Column("done_in", Date, nullable=True),
    small_number("carried"),
    fits("goal_id", CONTENT_ID_LIMIT),
    fits("phase_id", CONTENT_ID_LIMIT),
    fits("state", WORD_LIMIT),
    PrimaryKeyConstraint("plan_id", "goal_id"),
    # Through the plan, a goal belongs to the member: no second key that every insert has to look up.
    ForeignKeyConstraint(
        ["space_id", "member_id", "plan_id"], ["plans.space_id", "plans.member_id", "plans.id"]
    ),
    info={"personal": Owner("space_id", "member_id")},
)

reminders = Table(
    "reminders",
    metadata,
    number("space_id"),
    number("member_id"),
    small_number("weekday"),
    small_number("minute"),
    Column("on", Boolean, nullable=False),
    Column("well_done", Boolean, nullable=False),
    Column("skipped", Days, nullable=False),
    small_number("ignored"),
    Column("reminded_on", Date, nullable=True),
    instant("changed_at"),
    # The newest ISO week with a reminder that `ignored` and `reminded_on` know of.
    Column("counted_week", Date, nullable=True),
    CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday_of_week"),
    CheckConstraint("minute BETWEEN 0 AND 1439", name="minute_of_day"),
    fits("skipped", IDS_LIMIT),
    PrimaryKeyConstraint("space_id", "member_id"),
    of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)

# It refers to no plan: what a member showed for a goal outlives the plan it was shown in.
evidence = Table(
    "evidence",
    metadata,
    row_id(),
    number("space_id"),
    number("member_id"),
    text("goal_id", CONTENT_ID_LIMIT),
    text("kind", WORD_LIMIT),
    text("url", URL_LIMIT),
    text("note", NOTE_LIMIT),
    instant("added_at"),
    fits("goal_id", CONTENT_ID_LIMIT),
    fits("kind", WORD_LIMIT),
    fits("url", URL_LIMIT),
    fits("note", NOTE_LIMIT),
    of_a_member(),
    Index(None, "space_id", "member_id", "goal_id"),
    info={"personal": Owner("space_id", "member_id")},
    sqlite_autoincrement=True,
)
