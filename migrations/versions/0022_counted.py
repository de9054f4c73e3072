"""The newest week of which a member's sent reminder was counted."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reminders", sa.Column("counted_week", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("reminders", "counted_week")
