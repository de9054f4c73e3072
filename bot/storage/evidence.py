"""Evidence as rows. It belongs to a member's goal and to no plan, so a reset leaves it alone."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from bot.core.domain.goals import EVIDENCE_KINDS, Evidence, EvidenceId, EvidenceKind
from bot.core.domain.members import Member
from bot.storage.notes import note
from bot.storage.tables import evidence as rows

_KINDS: dict[str, EvidenceKind] = {kind: kind for kind in EVIDENCE_KINDS}

_MINE = (rows.c.space_id == bindparam("space")) & (rows.c.member_id == bindparam("member"))
_THIS = _MINE & (rows.c.id == bindparam("evidence"))
_OWN = select(rows.c.id, rows.c.goal_id, rows.c.kind, rows.c.url, rows.c.note, rows.c.added_at)
_ONE = _OWN.where(_THIS)
_OF = _OWN.where(_MINE, rows.c.goal_id.in_(bindparam("goals", expanding=True))).order_by(
    rows.c.added_at, rows.c.id
)
_ADD = insert(rows).returning(rows.c.id)
_EDIT = (
    update(rows)
    .where(_THIS)
    .values(kind=bindparam("new_kind"), url=bindparam("new_url"), note=bindparam("new_note"))
)
_WITHDRAW = delete(rows).where(_THIS)


@dataclass(frozen=True, slots=True)
class StoredEvidence:
    connection: Connection

    def of(self, member: Member, goals: Collection[str]) -> tuple[Evidence, ...]:
        wanted = {**_owner(member), "goals": list(goals)}
        return tuple(_evidence(row) for row in self.connection.execute(_OF, wanted))

    def find(self, member: Member, evidence: EvidenceId) -> Evidence | None:
        row = self.connection.execute(_ONE, {**_owner(member), "evidence": evidence}).one_or_none()
        return None if row is None else _evidence(row)

    def add(
        self, member: Member, goal: str, kind: EvidenceKind, url: str, note: str, now: datetime
    ) -> EvidenceId:
        """Raises IntegrityError for a member the space doesn't have."""
        row: dict[str, Any] = {"space_id": member.space_id, "member_id": member.id, "goal_id": goal}
        row |= {"kind": kind, "url": url, "note": note, "added_at": now}
        return EvidenceId(self.connection.execute(_ADD, row).scalar_one())

    def edit(self, member: Member, evidence: Evidence) -> None:
        """Evidence that is not there, or not theirs, changes nothing."""
        new = {"new_kind": evidence.kind, "new_url": evidence.url, "new_note": evidence.note}
        self.connection.execute(_EDIT, {**_owner(member), "evidence": evidence.id, **new})

    def withdraw(self, member: Member, evidence: EvidenceId) -> None:
        self.connection.execute(_WITHDRAW, {**_owner(member), "evidence": evidence})
        note(self.connection, "dropped", "evidence", evidence)


def _owner(member: Member) -> dict[str, int]:
    return {"space": member.space_id, "member": member.id}


def _evidence(row: Row[Any, Any, Any, Any, Any, Any]) -> Evidence:
    number, goal, kind, url, note, added_at = row
    return Evidence(EvidenceId(number), goal, _KINDS[kind], url, note, added_at)
