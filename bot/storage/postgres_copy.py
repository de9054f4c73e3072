"""Copies of a PostgreSQL database: dumped from one snapshot, proved, and restored beside what was there."""

import re
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Connection, Engine, func, inspect, select, text

from bot.storage.copy_facts import CopyFacts
from bot.storage.postgres_tools import SERVICE, PostgresTools, run_tool, service_of
from bot.storage.tables import installs, metadata, spaces
from bot.storage.transient import READ_ONLY

VERSIONS = "alembic_version"
_CREATED = re.compile(r"^; Archive created at (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) UTC$", re.M)
_SERVER = re.compile(r"^; +Dumped from database version: (\d+)", re.M)
_HEAD = re.compile(rb"(?<![\d.])(\d\d)\.\d")
_SCHEMA = re.compile(rf"^\d+; \d+ \d+ TABLE (\S+) {VERSIONS} ", re.M)


@contextmanager
def snapshot_of(engine: Engine) -> Iterator[tuple[Connection, str]]:
    """A transaction, and the name under which a dump sees what it sees, for as long as the block lasts."""
    options = {"isolation": "REPEATABLE READ", **READ_ONLY}
    with engine.connect().execution_options(**options) as connection, connection.begin():
        for name in ("idle_in_transaction_session_timeout", "statement_timeout"):
            connection.execute(text(f"SET LOCAL {name} = 0"))
        yield connection, str(connection.scalar(text("SELECT pg_export_snapshot()")))


def server_version(connection: Connection) -> int:
    """Returns the server's major version."""
    return int(str(connection.scalar(text("SHOW server_version_num")))) // 10_000


def count_postgres(connection: Connection, tables: Sequence[str]) -> dict[str, int]:
    """Returns how many rows each of those tables has that are there."""
    there = set(_ours(connection))
    return {
        name: int(connection.scalar(select(func.count()).select_from(metadata.tables[name])) or 0)
        for name in tables
        if name in there
    }


def dump_postgres(
    connection: Connection, snapshot: str, url: str, tools: PostgresTools, target: Path
) -> None:
    """Dumps every table of ours into the file `target`, which is there and empty. Raises BackupError."""
    schema = _schema_of(connection)
    with service_of(url) as environment:
        run_tool(
            [
                tools.dump,
                f"--dbname=service={SERVICE}",
                "--format=custom",
                f"--file={target}",
                f"--snapshot={snapshot}",
                "--no-owner",
                "--no-privileges",
                "--lock-wait-timeout=10s",
                *(f"--table={schema}.{name}" for name in _ours(connection)),
            ],
            environment,
            "pg_dump failed",
        )


def read_dump(file: Path, tools: PostgresTools) -> CopyFacts:
    """Reads a dump to its end and returns what it says of itself. Raises BackupError for a damaged one."""
    environment = {"TZ": "UTC", "PGTZ": "UTC"}
    why = f"{file} is damaged, or no backup of PostgreSQL"
    listed = run_tool([tools.restore, "--list", file], environment, why).decode(errors="replace")
    run_tool([tools.restore, "--file=-", file], environment, why, stdout=subprocess.DEVNULL)
    wanted = (VERSIONS, "identities", "installs")
    tables = [f"--table={name}" for name in wanted]
    rows = run_tool([tools.restore, "--file=-", "--data-only", *tables, file], environment, why)
    copied = _copied(rows.decode())
    created = _CREATED.search(listed)
    made_at = datetime.strptime(created[1], "%Y-%m-%d %H:%M:%S").replace(tzinfo=UTC) if created else None
    return CopyFacts(
        made_at,
        next((one["version_num"] for one in copied.get(VERSIONS, [])), None),
        next((one["name"] for one in copied.get("identities", [])), ""),
        frozenset(one["sealed_with"] for one in copied.get("installs", [])),
        _number(_SERVER, listed),
        found[1] if (found := _SCHEMA.search(listed)) else "",
    )


def needed_version(file: Path) -> int:
    """Returns the newest version of PostgreSQL that the head of a dump names, 0 for what is no dump."""
    with file.open("rb") as opened:
        head = opened.read(400)
    return max((int(one) for one in _HEAD.findall(head)), default=0) if head.startswith(b"PGDMP") else 0


def restore_dump(url: str, tools: PostgresTools, file: Path) -> None:
    """Restores a dump into a database that has none of its tables, all or nothing. Raises BackupError."""
    with service_of(url) as environment:
        run_tool(
            [
                tools.restore,
                f"--dbname=service={SERVICE}",
                "--no-owner",
                "--no-privileges",
                "--single-transaction",
                "--exit-on-error",
                file,
            ],
            environment,
            "pg_restore failed",
        )


def others_connected(engine: Engine) -> tuple[str, ...]:
    """Returns who else is connected to the database, as its names and addresses."""
    asked = text(
        "SELECT coalesce(nullif(application_name, ''), usename::text)"
        " || coalesce(' at ' || host(client_addr), '')"
        " FROM pg_stat_activity WHERE datname = current_database() AND usename IS NOT NULL"
        " AND pid <> pg_backend_pid() ORDER BY 1"
    )
    with engine.connect() as connection:
        return tuple(connection.execute(asked).scalars())


def holds_people(engine: Engine) -> bool:
    """Whether the database has anything that would be missed."""
    with engine.connect() as connection:
        there = set(inspect(connection).get_table_names())
        return any(
            one.name in there and connection.execute(select(one).limit(1)).first() is not None
            for one in (spaces, installs)
        )


def schema_of(engine: Engine) -> str:
    with engine.connect() as connection:
        return _schema_of(connection)


def set_aside(engine: Engine, aside: str) -> bool:
    """Moves every table of ours into the new schema `aside`. Returns False when there was none."""
    with engine.begin() as connection:
        tables = _ours(connection)
        if tables:
            connection.execute(text(f'CREATE SCHEMA "{aside}"'))
            _move(connection, tables, _schema_of(connection), aside)
        return bool(tables)


def put_back(engine: Engine, aside: str) -> None:
    """Undoes `set_aside`: drops the tables that took the place of those, and moves those back."""
    with engine.begin() as connection:
        schema = _schema_of(connection)
        for name in _ours(connection):
            connection.execute(text(f'DROP TABLE "{schema}"."{name}" CASCADE'))
        if aside in inspect(connection).get_schema_names():
            _move(connection, _ours(connection, aside), aside, schema)
            connection.execute(text(f'DROP SCHEMA "{aside}"'))


def _move(connection: Connection, tables: Sequence[str], source: str, target: str) -> None:
    for name in tables:
        connection.execute(text(f'ALTER TABLE "{source}"."{name}" SET SCHEMA "{target}"'))


def _schema_of(connection: Connection) -> str:
    return str(connection.scalar(text("SELECT current_schema()")))


def _ours(connection: Connection, schema: str | None = None) -> list[str]:
    there = inspect(connection).get_table_names(schema)
    return sorted(name for name in there if name in metadata.tables or name == VERSIONS)


def _number(pattern: re.Pattern[str], told: str) -> int:
    found = pattern.search(told)
    return int(found[1]) if found else 0


def _copied(sql: str) -> dict[str, list[dict[str, str]]]:
    """The rows that COPY statements hold, table by table. Values that need no escaping are read right."""
    tables: dict[str, list[dict[str, str]]] = {}
    parts = re.findall(r"^COPY \S*?\.?(\w+) \(([^)]*)\) FROM stdin;\n(.*?)^\\\.$", sql, re.M | re.S)
    for name, columns, lines in parts:
        names = columns.split(", ")
        tables[name] = [dict(zip(names, line.split("\t"), strict=True)) for line in lines.splitlines()]
    return tables
