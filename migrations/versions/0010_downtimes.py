"""When Cairn was last alive, and when it was down."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pulses",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("beat_at", INSTANT, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_pulses_single")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pulses")),
    )
    op.create_table(
        "downtimes",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("began_at", INSTANT, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=False),
        sa.CheckConstraint("began_at < ended_at", name=op.f("ck_downtimes_in_order")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_downtimes")),
    )


def downgrade() -> None:
    op.drop_table("downtimes")
    op.drop_table("pulses")
