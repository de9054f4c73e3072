"""How often in a row something was put off because the platform or the database did not answer."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger", sa.Column("delays", sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("ledger", "delays")
