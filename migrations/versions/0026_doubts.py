"""Since when a platform has refused Cairn in a space, and in which words."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("spaces", sa.Column("doubted_at", sa.DateTime(timezone=True), nullable=True))
    # In the column's own line, because SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE spaces ADD COLUMN doubt VARCHAR(200)\n"
        "CONSTRAINT ck_spaces_doubt_fits CHECK (length(doubt) <= 200)"
    )


def downgrade() -> None:
    op.drop_column("spaces", "doubt")
    op.drop_column("spaces", "doubted_at")
