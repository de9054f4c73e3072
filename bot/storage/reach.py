"""Which members can't be written to, as columns of their rows."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from bot.core.domain.ledger import Cut
from bot.core.domain.members import Member
from bot.core.ids import SpaceId
from bot.storage.notes import is_noted, note
from bot.storage.tables import members

_CUT = select(members.c.left_at, members.c.closed_at).where(
    members.c.space_id == bindparam("space"), members.c.foreign_id == bindparam("user")
)

_NUMBER = select(members.c.id)


@dataclass(frozen=True, slots=True)
class StoredReach:
    connection: Connection

    def cut(self, space: SpaceId, foreign_id: str) -> Cut | None:
        """Why the member with this id on the platform can't be written to; None when they can, as far as
        anybody knows."""
        row = self.connection.execute(_CUT, {"space": space, "user": foreign_id}).one_or_none()
        if row is None or (row.left_at is None and row.closed_at is None):
            return None
        return "direct" if row.left_at is None else "member"

    def lose(self, space: SpaceId, foreign_id: str, cut: Cut, now: datetime) -> None:
        """From now on nothing goes to them: they left ("member"), or take no direct messages ("direct")."""
        new = {"left_at": now} if cut == "member" else {"closed_at": now, "told_at": None}
        self._change(space, new, members.c.foreign_id == foreign_id)
        member = _NUMBER.where(members.c.space_id == space, members.c.foreign_id == foreign_id)
        if is_noted(self.connection) and (number := self.connection.scalar(member)) is not None:
            note(self.connection, "cut", number, cut)

    def regain(self, member: Member) -> None:
        """They say that they can be written to again."""
        new = {"left_at": None, "closed_at": None, "told_at": None}
        self._change(member.space_id, new, members.c.id == member.id)
        note(self.connection, "uncut", member.id)

    def tell(self, member: Member, now: datetime) -> None:
        """They were told that their direct messages are closed."""
        self._change(member.space_id, {"told_at": now}, members.c.id == member.id)

    def _change(self, space: SpaceId, new: dict[str, Any], who: Any) -> None:
        self.connection.execute(update(members).where(members.c.space_id == space, who).values(new))
