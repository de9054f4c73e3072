"""Members and their spaces, as rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, Table, and_, bindparam, func, or_, select, update

from bot.core.chat.call import Caller, Space
from bot.core.chat.typed import clean_line
from bot.core.domain.ledger import LEFT, RESUME_WITHIN
from bot.core.domain.members import NAME_LIMIT, Member
from bot.core.domain.reminders import KIND
from bot.core.ids import Address, MemberId, SpaceId
from bot.storage.notes import note
from bot.storage.spaces import StoredSpaces
from bot.storage.tables import cohort_members, leads, ledger, members, spaces
from bot.storage.upsert import upsert

# What the platform says of a member; what it doesn't say this time stays as it was said last.
_TOLD = ("name", "handle", "zone")

# A space that is not known gives no row; a known one without this member a row whose second half is empty.
_LOOK = (
    select(
        *(spaces.c.id, spaces.c.name, members.c.id),
        *(members.c[name] for name in (*_TOLD, "seen_on", "left_at", "closed_at", "told_at")),
        spaces.c.gone_at,
    )
    .select_from(
        spaces.outerjoin(
            members, and_(members.c.space_id == spaces.c.id, members.c.foreign_id == bindparam("user"))
        )
    )
    .where(spaces.c.platform == bindparam("platform"), spaces.c.foreign_id == bindparam("space"))
)
_CAME_BACK = update(members).where(members.c.id == bindparam("member")).values(left_at=None)
# What ended because they had left, and is still worth saying.
_REOPEN = (
    update(ledger)
    .where(
        ledger.c.space_id == bindparam("space"),
        ledger.c.changed_at >= bindparam("left", type_=ledger.c.changed_at.type),
        ledger.c.due_at > bindparam("since", type_=ledger.c.due_at.type),
        or_(
            ledger.c.to_id == bindparam("user"),
            and_(ledger.c.kind == KIND, ledger.c.subject == bindparam("member")),
        ),
        or_(ledger.c.state == "dead", and_(ledger.c.state == "skipped", ledger.c.why == LEFT)),
    )
    .values(
        state="retry",
        attempts=0,
        delays=0,
        why="",
        not_before=bindparam("now", type_=ledger.c.not_before.type),
        changed_at=bindparam("now", type_=ledger.c.changed_at.type),
    )
)
_SPACE = select(spaces.c.id).where(
    spaces.c.platform == bindparam("platform"), spaces.c.foreign_id == bindparam("space")
)
ALL: Select[Any] = select(
    members.c.id,
    members.c.space_id,
    members.c.foreign_id,
    *(members.c[name] for name in _TOLD),
    members.c.seen_on,
    spaces.c.platform,
).join(spaces, spaces.c.id == members.c.space_id)
_GATHERED = ALL.where(
    members.c.space_id == bindparam("space"),
    members.c.left_at.is_(None),
    or_(
        members.c.id.in_(
            select(cohort_members.c.member_id).where(
                cohort_members.c.space_id == bindparam("space"), cohort_members.c.state == "in"
            )
        ),
        members.c.id.in_(select(leads.c.member_id).where(leads.c.space_id == bindparam("space"))),
    ),
).order_by(members.c.id)


Told = tuple[str, str | None, str | None]
# What is found of somebody who is no member, in a space that isn't known.
UNKNOWN = (0, None, 0, None, None, None, None, None, None, None, None)


def read_member(row: Row[Any]) -> Member:
    """The member of a row of `ALL`."""
    address = Address(row.platform, row.foreign_id)
    told = (row.name, row.seen_on, row.handle or "", row.zone or "")
    return Member(MemberId(row.id), SpaceId(row.space_id), address, *told)


@dataclass(frozen=True, slots=True)
class StoredMembers:
    connection: Connection

    def enrol(self, space: Space, caller: Caller, now: datetime) -> Member:
        """The caller's row in the space: one SELECT, and a write only when it is new, a name changed or it is
        their first call of the day.

        Raises ValueError when the caller is of another platform than the space.
        """
        if caller.address.platform != space.address.platform:
            raise ValueError("a caller is of the same platform as their space")
        there = self._look(space, caller)
        if there is not None and there[-1] is not None:
            # Whoever calls is there. If the space is being deleted just now, it begins again as a new one.
            StoredSpaces(self.connection).revive(space.address, now)
            there = self._look(space, caller)
        space_id, space_name, member_id, *before, seen_on, left_at, closed_at, told_at, _ = there or UNKNOWN
        today = now.astimezone(UTC).date()
        # Nobody but this table reads a space's name, so it is made fit to keep here.
        new_name = clean_line(space.name, NAME_LIMIT) or space.address.id
        if space_name != new_name:
            space_id = self._keep_space(space, new_name, now)
        told = _told(caller, *before)
        if told != tuple(before) or seen_on is None or seen_on < today:
            member_id = self._keep_member(space_id, caller, told, now)
        if left_at is not None:  # who calls is there again
            came = {"member": member_id, "user": caller.address.id, "space": space_id, "left": left_at}
            self.connection.execute(_CAME_BACK, {"member": member_id})
            note(self.connection, "uncut", member_id, "member")
            self.connection.execute(_REOPEN, {**came, "since": now - RESUME_WITHIN, "now": now})
        name, handle, zone = told
        closed = closed_at is not None and told_at is None
        return Member(
            MemberId(member_id),
            SpaceId(space_id),
            caller.address,
            name,
            today,
            handle or "",
            zone or "",
            closed,
        )

    def find(self, space: Space, caller: Caller) -> Member | None:
        if caller.address.platform != space.address.platform:
            return None
        row = self._look(space, caller)
        if row is None:
            return None
        space_id, _, member_id, name, handle, zone, seen_on, left_at, _, _, gone_at = row
        if member_id is None:
            return None
        told = (name, seen_on, handle or "", zone or "")
        cut = left_at is not None or gone_at is not None
        return Member(MemberId(member_id), SpaceId(space_id), caller.address, *told, cut=cut)

    def space(self, space: Address) -> SpaceId | None:
        """The space's number; None before its first contact."""
        place = {"platform": space.platform, "space": space.id}
        found: int | None = self.connection.execute(_SPACE, place).scalar_one_or_none()
        return None if found is None else SpaceId(found)

    def known(self, space: SpaceId, foreign_id: str) -> Member | None:
        """The member whom the platform knows by this id."""
        wanted = ALL.where(members.c.space_id == space, members.c.foreign_id == foreign_id)
        row = self.connection.execute(wanted).one_or_none()
        return None if row is None else read_member(row)

    def choose(self, space: Space, foreign_id: str, now: datetime) -> Member:
        """Somebody of the space whom a lead chose and who has not used Cairn there: only their id is kept.
        Their name is that id until they call."""
        number = self.connection.execute(
            _SPACE, {"platform": space.address.platform, "space": space.address.id}
        ).scalar_one()
        key: dict[str, str | int] = {"space_id": number, "foreign_id": foreign_id}
        member = self._keep(members, key, {"name": foreign_id}, now)
        return Member(
            MemberId(member),
            SpaceId(number),
            Address(space.address.platform, foreign_id),
            foreign_id,
        )

    def search(self, space: SpaceId, text: str, limit: int) -> tuple[Member, ...]:
        """Members whose name or handle holds the text, by name. Nobody who left."""
        # SQLite knows capitals of ASCII only, so a text with others is looked for as it stands as well.
        holds = or_(
            func.lower(members.c.name).contains(text.lower(), autoescape=True),
            members.c.name.contains(text, autoescape=True),
            func.lower(members.c.handle).contains(text.lower(), autoescape=True),
        )
        there = and_(members.c.space_id == space, members.c.left_at.is_(None))
        wanted = ALL.where(there, holds).order_by(members.c.id).limit(limit)
        found = map(read_member, self.connection.execute(wanted))
        # Sorted here: the two databases don't order texts alike.
        return tuple(sorted(found, key=lambda member: (member.name.casefold(), member.id)))

    def gathered(self, space: SpaceId) -> tuple[Address, ...]:
        """Who is in a running cohort of the space, or was made a lead, and has not left."""
        rows = self.connection.execute(_GATHERED, {"space": space})
        return tuple(Address(row.platform, row.foreign_id) for row in rows)

    def _look(self, space: Space, caller: Caller) -> tuple[Any, ...] | None:
        place = {"platform": space.address.platform, "space": space.address.id, "user": caller.address.id}
        row = self.connection.execute(_LOOK, place).one_or_none()
        return None if row is None else tuple(row)

    def _keep_space(self, space: Space, name: str, now: datetime) -> int:
        key = {"platform": space.address.platform, "foreign_id": space.address.id}
        return self._keep(spaces, key, {"name": name}, now)

    def _keep_member(self, space_id: int, caller: Caller, told: Told, now: datetime) -> int:
        key: dict[str, str | int] = {"space_id": space_id, "foreign_id": caller.address.id}
        seen = dict(zip(_TOLD, told, strict=True)) | {"seen_on": now.astimezone(UTC).date()}
        return self._keep(members, key, seen, now)

    def _keep(
        self, table: Table, key: Mapping[str, str | int], values: Mapping[str, object], now: datetime
    ) -> int:
        dialect = self.connection.dialect.name
        kept = upsert(dialect, table, key=tuple(key), replaced=tuple(values), returning=("id",))
        return int(self.connection.execute(kept, {**key, **values, "created_at": now}).scalar_one())


def _told(caller: Caller, name: str | None, handle: str | None, zone: str | None) -> Told:
    """What is known of the caller now, when that was known before."""
    handle = caller.handle or handle
    return caller.name or name or handle or caller.address.id, handle, caller.zone or zone
