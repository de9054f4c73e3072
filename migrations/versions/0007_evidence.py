"""What members attach to goals that they finished."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "evidence",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("goal_id", sa.String(100), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("url", sa.String(500), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(goal_id) <= 100", name=op.f("ck_evidence_goal_id_fits")),
        sa.CheckConstraint("length(kind) <= 32", name=op.f("ck_evidence_kind_fits")),
        sa.CheckConstraint("length(url) <= 500", name=op.f("ck_evidence_url_fits")),
        sa.CheckConstraint("length(note) <= 300", name=op.f("ck_evidence_note_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"], ["members.space_id", "members.id"], name=op.f("fk_evidence_members")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_evidence_space_id_member_id_goal_id"),
        "evidence",
        ["space_id", "member_id", "goal_id"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("evidence")
