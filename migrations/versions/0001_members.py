"""Spaces and their members."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "spaces",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("foreign_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(platform) <= 32", name=op.f("ck_spaces_platform_fits")),
        sa.CheckConstraint("length(foreign_id) <= 64", name=op.f("ck_spaces_foreign_id_fits")),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_spaces_name_fits")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_spaces")),
        sa.UniqueConstraint("platform", "foreign_id", name=op.f("uq_spaces_platform_foreign_id")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "members",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("foreign_id", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(foreign_id) <= 64", name=op.f("ck_members_foreign_id_fits")),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_members_name_fits")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_members_spaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_members")),
        sa.UniqueConstraint("space_id", "foreign_id", name=op.f("uq_members_space_id_foreign_id")),
        sa.UniqueConstraint("space_id", "id", name=op.f("uq_members_space_id_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("members")
    op.drop_table("spaces")
