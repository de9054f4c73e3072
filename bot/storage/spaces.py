"""Whether Cairn is in a space, as rows."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import Connection, and_, bindparam, case, func, or_, select, update

from bot.core.domain.ledger import RESUME_WITHIN, TAKEN_OUT, Refused
from bot.core.ids import Address, Platform, SpaceId
from bot.storage.ledger_tables import WHY_LIMIT
from bot.storage.notes import is_noted, note
from bot.storage.slots import plan_missed
from bot.storage.tables import ledger, spaces

_THIS = and_(spaces.c.platform == bindparam("the_platform"), spaces.c.foreign_id == bindparam("the_space"))
_AT = bindparam("at", type_=spaces.c.gone_at.type)
# What is kept as later than now was kept by a clock that was ahead, and is older than anything that comes.
_SOON = bindparam("soon", type_=spaces.c.gone_at.type)
# Where two happen at one instant, what was kept first stays.
_LEAVE = (
    update(spaces)
    .where(
        _THIS,
        or_(spaces.c.created_at <= _AT, spaces.c.created_at > _SOON),
        or_(spaces.c.back_at.is_(None), spaces.c.back_at < _AT, spaces.c.back_at > _SOON),
        or_(spaces.c.gone_at.is_(None), spaces.c.gone_at < _AT, spaces.c.gone_at > _SOON),
    )
    .values(gone_at=_AT)
)
_FORGET_DOUBT = update(spaces).where(_THIS).values(doubted_at=None, doubt=None)
_KEEP_DOUBT = update(spaces).where(_THIS).values(doubted_at=func.coalesce(spaces.c.doubted_at, _AT))
_NEWER = and_(spaces.c.doubted_at > _AT, spaces.c.doubted_at <= _SOON)
_BACK = (
    update(spaces)
    .where(_THIS, or_(spaces.c.back_at.is_(None), spaces.c.back_at < _AT, spaces.c.back_at > _SOON))
    .values(
        back_at=_AT,
        gone_at=case((and_(spaces.c.gone_at > _AT, spaces.c.gone_at <= _SOON), spaces.c.gone_at), else_=None),
        doubted_at=case((_NEWER, spaces.c.doubted_at), else_=None),
        doubt=case((_NEWER, spaces.c.doubt), else_=None),
    )
)
_NUMBER = select(spaces.c.id).where(_THIS)
# Whoever calls is there, whatever the platform says of the token. The name is asked for again, because a
# purge may have taken it meanwhile.
_REVIVE = (
    update(spaces).where(_THIS, spaces.c.gone_at.is_not(None)).values(gone_at=None, back_at=bindparam("now"))
)
_DOUBT = (
    update(spaces)
    .where(spaces.c.id == bindparam("row"))
    .values(doubted_at=func.coalesce(spaces.c.doubted_at, _AT), doubt=bindparam("why"))
)
_TRUST = update(spaces).where(spaces.c.id == bindparam("row")).values(doubted_at=None, doubt=None)
_NOW = select(spaces.c.id, spaces.c.gone_at).where(_THIS)
# What is being sent is marked by who sends it, what is in doubt is asked for first: neither is said again.
_CANCEL = (
    update(ledger)
    .where(
        ledger.c.space_id == select(spaces.c.id).where(_THIS).scalar_subquery(),
        or_(ledger.c.state == "pending", ledger.c.state == "retry"),
    )
    .values(state="cancelled", why=TAKEN_OUT, changed_at=bindparam("now", type_=ledger.c.changed_at.type))
)
_INSTANT = ledger.c.changed_at.type
# What ended because the space was gone, and is still worth saying.
_REOPEN = (
    update(ledger)
    .where(
        ledger.c.space_id == bindparam("row"),
        ledger.c.changed_at >= bindparam("gone", type_=_INSTANT),
        ledger.c.due_at > bindparam("since", type_=_INSTANT),
        or_(ledger.c.state == "dead", ledger.c.why == TAKEN_OUT),
        ledger.c.state.in_(("dead", "cancelled", "skipped")),
    )
    .values(
        state="retry",
        attempts=0,
        delays=0,
        why="",
        not_before=case(
            (ledger.c.not_before > bindparam("now", type_=_INSTANT), ledger.c.not_before),
            else_=bindparam("now", type_=_INSTANT),
        ),
        changed_at=bindparam("now", type_=_INSTANT),
    )
)
_GONE, _DOUBTED = spaces.c.gone_at.is_not(None), spaces.c.doubted_at.is_not(None)


@dataclass(frozen=True, slots=True)
class StoredSpaces:
    connection: Connection

    def leave(self, space: Address, at: datetime, now: datetime) -> bool:
        """Cairn was taken out at `at`: what waits to be said there is cancelled. False when nothing changed,
        because it came back since, or was never there."""
        return self._leave(space, at, now, by_refusal=False)

    def cut(self, space: Address, now: datetime) -> bool:
        """As `leave`, because the platform refuses Cairn there, which is proven."""
        return self._leave(space, now, now, by_refusal=True)

    def back(self, space: Address, at: datetime, now: datetime | None = None) -> bool:
        """Cairn is in the space at `at`: everything is as it was, and what was not said within the last day
        is said. False when it was taken out since, or is new there."""
        place = _place(space)
        before = self.connection.execute(_NOW, place).one_or_none()
        if self.connection.execute(_BACK, {**place, **_moment(at, now or at)}).rowcount:
            self._note("space-back", space, at)
        after = self.connection.execute(_NOW, place).one_or_none()
        if after is None or after.gone_at is not None:
            return False
        if before is not None and before.gone_at is not None:
            self._resume(SpaceId(after.id), before.gone_at, now or at)
        return True

    def revive(self, space: Address, now: datetime) -> bool:
        """Somebody calls from a space that is marked as gone: it is back at once, as by `back`. False when
        it isn't marked, or is being deleted."""
        before = self.connection.execute(_NOW, _place(space)).one_or_none()
        if before is None or before.gone_at is None:
            return False
        if self.connection.execute(_REVIVE, {**_place(space), "now": now}).rowcount == 0:
            return False
        self._note("space-back", space, now)
        self._resume(SpaceId(before.id), before.gone_at, now)
        return True

    def doubt(self, space: SpaceId, why: str, now: datetime) -> None:
        """The platform refuses Cairn in the space, in the word `why`, which isn't proven yet."""
        self.connection.execute(_DOUBT, {"row": space, "why": why[:WHY_LIMIT], "at": now})

    def trust(self, space: SpaceId) -> None:
        """The platform takes Cairn in the space."""
        self.connection.execute(_TRUST, {"row": space})

    def is_doubted(self, space: SpaceId) -> bool:
        """Whether the platform refused Cairn there when it was asked last."""
        wanted = select(spaces.c.id).where(spaces.c.id == space, _DOUBTED)
        return self.connection.execute(wanted).one_or_none() is not None

    def is_gone(self, space: Address) -> bool:
        """Whether the space is marked as gone. False for one that nobody knows."""
        return self.connection.execute(_NOW.where(_GONE), _place(space)).one_or_none() is not None

    def known(self, platform: Platform) -> tuple[Address, ...]:
        """The platform's spaces that Cairn is in, as far as anybody knows."""
        wanted = select(spaces.c.foreign_id).where(spaces.c.platform == platform, spaces.c.gone_at.is_(None))
        return tuple(Address(platform, one) for one in self.connection.execute(wanted).scalars())

    def refused(self, platform: Platform) -> tuple[Address, ...]:
        """The platform's spaces in which it refuses Cairn, cut off or not proven yet."""
        wanted = select(spaces.c.foreign_id).where(spaces.c.platform == platform, _DOUBTED)
        return tuple(Address(platform, one) for one in self.connection.execute(wanted).scalars())

    def count_refused(self) -> Refused:
        """How many spaces are cut off because of a refusal, and in how many one isn't proven yet."""
        counted = select(func.count(case((_GONE, 1))), func.count(case((~_GONE, 1)))).where(_DOUBTED)
        cut_off, unproven = self.connection.execute(counted).one()
        return Refused(cut_off, unproven)

    def _leave(self, space: Address, at: datetime, now: datetime, *, by_refusal: bool) -> bool:
        place = _place(space)
        if self.connection.execute(_LEAVE, {**place, **_moment(at, now)}).rowcount == 0:
            return False
        doubt = _KEEP_DOUBT if by_refusal else _FORGET_DOUBT
        self.connection.execute(doubt, {**place, "at": at} if by_refusal else place)
        self.connection.execute(_CANCEL, {**place, "now": now})
        self._note("space-left", space, at)
        return True

    def _note(self, did: Literal["space-left", "space-back"], space: Address, at: datetime) -> None:
        if is_noted(self.connection):
            number = self.connection.execute(_NUMBER, _place(space)).scalar_one()
            note(self.connection, did, number, at.isoformat())

    def _resume(self, space: SpaceId, gone: datetime, now: datetime) -> None:
        since = now - RESUME_WITHIN
        self.connection.execute(_REOPEN, {"row": space, "gone": gone, "since": since, "now": now})
        plan_missed(self.connection, space, max(gone, since), now)


def _moment(at: datetime, now: datetime) -> dict[str, datetime]:
    # A platform's clock and ours are never quite the same.
    return {"at": at, "soon": max(at, now) + timedelta(minutes=1)}


def _place(space: Address) -> dict[str, str]:
    return {"the_platform": space.platform, "the_space": space.id}
