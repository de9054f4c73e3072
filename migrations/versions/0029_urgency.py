"""What a person has just asked for, so that it is sent before what was scheduled."""

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

WAITING = sa.text("urgency > 0 AND state IN ('pending', 'retry', 'leased', 'ambiguous')")


def upgrade() -> None:
    op.add_column("ledger", sa.Column("urgency", sa.Integer(), nullable=False, server_default="0"))
    op.create_index(
        "ix_ledger_urgent",
        "ledger",
        ["bucket", "not_before", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )


def downgrade() -> None:
    op.drop_index("ix_ledger_urgent", "ledger")
    op.drop_column("ledger", "urgency")
