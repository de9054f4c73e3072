"""What members asked, and each space's queue of questions that need an author."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    op.create_table(
        "questions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("member_id", NUMBER, nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("skills", sa.String(4000), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(text) <= 500", name=op.f("ck_questions_text_fits")),
        sa.CheckConstraint("length(skills) <= 4000", name=op.f("ck_questions_skills_fits")),
        sa.ForeignKeyConstraint(
            ["space_id", "member_id"],
            ["members.space_id", "members.id"],
            name=op.f("fk_questions_members"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_questions")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_questions_space_id_member_id_id"), "questions", ["space_id", "member_id", "id"], unique=False
    )
    op.create_table(
        "open_questions",
        sa.Column("id", NUMBER, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("found", sa.String(4000), nullable=False),
        sa.Column("expected", sa.String(4000), nullable=False),
        sa.Column("note", sa.String(300), nullable=False),
        sa.Column("times", sa.Integer(), nullable=False),
        sa.Column("first_asked", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_asked", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("length(reason) <= 32", name=op.f("ck_open_questions_reason_fits")),
        sa.CheckConstraint("length(text) <= 500", name=op.f("ck_open_questions_text_fits")),
        sa.CheckConstraint("length(found) <= 4000", name=op.f("ck_open_questions_found_fits")),
        sa.CheckConstraint("length(expected) <= 4000", name=op.f("ck_open_questions_expected_fits")),
        sa.CheckConstraint("length(note) <= 300", name=op.f("ck_open_questions_note_fits")),
        sa.CheckConstraint("times > 0", name=op.f("ck_open_questions_times_positive")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_open_questions_spaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_open_questions")),
        sa.UniqueConstraint(
            "space_id", "reason", "text", name=op.f("uq_open_questions_space_id_reason_text")
        ),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("open_questions")
    op.drop_table("questions")
