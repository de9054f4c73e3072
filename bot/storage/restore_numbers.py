"""Numbers of rows after a restore: none of those that were given out since the backup is given again.

Buttons in old messages, keys of messages and the journal name rows by their numbers. The numbers go on at the
seconds since 1970, which no table of Cairn reaches by counting.
"""

from datetime import datetime

from sqlalchemy import Connection, Table, text

from bot.storage.tables import metadata

# Where a table has counted further than that nevertheless.
AT_LEAST = 1_000_000


def skip_numbers(connection: Connection, now: datetime) -> None:
    """Moves every table's next number past all that may have been given out."""
    floor = int(now.timestamp())
    for table in metadata.sorted_tables:
        if "id" in table.c and table.c.id.autoincrement is True:
            _skip(connection, table, floor)


def _skip(connection: Connection, table: Table, floor: int) -> None:
    newest = connection.scalar(text(f'SELECT max(id) FROM "{table.name}"')) or 0  # noqa: S608 - our own name
    if connection.dialect.name == "postgresql":
        place = {"sequence": f'"{table.name}"', "next": max(floor, newest + AT_LEAST)}
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:sequence, 'id'), :next)"), place)
        return
    name = {"name": table.name}
    given = connection.scalar(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), name) or 0
    connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), name)
    row = name | {"next": max(floor, max(given, newest) + AT_LEAST)}
    connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :next)"), row)
