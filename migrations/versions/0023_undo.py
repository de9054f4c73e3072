"""How a plan's goals stood before a way out of being late was taken."""

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In the column's own line, because SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE plans ADD COLUMN undo VARCHAR(40000)\n"
        "CONSTRAINT ck_plans_undo_fits CHECK (length(undo) <= 40000)"
    )


def downgrade() -> None:
    op.drop_column("plans", "undo")
