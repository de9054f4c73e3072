"""Brings a database's schema up to date, or back. Needs no alembic.ini and no working directory."""

import re
from collections.abc import Callable
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, text

import bot
from bot.core.errors import SettingsError
from bot.storage.schema import read_oldest, works_on

MIGRATIONS = Path(bot.__file__).resolve().parent.parent / "migrations"

_LOCK = 0x6361_6972_6E  # "cairn": any number will do, as long as every replica asks for the same
_LOCK_WAIT = "60s"
_LOCK_WAIT_MS = 60_000


def upgrade(engine: Engine, revision: str = "head", migrations: Path = MIGRATIONS) -> None:
    """Runs what is missing up to `revision`, all of it or (when a migration raises) nothing.

    A newer release's schema stays as it is where this one works on it. Raises SettingsError where it doesn't.
    """
    with engine.connect() as connection:
        there = read_revision(connection)
        if there is not None and not is_known(there, migrations):
            if works_on(there, read_oldest(connection), head(migrations)):
                return
            raise SettingsError(
                "the database belongs to another version of Cairn, or to another program: its "
                f"newest migration is {there}, and this version knows them up to {head(migrations)}. Start "
                "that version, or set DATABASE_URL to another database"
            )
    _run(engine, lambda config: command.upgrade(config, revision), migrations)


def downgrade(engine: Engine, revision: str, migrations: Path = MIGRATIONS) -> None:
    """Takes migrations back down to `revision` ("base": all of them), all or nothing. Their data is lost.

    Raises SettingsError for a database of a newer release, and for a revision that isn't there.
    """
    found = current(engine)
    if found is not None and not is_known(found, migrations):
        raise SettingsError(
            f"the database is at revision {found} of a newer release, which alone knows the way back: "
            "use its own `cairn migrate --down`"
        )
    _run(engine, lambda config: command.downgrade(config, revision), migrations)


def current(engine: Engine) -> str | None:
    """The newest migration that the database has."""
    with engine.connect() as connection:
        return read_revision(connection)


def read_revision(connection: Connection) -> str | None:
    """As `current`, in a transaction that is already open."""
    return MigrationContext.configure(connection).get_current_revision()


def head(migrations: Path = MIGRATIONS) -> str:
    """The newest migration there is."""
    revision = ScriptDirectory.from_config(_configure(migrations)).get_current_head()
    if revision is None:
        raise ValueError(f"no migration in {migrations}")
    return revision


def is_known(revision: str, migrations: Path = MIGRATIONS) -> bool:
    """Whether the migration is one of ours; one of a newer version is not."""
    script = ScriptDirectory.from_config(_configure(migrations))
    return revision in {one.revision for one in script.walk_revisions()}


def _configure(migrations: Path) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    return config


def _run(engine: Engine, step: Callable[[Config], None], migrations: Path) -> None:
    config = _configure(migrations)
    with engine.connect().execution_options(patience=_LOCK_WAIT_MS) as connection:
        config.attributes["connection"] = connection
        run = _run_on_sqlite if connection.dialect.name == "sqlite" else _run_on_postgres
        try:
            run(connection, lambda: step(config))
        except CommandError as error:
            raise SettingsError(_explain(str(error), migrations)) from None


def _explain(says: str, migrations: Path) -> str:
    """What is wrong with a revision that was asked for, from alembic's words."""
    oldest, newest = _ends(migrations)
    known = f"Name one from {oldest} to {newest}, `head`, or `base` for none"
    if "valid downgrade target" in says:
        return f"the database can't be taken down to there, because it is not above that. {known}"
    if unknown := re.search("revision identified by '([^']*)'", says):
        return f"there is no migration {unknown[1]}. {known}"
    return f"the database can't be migrated: {says}. {known}"


def _ends(migrations: Path) -> tuple[str, str]:
    known = sorted(
        one.revision for one in ScriptDirectory.from_config(_configure(migrations)).walk_revisions()
    )
    return known[0], known[-1]


def _run_on_sqlite(connection: Connection, step: Callable[[], None]) -> None:
    # A table is changed by making it anew: with foreign keys on, dropping the old one would take its children
    # along. The pragma has no effect inside a transaction, so it goes past SQLAlchemy, which would begin one.
    raw = connection.connection.cursor()
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        with connection.begin():
            step()
            broken = connection.execute(text("PRAGMA foreign_key_check")).all()
            if broken:
                tables = ", ".join(sorted({row[0] for row in broken}))
                raise RuntimeError(f"a migration left rows that refer to nothing, in {tables}")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")
        raw.close()


def _run_on_postgres(connection: Connection, step: Callable[[], None]) -> None:
    with connection.begin():
        connection.execute(text(f"SET LOCAL lock_timeout = '{_LOCK_WAIT}'"))
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        step()
