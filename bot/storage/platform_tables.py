"""The tables of what holds for a platform as a whole: homes in direct messages, and what was uploaded."""

from sqlalchemy import Column, ForeignKey, PrimaryKeyConstraint, String, Table

from bot.core.ids import FOREIGN_ID_LIMIT
from bot.storage.columns import WORD_LIMIT, Owner, fits, instant, metadata, row_id, text

DIGEST_LIMIT = 64

# The one table of a person that stands above spaces: it says in which of them a direct message is meant.
direct_homes = Table(
    "direct_homes",
    metadata,
    text("platform", WORD_LIMIT),
    text("foreign_id", FOREIGN_ID_LIMIT),
    Column("space_id", ForeignKey("spaces.id"), nullable=False),
    fits("platform", WORD_LIMIT),
    fits("foreign_id", FOREIGN_ID_LIMIT),
    PrimaryKeyConstraint("platform", "foreign_id"),
    info={"personal": Owner("platform", "foreign_id", foreign=True)},
)

# The channel in which a person is written to, so that it is opened once.
direct_channels = Table(
    "direct_channels",
    metadata,
    text("platform", WORD_LIMIT),
    text("foreign_id", FOREIGN_ID_LIMIT),
    text("channel", FOREIGN_ID_LIMIT),
    instant("opened_at", nullable=True),
    fits("platform", WORD_LIMIT),
    fits("foreign_id", FOREIGN_ID_LIMIT),
    fits("channel", FOREIGN_ID_LIMIT),
    PrimaryKeyConstraint("platform", "foreign_id"),
    info={"personal": Owner("platform", "foreign_id", foreign=True)},
)

# What a platform was told of our commands last, as a digest.
uploads = Table(
    "uploads",
    metadata,
    Column("platform", String(WORD_LIMIT), primary_key=True),
    text("digest", DIGEST_LIMIT),
    fits("platform", WORD_LIMIT),
    fits("digest", DIGEST_LIMIT),
)

# When this bot did what its platform counts: for a day.
platform_acts = Table(
    "platform_acts",
    metadata,
    row_id(),
    text("platform", WORD_LIMIT),
    text("act", WORD_LIMIT),
    instant("at"),
    fits("platform", WORD_LIMIT),
    fits("act", WORD_LIMIT),
)
