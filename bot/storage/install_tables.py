"""The tables of installs: the tokens of each tenant, sealed, and the states that were used."""

from sqlalchemy import Column, Index, String, Table

from bot.core.domain.members import NAME_LIMIT
from bot.core.ids import FOREIGN_ID_LIMIT
from bot.storage.columns import WORD_LIMIT, fits, instant, metadata, number, text

DIGEST_LIMIT = 64
SEALED_LIMIT = 4_000

# `tenant` is the workspace's id, or the organization's for an install into all of it. What a token could be
# told from stands in `sealed` alone, and the tenant once more in there.
installs = Table(
    "installs",
    metadata,
    Column("tenant", String(FOREIGN_ID_LIMIT), primary_key=True),
    text("enterprise", FOREIGN_ID_LIMIT),
    text("name", NAME_LIMIT),
    text("bot_user", FOREIGN_ID_LIMIT),
    text("sealed", SEALED_LIMIT),
    text("sealed_with", WORD_LIMIT),
    instant("expires_at", nullable=True),
    instant("renewing_until", nullable=True),
    number("version"),
    instant("installed_at"),
    fits("tenant", FOREIGN_ID_LIMIT),
    fits("enterprise", FOREIGN_ID_LIMIT),
    fits("name", NAME_LIMIT),
    fits("bot_user", FOREIGN_ID_LIMIT),
    fits("sealed", SEALED_LIMIT),
    fits("sealed_with", WORD_LIMIT),
    Index(None, "sealed_with"),
)

# The organization of a workspace that an install into all of it serves, as the platform told it last.
install_teams = Table(
    "install_teams",
    metadata,
    Column("team", String(FOREIGN_ID_LIMIT), primary_key=True),
    text("enterprise", FOREIGN_ID_LIMIT),
    fits("team", FOREIGN_ID_LIMIT),
    fits("enterprise", FOREIGN_ID_LIMIT),
)

# A state of an install that was used, by its digest. Beside those, states that the release before this one
# issued and nobody has used yet.
install_states = Table(
    "install_states",
    metadata,
    Column("digest", String(DIGEST_LIMIT), primary_key=True),
    instant("expires_at"),
    fits("digest", DIGEST_LIMIT),
    Index(None, "expires_at"),
)
