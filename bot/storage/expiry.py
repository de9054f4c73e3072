"""The end of rows whose time is over, some at a time: what `scheduling.retention` decides, as conditions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Engine, Select, Table, and_, delete, exists, select
from sqlalchemy import tuple_ as tuple_of

from bot.core.domain.ledger import OPEN
from bot.core.domain.schedules import WEEKLY
from bot.scheduling.retention import PERIODS
from bot.storage.tables import (
    day_counts,
    downtimes,
    inbox,
    install_states,
    ledger,
    open_questions,
    platform_acts,
    playground_keys,
    playground_messages,
    questions,
    schedules,
    slot_subjects,
    slots,
    tip_posts,
    tip_votes,
)
from bot.storage.transaction import open_transaction

BATCH = 500
# Rows come in the order of their ids, so the oldest are among so many: a big table is not read whole.
WINDOW = 2_000
DEADLINE_SECONDS = 5.0
MESSAGES_MOST = 2_000


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of `table` for which `which` holds go a period after `since`, or at once without it.

    `ordered`: the oldest have the lowest ids. `child`: the column that refers to them in a table whose rows
    go along."""

    table: Table
    since: Column[Any] | None = None
    which: ColumnElement[bool] | None = None
    ordered: bool = False
    child: Column[Any] | None = None

    def is_over(self, before: datetime) -> ColumnElement[bool]:
        old = [] if self.since is None else [self.since < before]
        return and_(*old, *([] if self.which is None else [self.which]))

    def find(self, before: datetime, most: int) -> Select[Any]:
        """The keys of rows whose time is over."""
        found = select(*self.table.primary_key.columns).where(self.is_over(before)).limit(most)
        if not self.ordered:
            return found
        oldest = select(self.table.c.id).order_by(self.table.c.id).limit(WINDOW).subquery()
        return found.where(self.table.c.id.in_(select(oldest.c.id)))


def _beyond(column: Column[Any]) -> ColumnElement[bool]:
    """All but the newest MESSAGES_MOST of the playground."""
    last = select(column).order_by(column.desc()).limit(1).offset(MESSAGES_MOST)
    return column <= last.scalar_subquery()


RULES: Mapping[str, Rule] = {
    "inbox": Rule(inbox, inbox.c.came_at),
    "day_counts": Rule(day_counts, day_counts.c.since),
    "platform_acts": Rule(platform_acts, platform_acts.c.at),
    "ledger": Rule(ledger, ledger.c.changed_at, ledger.c.state.not_in(OPEN), ordered=True),
    "schedules": Rule(
        schedules,
        schedules.c.changed_at,
        and_(schedules.c.stamp != WEEKLY, ~exists().where(tip_posts.c.schedule_id == schedules.c.id)),
    ),
    "questions": Rule(questions, questions.c.asked_at, ordered=True),
    "open_questions": Rule(open_questions, open_questions.c.last_asked),
    "tip_votes": Rule(tip_votes, tip_votes.c.voted_at),
    "tip_posts": Rule(tip_posts, tip_posts.c.posted_at, ordered=True, child=tip_votes.c.post_id),
    "downtimes": Rule(downtimes, downtimes.c.ended_at),
    "slots": Rule(slots, which=~exists().where(slot_subjects.c.slot_id == slots.c.id)),
    "install_states": Rule(install_states, install_states.c.expires_at),
    "playground_messages": Rule(playground_messages, which=_beyond(playground_messages.c.id)),
    "playground_keys": Rule(playground_keys, which=_beyond(playground_keys.c.entry_id)),
}


@dataclass(frozen=True, slots=True)
class Expiry:
    """Deletes rows whose time is over. Each step is a short transaction, with the store's TryAgain."""

    engine: Engine
    batch: int = BATCH

    def step(self, now: datetime) -> bool:
        """Deletes some rows of one table. False when there are none in any."""
        return any(self._delete_some(rule, now - PERIODS[name]) for name, rule in RULES.items())

    def _delete_some(self, rule: Rule, before: datetime) -> bool:
        """Whether rows went. Looks first without writing, because on SQLite only one may write."""
        wanted = rule.find(before, self.batch)
        with open_transaction(self.engine, DEADLINE_SECONDS, writes=False) as connection:
            keys = [tuple(row) for row in connection.execute(wanted)]
        if not keys:
            return False
        with open_transaction(self.engine, DEADLINE_SECONDS, writes=True) as connection:
            return _delete(connection, rule, keys, before)


def _delete(connection: Connection, rule: Rule, keys: list[tuple[Any, ...]], before: datetime) -> bool:
    """Whether any of them went. One that somebody holds, or uses again by now, stays."""
    columns = rule.table.primary_key.columns
    key: Any = tuple_of(*columns)
    held = select(*columns).where(key.in_(keys)).with_for_update(of=rule.table, skip_locked=True)
    mine = [tuple(row) for row in connection.execute(held)]
    # Asked again now that the rows are held: between the two looks somebody may have pointed at one.
    over = select(*columns).where(key.in_(mine), rule.is_over(before))
    going = [tuple(row) for row in connection.execute(over)]
    if rule.child is not None:
        parents = [one[0] for one in going]
        connection.execute(delete(rule.child.table).where(rule.child.in_(parents)))
    return connection.execute(delete(rule.table).where(key.in_(going))).rowcount > 0
