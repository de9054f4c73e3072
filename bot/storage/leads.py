"""Members whom a lead made a lead, as rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, bindparam, delete, select

from bot.core.domain.members import Member
from bot.core.ids import Role, SpaceId
from bot.storage.members import ALL, read_member
from bot.storage.notes import note
from bot.storage.tables import lead_roles, leads, members
from bot.storage.upsert import upsert

_HAS = select(leads.c.member_id).where(
    leads.c.space_id == bindparam("space"), leads.c.member_id == bindparam("member")
)
_ALL = (
    ALL.join(leads, and_(leads.c.space_id == members.c.space_id, leads.c.member_id == members.c.id))
    .where(leads.c.space_id == bindparam("space"), members.c.left_at.is_(None))
    .order_by(leads.c.since, leads.c.member_id)
)

_ROLES = select(lead_roles.c.role).where(lead_roles.c.space_id == bindparam("space"))


@dataclass(frozen=True, slots=True)
class StoredLeads:
    connection: Connection

    def has(self, member: Member) -> bool:
        """Whether a lead made the member a lead."""
        place = {"space": member.space_id, "member": member.id}
        return self.connection.execute(_HAS, place).one_or_none() is not None

    def add(self, member: Member, now: datetime) -> None:
        """Raises IntegrityError for a member the space doesn't have."""
        key = {"space_id": member.space_id, "member_id": member.id}
        # Writing the key over itself leaves who is one already as they are.
        kept = upsert(self.connection.dialect.name, leads, key=tuple(key), replaced=("member_id",))
        self.connection.execute(kept, {**key, "since": now})

    def remove(self, member: Member) -> bool:
        note(self.connection, "dropped", "leads", member.space_id, member.id)
        row = delete(leads).where(leads.c.space_id == member.space_id, leads.c.member_id == member.id)
        return self.connection.execute(row).rowcount == 1

    def of(self, space: SpaceId) -> tuple[Member, ...]:
        """Who was made a lead and has not left, the longest ago first."""
        return tuple(read_member(row) for row in self.connection.execute(_ALL, {"space": space}))

    def add_role(self, space: SpaceId, role: Role, now: datetime) -> None:
        """Whoever has the role is a lead."""
        key = {"space_id": space, "role": str(role)}
        kept = upsert(self.connection.dialect.name, lead_roles, key=tuple(key), replaced=("role",))
        self.connection.execute(kept, {**key, "since": now})

    def remove_role(self, space: SpaceId, role: Role) -> bool:
        note(self.connection, "dropped", "lead_roles", space, str(role))
        row = delete(lead_roles).where(lead_roles.c.space_id == space, lead_roles.c.role == str(role))
        return self.connection.execute(row).rowcount == 1

    def roles(self, space: SpaceId) -> frozenset[str]:
        """The roles that make leads."""
        return frozenset(self.connection.execute(_ROLES, {"space": space}).scalars())
