"""How often members did within a day what is capped."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "day_counts",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(what) <= 32", name=op.f("ck_day_counts_what_fits")),
        sa.PrimaryKeyConstraint("space_id", "member_id", "what", name=op.f("pk_day_counts")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"], ["members.space_id", "members.id"], name=op.f("fk_day_counts_members")
        ),
    )


def downgrade() -> None:
    op.drop_table("day_counts")
