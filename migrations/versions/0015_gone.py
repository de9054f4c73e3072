"""Who can't be told anything any more: spaces that took Cairn out, members who left or closed their messages.

And roles that lead, the channels of direct messages, and whether a plan's clock is the platform's.
"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)
ADDED = (("spaces", ("gone_at", "back_at")), ("members", ("left_at", "closed_at", "told_at")))


def upgrade() -> None:
    for table, columns in ADDED:
        for column in columns:
            op.add_column(table, sa.Column(column, INSTANT, nullable=True))
    op.add_column("plans", sa.Column("zone_by_platform", sa.Boolean(), nullable=True))
    op.create_table(
        "lead_roles",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("role", sa.String(64), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.CheckConstraint("length(role) <= 64", name=op.f("ck_lead_roles_role_fits")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_lead_roles_spaces")),
        sa.PrimaryKeyConstraint("space_id", "role", name=op.f("pk_lead_roles")),
    )
    op.create_table(
        "direct_channels",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("foreign_id", sa.String(64), nullable=False),
        sa.Column("channel", sa.String(64), nullable=False),
        sa.CheckConstraint("length(platform) <= 32", name=op.f("ck_direct_channels_platform_fits")),
        sa.CheckConstraint("length(foreign_id) <= 64", name=op.f("ck_direct_channels_foreign_id_fits")),
        sa.CheckConstraint("length(channel) <= 64", name=op.f("ck_direct_channels_channel_fits")),
        sa.PrimaryKeyConstraint("platform", "foreign_id", name=op.f("pk_direct_channels")),
    )


def downgrade() -> None:
    op.drop_table("direct_channels")
    op.drop_table("lead_roles")
    op.drop_column("plans", "zone_by_platform")
    for table, columns in reversed(ADDED):
        for column in reversed(columns):
            op.drop_column(table, column)
