"""What Cairn writes is its owner's alone, whatever the umask is and whatever stood there before."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert

from bot.storage import migrate
from bot.storage.engine import open_engine
from bot.storage.private_files import make_private_file, make_private_folder, tighten_folder
from bot.storage.tables import pulses
from tests.contract.storing import NOW


@pytest.fixture(params=[0o000, 0o022, 0o077, 0o277])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def modes(folder: Path) -> set[tuple[str, int]]:
    return {(one.name, mode(one)) for one in folder.rglob("*")}


def test_a_new_database(umask: int, tmp_path: Path) -> None:
    del umask
    file = tmp_path / "deep" / "data" / "cairn.sqlite3"
    engine = open_engine(str(file))
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(insert(pulses), {"id": 1, "beat_at": NOW})
        names = {"cairn.sqlite3", "cairn.sqlite3-wal", "cairn.sqlite3-shm"}
        assert modes(file.parent) == {(name, 0o600) for name in names}
    assert (mode(file.parent), mode(file.parent.parent)) == (0o700, 0o700)
    engine.dispose()


def test_a_database_that_others_could_read(tmp_path: Path) -> None:
    file = tmp_path / "cairn.sqlite3"
    old = open_engine(str(file))
    migrate.upgrade(old)
    with old.connect():
        for one in tmp_path.iterdir():
            one.chmod(0o664)
        new = open_engine(str(file))
        with new.connect():
            assert {found for _, found in modes(tmp_path)} == {0o600}
        new.dispose()
    old.dispose()


def test_a_folder_that_others_could_read(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir(mode=0o755)
    data.chmod(0o755)
    make_private_folder(data)  # it is there already
    assert mode(data) == 0o755
    tighten_folder(data)
    assert mode(data) == 0o700
    data.chmod(0o500)  # nothing is added
    tighten_folder(data)
    assert mode(data) == 0o500


def test_what_is_shared_or_worked_in_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared, here = tmp_path / "shared", tmp_path / "here"
    for folder, found in ((shared, 0o1777), (here, 0o755)):
        folder.mkdir()
        folder.chmod(found)
    monkeypatch.chdir(here)
    for folder in (shared, here, Path(), Path("/"), tmp_path / "nowhere"):
        tighten_folder(folder)
    assert (mode(shared), mode(here)) == (0o1777, 0o755)


def test_what_somebody_else_owns_is_left(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder, file = tmp_path / "theirs", tmp_path / "theirs" / "cairn.sqlite3"
    make_private_folder(folder)
    make_private_file(file)
    folder.chmod(0o755)
    file.chmod(0o644)
    monkeypatch.setattr("os.geteuid", lambda: os.getuid() + 1)
    tighten_folder(folder)
    make_private_file(file)
    assert (mode(folder), mode(file)) == (0o755, 0o644)
