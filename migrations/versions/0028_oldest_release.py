"""The oldest release that works on this schema, by its newest migration.

A migration that drops or renames something raises it, one release after what replaces that.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    made = op.create_table(
        "schema_support",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("oldest", sa.String(32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_schema_support_single")),
        sa.CheckConstraint("length(oldest) <= 32", name=op.f("ck_schema_support_oldest_fits")),
    )
    op.bulk_insert(made, [{"id": 1, "oldest": "0020"}])


def downgrade() -> None:
    op.drop_table("schema_support")
