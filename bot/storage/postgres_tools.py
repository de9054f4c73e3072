"""PostgreSQL's own tools, pg_dump and pg_restore: found, compared with the server, and run.

A password reaches them by a file that only its owner can read, never by an argument or an environment.
"""

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict

from bot.core.errors import BackupError
from bot.storage.engine import connection_string

SERVICE = "cairn"
DEBIAN = Path("/usr/lib/postgresql")
# What a tool needs of our environment. Settings of ours, which hold secrets, are not passed on.
PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", "SYSTEMROOT")
VERSION_SECONDS = 10


@dataclass(frozen=True, slots=True)
class PostgresTools:
    """Both tools, of one folder, and their major version."""

    dump: Path
    restore: Path
    major: int


def find_tools(server: int, folder: Path | None) -> PostgresTools:
    """Returns tools that suit a server of this major version: from `folder` if given, else from PATH or where
    Debian puts them. Raises BackupError that says which package has them."""
    tried: list[str] = []
    for one in _folders(server, folder):
        dump, restore = one / "pg_dump", one / "pg_restore"
        if not (os.access(dump, os.X_OK) and os.access(restore, os.X_OK)):
            continue
        major = _major(dump)
        if major >= server:
            return PostgresTools(dump, restore, major)
        tried.append(f"{dump} is of version {major}")
    found = "; ".join(tried) or (f"none is in {folder}" if folder else "none was found on PATH")
    raise BackupError(
        f"PostgreSQL {server} needs pg_dump and pg_restore of version {server} or newer, and {found}. "
        f"Install postgresql-client-{server} (Debian, Ubuntu; elsewhere the client tools of PostgreSQL "
        f"{server}), or set CAIRN_PG_TOOLS to the folder that holds them."
    )


def _folders(server: int, folder: Path | None) -> Iterator[Path]:
    if folder is not None:
        yield folder
        return
    for name in os.get_exec_path():
        if (Path(name) / "pg_dump").exists():
            yield Path(name)
    yield DEBIAN / str(server) / "bin"


def _major(tool: Path) -> int:
    """Returns 0 for what says no version."""
    try:
        told = subprocess.run(
            [tool, "--version"], capture_output=True, text=True, timeout=VERSION_SECONDS, check=False
        ).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r"\(PostgreSQL\) (\d+)", told)
    return int(found[1]) if found else 0


@contextmanager
def service_of(url: str) -> Iterator[dict[str, str]]:
    """Gives an environment in which `service=cairn` means the database at `url`. Raises BackupError."""
    try:
        given = {name: str(value) for name, value in conninfo_to_dict(connection_string(url)).items()}
    except ProgrammingError:
        raise BackupError("DATABASE_URL can't be read") from None
    password = given.pop("password", None)
    with tempfile.TemporaryDirectory(prefix="cairn-") as folder:  # of mode 0700
        if password is not None:
            escaped = password.replace("\\", "\\\\").replace(":", "\\:")
            given["passfile"] = str(_write(Path(folder) / "pass", f"*:*:*:*:{escaped}\n"))
        lines = "".join(f"{name}={value}\n" for name, value in given.items())
        service = _write(Path(folder) / "service", f"[{SERVICE}]\n{lines}")
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        yield {
            **passed_on,
            "PGSERVICEFILE": str(service),
            "PGTZ": "UTC",
            "TZ": "UTC",
            "PGCONNECT_TIMEOUT": "10",
        }


def run_tool(
    command: Sequence[str | Path], environment: dict[str, str], what: str, stdout: int = subprocess.PIPE
) -> bytes:
    """Runs a tool to its end and returns what it printed. Raises BackupError with its own last lines."""
    try:
        done = subprocess.run(
            [*map(str, command)], env=environment, stdout=stdout, stderr=subprocess.PIPE, check=False
        )
    except OSError as error:
        raise BackupError(f"{what}: {error.strerror}") from None
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        ended = f"signal {-done.returncode}" if done.returncode < 0 else f"status {done.returncode}"
        raise BackupError(f"{what}: {' '.join(said[-2:]) or ended}")
    return done.stdout or b""


def _write(file: Path, text: str) -> Path:
    os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    file.write_text(text, encoding="utf-8")
    return file
