"""What the platform says of a member beside a call: what they are found by, and whose clock is theirs."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ADDED = (("handle", 80), ("zone", 64))


def upgrade() -> None:
    for column, limit in ADDED:
        # In the column's own line, because SQLite adds no constraint to a table that is there.
        op.execute(
            f"ALTER TABLE members ADD COLUMN {column} VARCHAR({limit})\n"
            f"CONSTRAINT ck_members_{column}_fits CHECK (length({column}) <= {limit})"
        )


def downgrade() -> None:
    for column, _ in reversed(ADDED):
        op.drop_column("members", column)
