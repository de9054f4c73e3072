"""What was said in the playground."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "playground_messages",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("space", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.Column("sender", sa.String(64), nullable=False),
        sa.Column("audience", sa.String(64), nullable=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("body", sa.String(100_000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.CheckConstraint("length(space) <= 64", name=op.f("ck_playground_messages_space_fits")),
        sa.CheckConstraint("length(channel) <= 64", name=op.f("ck_playground_messages_channel_fits")),
        sa.CheckConstraint("length(sender) <= 64", name=op.f("ck_playground_messages_sender_fits")),
        sa.CheckConstraint("length(audience) <= 64", name=op.f("ck_playground_messages_audience_fits")),
        sa.CheckConstraint("length(kind) <= 32", name=op.f("ck_playground_messages_kind_fits")),
        sa.CheckConstraint("length(body) <= 100000", name=op.f("ck_playground_messages_body_fits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playground_messages")),
        sa.UniqueConstraint("revision", name=op.f("uq_playground_messages_revision")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_playground_messages_space_channel_revision"),
        "playground_messages",
        ["space", "channel", "revision"],
        unique=False,
    )
    op.create_table(
        "playground_revisions",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("revision", NUMBER, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_playground_revisions_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playground_revisions")),
    )


def downgrade() -> None:
    op.drop_table("playground_revisions")
    op.drop_table("playground_messages")
