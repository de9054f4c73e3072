"""Where a person is at home in direct messages, and what a platform was told last."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "direct_homes",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("foreign_id", sa.String(64), nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.CheckConstraint("length(platform) <= 32", name=op.f("ck_direct_homes_platform_fits")),
        sa.CheckConstraint("length(foreign_id) <= 64", name=op.f("ck_direct_homes_foreign_id_fits")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_direct_homes_spaces")),
        sa.PrimaryKeyConstraint("platform", "foreign_id", name=op.f("pk_direct_homes")),
    )
    op.create_table(
        "uploads",
        sa.Column("platform", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint("length(platform) <= 32", name=op.f("ck_uploads_platform_fits")),
        sa.CheckConstraint("length(digest) <= 64", name=op.f("ck_uploads_digest_fits")),
        sa.PrimaryKeyConstraint("platform", name=op.f("pk_uploads")),
    )


def downgrade() -> None:
    op.drop_table("uploads")
    op.drop_table("direct_homes")
