"""The table of what members did today, so that nobody adds too much."""

from sqlalchemy import PrimaryKeyConstraint, Table

from bot.storage.columns import (
    WORD_LIMIT,
    Owner,
    fits,
    instant,
    metadata,
    number,
    of_a_member,
    small_number,
    text,
)

# One row for each thing that is counted, however many days go by.
day_counts = Table(
    "day_counts",
    metadata,
    number("space_id"),
    number("member_id"),
    text("what", WORD_LIMIT),
    small_number("times"),
    instant("since"),
    fits("what", WORD_LIMIT),
    PrimaryKeyConstraint("space_id", "member_id", "what"),
    of_a_member(),
    info={"personal": Owner("space_id", "member_id")},
)
