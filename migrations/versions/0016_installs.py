"""Installs into many workspaces: their tokens, sealed, and the installs that have begun."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer, "sqlite")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "installs",
        sa.Column("tenant", sa.String(64), nullable=False),
        sa.Column("enterprise", sa.String(64), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("bot_user", sa.String(64), nullable=False),
        sa.Column("sealed", sa.String(4000), nullable=False),
        sa.Column("sealed_with", sa.String(32), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=True),
        sa.Column("renewing_until", INSTANT, nullable=True),
        sa.Column("version", NUMBER, nullable=False),
        sa.Column("installed_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(tenant) <= 64", name=op.f("ck_installs_tenant_fits")),
        sa.CheckConstraint("length(enterprise) <= 64", name=op.f("ck_installs_enterprise_fits")),
        sa.CheckConstraint("length(name) <= 80", name=op.f("ck_installs_name_fits")),
        sa.CheckConstraint("length(bot_user) <= 64", name=op.f("ck_installs_bot_user_fits")),
        sa.CheckConstraint("length(sealed) <= 4000", name=op.f("ck_installs_sealed_fits")),
        sa.CheckConstraint("length(sealed_with) <= 32", name=op.f("ck_installs_sealed_with_fits")),
        sa.PrimaryKeyConstraint("tenant", name=op.f("pk_installs")),
    )
    op.create_index(op.f("ix_installs_sealed_with"), "installs", ["sealed_with"])
    op.create_table(
        "install_teams",
        sa.Column("team", sa.String(64), nullable=False),
        sa.Column("enterprise", sa.String(64), nullable=False),
        sa.CheckConstraint("length(team) <= 64", name=op.f("ck_install_teams_team_fits")),
        sa.CheckConstraint("length(enterprise) <= 64", name=op.f("ck_install_teams_enterprise_fits")),
        sa.PrimaryKeyConstraint("team", name=op.f("pk_install_teams")),
    )
    op.create_table(
        "install_states",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.CheckConstraint("length(digest) <= 64", name=op.f("ck_install_states_digest_fits")),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_install_states")),
    )
    op.create_index(op.f("ix_install_states_expires_at"), "install_states", ["expires_at"])


def downgrade() -> None:
    for table in ("install_states", "install_teams", "installs"):
        op.drop_table(table)
