"""How a row goes on after the platform was told, or asked."""

from datetime import datetime, timedelta

from bot.core.chat.notice import Absent, Finding, Found
from bot.core.domain.ledger import Occurrence, Outcome, gives_up
from bot.core.errors import DeliveryError, PerhapsSent, RetryLater, Unknown, Unreachable


def after_finding(found: Finding, row: Occurrence, now: datetime) -> Outcome:
    """What the platform said of a row that may have been said already."""
    match found:
        case Found(ref, complete=True):
            return Outcome("sent", "found", str(ref))
        case Found(ref):
            return Outcome("retry", "half made", str(ref), not_before=now)
        case Absent():
            return Outcome("retry", "not there", not_before=now)
        case _ if row.place == "channel":
            return Outcome("held", "perhaps said already; an operator decides")
        case _:
            return Outcome("retry", "perhaps said already; once more", not_before=now)


def after_refused_finding(error: Unreachable, row: Occurrence) -> Outcome:
    """The platform lets nobody look any more for what may have been said already."""
    return Outcome("held" if row.place == "channel" else "dead", error.why, cut=error.cut)


def after_failed_finding(error: DeliveryError, now: datetime, later: timedelta) -> tuple[Outcome, float]:
    """Nobody could look: still in doubt. And for how many seconds the whole bucket has to wait."""
    if not isinstance(error, RetryLater) or error.after is None:
        return Outcome("ambiguous", error.why, not_before=now + later), 0.0
    after = timedelta(seconds=error.after)
    return Outcome("ambiguous", error.why, not_before=now + after), 0.0 if error.alone else error.after


def after_failure(
    error: DeliveryError, row: Occurrence, now: datetime, later: timedelta
) -> tuple[Outcome, float]:
    """How it goes on, and for how many seconds the whole bucket has to wait. `later` is when to try again
    if the platform names no time."""
    if isinstance(error, RetryLater):
        rest = 0.0 if error.alone else error.after or 0.0
        after = later if error.after is None else timedelta(seconds=error.after)
        # A limit is the bucket's, not the row's: it costs no try, or a storm of them would bury rows.
        tried = error.after is None
        if gives_up(row.attempts if tried else 0, row.due_at, now):
            return Outcome("dead", error.why), rest
        return Outcome("retry", error.why, not_before=now + after, tried=tried), rest
    if isinstance(error, Unknown):
        return Outcome("ambiguous", error.why, not_before=now + later), 0.0
    if isinstance(error, PerhapsSent):
        return Outcome("held", error.why), 0.0
    cut = error.cut if isinstance(error, Unreachable) else None
    return Outcome("dead", error.why, cut=cut), 0.0
