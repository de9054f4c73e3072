"""The statements of the ledger, made once: building them takes longer than running them."""

from typing import Any

from sqlalchemy import Select, bindparam, func, or_, select, update

from bot.storage.occurrences import COLUMNS
from bot.storage.tables import UNCONFIRMED, URGENT, WAITING, ledger, spaces

PERHAPS_SAID = ("sent", "leased", "ambiguous", "held", "retry")


# Every look for open rows says WAITING, in the index's own words: else no database sees that it may use it.
def _one_of(*states: str) -> Select[Any]:
    return (
        select(*COLUMNS)
        .join(spaces, spaces.c.id == ledger.c.space_id)
        .where(
            ledger.c.bucket == bindparam("bucket"),
            ledger.c.not_before <= bindparam("now"),
            WAITING,
            ledger.c.state.in_(states),
        )
        .order_by(ledger.c.not_before, ledger.c.id)
        .limit(bindparam("most"))
    )


NEXT = _one_of("pending", "retry").where(ledger.c.id.not_in(bindparam("without", expanding=True)))
# What people have just asked for is found through an index of its own, however much else waits.
NEXT_URGENT = NEXT.where(URGENT)
# Locked, or a snooze that is kept in between would be overwritten; what is being snoozed is passed over.
STILL_DUE = (
    select(ledger.c.id)
    .where(
        ledger.c.id.in_(bindparam("rows", expanding=True)),
        ledger.c.state.in_(("pending", "retry")),
        ledger.c.not_before <= bindparam("now"),
    )
    .with_for_update(skip_locked=True)
)
DOUBTFUL = _one_of("ambiguous")
LEASE = (
    update(ledger)
    .where(ledger.c.id == bindparam("row"))
    .values(
        state="leased",
        token=bindparam("new_token"),
        attempts=ledger.c.attempts + 1,
        place=bindparam("new_place"),
        to_id=bindparam("new_to"),
        memo=bindparam("new_memo"),
        changed_at=bindparam("new_changed"),
    )
)
FINISH = (
    update(ledger)
    .where(
        ledger.c.id == bindparam("row"),
        ledger.c.token == bindparam("held_token"),
        or_(ledger.c.state == "leased", ledger.c.state == "ambiguous"),  # no IN: many rows at once
    )
    .values(
        state=bindparam("new_state"),
        attempts=ledger.c.attempts - bindparam("untried", type_=ledger.c.attempts.type),
        delays=(ledger.c.delays + 1) * bindparam("is_delayed", type_=ledger.c.delays.type),
        not_before=func.coalesce(
            bindparam("new_not_before", type_=ledger.c.not_before.type), ledger.c.not_before
        ),
        # What the platform has of it stays known until the whole of it is there.
        ref=func.coalesce(func.nullif(bindparam("new_ref"), ""), ledger.c.ref),
        why=bindparam("new_why"),
        changed_at=bindparam("new_changed"),
    )
)
# Whoever takes a bucket over finds rows that the one before was sending: nobody knows how that ended.
DOUBT = (
    update(ledger)
    .where(
        ledger.c.bucket == bindparam("the_bucket"),
        WAITING,
        ledger.c.state.in_(("leased", "ambiguous")),
        ledger.c.token < bindparam("new_token"),
    )
    .values(state="ambiguous", token=bindparam("new_token"), changed_at=bindparam("new_changed"))
)
LAST_WEEK = select(func.max(ledger.c.week)).where(
    ledger.c.space_id == bindparam("space"),
    ledger.c.kind == bindparam("kind"),
    ledger.c.subject == bindparam("subject"),
    ledger.c.week <= bindparam("until"),
)
OLDEST = select(func.min(ledger.c.not_before)).where(WAITING)
BUCKETS = (
    select(ledger.c.bucket)
    .where(WAITING, ledger.c.not_before <= bindparam("now"), ~UNCONFIRMED)
    .distinct()
    .order_by(ledger.c.bucket)
)
