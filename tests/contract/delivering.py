"""A platform to deliver to, in memory: it remembers what it was told, and fails as it is told to."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from bot.core.chat.message import plain_text
from bot.core.chat.notice import Absent, Finding, Found, Notice, Ref
from bot.core.domain.ledger import Cut, Occurrence
from bot.core.errors import DeliveryError, Unknown
from bot.core.ports import Transaction
from bot.delivery.pace import Pace

# Nobody limits a sink.
UNPACED = Pace({})


class Sink:
    """A platform that remembers what it was told, and fails as it is told to."""

    deduplicates = False

    def __init__(self) -> None:
        self.told: list[str] = []
        self.texts: list[str] = []
        self.errors: list[DeliveryError | None] = []
        self.bugs: list[Exception] = []
        self.accepts = True  # whether it has the message although it fails
        self.finds: Finding | None = None
        self.lost: DeliveryError | None = None  # what keeps everybody from looking
        self.stall: Callable[[], Awaitable[None]] | None = None

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        if self.stall is not None:
            stall, self.stall = self.stall, None
            await stall()
        if self.bugs:
            raise self.bugs.pop(0)
        error = self.errors.pop(0) if self.errors else None
        if error is None or (self.accepts and isinstance(error, Unknown)):
            self.told.append(occurrence.key)
            self.texts.append(plain_text(notice.message))
        if error is not None:
            raise error
        return Ref("dm", occurrence.key)

    async def find(self, occurrence: Occurrence) -> Finding:
        if self.lost is not None:
            raise self.lost
        if self.finds is not None:
            return self.finds
        return Found(Ref("dm", occurrence.key)) if occurrence.key in self.told else Absent()


def lease_next(tx: Transaction, bucket: str, token: int, now: datetime) -> Occurrence | None:
    """What a courier claims next; None when nothing is due."""
    rows = tx.ledger.next(bucket, now, 1)
    tx.ledger.lease(rows, token, now)
    return rows[0] if rows else None


async def hop(work: Callable[..., Any], *args: object) -> Any:
    return work(*args)


class Unheard:
    """Notices without anybody to tell when something could not be said, which is never late. A bug is
    raised."""

    def is_late(self, occurrence: Occurrence, now: datetime) -> bool:
        del occurrence, now
        return False

    def report_unsaid(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> bool:
        del occurrence, tx, now
        return False

    def report_sent(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> None:
        del occurrence, tx, now

    def report_cut(self, occurrence: Occurrence, cut: Cut, tx: Transaction, now: datetime) -> None:
        del occurrence, cut, tx, now

    def report_doubt(self, occurrence: Occurrence, why: str, tx: Transaction, now: datetime) -> None:
        del occurrence, why, tx, now

    def report_bug(self, error: Exception, occurrence: Occurrence) -> str:
        del occurrence
        raise error
