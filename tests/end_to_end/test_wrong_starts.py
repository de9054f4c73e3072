"""Whatever is wrong at the start: one line says what, where and what to do, with status 2 and no traceback.

`docs/wrong-starts.md` shows each line; CAIRN_GOLDEN=write writes it again.
"""

import functools
import logging
import os
import re
import shlex
import shutil
import signal
import socket
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path

import pytest
import structlog

from bot import cli
from bot.storage.migrate import head
from tests.end_to_end import wrong_places, wrong_starts, wrong_tokens
from tests.end_to_end.process import environment
from tests.end_to_end.wrong_start import PORT, ROOT, SECRET, Scene, WrongStart

CASES = [*wrong_starts.CASES, *wrong_tokens.CASES, *wrong_places.CASES]
PAGE = ROOT / "docs" / "wrong-starts.md"
WRITES = os.environ.get("CAIRN_GOLDEN") == "write"
PATIENCE = 60
NOBODY = 65534
# What tells a reader to do something.
ACTS = re.compile(
    r"\b(set|take|name|correct|copy|write|start|run|stop|let|make|save|shows|lists|give|restore|takes|mend)\b",
    re.I,
)
HEAD = """# When Cairn doesn't start

Cairn then ends with status 2 and prints one line that says what is wrong, where, and what to do. No secret is
ever in it. A test starts Cairn in each of these ways and compares what it prints with this page.
"""


@pytest.fixture
def scene(sqlite_template: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Scene]:
    # Not below pytest's own folder, which is closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="cairn-start-"))
    folder.chmod(0o755)
    made = Scene(folder, sqlite_template)
    monkeypatch.chdir(folder)
    for name in os.environ.keys() - environment().keys() | {"NO_COLOR"}:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(folder))
    handlers = logging.getLogger().handlers[:]
    yield made
    for connection in made.open:
        connection.close()
    shutil.rmtree(folder)
    # What was configured writes to where this test's words went.
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers


@contextmanager
def started_by(nobody: bool) -> Iterator[None]:
    """As a user who owns nothing, where this process may choose."""
    if not nobody or os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def patience() -> Iterator[None]:
    """A start that goes well would serve for ever."""
    timer = threading.Timer(PATIENCE, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def start(
    case: WrongStart, scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> tuple[int, str]:
    """The status and what is said, with 8765 for the port that is taken."""
    case.given(scene)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        for name, value in case.settings.items():
            monkeypatch.setenv(name, str(port) if value == PORT and "two" not in case.what else value)
        capfd.readouterr()
        with started_by(case.as_nobody), patience():
            status = cli.main([str(port) if word == PORT else word for word in shlex.split(case.verb)])
    told = capfd.readouterr()
    assert SECRET not in told.out + told.err
    shown = {str(port): PORT, str(port + 1): str(int(PORT) + 1), f" {head()}": " 0099"}
    return status, functools.reduce(lambda text, one: text.replace(*one), shown.items(), told.err.strip())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.area}: {case.what}")
def test_a_wrong_start(
    case: WrongStart, scene: Scene, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    status, told = start(case, scene, monkeypatch, capfd)
    assert status == 2, told
    first, *more = told.splitlines()
    assert re.fullmatch(r"cairn: .+[.?]", first)
    assert all(re.match(r"[\w./-]+(:\d+)?: ", line) for line in more)
    assert "Traceback" not in told
    assert "Errno" not in told
    assert case.names in told
    assert ACTS.search(first)
    if WRITES:
        write(case, told)
    assert row(case, told) in PAGE.read_text(encoding="utf-8").splitlines()


def test_the_page_shows_each_once() -> None:
    titles = Counter((case.area, case.what) for case in CASES)
    assert len(titles) == len(CASES) > 90
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    assert len(rows) == len(CASES) + 2 * len({case.area for case in CASES})


def row(case: WrongStart, told: str) -> str:
    cells = (case.what, f"`{case.shown}`", "<br>".join(told.splitlines()))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def write(case: WrongStart, told: str) -> None:
    """Puts the case's row into the page, where its list has it."""
    known = {}
    for line in PAGE.read_text(encoding="utf-8").splitlines() if PAGE.exists() else ():
        if line.startswith("| "):
            known[line.split(" | ")[1], line.split(" | ")[0]] = line
    made = row(case, told)
    known[made.split(" | ")[1], made.split(" | ")[0]] = made
    text = HEAD
    for area, cases in groupby(CASES, lambda one: one.area):
        text += f"\n## {area}\n\n| what is wrong | started as | what Cairn prints |\n| --- | --- | --- |\n"
        for one in cases:
            key = (f"`{one.shown}`".replace("|", chr(92) + "|"), f"| {one.what}")
            text += f"{known[key]}\n" if key in known else ""
    PAGE.write_text(text, encoding="utf-8")
