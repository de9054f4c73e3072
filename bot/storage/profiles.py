"""Profiles as rows: every finished assessment, and the one that goes on."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from bot.core.domain.members import Member
from bot.core.domain.profiles import Assessment, Profile
from bot.storage.newest import forget_beyond
from bot.storage.tables import profile_drafts, profiles
from bot.storage.upsert import upsert

HISTORY_LIMIT = 50

_OWN = (
    select(profiles.c.finished_at, profiles.c.levels)
    .where(profiles.c.space_id == bindparam("space"), profiles.c.member_id == bindparam("member"))
    .order_by(profiles.c.id.desc())
)
_LATEST = _OWN.limit(1)
_HISTORY = _OWN.limit(HISTORY_LIMIT)
_KEEP = insert(profiles)
_FORGET_OLDER = forget_beyond(profiles, HISTORY_LIMIT)
_OWN_DRAFT = (profile_drafts.c.space_id == bindparam("space")) & (
    profile_drafts.c.member_id == bindparam("member")
)
_DRAFT = select(profile_drafts.c.levels).where(_OWN_DRAFT)
_FORGET_DRAFT = delete(profile_drafts).where(_OWN_DRAFT)


@dataclass(frozen=True, slots=True)
class StoredProfiles:
    connection: Connection

    def latest(self, member: Member) -> Profile | None:
        row = self.connection.execute(_LATEST, _owner(member)).one_or_none()
        return None if row is None else row.levels

    def keep(self, member: Member, profile: Profile, now: datetime) -> None:
        """Raises IntegrityError for a member the space doesn't have."""
        row = {"space_id": member.space_id, "member_id": member.id, "levels": profile, "finished_at": now}
        self.connection.execute(_KEEP, row)
        self.connection.execute(_FORGET_DRAFT, _owner(member))
        self.connection.execute(_FORGET_OLDER, _owner(member))

    def history(self, member: Member) -> tuple[Assessment, ...]:
        rows = self.connection.execute(_HISTORY, _owner(member))
        return tuple(Assessment(at, profile) for at, profile in rows)

    def draft(self, member: Member) -> Profile | None:
        return self.connection.execute(_DRAFT, _owner(member)).scalar_one_or_none()

    def save_draft(self, member: Member, profile: Profile, now: datetime) -> None:
        """Raises IntegrityError for a member the space doesn't have."""
        key = {"space_id": member.space_id, "member_id": member.id}
        dialect = self.connection.dialect.name
        saved = upsert(dialect, profile_drafts, key=tuple(key), replaced=("levels", "saved_at"))
        self.connection.execute(saved, {**key, "levels": profile, "saved_at": now})


def _owner(member: Member) -> dict[str, int]:
    return {"space": member.space_id, "member": member.id}
