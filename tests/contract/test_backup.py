"""Backups and restores on both databases: proved, private, and nothing touched when something is wrong."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit
from signal import SIG_IGN, SIGXFSZ, signal
from urllib.parse import quote

import pytest
from sqlalchemy import Engine, inspect, select, text, update

from bot.core.domain.installs import Install, Tenant
from bot.core.errors import BackupError
from bot.recovery.backup import Backup, facts_file, make_backup
from bot.recovery.restore import Restored, Wish, restore
from bot.storage import migrate
from bot.storage.engine import open_engine
from bot.storage.installs import Installs
from bot.storage.postgres_tools import find_tools, service_of
from bot.storage.restores import Restores
from bot.storage.sealing import Seal, key_name, make_key
from bot.storage.tables import members
from tests.conftest import DATABASES
from tests.end_to_end.restoring import OLDER_TOOLS, TOOLS
from tests.migrations.test_migrations import count_rows, fill

NOW = datetime(2027, 3, 1, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
KEEP = timedelta(days=60)
KEY = make_key()
BEFORE = "0023"  # the revision before restores were known


@dataclass
class Place:
    """A database of a kind, made where it is wanted first."""

    url: str
    folder: Path

    @property
    def engine(self) -> Engine:
        return open_engine(self.url)

    def rows(self) -> dict[str, int]:
        engine = self.engine
        try:
            return count_rows(engine)
        finally:
            engine.dispose()

    def back_up(self, now: datetime = NOW, **changes: object) -> Backup:
        given = {"place": None, "folder": self.folder, "tools": TOOLS, "now": now, **changes}
        return make_backup(self.url, **given)  # type: ignore[arg-type]

    def restore(self, backup: Path, now: datetime = NOW + HOUR, **changes: object) -> Restored:
        wish = Wish(self.url, backup, (self.folder / "journal",), KEEP, tools=TOOLS, accept_gaps=True)
        return restore(replace(wish, **changes), now)  # type: ignore[arg-type]

    def do(self, work: Callable[[Engine], object]) -> None:
        engine = self.engine
        try:
            work(engine)
        finally:
            engine.dispose()


@pytest.fixture(params=DATABASES)
def make_place(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[str], Place]:
    def make(name: str) -> Place:
        folder = tmp_path / name
        if request.param == "sqlite":
            return Place(f"sqlite:///{folder / 'cairn.sqlite3'}", folder)
        return Place(request.getfixturevalue("make_postgres")(), folder)

    return make


@pytest.fixture
def here(make_place: Callable[[str], Place]) -> Place:
    """A database with three rows in every table."""
    made = make_place("here")
    made.do(migrate.upgrade)
    made.do(fill)
    return made


@pytest.fixture
def there(make_place: Callable[[str], Place]) -> Place:
    return make_place("there")


@pytest.fixture
def a_small_disk() -> Iterator[Callable[[int], None]]:
    """Lets no file grow beyond so many bytes from now on."""
    soft, hard = getrlimit(RLIMIT_FSIZE)
    before = signal(SIGXFSZ, SIG_IGN)
    yield lambda size: setrlimit(RLIMIT_FSIZE, (size, hard))
    setrlimit(RLIMIT_FSIZE, (soft, hard))
    signal(SIGXFSZ, before)


def names(folder: Path) -> list[str]:
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def test_everything_is_in_the_backup_and_there_after_a_restore(here: Place, there: Place) -> None:
    made = here.back_up()
    before = here.rows()
    assert made.rows == {"spaces": 3, "members": 3, "plans": 3, "evidence": 3, "outbox": 3, "installs": 3}
    assert made.revision == migrate.head()
    keys = frozenset(made.keys)
    done = there.restore(made.file, keys=keys)
    assert (done.aside, done.revisions) == ("", (migrate.head(), migrate.head()))
    assert there.rows() == before | {"restores": before["restores"] + 1}
    assert here.rows() == before


def test_a_backup_is_private_whole_and_alone(here: Place) -> None:
    before = os.umask(0)
    try:
        made = here.back_up()
    finally:
        os.umask(before)
    assert made.file.stat().st_mode & 0o777 == facts_file(made.file).stat().st_mode & 0o777 == 0o600
    assert [one for one in names(made.file.parent) if one.startswith(".")] == []
    with pytest.raises(BackupError, match="is there already"):
        here.back_up(place=made.file)
    assert here.back_up(now=NOW + HOUR).file != made.file


def test_a_disk_that_is_full_leaves_nothing_behind_and_older_backups_whole(
    here: Place, a_small_disk: Callable[[int], None]
) -> None:
    older = here.back_up()
    kept = names(older.file.parent)
    a_small_disk(100_000 if here.url.startswith("sqlite") else 10_000)
    with pytest.raises(BackupError, match=r"could not be copied|pg_dump failed"):
        here.back_up(now=NOW + HOUR)
    assert names(older.file.parent) == kept


def test_what_is_damaged_is_refused_before_anything_changes(here: Place, there: Place) -> None:
    made = here.back_up()
    whole, middle = made.file.read_bytes(), made.bytes // 2
    changed = whole[:middle] + bytes([whole[middle] ^ 255]) + whole[middle + 1 :]
    for content in (whole[:middle], changed, b"", b"nothing of the kind", whole + b"more"):
        made.file.write_bytes(content)
        with pytest.raises(BackupError, match="damaged"):
            there.restore(made.file, keys=frozenset(made.keys))
    facts_file(made.file).unlink()
    for content in (whole[:middle], whole[: -len(whole) // 10], b"", b"nothing of the kind"):
        made.file.write_bytes(content)
        with pytest.raises(BackupError, match="damaged"):
            there.restore(made.file, keys=frozenset(made.keys))
    made.file.write_bytes(whole)
    with pytest.raises(BackupError, match="no backup at"):
        there.restore(made.file.with_name("nowhere"))
    assert there.rows() == {}
    there.restore(made.file, keys=frozenset(made.keys))


def test_another_kind_of_database_is_refused(here: Place, tmp_path: Path) -> None:
    made = here.back_up()
    other = "postgresql://nobody@127.0.0.1:1/x" if "sqlite" in here.url else f"sqlite:///{tmp_path / 'x.db'}"
    with pytest.raises(BackupError, match="another kind"):
        Place(other, tmp_path).restore(made.file)


def test_a_plain_copy_is_no_backup(here: Place, there: Place, tmp_path: Path) -> None:
    if not here.url.startswith("sqlite"):
        return
    copy = tmp_path / "copy.sqlite3"
    with closing(sqlite3.connect(here.url.removeprefix("sqlite:///"))) as source:
        source.execute("VACUUM INTO ?", (str(copy),))
    with pytest.raises(BackupError, match="not made by `cairn backup`"):
        there.restore(copy)


def test_the_same_keys_are_needed(make_place: Callable[[str], Place], there: Place) -> None:
    here = make_place("sealed")
    here.do(migrate.upgrade)
    sealed = Install(Tenant("", "T1"), "One", "U1", "xoxb-planted", NOW)
    here.do(lambda engine: Installs(engine, Seal([KEY])).keep(sealed))
    made = here.back_up()
    assert made.keys == (key_name(KEY),)
    for keys in (frozenset[str](), frozenset({key_name(make_key())})):
        with pytest.raises(BackupError, match="CAIRN_KEYS") as error:
            there.restore(made.file, keys=keys)
        assert KEY not in str(error.value)
    assert there.rows() == {}
    there.restore(made.file, keys=frozenset({key_name(make_key()), key_name(KEY)}))

    def look(engine: Engine) -> None:
        found = Installs(engine, Seal([KEY])).find("", "T1")
        assert found is not None
        assert found.token == "xoxb-planted"

    there.do(look)


def test_an_older_revision_is_brought_up_to_date(make_place: Callable[[str], Place], there: Place) -> None:
    here = make_place("older")
    here.do(lambda engine: migrate.upgrade(engine, BEFORE))
    made = here.back_up()
    assert made.revision == BEFORE
    done = there.restore(made.file)
    assert done.revisions == (BEFORE, migrate.head())
    assert "no journal" in done.gaps[0]

    def look(engine: Engine) -> None:
        assert migrate.current(engine) == migrate.head()
        assert Restores(engine).is_unconfirmed()

    there.do(look)


def test_a_newer_revision_is_refused(here: Place, there: Place) -> None:
    made = here.back_up()

    def age(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))

    here.do(age)
    with pytest.raises(BackupError, match="newer version"):
        here.back_up(now=NOW + HOUR)
    if here.url.startswith("sqlite"):
        facts_file(made.file).unlink()
        with closing(sqlite3.connect(made.file)) as copy:
            copy.execute("UPDATE alembic_version SET version_num = '9999'")
            copy.commit()
        with pytest.raises(BackupError, match="newer version"):
            there.restore(made.file)
        assert there.rows() == {}


def test_a_database_that_is_in_use_is_left_alone(here: Place) -> None:
    made = here.back_up()
    engine = here.engine
    with engine.connect() as connection:
        connection.execute(select(members.c.id)).all()
        with pytest.raises(BackupError, match="use"):
            here.restore(made.file, keys=frozenset(made.keys), replace=True)
    engine.dispose()
    before = here.rows()
    with pytest.raises(BackupError, match="--replace"):
        here.restore(made.file, keys=frozenset(made.keys))
    assert here.rows() == before


def test_the_old_database_is_kept_aside(here: Place) -> None:
    made = here.back_up()

    def rename(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(update(members).values(name="later"))

    here.do(rename)
    done = here.restore(made.file, keys=frozenset(made.keys), replace=True)
    if here.url.startswith("sqlite"):
        with closing(sqlite3.connect(done.aside)) as old:
            assert old.execute("SELECT DISTINCT name FROM members").fetchall() == [("later",)]
        assert Path(done.aside).stat().st_mode & 0o077 == 0
        return
    schema = done.aside.removeprefix("the schema ")

    def look(engine: Engine) -> None:
        with engine.connect() as connection:
            asked = text(f'SELECT DISTINCT name FROM "{schema}".members')
            assert connection.execute(asked).scalars().all() == ["later"]
            assert "later" not in connection.execute(select(members.c.name)).scalars().all()

    here.do(look)


def test_what_fails_half_way_leaves_the_old_database_in_place(
    here: Place, a_small_disk: Callable[[int], None], tmp_path: Path
) -> None:
    """Tools that break in the middle, or a disk that is full."""
    made = here.back_up()
    before = here.rows()
    broken = tmp_path / "tools"
    broken.mkdir()
    for tool in TOOLS.iterdir():
        (broken / tool.name).symlink_to(tool)
    (broken / "pg_restore").unlink()
    breaks = 'case "$*" in *--single-transaction*) echo planted >&2; exit 1;; esac'
    script = f'#!/bin/sh\n{breaks}\nexec {TOOLS}/pg_restore "$@"\n'
    (broken / "pg_restore").write_text(script)
    (broken / "pg_restore").chmod(0o700)
    if here.url.startswith("sqlite"):
        a_small_disk(100_000)
    with pytest.raises((BackupError, OSError)):
        here.restore(made.file, keys=frozenset(made.keys), replace=True, tools=broken)
    assert here.rows() == before
    if here.url.startswith("sqlite"):
        assert not [one for one in names(here.folder) if "restoring" in one or "before" in one]


def test_a_journal_that_is_missing_has_to_be_accepted(here: Place, there: Place) -> None:
    made = here.back_up()
    with pytest.raises(BackupError, match="--accept-gaps"):
        there.restore(made.file, keys=frozenset(made.keys), accept_gaps=False)
    assert there.rows() == {}


def test_tools_of_a_lower_version_say_which_package_to_install(tmp_path: Path) -> None:
    with pytest.raises(BackupError, match="postgresql-client-18"):
        find_tools(18, OLDER_TOOLS)
    with pytest.raises(BackupError, match="postgresql-client-18"):
        find_tools(18, tmp_path)
    assert find_tools(16, OLDER_TOOLS).major == 16
    assert find_tools(16, TOOLS).major == 18


def test_tools_are_found_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{OLDER_TOOLS}{os.pathsep}{TOOLS}")
    assert find_tools(18, None).dump.parent == TOOLS
    monkeypatch.setenv("PATH", str(OLDER_TOOLS))
    with pytest.raises(BackupError, match="is of version 16"):
        find_tools(18, None)


@pytest.mark.parametrize("password", ["s3cret", "a:b\\c", "with @ and / and %", "ünï", "'quoted\""])
def test_a_password_reaches_the_tools_by_a_private_file_alone(
    password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:planted@h/x")
    url = f"postgresql+psycopg://user:{quote(password, safe='')}@db.example:5433/cairn?sslmode=require"
    with service_of(url) as environment:
        assert all(password not in value and "planted" not in value for value in environment.values())
        service = Path(environment["PGSERVICEFILE"])
        told = service.read_text(encoding="utf-8")
        assert password not in told
        assert "host=db.example\n" in told
        assert "sslmode=require\n" in told
        passes = service.parent / "pass"
        assert passes.read_text(encoding="utf-8").startswith("*:*:*:*:")
        assert {one.stat().st_mode & 0o777 for one in (service, passes)} == {0o600}
        assert service.parent.stat().st_mode & 0o777 == 0o700
    assert not service.parent.exists()


def test_tables_of_others_in_the_same_schema_stay_where_they_are(here: Place) -> None:
    if here.url.startswith("sqlite"):
        return
    made = here.back_up()

    def add(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("CREATE TABLE somebody_else (id int)"))

    here.do(add)
    here.restore(made.file, keys=frozenset(made.keys), replace=True)

    def look(engine: Engine) -> None:
        assert "somebody_else" in inspect(engine).get_table_names()

    here.do(look)
