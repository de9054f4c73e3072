"""Cohorts, who is in them, who leads; what is posted for them, and who met the mistake of a tip."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)
RUNNING = sa.text("status = 'running'")
IS_IN = sa.text("state = 'in'")


def upgrade() -> None:
    _make_cohorts()
    _make_schedules()
    _make_tips()


def _make_cohorts() -> None:
    op.create_table(
        "cohorts",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("name", sa.String(60), nullable=False),
        sa.Column("name_key", sa.String(180), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(name) <= 60", name=op.f("ck_cohorts_name_fits")),
        sa.CheckConstraint("length(name_key) <= 180", name=op.f("ck_cohorts_name_key_fits")),
        sa.CheckConstraint("length(status) <= 32", name=op.f("ck_cohorts_status_fits")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_cohorts_spaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cohorts")),
        sa.UniqueConstraint("space_id", "id", name=op.f("uq_cohorts_space_id_id")),
        sqlite_autoincrement=True,
    )
    _index_where("uq_cohorts_running", "cohorts", ["space_id", "name_key"], RUNNING)
    op.create_table(
        "cohort_members",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("cohort_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.CheckConstraint("length(state) <= 32", name=op.f("ck_cohort_members_state_fits")),
        _of_a_cohort("cohort_members"),
        _of_a_member("cohort_members"),
        sa.PrimaryKeyConstraint("space_id", "cohort_id", "member_id", name=op.f("pk_cohort_members")),
    )
    _index_where("uq_cohort_members_in", "cohort_members", ["space_id", "member_id"], IS_IN)
    op.create_table(
        "leads",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        _of_a_member("leads"),
        sa.PrimaryKeyConstraint("space_id", "member_id", name=op.f("pk_leads")),
    )


def _make_schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("cohort_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("to_id", sa.String(64), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("stamp", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("by_platform", sa.Boolean(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(kind) <= 32", name=op.f("ck_schedules_kind_fits")),
        sa.CheckConstraint("length(place) <= 32", name=op.f("ck_schedules_place_fits")),
        sa.CheckConstraint("length(to_id) <= 64", name=op.f("ck_schedules_to_id_fits")),
        sa.CheckConstraint("length(zone) <= 64", name=op.f("ck_schedules_zone_fits")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_schedules_weekday_of_week")),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_schedules_minute_of_day")),
        _of_a_cohort("schedules"),
        _of_a_member("schedules"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint(
            "space_id",
            "cohort_id",
            "kind",
            "place",
            "stamp",
            name=op.f("uq_schedules_space_id_cohort_id_kind_place_stamp"),
        ),
        sa.UniqueConstraint("space_id", "id", name=op.f("uq_schedules_space_id_id")),
        sqlite_autoincrement=True,
    )


def _make_tips() -> None:
    op.create_table(
        "tip_posts",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("schedule_id", NUMBER, nullable=False),
        sa.Column("key", sa.String(24), nullable=False),
        sa.Column("tip", sa.String(100), nullable=False),
        sa.Column("posted_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(key) <= 24", name=op.f("ck_tip_posts_key_fits")),
        sa.CheckConstraint("length(tip) <= 100", name=op.f("ck_tip_posts_tip_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "schedule_id"],
            ["schedules.space_id", "schedules.id"],
            name=op.f("fk_tip_posts_schedules"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tip_posts")),
        sa.UniqueConstraint("space_id", "key", name=op.f("uq_tip_posts_space_id_key")),
        sa.UniqueConstraint("space_id", "id", name=op.f("uq_tip_posts_space_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_tip_posts_space_id_schedule_id_id"), "tip_posts", ["space_id", "schedule_id", "id"]
    )
    op.create_table(
        "tip_votes",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("post_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("met", sa.Boolean(), nullable=False),
        sa.Column("voted_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "post_id"],
            ["tip_posts.space_id", "tip_posts.id"],
            name=op.f("fk_tip_votes_tip_posts"),
        ),
        _of_a_member("tip_votes"),
        sa.PrimaryKeyConstraint("space_id", "post_id", "member_id", name=op.f("pk_tip_votes")),
    )


def _of_a_member(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["space_id", "member_id"], ["members.space_id", "members.id"], name=op.f(f"fk_{table}_members")
    )


def _of_a_cohort(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["space_id", "cohort_id"], ["cohorts.space_id", "cohorts.id"], name=op.f(f"fk_{table}_cohorts")
    )


def _index_where(name: str, table: str, columns: list[str], where: sa.TextClause) -> None:
    op.create_index(op.f(name), table, columns, unique=True, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for table in ("tip_votes", "tip_posts", "schedules", "leads", "cohort_members", "cohorts"):
        op.drop_table(table)
