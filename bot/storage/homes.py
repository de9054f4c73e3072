"""In which spaces a person is a member, and which one they mean in direct messages."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, bindparam, select

from bot.core.chat.call import Space
from bot.core.domain.plans import PlanId
from bot.core.ids import Address
from bot.storage.tables import direct_homes, members, plans, spaces
from bot.storage.upsert import upsert

# Whoever left a space has no home there.
_PERSON = (
    (spaces.c.platform == bindparam("platform"))
    & (members.c.foreign_id == bindparam("user"))
    & members.c.left_at.is_(None)
)
_SPACE = select(spaces.c.platform, spaces.c.foreign_id, spaces.c.name)
# Nor is a space offered, or meant, that took Cairn out.
_THERE = spaces.c.gone_at.is_(None)
_OF = _SPACE.join(members, members.c.space_id == spaces.c.id).where(_PERSON, _THERE).order_by(spaces.c.id)
_OF_PLAN = (
    _SPACE.join(members, members.c.space_id == spaces.c.id)
    .join(plans, (plans.c.space_id == members.c.space_id) & (plans.c.member_id == members.c.id))
    .where(_PERSON, plans.c.id == bindparam("plan"))
)
_CHOSEN = (
    _SPACE.join(members, members.c.space_id == spaces.c.id)
    .join(direct_homes, direct_homes.c.space_id == spaces.c.id)
    .where(
        _PERSON,
        _THERE,
        direct_homes.c.platform == bindparam("platform"),
        direct_homes.c.foreign_id == bindparam("user"),
    )
)
_ID = select(spaces.c.id).where(
    spaces.c.platform == bindparam("platform"), spaces.c.foreign_id == bindparam("space")
)


@dataclass(frozen=True, slots=True)
class StoredHomes:
    connection: Connection

    def of(self, user: Address) -> tuple[Space, ...]:
        """The spaces in which the user is a member, the oldest first."""
        return tuple(_space(row) for row in self.connection.execute(_OF, _person(user)))

    def of_plan(self, user: Address, plan: PlanId) -> Space | None:
        """The space of a plan, if it is the user's own."""
        return self._one(_OF_PLAN, {**_person(user), "plan": plan})

    def chosen(self, user: Address) -> Space | None:
        """The space that the user chose for direct messages."""
        return self._one(_CHOSEN, _person(user))

    def choose(self, user: Address, space: Space) -> None:
        """From now on direct messages of the user are meant for the space."""
        place = {"platform": space.address.platform, "space": space.address.id}
        space_id = self.connection.execute(_ID, place).scalar_one()
        dialect = self.connection.dialect.name
        kept = upsert(dialect, direct_homes, key=("platform", "foreign_id"), replaced=("space_id",))
        self.connection.execute(
            kept, {"platform": user.platform, "foreign_id": user.id, "space_id": space_id}
        )

    def _one(self, query: Select[Any], place: dict[str, Any]) -> Space | None:
        row = self.connection.execute(query, place).one_or_none()
        return None if row is None else _space(row)


def _person(user: Address) -> dict[str, str]:
    return {"platform": user.platform, "user": user.id}


def _space(row: Any) -> Space:
    return Space(Address(row.platform, row.foreign_id), row.name)
