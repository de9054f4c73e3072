"""When members want to be reminded, and when they were last heard of; the keys of what the playground was
told unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("members", sa.Column("seen_on", sa.Date(), nullable=True))
    op.create_table(
        "reminders",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("on", sa.Boolean(), nullable=False),
        sa.Column("well_done", sa.Boolean(), nullable=False),
        sa.Column("skipped", sa.String(4000), nullable=False),
        sa.Column("ignored", sa.Integer(), nullable=False),
        sa.Column("reminded_on", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_reminders_weekday_of_week")),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_reminders_minute_of_day")),
        sa.CheckConstraint("length(skipped) <= 4000", name=op.f("ck_reminders_skipped_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"], ["members.space_id", "members.id"], name=op.f("fk_reminders_members")
        ),
        sa.PrimaryKeyConstraint("space_id", "member_id", name=op.f("pk_reminders")),
    )
    op.create_table(
        "playground_keys",
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("entry_id", NUMBER, nullable=False),
        sa.CheckConstraint("length(key) <= 32", name=op.f("ck_playground_keys_key_fits")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_playground_keys")),
    )


def downgrade() -> None:
    op.drop_table("playground_keys")
    op.drop_table("reminders")
    op.drop_column("members", "seen_on")
