"""Whether Cairn is in a space, as rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, and_, bindparam, case, or_, select, update

from bot.core.ids import Address, Platform
from bot.storage.notes import is_noted, note
from bot.storage.tables import ledger, spaces

WHY = "taken out of the space"

_THIS = and_(spaces.c.platform == bindparam("the_platform"), spaces.c.foreign_id == bindparam("the_space"))
_AT = bindparam("at", type_=spaces.c.gone_at.type)
# Where two happen at one instant, what was kept first stays.
_LEAVE = (
    update(spaces)
    .where(
        _THIS,
        spaces.c.created_at <= _AT,
        or_(spaces.c.back_at.is_(None), spaces.c.back_at < _AT),
        or_(spaces.c.gone_at.is_(None), spaces.c.gone_at < _AT),
    )
    .values(gone_at=_AT)
)
_BACK = (
    update(spaces)
    .where(_THIS, or_(spaces.c.back_at.is_(None), spaces.c.back_at < _AT))
    .values(back_at=_AT, gone_at=case((spaces.c.gone_at > _AT, spaces.c.gone_at), else_=None))
)
_NUMBER = select(spaces.c.id).where(_THIS)
_IS_IN = select(spaces.c.id).where(_THIS, spaces.c.gone_at.is_(None))
# What is being sent is marked by who sends it, what is in doubt is asked for first: neither is said again.
_CANCEL = (
    update(ledger)
    .where(
        ledger.c.space_id == select(spaces.c.id).where(_THIS).scalar_subquery(),
        or_(ledger.c.state == "pending", ledger.c.state == "retry"),
    )
    .values(state="cancelled", why=WHY, changed_at=bindparam("now", type_=ledger.c.changed_at.type))
)


@dataclass(frozen=True, slots=True)
class StoredSpaces:
    connection: Connection

    def leave(self, space: Address, at: datetime, now: datetime) -> bool:
        """Cairn was taken out at `at`: what waits to be said there is cancelled. False when nothing changed,
        because it came back since, or was never there."""
        place = _place(space)
        if self.connection.execute(_LEAVE, {**place, "at": at}).rowcount == 0:
            return False
        self.connection.execute(_CANCEL, {**place, "now": now})
        self._note("space-left", space, at)
        return True

    def back(self, space: Address, at: datetime) -> bool:
        """Cairn is in the space at `at`: everything is as it was. False when it was taken out since, or is
        new there."""
        place = _place(space)
        if self.connection.execute(_BACK, {**place, "at": at}).rowcount:
            self._note("space-back", space, at)
        return self.connection.execute(_IS_IN, place).one_or_none() is not None

    def known(self, platform: Platform) -> tuple[Address, ...]:
        """The platform's spaces that Cairn is in, as far as anybody knows."""
        wanted = select(spaces.c.foreign_id).where(spaces.c.platform == platform, spaces.c.gone_at.is_(None))
        return tuple(Address(platform, one) for one in self.connection.execute(wanted).scalars())

    def _note(self, did: Literal["space-left", "space-back"], space: Address, at: datetime) -> None:
        if is_noted(self.connection):
            number = self.connection.execute(_NUMBER, _place(space)).scalar_one()
            note(self.connection, did, number, at.isoformat())


def _place(space: Address) -> dict[str, str]:
    return {"the_platform": space.platform, "the_space": space.id}
