"""Occurrences as rows of the ledger, each with its space."""

from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from bot.core.domain.ledger import Occurrence, OccurrenceId, Unsaid
from bot.core.ids import Address, SpaceId
from bot.storage.tables import ledger, spaces

COLUMNS = (
    *(ledger.c[name] for name in ("id", "space_id", "kind", "subject", "week", "ordinal", "due_at")),
    *(ledger.c[name] for name in ("attempts", "delays", "place", "to_id", "ref", "memo", "restored", "why")),
    *(spaces.c[name] for name in ("platform", "foreign_id", "gone_at", "doubted_at")),
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
        doubted=row.doubted_at is not None,
        memo=row.memo,
        restored=row.restored,
        delays=row.delays,
        ref=row.ref,
        why=row.why,
    )


def read_unsaid(connection: Connection, space: SpaceId, row: int) -> Unsaid | None:
    """A row that could not be said; None for one that was, or may be yet."""
    lost = select(*(ledger.c[name] for name in ("kind", "subject", "due_at", "state", "why"))).where(
        ledger.c.space_id == space, ledger.c.id == row, ledger.c.state.in_(("skipped", "dead", "held"))
    )
    found = connection.execute(lost).one_or_none()
    return None if found is None else Unsaid(*found)


def read_unsaid_before(connection: Connection, space: SpaceId, row: int) -> Unsaid | None:
    """The row before it of the same kind and subject, if that could not be said either."""
    this = select(ledger.c.kind, ledger.c.subject).where(ledger.c.space_id == space, ledger.c.id == row)
    same = select(ledger.c.id).where(
        ledger.c.space_id == space, tuple_(ledger.c.kind, ledger.c.subject).in_(this), ledger.c.id < row
    )
    before = connection.execute(same.order_by(ledger.c.id.desc()).limit(1)).scalar_one_or_none()
    return None if before is None else read_unsaid(connection, space, before)
