"""Which releases work on a schema: its own, and the one before, as nothing is dropped before its time."""

from sqlalchemy import Connection, inspect, select

from bot.storage.tables import schema_support


def read_oldest(connection: Connection) -> str | None:
    """The newest migration of the oldest release that works on this schema; None where nothing says so."""
    if not inspect(connection).has_table(schema_support.name):
        return None
    found: str | None = connection.execute(select(schema_support.c.oldest)).scalar_one_or_none()
    return found


def works_on(revision: str, oldest: str | None, newest: str) -> bool:
    """Whether a release works on a schema at `revision`, if `newest` is the newest migration it knows."""
    if revision == newest:
        return True
    return revision.isdigit() and revision > newest and oldest is not None and oldest <= newest
