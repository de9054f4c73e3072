"""How far the playground's clock is ahead."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "playground_clocks",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("offset_seconds", NUMBER, nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_playground_clocks_single")),
        sa.CheckConstraint("offset_seconds >= 0", name=op.f("ck_playground_clocks_offset_seconds_forward")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playground_clocks")),
    )


def downgrade() -> None:
    op.drop_table("playground_clocks")
