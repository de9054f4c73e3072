"""Notes for the journal: what a transaction did that restoring an older backup must not undo.

A transaction gathers its notes in its connection's options and hands them over after its commit. They hold
numbers of rows, instants and settings, never a name, a text or a platform's id of a person.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal, Protocol, cast

from sqlalchemy import Connection, select

from bot.storage.ledger_tables import ledger

# sent: a scheduled message reached its platform. space-left, space-back: Cairn was taken out of a space, or
# is in it again. purged: everything of a space was deleted. uninstalled: a tenant's token was deleted.
# cut, uncut: a member can't be written to, or can again. unslotted, slotted: something weekly was turned off,
# or on. plan: a plan's status and pauses. reminder: the weeks that a member skips. dropped: a row was deleted
# because somebody wanted that.
Did = Literal[
    "sent",
    "space-left",
    "space-back",
    "purged",
    "uninstalled",
    "cut",
    "uncut",
    "unslotted",
    "slotted",
    "plan",
    "reminder",
    "dropped",
]
Fact = str | int | None
Note = tuple[Did, *tuple[Fact, ...]]

_SENT = select(*(ledger.c[name] for name in ("space_id", "kind", "subject", "week", "ordinal")))


class JournalSink(Protocol):
    def append(self, notes: Sequence[Note]) -> None:
        """Takes the notes of a committed transaction. Returns at once and raises nothing."""
        ...


def is_noted(connection: Connection) -> bool:
    """Whether somebody keeps a journal of this database."""
    return "journal" in connection.get_execution_options()


def note(connection: Connection, did: Did, *facts: Fact) -> None:
    """Adds a note to the connection's transaction. Does nothing where no journal is kept."""
    notes = cast("list[Note] | None", connection.get_execution_options().get("notes"))
    if notes is not None and is_noted(connection):
        notes.append((did, *facts))


def note_sent(connection: Connection, rows: Sequence[int]) -> None:
    """Notes that the messages of these outbox rows reached their platform."""
    if rows and is_noted(connection):
        for space, kind, subject, week, ordinal in connection.execute(_SENT.where(ledger.c.id.in_(rows))):
            note(connection, "sent", space, kind, subject, week.isoformat(), ordinal)


def hand_over(connection: Connection) -> None:
    """Gives the notes of a transaction, which is committed now, to the journal."""
    options = connection.get_execution_options()
    notes: list[Note] = options.get("notes", [])
    if notes and "journal" in options:
        cast("JournalSink", options["journal"]).append(tuple(notes))


def digest_of(tenant: str) -> str:
    """What a tenant is called in a note: enough to find its row again, and no id."""
    return hashlib.sha256(f"cairn tenant {tenant}".encode()).hexdigest()[:32]
