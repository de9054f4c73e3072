"""When this bot last did what a platform counts, such as beginning a session at Discord's gateway."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "platform_acts",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(platform) <= 32", name=op.f("ck_platform_acts_platform_fits")),
        sa.CheckConstraint("length(act) <= 32", name=op.f("ck_platform_acts_act_fits")),
    )


def downgrade() -> None:
    op.drop_table("platform_acts")
