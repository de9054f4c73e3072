"""A failover to a PostgreSQL that can only be read: Cairn lives through it, says so, and goes on.

One process with all roles, because what each role does with an error is the same in a process of its own."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import psycopg

from tests.end_to_end.process import ROOT, Page, environment
from tests.end_to_end.test_pooled_roles import END_SECONDS, served
from tests.end_to_end.test_roles import command, next_monday, reminders

PATIENCE = 60.0
STAYS_SECONDS = 2.0  # more than one turn, and more than one try of each loop


def ask(door: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
    """The status and the body of /readyz."""
    try:
        with urlopen(f"{door['health']}/readyz", timeout=30) as response:
            return response.status, json.load(response)
    except HTTPError as error:
        return error.code, json.load(error)


def await_status(door: Mapping[str, str], wanted: int) -> dict[str, Any]:
    until = time.monotonic() + PATIENCE
    while True:
        status, body = ask(door)
        if status == wanted:
            return body
        assert time.monotonic() < until, body
        time.sleep(0.2)


@contextmanager
def running(log: Path, **settings: str) -> Iterator["subprocess.Popen[str]"]:
    """Cairn as one process; `log` gets its standard error."""
    arguments = [sys.executable, "-m", "bot", "run", "--port", "0"]
    with log.open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(
            arguments,
            cwd=ROOT,
            env=environment(**settings),
            text=True,
            stdout=subprocess.PIPE,
            stderr=errors,
        )
        assert process.stdout is not None
        try:
            yield process
        finally:
            process.kill()
            process.wait()
            process.stdout.close()


def switch(url: str, only_read: str) -> None:
    """As at a failover: nothing can be written any more, and every connection is cut."""
    name = url.partition("?")[0].rpartition("/")[2]
    with psycopg.connect(url, autocommit=True, options="-c default_transaction_read_only=off") as admin:
        admin.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = {only_read}")
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_cairn_lives_through_a_failover(make_postgres: Callable[[], str], tmp_path: Path) -> None:
    url, log = make_postgres(), tmp_path / "log"
    settings = {
        "DATABASE_URL": url,
        "CAIRN_PLAYGROUND": "1",
        "CAIRN_HEALTH_PORT": "0",
        "CAIRN_DATA": str(tmp_path),
    }
    with running(log, **settings) as process:
        door = served(process, 2)
        page = Page(door["playground"])
        page.call(command("plan start", zone="Etc/UTC"))
        page.call(command("reminders on"))
        await_status(door, 200)

        switch(url, "on")
        assert await_status(door, 503)["database"] == "the database is read-only"
        assert "error" in page.call(command("goal"))  # busy, and no bug
        time.sleep(STAYS_SECONDS)
        assert process.poll() is None

        switch(url, "off")
        await_status(door, 200)
        now = datetime.fromisoformat(page.get("/time?member=member-a&space=cloud-to-ai")["now"])
        page.post("/time", {"to": next_monday(now).isoformat()}, seconds=60)
        assert len(reminders(page)) == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_SECONDS) == 0
    told = log.read_text(encoding="utf-8")
    assert "the database is read-only" in told
    assert "[error" not in told.replace("journal", "")
    assert "Traceback" not in told
