"""Tips that were posted, and who met the mistake, as rows."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from bot.core.domain.members import Member
from bot.core.domain.schedules import ScheduleId
from bot.core.domain.tips import Poll, TipPost, TipPostId
from bot.core.ids import SpaceId
from bot.storage.tables import tip_posts, tip_votes
from bot.storage.upsert import upsert

_POSTS = select(tip_posts.c.id, tip_posts.c.key, tip_posts.c.tip).where(
    tip_posts.c.space_id == bindparam("space")
)
_SHOWN = (
    select(tip_posts.c.tip)
    .where(tip_posts.c.space_id == bindparam("space"), tip_posts.c.schedule_id == bindparam("schedule"))
    .group_by(tip_posts.c.tip)
    .order_by(func.max(tip_posts.c.id))
)
_POLL = (
    select(tip_votes.c.met, func.count().label("votes"))
    .where(tip_votes.c.space_id == bindparam("space"), tip_votes.c.post_id == bindparam("post"))
    .group_by(tip_votes.c.met)
)


@dataclass(frozen=True, slots=True)
class StoredTipPosts:
    connection: Connection

    def add(self, space: SpaceId, schedule: ScheduleId, key: str, tip: str, now: datetime) -> TipPost:
        """The tip under this key of the ledger; one that is there already stays as it is.

        Raises IntegrityError for a schedule that the space doesn't have.
        """
        row = {"space_id": space, "schedule_id": schedule, "key": key, "tip": tip, "posted_at": now}
        # Writing the key over itself gives the row back whether it was there or not.
        kept = upsert(
            self.connection.dialect.name,
            tip_posts,
            key=("space_id", "key"),
            replaced=("key",),
            returning=("id", "key", "tip"),
        )
        return TipPost(*self.connection.execute(kept, row).one())

    def find(self, space: SpaceId, post: int) -> TipPost | None:
        one = _POSTS.where(tip_posts.c.id == bindparam("post"))
        row = self.connection.execute(one, {"space": space, "post": post}).one_or_none()
        return None if row is None else TipPost(*row)

    def under(self, space: SpaceId, key: str) -> TipPost | None:
        """The tip that was chosen for this key of the ledger."""
        one = _POSTS.where(tip_posts.c.key == bindparam("key"))
        row = self.connection.execute(one, {"space": space, "key": key}).one_or_none()
        return None if row is None else TipPost(*row)

    def shown(self, space: SpaceId, schedule: ScheduleId) -> tuple[str, ...]:
        """Ids of the tips that the schedule has shown, the one least recently shown first."""
        place = {"space": space, "schedule": schedule}
        return tuple(self.connection.execute(_SHOWN, place).scalars())

    def vote(self, member: Member, post: TipPostId, met: bool, now: datetime) -> None:
        """Keeps the member's answer in the place of their last one.

        Raises IntegrityError for a post or a member that the space doesn't have.
        """
        key = {"space_id": member.space_id, "post_id": post, "member_id": member.id}
        kept = upsert(self.connection.dialect.name, tip_votes, key=tuple(key), replaced=("met", "voted_at"))
        self.connection.execute(kept, {**key, "met": met, "voted_at": now})

    def poll(self, space: SpaceId, post: TipPostId) -> Poll:
        rows = self.connection.execute(_POLL, {"space": space, "post": post})
        counts = {row.met: row.votes for row in rows}
        return Poll(counts.get(True, 0), counts.get(False, 0))
