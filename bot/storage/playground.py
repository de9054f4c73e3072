"""What was said in the playground, so that its messages and their buttons outlive a restart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, bindparam, delete, insert, or_, select, update

from bot.storage.tables import playground_keys as keys
from bot.storage.tables import playground_messages as entries
from bot.storage.tables import playground_revisions as revisions
from bot.storage.transaction import open_transaction
from bot.storage.upsert import upsert

SINCE_LIMIT = 200
DEADLINE_SECONDS = 1.5

_NEW = insert(entries).returning(entries.c.id)
_ENTRY_OF = select(keys.c.entry_id).where(keys.c.key == bindparam("key"))
_TOLD = select(entries).join(keys, keys.c.entry_id == entries.c.id).where(keys.c.key == bindparam("key"))


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing said. `kind` is "typed" (by a person) or "message" (by Cairn, `body` being its JSON).

    `audience`: the one user who sees it, or None for everybody. `revision` grows over the whole transcript
    with every change, and says when this entry changed last.
    """

    id: int
    space: str
    channel: str
    sender: str
    audience: str | None
    kind: str
    body: str
    at: datetime
    revision: int


class Transcript:
    """The playground's messages. Each method is a transaction of its own, with the store's TryAgain."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def append(
        self, space: str, channel: str, sender: str, audience: str | None, kind: str, body: str, now: datetime
    ) -> int:
        """The id of the new entry."""
        values: dict[str, Any] = {"space": space, "channel": channel, "sender": sender}
        values |= {"audience": audience, "kind": kind, "body": body, "at": now}
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            values["revision"] = _next_revision(connection)
            return int(connection.execute(_NEW, values).scalar_one())

    def tell(
        self, key: str, space: str, channel: str, sender: str, audience: str | None, body: str, now: datetime
    ) -> int:
        """Adds a message under a key, unless there is one. Its id."""
        values: dict[str, Any] = {"space": space, "channel": channel, "sender": sender}
        values |= {"audience": audience, "kind": "message", "body": body, "at": now}
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            # The revision's row is held first, so that two tellers of one key come one after the other.
            revision = _next_revision(connection)
            there = connection.execute(_ENTRY_OF, {"key": key}).scalar_one_or_none()
            if there is not None:
                return int(there)
            entry = int(connection.execute(_NEW, {**values, "revision": revision}).scalar_one())
            connection.execute(insert(keys), {"key": key, "entry_id": entry})
            return entry

    def told(self, key: str) -> Entry | None:
        """The message under the key; None when there is none, or its community was cleared."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            row = connection.execute(_TOLD, {"key": key}).mappings().one_or_none()
            return None if row is None else _entry(row)

    def revision(self) -> int:
        """The revision of the newest change, by whichever process."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return connection.execute(select(revisions.c.revision)).scalar_one_or_none() or 0

    def replace(self, entry_id: int, body: str) -> None:
        """Gives an entry another body, as a new revision. An id that is not there changes nothing."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            changed = update(entries).where(entries.c.id == entry_id)
            connection.execute(changed.values(body=body, revision=_next_revision(connection)))

    def find(self, entry_id: int) -> Entry | None:
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            row = connection.execute(select(entries).where(entries.c.id == entry_id)).mappings().one_or_none()
            return None if row is None else _entry(row)

    def since(self, space: str, channel: str, viewer: str, after: int) -> tuple[Entry, ...]:
        """What `viewer` may see and has changed after the revision `after` (0: from the beginning).

        The last 200 changes at most, in the order in which they were first said. The highest revision among
        them is the next `after`.
        """
        seen = or_(entries.c.audience.is_(None), entries.c.audience == viewer)
        newest = (
            select(entries)
            .where(entries.c.space == space, entries.c.channel == channel, entries.c.revision > after, seen)
            .order_by(entries.c.revision.desc())
            .limit(SINCE_LIMIT)
        )
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=False) as connection:
            return _in_order(connection.execute(newest).mappings().all())

    def clear(self, space: str) -> None:
        """Forgets everything that was said in the space. Revisions go on from where they were."""
        with open_transaction(self._engine, DEADLINE_SECONDS, writes=True) as connection:
            connection.execute(delete(entries).where(entries.c.space == space))


def _next_revision(connection: Connection) -> int:
    dialect = connection.dialect.name
    up = upsert(dialect, revisions, key=("id",), added=("revision",), returning=("revision",))
    return int(connection.execute(up, {"id": 1, "revision": 1}).scalar_one())


def _in_order(rows: Sequence[RowMapping]) -> tuple[Entry, ...]:
    return tuple(sorted((_entry(row) for row in rows), key=lambda entry: entry.id))


def _entry(row: RowMapping) -> Entry:
    return Entry(**row)
