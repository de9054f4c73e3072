"""How far members say they are: their finished assessments, and the one that goes on."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "profiles",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("levels", sa.String(10_000), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(levels) <= 10000", name=op.f("ck_profiles_levels_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"],
            ["members.space_id", "members.id"],
            name=op.f("fk_profiles_members"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_profiles_space_id_member_id_id"), "profiles", ["space_id", "member_id", "id"], unique=False
    )
    op.create_table(
        "profile_drafts",
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("levels", sa.String(10_000), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(levels) <= 10000", name=op.f("ck_profile_drafts_levels_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"],
            ["members.space_id", "members.id"],
            name=op.f("fk_profile_drafts_members"),
        ),
        sa.PrimaryKeyConstraint("space_id", "member_id", name=op.f("pk_profile_drafts")),
    )


def downgrade() -> None:
    op.drop_table("profile_drafts")
    op.drop_table("profiles")
