"""Occurrences as rows of the ledger, each with its space."""

from typing import Any

from sqlalchemy import Row

from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.ids import Address, SpaceId
from bot.storage.tables import ledger, spaces

COLUMNS = (
    *(ledger.c[name] for name in ("id", "space_id", "kind", "subject", "week", "ordinal", "due_at")),
    *(ledger.c[name] for name in ("attempts", "delays", "place", "to_id", "ref", "memo", "restored")),
    *(spaces.c[name] for name in ("platform", "foreign_id", "gone_at")),
)


def read_occurrence(row: Row[Any], tried: int) -> Occurrence:
    """The occurrence of a row of `COLUMNS`, tried that many times."""
    return Occurrence(
        OccurrenceId(row.id),
        SpaceId(row.space_id),
        Address(row.platform, row.foreign_id),
        row.kind,
        row.subject,
        row.week,
        row.ordinal,
        row.due_at,
        tried,
        row.place,
        row.to_id,
        gone=row.gone_at is not None,
        memo=row.memo,
        restored=row.restored,
        delays=row.delays,
        ref=row.ref,
    )
