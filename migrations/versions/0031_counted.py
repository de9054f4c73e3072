"""Which plans the figures of a cohort are about, and from when on."""

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.add_column("cohorts", sa.Column("counted", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("cohorts", sa.Column("counted_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("cohort_members", sa.Column("counted_plan", NUMBER, nullable=True))


def downgrade() -> None:
    op.drop_column("cohort_members", "counted_plan")
    op.drop_column("cohorts", "counted_since")
    op.drop_column("cohorts", "counted")
