"""When members want to be reminded, as rows."""

import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, bindparam, or_, select, update

from bot.core.domain.members import Member
from bot.core.domain.reminders import Reminder
from bot.core.ids import Address, MemberId, SpaceId
from bot.core.recurrence import Due
from bot.storage.notes import note
from bot.storage.tables import ledger, members, reminders, spaces
from bot.storage.upsert import upsert

_FIELDS = ("weekday", "minute", "on", "well_done", "skipped", "ignored", "reminded_on")
_OF = select(*(reminders.c[name] for name in _FIELDS)).where(
    reminders.c.space_id == bindparam("space"), reminders.c.member_id == bindparam("member")
)
_WAITING = (
    select(ledger.c.week, ledger.c.not_before)
    .where(
        ledger.c.space_id == bindparam("space"),
        ledger.c.kind == bindparam("kind"),
        ledger.c.subject == bindparam("member"),
        ledger.c.state.in_(("pending", "retry")),
    )
    .order_by(ledger.c.not_before)
    .limit(1)
)
_MEMBER = (
    select(members.c.foreign_id, members.c.name, members.c.seen_on, spaces.c.platform)
    .join(spaces, spaces.c.id == members.c.space_id)
    .where(members.c.space_id == bindparam("space"), members.c.id == bindparam("member"))
)


@dataclass(frozen=True, slots=True)
class StoredReminders:
    connection: Connection

    def of(self, member: Member) -> Reminder | None:
        """What the member chose; None for who never did."""
        place = {"space": member.space_id, "member": member.id}
        row = self.connection.execute(_OF, place).one_or_none()
        return None if row is None else Reminder(*row)

    def keep(self, member: Member, reminder: Reminder, now: datetime) -> None:
        values = {name: getattr(reminder, name) for name in _FIELDS}
        key = {"space_id": member.space_id, "member_id": member.id}
        dialect = self.connection.dialect.name
        kept = upsert(dialect, reminders, key=tuple(key), replaced=(*_FIELDS, "changed_at"))
        self.connection.execute(kept, {**key, **values, "changed_at": now})
        skipped = json.dumps([week.isoformat() for week in reminder.skipped])
        note(self.connection, "reminder", member.id, skipped)

    def count(self, member: Member, reminder: Reminder, week: date) -> None:
        """Keeps what the sent reminder of the ISO week changed; nothing when that week, or a later one, was
        counted before. What the member chose stays as it is, also if they change it at this moment."""
        counted = (
            update(reminders)
            .where(
                reminders.c.space_id == member.space_id,
                reminders.c.member_id == member.id,
                or_(reminders.c.counted_week.is_(None), reminders.c.counted_week < week),
            )
            .values(ignored=reminder.ignored, reminded_on=reminder.reminded_on, counted_week=week)
        )
        self.connection.execute(counted)

    def waiting(self, member: Member, kind: str) -> Due | None:
        """The earliest occurrence of this kind that is planned for the member and may still be sent."""
        place = {"space": member.space_id, "member": member.id, "kind": kind}
        row = self.connection.execute(_WAITING, place).one_or_none()
        return None if row is None else Due(row.week, row.not_before)

    def member(self, space: SpaceId, member: int) -> Member | None:
        """The member with this number, for what the ledger says to them."""
        row = self.connection.execute(_MEMBER, {"space": space, "member": member}).one_or_none()
        if row is None:
            return None
        return Member(MemberId(member), space, Address(row.platform, row.foreign_id), row.name, row.seen_on)
