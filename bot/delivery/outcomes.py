"""How a row goes on after the platform was told, or asked."""

from datetime import datetime, timedelta

from bot.core.chat.notice import Absent, Finding, Found
from bot.core.domain.ledger import OUTAGE_WAIT_MAX, Cut, Occurrence, Outcome, State, back_off, gives_up
from bot.core.errors import DeliveryError, Outage, PerhapsSent, RetryLater, Unknown, Unproven, Unreachable


def is_silence(error: DeliveryError) -> bool:
    """Whether the platform did not answer: that says something about it and nothing about the message."""
    return isinstance(error, Outage | Unknown)


def after_finding(found: Finding, row: Occurrence, now: datetime) -> Outcome:
    """What the platform said of a row that may have been said already."""
    match found:
        case Found(ref, complete=True):
            return Outcome("sent", "found", str(ref))
        case Found(ref):
            return _once_more("half made", now, str(ref))
        case Absent():
            return _once_more("not there", now)
        case _ if row.place == "channel":
            return Outcome("held", "perhaps said already; an operator decides")
        case _ if gives_up(row.attempts):
            return Outcome("dead", "perhaps said already; the platform can't tell")
        case _:
            return Outcome("retry", "perhaps said already; once more", not_before=now, delayed=True)


def after_refused_finding(error: Unreachable, row: Occurrence) -> Outcome:
    """The platform lets nobody look any more for what may have been said already."""
    return Outcome(_unsaid(row), error.why, cut=error.cut)


def after_failed_finding(
    error: DeliveryError, row: Occurrence, now: datetime, share: float, *, late: bool
) -> tuple[Outcome, float]:
    """Nobody could look: the row stays in doubt until it is too `late` for it. And for how many seconds the
    whole bucket has to wait. `share` is the jitter's, from 0 to 1."""
    after, rest = _asked_to_wait(error)
    if late:
        return Outcome(_unsaid(row), f"perhaps said already; {error.why}"), rest
    at = now + max(after, back_off(row.delays + 1, share))
    return Outcome("ambiguous", error.why, not_before=at, delayed=True, doubt=_doubt_of(error)), rest


def after_failure(
    error: DeliveryError, row: Occurrence, now: datetime, share: float
) -> tuple[Outcome, float]:
    """How it goes on, and for how many seconds the whole bucket has to wait. `share` is the jitter's, from 0
    to 1. Only what says something about this message counts as a try."""
    if isinstance(error, Unknown):
        at = now + back_off(row.delays + 1, share)
        return Outcome("ambiguous", error.why, not_before=at, delayed=True), 0.0
    if isinstance(error, PerhapsSent):
        return Outcome("held", error.why), 0.0
    if isinstance(error, Outage):
        return put_off(error.why, row, now, share, error.ref), 0.0
    if isinstance(error, RetryLater):
        after, rest = _asked_to_wait(error)
        # A limit is the bucket's, not the row's: it costs no try, or a storm of them would bury rows.
        if error.after is not None:
            doubt = _doubt_of(error)
            return Outcome("retry", error.why, error.ref, now + after, tried=False, doubt=doubt), rest
        if gives_up(row.attempts):
            return Outcome("dead", error.why, error.ref), rest
        return Outcome("retry", error.why, error.ref, now + back_off(row.attempts, share)), rest
    cut = error.cut if isinstance(error, Unreachable) else None
    return Outcome("dead", error.why, cut=cut), 0.0


def put_off(why: str, row: Occurrence, now: datetime, share: float, ref: str = "") -> Outcome:
    """The platform or the database did not answer: the row waits longer each time, and no try is counted."""
    at = now + back_off(row.delays + 1, share, OUTAGE_WAIT_MAX)
    return Outcome("retry", why, ref, at, tried=False, delayed=True)


def _once_more(why: str, now: datetime, ref: str = "") -> Outcome:
    """It surely was not said, or not as a whole, so the try that ended in doubt counts for nothing."""
    return Outcome("retry", why, ref, now, tried=False, delayed=True)


def _asked_to_wait(error: DeliveryError) -> tuple[timedelta, float]:
    """How long the row, and for how many seconds the whole bucket, has to wait because of a limit."""
    if not isinstance(error, RetryLater) or error.after is None:
        return timedelta(0), 0.0
    return timedelta(seconds=error.after), 0.0 if error.alone else error.after


def _doubt_of(error: DeliveryError) -> Cut | None:
    """What the platform says is gone, which isn't proven yet."""
    return error.cut if isinstance(error, Unproven) else None


def _unsaid(row: Occurrence) -> State:
    """What a channel may have heard is for an operator to decide about."""
    return "held" if row.place == "channel" else "dead"
