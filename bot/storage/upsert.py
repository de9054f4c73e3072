"""Insert a row, or bring the one that is there up to date: one statement, safe against a race."""

from functools import cache

from sqlalchemy import Insert, Table
from sqlalchemy.dialects import postgresql, sqlite


@cache  # building a statement takes longer than SQLite needs to run it
def upsert(
    dialect: str,
    table: Table,
    *,
    key: tuple[str, ...],
    replaced: tuple[str, ...] = (),
    added: tuple[str, ...] = (),
    returning: tuple[str, ...] = (),
) -> Insert:
    """The statement for "postgresql" or "sqlite", to be executed with one row's values.

    A row with the same `key` gets the new values of the columns `replaced`, and those of the numbers `added`
    on top of its own. The columns `returning` of the row as it then is are the result.
    """
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(table)
    new = statement.excluded
    changes = {name: new[name] for name in replaced} | {name: table.c[name] + new[name] for name in added}
    kept: Insert = statement.on_conflict_do_update(index_elements=list(key), set_=changes)
    return kept.returning(*(table.c[name] for name in returning)) if returning else kept
