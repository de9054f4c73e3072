"""What a message noted for when it is sent."""

from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In the column's own line, because SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE ledger ADD COLUMN memo VARCHAR(100) DEFAULT '' NOT NULL\n"
        "CONSTRAINT ck_ledger_memo_fits CHECK (length(memo) <= 100)"
    )


def downgrade() -> None:
    op.drop_column("ledger", "memo")
