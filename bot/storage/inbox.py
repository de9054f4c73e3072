"""The inbox as rows: "waiting" to be carried out, "worked" but perhaps not answered, or "done"."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, and_, bindparam, or_, select, true, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.core.chat.call import Call
from bot.core.chat.call_codec import write_call
from bot.core.errors import TryAgain
from bot.core.ids import Address
from bot.core.inbox import Kept
from bot.storage.inbox_tables import BACK_LIMIT, CALL_LIMIT
from bot.storage.tables import KEPT, inbox

# No lease, and no wait between two tries, is longer.
LONGEST_WAIT = timedelta(minutes=10)

# Who was given the call last, and did not have to give it away meanwhile.
_MINE = and_(inbox.c.id == bindparam("row"), inbox.c.token == bindparam("held"), KEPT)
_CLAIM = (
    update(inbox)
    .where(inbox.c.id == bindparam("row"))
    .values(
        token=inbox.c.token + 1,
        attempts=inbox.c.attempts + 1,
        not_before=bindparam("then", type_=inbox.c.not_before.type),
    )
)
_WORK = update(inbox).where(_MINE, inbox.c.state == "waiting").values(state="worked")
_RELEASE = update(inbox).where(_MINE).values(not_before=bindparam("then", type_=inbox.c.not_before.type))
_WAKE = (
    update(inbox)
    .where(
        and_(
            inbox.c.platform == bindparam("on"),
            inbox.c.space == bindparam("within"),
            inbox.c.key == bindparam("called"),
        )
    )
    .where(KEPT, inbox.c.token == 0)
    .values(not_before=bindparam("then", type_=inbox.c.not_before.type))
)
_FINISH = update(inbox).where(_MINE).values(state="done", written="", back="")


@cache
def _insert(dialect: str) -> Insert:
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(inbox)
    once: Insert = statement.on_conflict_do_nothing(index_elements=["platform", "space", "key"])
    return once.returning(inbox.c.id)


@dataclass(frozen=True, slots=True)
class StoredInbox:
    connection: Connection

    def take(self, call: Call, now: datetime) -> bool:
        """Whether the call is here for the first time. Once this transaction is kept, it was."""
        return self._add(call, now, state="done", written="", back="", until=now, not_before=now)

    def keep(self, call: Call, back: str, until: datetime, due: datetime, now: datetime) -> bool:
        """As `take`, of a call that is carried out at `due` or later; its answer can go to `back` before
        `until`.

        Raises TryAgain for one that takes too much room: nothing that long is ever carried out.
        """
        written = write_call(call)
        if len(written) > CALL_LIMIT or len(back) > BACK_LIMIT:
            raise TryAgain("too long to be kept")
        return self._add(call, now, state="waiting", written=written, back=back, until=until, not_before=due)

    def wake(self, call: Call, now: datetime) -> None:
        """Makes a call that was kept due now, unless somebody has it already."""
        place = call.space.address
        self.connection.execute(
            _WAKE, {"on": place.platform, "within": place.id, "called": call.key, "then": now}
        )

    def claim(
        self, platforms: Collection[str], besides: Collection[Address], until: datetime, now: datetime
    ) -> Kept | None:
        """The kept call that waits the longest, one try more counted: nobody else gets it before `until`.
        None when none is due on these platforms outside of the spaces `besides`."""
        # What seems to wait for longer than any call does was put off by a clock that was ahead.
        stray = now + LONGEST_WAIT
        left_out = [(one.platform, one.id) for one in besides]
        due = (
            select(inbox)
            .where(KEPT, or_(inbox.c.not_before <= now, inbox.c.not_before > stray))
            .where(inbox.c.platform.in_(platforms))
            .where(tuple_(inbox.c.platform, inbox.c.space).not_in(left_out) if left_out else true())
            .order_by(inbox.c.not_before, inbox.c.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        row = self.connection.execute(due).one_or_none()
        if row is None:
            return None
        self.connection.execute(_CLAIM, {"row": row.id, "then": until})
        return Kept(
            id=row.id,
            token=row.token + 1,
            space=Address(row.platform, row.space),
            written=row.written,
            back=row.back,
            until=row.until,
            attempts=row.attempts + 1,
            worked=row.state == "worked",
        )

    def work(self, kept: Kept) -> bool:
        """Whether the call is still the holder's to carry out. Once this transaction is kept, it was."""
        return self.connection.execute(_WORK, _held(kept)).rowcount == 1

    def release(self, kept: Kept, at: datetime) -> None:
        """Lets it wait until then, if it is still the holder's."""
        self.connection.execute(_RELEASE, {**_held(kept), "then": at})

    def finish(self, kept: Kept) -> None:
        """It was answered, or can't be: only its key stays."""
        self.connection.execute(_FINISH, _held(kept))

    def free(self, platforms: Collection[str], now: datetime) -> None:
        """Takes every call out of its holder's hands: for a process that knows that it is alone."""
        held = update(inbox).where(KEPT, inbox.c.platform.in_(platforms), inbox.c.not_before > now)
        self.connection.execute(held.values(token=inbox.c.token + 1, not_before=now))

    def _add(self, call: Call, now: datetime, **given: Any) -> bool:
        row = {
            "platform": call.space.address.platform,
            "space": call.space.address.id,
            "key": call.key,
            "caller": call.caller.address.id,
            "token": 0,
            "attempts": 0,
            "came_at": now,
            **given,
        }
        insert = _insert(self.connection.dialect.name)
        return self.connection.execute(insert, row).one_or_none() is not None


def _held(kept: Kept) -> dict[str, int]:
    return {"row": kept.id, "held": kept.token}
