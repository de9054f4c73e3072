"""The inbox: for a day the key of every call, and the calls that still wait."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)
KEPT = sa.text("state IN ('waiting', 'worked')")
LIMITS = {
    "platform": 32,
    "space": 64,
    "key": 255,
    "caller": 64,
    "state": 32,
    "written": 20_000,
    "back": 2_000,
}


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        *(sa.Column(name, sa.String(limit), nullable=False) for name, limit in LIMITS.items()),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("token", NUMBER, nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("came_at", INSTANT, nullable=False),
        *(
            sa.CheckConstraint(f"length({name}) <= {limit}", name=op.f(f"ck_inbox_{name}_fits"))
            for name, limit in LIMITS.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inbox")),
        sa.UniqueConstraint("platform", "space", "key", name=op.f("uq_inbox_platform_space_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_inbox_came_at"), "inbox", ["came_at"])
    op.create_index("ix_inbox_kept", "inbox", ["not_before"], sqlite_where=KEPT, postgresql_where=KEPT)


def downgrade() -> None:
    op.drop_table("inbox")
