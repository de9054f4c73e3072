"""Which tips a member was shown, as rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.core.domain.members import Member
from bot.storage.tables import tip_views
from bot.storage.upsert import upsert

_SEEN = select(tip_views.c.seen_at, tip_views.c.tip).where(
    tip_views.c.space_id == bindparam("space"), tip_views.c.member_id == bindparam("member")
)


@dataclass(frozen=True, slots=True)
class StoredTips:
    connection: Connection

    def seen(self, member: Member) -> tuple[str, ...]:
        """Ids of the tips the member was shown, the least recently shown first; by id within one instant."""
        rows = self.connection.execute(_SEEN, {"space": member.space_id, "member": member.id})
        # Sorted here: the two databases don't order texts alike.
        return tuple(tip for _, tip in sorted((seen_at, tip) for seen_at, tip in rows))

    def mark_seen(self, member: Member, tip: str, now: datetime) -> None:
        """Raises IntegrityError for a member the space doesn't have."""
        key = {"space_id": member.space_id, "member_id": member.id, "tip": tip}
        seen = upsert(self.connection.dialect.name, tip_views, key=tuple(key), replaced=("seen_at",))
        self.connection.execute(seen, {**key, "seen_at": now})
