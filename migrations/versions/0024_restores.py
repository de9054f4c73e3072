"""Which database this is, when it was restored, and which rows may have been said before that."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", sa.String(32), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_identities_single")),
        sa.CheckConstraint("length(name) <= 32", name=op.f("ck_identities_name_fits")),
    )
    op.create_table(
        "restores",
        sa.Column("id", NUMBER, primary_key=True, autoincrement=True),
        sa.Column("backup_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("restored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True),
        sqlite_autoincrement=True,
    )
    op.add_column(
        "ledger", sa.Column("restored", sa.Boolean, nullable=False, server_default=sa.text("false"))
    )


def downgrade() -> None:
    op.drop_column("ledger", "restored")
    op.drop_table("restores")
    op.drop_table("identities")
