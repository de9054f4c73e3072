"""Members' plans and the goals in them."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
RUNNING = sa.text("status = 'active'")


def upgrade() -> None:
    op.create_table(
        "plans",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("track_id", sa.String(100), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("pace", sa.Integer(), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("phases", sa.String(10_000), nullable=False),
        sa.Column("pauses", sa.String(20_000), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(track_id) <= 100", name=op.f("ck_plans_track_id_fits")),
        sa.CheckConstraint("length(zone) <= 64", name=op.f("ck_plans_zone_fits")),
        sa.CheckConstraint("length(phases) <= 10000", name=op.f("ck_plans_phases_fits")),
        sa.CheckConstraint("length(pauses) <= 20000", name=op.f("ck_plans_pauses_fits")),
        sa.CheckConstraint("length(status) <= 32", name=op.f("ck_plans_status_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"], ["members.space_id", "members.id"], name=op.f("fk_plans_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plans")),
        sa.UniqueConstraint("space_id", "member_id", "id", name=op.f("uq_plans_space_id_member_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("uq_plans_running"),
        "plans",
        ["space_id", "member_id"],
        unique=True,
        sqlite_where=RUNNING,
        postgresql_where=RUNNING,
    )
    op.create_table(
        "plan_goals",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("plan_id", NUMBER, nullable=False),
        sa.Column("goal_id", sa.String(100), nullable=False),
        sa.Column("phase_id", sa.String(100), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=False),
        sa.Column("stretch", sa.Boolean(), nullable=False),
        sa.Column("week", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_in", sa.Date(), nullable=True),
        sa.Column("carried", sa.Integer(), nullable=False),
        sa.CheckConstraint("length(goal_id) <= 100", name=op.f("ck_plan_goals_goal_id_fits")),
        sa.CheckConstraint("length(phase_id) <= 100", name=op.f("ck_plan_goals_phase_id_fits")),
        sa.CheckConstraint("length(state) <= 32", name=op.f("ck_plan_goals_state_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id", "plan_id"],
            ["plans.space_id", "plans.member_id", "plans.id"],
            name=op.f("fk_plan_goals_plans"),
        ),
        sa.PrimaryKeyConstraint("plan_id", "goal_id", name=op.f("pk_plan_goals")),
    )


def downgrade() -> None:
    op.drop_table("plan_goals")
    op.drop_table("plans")
