"""PgBouncer in front of the test PostgreSQL, in transaction mode, as providers hand it out."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

PATIENCE = 60.0
PORT = 6432
# Connections are taken in turn: what one transaction leaves there, the next one doesn't find.
CONFIG = """
[databases]
* = host={server} user=postgres

[pgbouncer]
listen_addr =
unix_socket_dir = {folder}
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = {size}
server_round_robin = 1
server_login_retry = 1
max_client_conn = 200
logfile = {folder}/log
"""

Pooled = Callable[[str], str]


def find_pgbouncer() -> str:
    """Its path. Skips the test where it is not installed, except in CI, which installs it."""
    found = shutil.which("pgbouncer", path=os.pathsep.join((*os.get_exec_path(), "/usr/sbin")))
    if found is None:
        if os.environ.get("CI"):
            pytest.fail("pgbouncer is not installed")
        pytest.skip("pgbouncer is not installed")
    return found


@contextmanager
def run_pooler(server: Path, size: int = 10) -> Iterator[Pooled]:
    """Turns the URL of a database of the server, whose socket is in that folder, into one through the pooler.
    `size`: how many connections it has to each database."""
    program = find_pgbouncer()
    folder = Path(tempfile.mkdtemp(prefix="cairn-pooler-"))
    owner = server.stat()
    config = folder / "config.ini"
    config.write_text(CONFIG.format(server=server, folder=folder, port=PORT, size=size), encoding="utf-8")
    if os.geteuid() == 0:  # it doesn't run as root, and may have to be who owns the socket
        shutil.chown(folder, owner.st_uid, owner.st_gid)
        shutil.chown(config, owner.st_uid, owner.st_gid)
        user, group = owner.st_uid, owner.st_gid
    else:
        user, group = os.geteuid(), os.getegid()
    command = [program, "-q", str(config)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL, user=user, group=group)
    try:
        _await_socket(folder / f".s.PGSQL.{PORT}", process)
        yield lambda url: _through(url, folder)
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _await_socket(socket: Path, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while not socket.exists():
        assert process.poll() is None, "pgbouncer has ended"
        assert time.monotonic() < until
        time.sleep(0.02)


def _through(url: str, folder: Path) -> str:
    pooled = make_url(url).set(query={"host": str(folder), "port": str(PORT), "pgbouncer": "true"})
    return pooled.render_as_string(hide_password=False)
