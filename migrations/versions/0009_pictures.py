"""The pictures that the playground's messages show."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playground_pictures",
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("png", sa.LargeBinary(409_600), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(name) <= 100", name=op.f("ck_playground_pictures_name_fits")),
        sa.CheckConstraint("length(png) <= 409600", name=op.f("ck_playground_pictures_png_fits")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_playground_pictures")),
    )


def downgrade() -> None:
    op.drop_table("playground_pictures")
