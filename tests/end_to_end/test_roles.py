"""Cairn in its roles: one gateway, one planner, two couriers, as compose.yaml starts them."""

import re
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest

from tests.end_to_end.process import ROOT, Page, environment, run_cairn

LINES = 5  # the gateway serves its page too
END_SECONDS = 25  # the script ends PostgreSQL as well


class Roles:
    """`scripts/run_roles.py`, and the gateway's page."""

    def __init__(self, folder: Path) -> None:
        self.log = (folder / "log").open("w+", encoding="utf-8")
        script = [sys.executable, str(ROOT / "scripts" / "run_roles.py"), str(folder / "new")]
        self.process = subprocess.Popen(
            script, env=environment(), text=True, stdout=subprocess.PIPE, stderr=self.log
        )
        assert self.process.stdout is not None
        told = [self.process.stdout.readline() for _ in range(LINES)]
        found = re.findall(r"^(\w+): Cairn's (\w+): (http://\S+)", "".join(told), re.M)
        assert len(found) == LINES, (told, self.read_log())
        self.health = [(role, url) for role, what, url in found if what == "health"]
        self.page = Page(next(url for _, what, url in found if what == "playground"))

    def read_log(self) -> str:
        self.log.seek(0)
        return self.log.read()

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(END_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return status


@pytest.fixture
def roles() -> Iterator[Roles]:
    # Not below pytest's folder, which is closed to the user that PostgreSQL runs as.
    with tempfile.TemporaryDirectory(prefix="cairn-roles-") as folder:
        Path(folder).chmod(0o755)
        made = Roles(Path(folder))
        yield made
        if made.process.poll() is None:
            made.end()
        made.log.close()


def command(name: str, **options: str) -> dict[str, Any]:
    return {"kind": "command", "command": name, "options": options}


def next_monday(now: datetime) -> datetime:
    """09:00 UTC of the next Monday."""
    nine = now.replace(hour=9, minute=0, second=0, microsecond=0) + timedelta(days=-now.weekday() % 7)
    return nine if nine > now else nine + timedelta(weeks=1)


def reminders(page: Page) -> list[str]:
    """The titles of what was said to the member alone."""
    return [entry["body"]["plain"]["title"] for entry in page.read("dm") if entry["kind"] == "message"]


def test_a_reminder_comes_once_whoever_plans_and_sends(roles: Roles) -> None:
    page = roles.page
    page.call(command("plan start", zone="Etc/UTC"))
    page.call(command("reminders on"))
    now = datetime.fromisoformat(page.get("/time?member=member-a&space=cloud-to-ai")["now"])
    page.post("/time", {"to": next_monday(now).isoformat()}, seconds=30)
    assert [title.partition(":")[0] for title in reminders(page)] == ["Your week"]
    page.post("/time", {"to": (next_monday(now) + timedelta(weeks=2)).isoformat()}, seconds=60)
    assert len(reminders(page)) == 3

    for role, url in roles.health:
        with urlopen(f"{url}/readyz", timeout=10) as response:
            assert response.status == 200, role
        with urlopen(f"{url}/livez", timeout=10) as response:
            assert response.status == 200, role
    assert roles.end() == 0, roles.read_log()
    assert "Traceback" not in roles.read_log()


def test_several_roles_need_a_database_that_several_can_use(tmp_path: Path) -> None:
    told = run_cairn("run", "--role", "courier", "--data", str(tmp_path), CAIRN_PLAYGROUND="1")
    assert told.returncode == 2
    assert "--role needs PostgreSQL" in told.stderr


def test_a_role_has_something_to_serve(tmp_path: Path) -> None:
    told = run_cairn("run", "--role", "planner", "--data", str(tmp_path))
    assert told.returncode == 2
    assert "CAIRN_PLAYGROUND" in told.stderr
