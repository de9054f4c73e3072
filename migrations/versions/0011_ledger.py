"""Slots, who points at them, the ledger of what is said unasked, and the leases of who may send."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)
WAITING = sa.text("state IN ('pending', 'retry', 'leased', 'ambiguous')")


def upgrade() -> None:
    op.create_table(
        "slots",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("next_day", sa.Date(), nullable=False),
        sa.Column("next_at", INSTANT, nullable=False),
        sa.Column("after_space", NUMBER, nullable=False),
        sa.Column("after_subject", NUMBER, nullable=False),
        sa.CheckConstraint("length(kind) <= 32", name=op.f("ck_slots_kind_fits")),
        sa.CheckConstraint("length(zone) <= 64", name=op.f("ck_slots_zone_fits")),
        sa.CheckConstraint("weekday BETWEEN 0 AND 6", name=op.f("ck_slots_weekday_of_week")),
        sa.CheckConstraint("minute BETWEEN 0 AND 1439", name=op.f("ck_slots_minute_of_day")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slots")),
        sa.UniqueConstraint(
            "kind", "zone", "weekday", "minute", name=op.f("uq_slots_kind_zone_weekday_minute")
        ),
        sa.UniqueConstraint("id", "kind", name=op.f("uq_slots_id_kind")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_slots_next_at"), "slots", ["next_at"])
    op.create_table(
        "slot_subjects",
        sa.Column("slot_id", NUMBER, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("subject", NUMBER, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.CheckConstraint("length(kind) <= 32", name=op.f("ck_slot_subjects_kind_fits")),
        sa.ForeignKeyConstraint(
            ["slot_id", "kind"], ["slots.id", "slots.kind"], name=op.f("fk_slot_subjects_slots")
        ),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_slot_subjects_spaces")),
        sa.PrimaryKeyConstraint("slot_id", "space_id", "subject", name=op.f("pk_slot_subjects")),
        sa.UniqueConstraint(
            "space_id", "kind", "subject", name=op.f("uq_slot_subjects_space_id_kind_subject")
        ),
    )
    op.create_table(
        "ledger",
        sa.Column("id", NUMBER, autoincrement=True, nullable=False),
        sa.Column("space_id", NUMBER, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", NUMBER, nullable=False),
        sa.Column("week", sa.Date(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("bucket", sa.String(96), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("not_before", INSTANT, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("token", NUMBER, nullable=False),
        sa.Column("place", sa.String(32), nullable=False),
        sa.Column("to_id", sa.String(64), nullable=False),
        sa.Column("ref", sa.String(200), nullable=False),
        sa.Column("why", sa.String(200), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(kind) <= 32", name=op.f("ck_ledger_kind_fits")),
        sa.CheckConstraint("length(bucket) <= 96", name=op.f("ck_ledger_bucket_fits")),
        sa.CheckConstraint("length(state) <= 32", name=op.f("ck_ledger_state_fits")),
        sa.CheckConstraint("length(place) <= 32", name=op.f("ck_ledger_place_fits")),
        sa.CheckConstraint("length(to_id) <= 64", name=op.f("ck_ledger_to_id_fits")),
        sa.CheckConstraint("length(ref) <= 200", name=op.f("ck_ledger_ref_fits")),
        sa.CheckConstraint("length(why) <= 200", name=op.f("ck_ledger_why_fits")),
        sa.ForeignKeyConstraint(["space_id"], ["spaces.id"], name=op.f("fk_ledger_spaces")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint(
            "space_id",
            "kind",
            "subject",
            "week",
            "ordinal",
            name=op.f("uq_ledger_space_id_kind_subject_week_ordinal"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_ledger_waiting",
        "ledger",
        ["bucket", "not_before", "id"],
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
    op.create_table(
        "bucket_leases",
        sa.Column("bucket", sa.String(96), nullable=False),
        sa.Column("token", NUMBER, nullable=False),
        sa.Column("owner", sa.String(64), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.CheckConstraint("length(bucket) <= 96", name=op.f("ck_bucket_leases_bucket_fits")),
        sa.CheckConstraint("length(owner) <= 64", name=op.f("ck_bucket_leases_owner_fits")),
        sa.PrimaryKeyConstraint("bucket", name=op.f("pk_bucket_leases")),
    )


def downgrade() -> None:
    op.drop_table("bucket_leases")
    op.drop_table("ledger")
    op.drop_table("slot_subjects")
    op.drop_table("slots")
