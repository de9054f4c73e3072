"""Every migration up and down on populated tables, on both databases, and what happens to a killed one."""

import re
import shutil
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    Boolean,
    Date,
    Engine,
    LargeBinary,
    MetaData,
    Table,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
)
from sqlalchemy.exc import DBAPIError

from bot.core.domain.arrangement import Arrangement, MovedGoal
from bot.core.domain.plans import Pause, PlannedPhase
from bot.core.domain.profiles import Profile
from bot.core.errors import SettingsError, TryAgain
from bot.storage import migrate
from bot.storage.columns import Days
from bot.storage.documents import Levels, Pauses, Phases, Undo
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from bot.storage.tables import Ids, Instant, metadata
from tests.soak import SOAK

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
NEWEST = 4
SINGLE = {"identities", "playground_revisions", "playground_clocks", "pulses", "schema_support"}
VALUES: dict[type, object] = {
    Instant: NOW,
    Ids: ("a", "b"),
    Levels: Profile({"vectors": 2}),
    Phases: (PlannedPhase("a", 1, 2, 2),),
    Pauses: (Pause(date(2027, 3, 8), 2),),
    Undo: Arrangement((2,), (3,), (MovedGoal("a", 0, 1, 0),)),
    Date: date(2027, 3, 1),
    Days: (date(2027, 3, 1), date(2027, 3, 8)),
    Boolean: True,
    LargeBinary: b"\x89PNG",
}
REVISIONS = sorted(
    path.name.partition("_")[0] for path in (migrate.MIGRATIONS / "versions").glob("[0-9]*.py")
)


def fill(engine: Engine, rows: int = 3) -> None:
    """Gives every table that is there `rows` rows that fit it."""
    there = set(inspect(engine).get_table_names())
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name in there:
                count = 1 if table.name in SINGLE else rows
                if table.name in SINGLE:
                    connection.execute(delete(table))  # a migration may have made its row
                connection.execute(insert(table), [_row(table, number) for number in range(1, count + 1)])


def _row(table: Table, number: int) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for column in table.columns:
        if column.name == "ended_at":
            row[column.name] = NOW + timedelta(days=1)
        elif type(column.type) in VALUES:
            row[column.name] = VALUES[type(column.type)]
        elif column.type.python_type is int:
            row[column.name] = number
        else:
            row[column.name] = f"text {number}"
    return row


def count_rows(engine: Engine) -> dict[str, int]:
    reflected = MetaData()
    reflected.reflect(engine)
    with engine.connect() as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in reflected.tables.items()
            if name != "alembic_version"
        }


def describe(engine: Engine) -> list[str]:
    """The whole schema in the database's own words, but for the order of what is in a table."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = connection.exec_driver_sql(
                "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
            )
            # A column that was added later stands in the line of another one, behind a comma.
            breaks = r",?\s*\n\s*|,\s+(?![^(]*\))"
            parts = [(name, part) for name, sql in found for part in re.split(breaks, sql)]
            # A primary key in the column's own line is the same with and without a name of its own.
            return sorted(f"{name}: {' '.join(part.split())}" for name, part in parts if part.strip(" )"))
        found = connection.exec_driver_sql(
            """
            SELECT table_name || '.' || column_name, data_type || coalesce(character_maximum_length::text, '')
                   || is_nullable || coalesce(column_default, '')
            FROM information_schema.columns WHERE table_schema = 'public'
            UNION ALL
            SELECT conrelid::regclass || '.' || conname, pg_get_constraintdef(oid)
            FROM pg_constraint WHERE connamespace = 'public'::regnamespace
            UNION ALL
            SELECT tablename || '.' || indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
            """
        )
        return sorted(f"{name}: {what}" for name, what in found if not name.startswith("alembic"))


def test_the_numbers_have_no_gap() -> None:
    assert [f"{number:04}" for number in range(1, len(REVISIONS) + 1)] == REVISIONS
    assert migrate.head() == REVISIONS[-1]


def test_the_head_equals_the_tables(empty_engine: Engine) -> None:
    migrate.upgrade(empty_engine)
    with empty_engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_schema_from_scratch_is_the_schema_by_migrations(empty_engine: Engine) -> None:
    migrate.upgrade(empty_engine)
    migrated = describe(empty_engine)
    migrate.downgrade(empty_engine, "base")
    assert (
        describe(empty_engine)
        == ["sqlite_sequence: CREATE TABLE sqlite_sequence(name,seq)"][
            : empty_engine.dialect.name == "sqlite"
        ]
    )
    metadata.create_all(empty_engine)
    assert describe(empty_engine) == migrated


def test_every_step_goes_up_down_and_up_again_on_populated_tables(empty_engine: Engine) -> None:
    """The newest steps; every step in the long campaign, because older ones change no more."""
    first = 0 if SOAK else len(REVISIONS) - NEWEST
    for revision in REVISIONS[first:]:
        migrate.upgrade(empty_engine, revision)
        assert migrate.current(empty_engine) == revision
    fill(empty_engine)
    full = count_rows(empty_engine)
    for number in range(len(REVISIONS) - 1, first - 1, -1):
        below = REVISIONS[number - 1] if number else "base"
        migrate.downgrade(empty_engine, below)
        left = count_rows(empty_engine)
        # Going down loses the tables that the step brought, and not a row of any other.
        assert left.items() <= full.items()
        migrate.upgrade(empty_engine, REVISIONS[number])
        brought = count_rows(empty_engine)
        assert {name: brought[name] for name in left} == left
        made = brought.keys() - left.keys() - {"schema_support"}  # that one's row is the migrations' own
        assert {brought[name] for name in made} <= {0}
        migrate.downgrade(empty_engine, below)
    migrate.downgrade(empty_engine, "base")
    assert migrate.current(empty_engine) is None
    migrate.upgrade(empty_engine)
    fill(empty_engine)
    assert count_rows(empty_engine) == full


def test_upgrading_twice_changes_nothing(empty_engine: Engine) -> None:
    migrate.upgrade(empty_engine)
    fill(empty_engine)
    before = describe(empty_engine), count_rows(empty_engine)
    migrate.upgrade(empty_engine)
    assert (describe(empty_engine), count_rows(empty_engine)) == before


@pytest.fixture
def broken(tmp_path: Path) -> Path:
    """The migrations and one more, which makes a table, moves rows, and dies."""
    folder = tmp_path / "migrations"
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_dies.py").write_text(
        f"""
from alembic import op

revision = "9999"
down_revision = "{REVISIONS[-1]}"


def upgrade() -> None:
    op.execute("CREATE TABLE halfway (id INTEGER)")
    op.execute("INSERT INTO halfway VALUES (1)")
    op.execute("DELETE FROM tip_views")
    with op.batch_alter_table("members") as batch:
        batch.drop_constraint(op.f("ck_members_name_fits"), type_="check")
    raise KeyboardInterrupt
""",
        encoding="utf-8",
    )
    return folder


def test_a_migration_that_is_killed_half_way_leaves_no_trace(empty_engine: Engine, broken: Path) -> None:
    migrate.upgrade(empty_engine)
    fill(empty_engine)
    before = describe(empty_engine), count_rows(empty_engine)
    with pytest.raises(KeyboardInterrupt):
        migrate.upgrade(empty_engine, migrations=broken)
    assert (describe(empty_engine), count_rows(empty_engine)) == before
    assert migrate.current(empty_engine) == REVISIONS[-1]


def test_from_nothing_a_killed_upgrade_leaves_nothing(empty_engine: Engine, broken: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        migrate.upgrade(empty_engine, migrations=broken)
    assert count_rows(empty_engine) == {}
    assert migrate.current(empty_engine) is None
    migrate.upgrade(empty_engine)
    assert migrate.current(empty_engine) == REVISIONS[-1]


def _add_migration(folder: Path, body: str) -> None:
    shutil.copytree(migrate.MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "9999_more.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f'revision = "9999"\ndown_revision = "{REVISIONS[-1]}"\ndef upgrade() -> None:\n{body}',
        encoding="utf-8",
    )


def test_making_a_parent_table_anew_keeps_its_children(empty_engine: Engine, tmp_path: Path) -> None:
    migrate.upgrade(empty_engine)
    fill(empty_engine)
    before = count_rows(empty_engine)
    _add_migration(
        tmp_path / "migrations",
        '    with op.batch_alter_table("members") as batch:\n'
        '        batch.alter_column("name", existing_type=sa.String(80), nullable=True)\n',
    )
    migrate.upgrade(empty_engine, migrations=tmp_path / "migrations")
    assert count_rows(empty_engine) == before
    with pytest.raises(DBAPIError), empty_engine.begin() as connection:
        connection.execute(text("DELETE FROM members"))  # its children still refer to it
    with pytest.raises(DBAPIError), empty_engine.begin() as connection:
        connection.execute(text(f"UPDATE members SET name = '{'x' * 81}'"))  # and its checks still hold


def test_rows_that_refer_to_nothing_stop_the_migration(empty_engine: Engine, tmp_path: Path) -> None:
    migrate.upgrade(empty_engine)
    fill(empty_engine)
    before = count_rows(empty_engine)
    _add_migration(tmp_path / "migrations", '    op.execute("DELETE FROM members")\n')
    with pytest.raises((RuntimeError, DBAPIError)):
        migrate.upgrade(empty_engine, migrations=tmp_path / "migrations")
    assert count_rows(empty_engine) == before
    with pytest.raises(DBAPIError), empty_engine.begin() as connection:
        connection.execute(text("DELETE FROM members"))  # foreign keys are on again


def test_replicas_that_start_together_migrate_once(empty_engine: Engine) -> None:
    start, errors = threading.Barrier(3), []
    url = empty_engine.url.render_as_string(hide_password=False)

    def begin() -> None:
        engine = open_engine(url)
        start.wait(10)
        try:
            migrate.upgrade(engine)
        except (DBAPIError, TryAgain) as error:
            errors.append(error)
        finally:
            engine.dispose()

    threads = [threading.Thread(target=begin) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []
    assert migrate.current(empty_engine) == REVISIONS[-1]


def test_no_working_directory_or_ini_file_is_needed(
    empty_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    migrate.upgrade(empty_engine)
    assert migrate.current(empty_engine) == migrate.head()


def test_a_folder_without_migrations_is_refused(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    with pytest.raises(ValueError, match="no migration"):
        migrate.head(tmp_path)


def test_a_newer_schema_is_left_alone_by_the_release_before(empty_engine: Engine, tmp_path: Path) -> None:
    migrate.upgrade(empty_engine)
    added = '    op.execute("CREATE TABLE newer (id INTEGER)")\n'
    _add_migration(tmp_path / "migrations", added)
    migrate.upgrade(empty_engine, migrations=tmp_path / "migrations")
    before = describe(empty_engine)
    migrate.upgrade(empty_engine)
    assert migrate.current(empty_engine) == "9999"
    assert describe(empty_engine) == before
    assert DatabaseStore(empty_engine).status().works
    with pytest.raises(SettingsError, match="knows the way back"):
        migrate.downgrade(empty_engine, "base")
    assert describe(empty_engine) == before


def test_a_revision_that_is_not_there_is_named(empty_engine: Engine) -> None:
    for step in (migrate.upgrade, migrate.downgrade):
        with pytest.raises(SettingsError, match="there is no migration nowhere"):
            step(empty_engine, "nowhere")
