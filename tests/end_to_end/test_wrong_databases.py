"""Whatever is wrong with DATABASE_URL: one line says so, with status 2, and the password is nowhere."""

import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot import cli
from tests.end_to_end.process import environment, run_cairn

SECRET = "hunter2"
VERBS = ("run", "status", "migrate", "outbox", "tokens rotate", "backup", "manifest slack")
KEY = "SFhIYOIXvaW5IbVhWfPq0q5LrSnRpLvvYbiV5d1y9rE="

# How a password may be written; each holds the secret.
ODD = ("{}", "{}@x", "x@{}", "p%40{}", "{}/x", "{}?x=1", "#{}")
PASSWORDS = [odd.format(SECRET) for odd in ODD]
# What can't be read, and what can't be reached; {} is the password.
UNREADABLE = (
    "mysql://root:{}@127.0.0.1/d",
    "postgresql+asyncpg://u:{}@127.0.0.1/d",
    "postgres//u:{}@127.0.0.1/d",
    "u:{}@127.0.0.1:5432",
    "host=127.0.0.1 password={} dbname=d",
    "postgresql://u:{}@127.0.0.1:5432x/d",
    "postgresql://u:{}@127.0.0.1:99999/d",
    "sqlite://u:{}@h/d",
)
UNREACHABLE = (
    "postgresql://u:{}@127.0.0.1:1/d",
    "postgresql://u:{}@no-such-host.invalid/d",
    "postgresql://u:{}@127.0.0.1:1/d?sslmode=banana",
    "postgresql://u:{}@127.0.0.1:1/d?connect_timeout=banana",
    "postgresql://u:{}@127.0.0.1:1,127.0.0.1:2/d",
    "postgresql://u:{}@/d?host=/nowhere",
    "postgresql://u@127.0.0.1:1/d?password={}",
)


@contextmanager
def listening(answer: bytes | None) -> Iterator[int]:
    """A port where everybody gets this answer; None: where nobody gets any."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                kept.append(line)
                if answer is not None:
                    line.recv(100)
                    line.sendall(answer)
                    line.close()

        kept: list[socket.socket] = []
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)
        for line in kept:
            line.close()


class Terminal:
    """The real command line, in this process: starting an interpreter takes longer than all of it."""

    def __init__(
        self, data: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
    ) -> None:
        self._data, self._capfd = data, capfd
        monkeypatch.chdir(data)
        self._set = monkeypatch.setenv
        for name in os.environ.keys() - environment().keys():
            monkeypatch.delenv(name)
        self._set("CAIRN_PLAYGROUND", "1")
        self._set("CAIRN_KEYS", KEY)

    def refuse(self, url: str, verb: str) -> str:
        """What is said; it has to be one line, without the secret."""
        self._set("DATABASE_URL", url)
        if verb.startswith("manifest"):
            self._set("SLACK_BOT_TOKEN", "xoxb-1")
        status = cli.main(verb.split())
        told = self._capfd.readouterr()
        assert SECRET not in told.out + told.err, (url, verb)
        assert status == 2, (url, verb, told)
        assert "Traceback" not in told.err
        (line,) = told.err.splitlines()
        assert line.startswith("cairn: ")
        assert not [one for one in self._data.rglob("*") if SECRET in one.name], (url, verb)
        return line


@pytest.fixture
def terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Terminal:
    return Terminal(tmp_path, monkeypatch, capfd)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_what_is_wrong(terminal: Terminal, verb: str) -> None:
    for url in UNREADABLE:
        assert "DATABASE_URL can't be read" in terminal.refuse(url.format(SECRET), verb)
    away = "is away" if verb.startswith("manifest") else "can't be opened: nothing listens"
    assert away in terminal.refuse(UNREACHABLE[0].format(SECRET), verb)


@pytest.mark.parametrize("url", [*UNREADABLE, *UNREACHABLE])
def test_no_password_is_told_however_it_is_written(terminal: Terminal, url: str) -> None:
    for password in PASSWORDS:
        terminal.refuse(url.format(password), "migrate")


def test_it_says_why_nobody_can_be_reached(terminal: Terminal, make_postgres: Callable[[], str]) -> None:
    there = make_postgres().replace("postgres@", f"postgres:{SECRET}@")
    with listening(b"HTTP/1.1 400 no\r\n\r\n") as http, listening(None) as silent:
        wanted = {
            f"postgresql://u:{SECRET}@127.0.0.1:1/d": "nothing listens at that host and port",
            f"postgresql://u:{SECRET}@no-such-host.invalid/d": "its host is not known",
            f"postgresql://u:{SECRET}@127.0.0.1:{http}/d": "it doesn't answer as PostgreSQL does",
            f"postgresql://u:{SECRET}@127.0.0.1:{silent}/d?connect_timeout=2": "nobody answers",
            there.replace("/test_", "/nowhere_"): "there is no database of that name",
            there.replace("postgres:", "nobody:"): "it doesn't know the user name",
            f"{there}&sslmode=banana": "a parameter of the URL has a wrong value",
            f"{there}&options=endpoint%3D{SECRET}": "it doesn't take a parameter of the URL",
        }
        for url, why in wanted.items():
            assert why in terminal.refuse(url, "migrate"), url


def test_what_is_no_database_file(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("This is no database at all. " * 100)
    (tmp_path / "folder").mkdir()
    wanted = {
        "sqlite:///text": "the file is not an SQLite database",
        "sqlite:///folder": "the file can't be opened",
        "sqlite:///text/cairn.db": "the file can't be opened",
    }
    for url, why in wanted.items():
        assert f"the database can't be opened: {why}" in terminal.refuse(url, "migrate")


@pytest.mark.parametrize("url", [UNREADABLE[0], UNREACHABLE[0]])
def test_a_process_of_its_own_says_the_same(url: str, tmp_path: Path) -> None:
    told = run_cairn(
        *("run", "--port", "0", "--data", str(tmp_path)),
        DATABASE_URL=url.format(f"x@{SECRET}"),
        CAIRN_PLAYGROUND="1",
        CAIRN_LOG_LEVEL="debug",
    )
    assert told.returncode == 2
    assert SECRET not in told.stdout + told.stderr
    assert len(told.stderr.splitlines()) == 1, told.stderr
