"""Which tips a member was shown."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "tip_views",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("tip", sa.String(100), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(tip) <= 100", name=op.f("ck_tip_views_tip_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"],
            ["members.space_id", "members.id"],
            name=op.f("fk_tip_views_members"),
        ),
        sa.PrimaryKeyConstraint("space_id", "member_id", "tip", name=op.f("pk_tip_views")),
    )


def downgrade() -> None:
    op.drop_table("tip_views")
