"""Because of which role a lead had something posted."""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # In the column's own line, because SQLite adds no constraint to a table that is there.
    op.execute(
        "ALTER TABLE schedules ADD COLUMN by_role VARCHAR(64)\n"
        "CONSTRAINT ck_schedules_by_role_fits CHECK (length(by_role) <= 64)"
    )


def downgrade() -> None:
    op.drop_column("schedules", "by_role")
