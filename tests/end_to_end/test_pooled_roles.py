"""Cairn in its roles on PostgreSQL behind PgBouncer, as processes of their own."""

import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from urllib.request import urlopen

from bot.app import ROLES
from tests.end_to_end.process import ROOT, Page, environment, run_cairn
from tests.end_to_end.test_roles import command, next_monday, reminders
from tests.pooler import Pooled

END_SECONDS = 30


@contextmanager
def running(settings: dict[str, str], log: Path) -> Iterator[list["subprocess.Popen[str]"]]:
    """A process for each role, and one more that sends."""
    processes: list[subprocess.Popen[str]] = []
    with ExitStack() as stack:
        for number, role in enumerate((*ROLES, ROLES[-1])):
            errors = stack.enter_context((log / f"{role}-{number}.log").open("w", encoding="utf-8"))
            arguments = [sys.executable, "-m", "bot", "run", "--role", role, "--port", "0"]
            process = subprocess.Popen(
                arguments,
                cwd=ROOT,
                env=environment(**settings),
                text=True,
                stdout=subprocess.PIPE,
                stderr=errors,
            )
            assert process.stdout is not None
            stack.callback(process.wait)
            stack.callback(process.kill)
            stack.callback(process.stdout.close)
            processes.append(process)
        yield processes


def served(process: "subprocess.Popen[str]", lines: int) -> dict[str, str]:
    """What the process says that it serves, and where."""
    assert process.stdout is not None
    told = "".join(process.stdout.readline() for _ in range(lines))
    return dict(re.findall(r"^Cairn's (\w+): (http://\S+)", told, re.M))


def test_a_reminder_comes_once_through_a_pooler(
    make_postgres: Callable[[], str], pooled: Pooled, tmp_path: Path
) -> None:
    url = pooled(make_postgres())
    settings = {
        "DATABASE_URL": f"{url}&connection_limit=1&options=-c%20application_name%3Dcairn",
        "CAIRN_PLAYGROUND": "1",
        "CAIRN_HEALTH_PORT": "0",
        "CAIRN_DATA": str(tmp_path),
    }
    migrated = run_cairn("migrate", DATABASE_URL=settings["DATABASE_URL"])
    assert migrated.returncode == 0, migrated.stderr
    with running(settings, tmp_path) as processes:
        doors = [served(one, 2 if number == 0 else 1) for number, one in enumerate(processes)]
        page = Page(doors[0]["playground"])
        page.call(command("plan start", zone="Etc/UTC"))
        page.call(command("reminders on"))
        now = datetime.fromisoformat(page.get("/time?member=member-a&space=cloud-to-ai")["now"])
        for weeks in (0, 2):
            to = next_monday(now) + timedelta(weeks=weeks)
            page.post("/time", {"to": to.isoformat()}, seconds=60)
        assert [title.partition(":")[0] for title in reminders(page)][:1] == ["Your week"]
        assert len(reminders(page)) == 3
        for door in doors:
            with urlopen(f"{door['health']}/readyz", timeout=30) as response:
                assert response.status == 200
        for process in processes:
            process.send_signal(signal.SIGTERM)
        assert [process.wait(END_SECONDS) for process in processes] == [0] * len(processes)
    logs = "".join(file.read_text(encoding="utf-8") for file in tmp_path.glob("*.log"))
    assert "behind a pooler" in logs
    assert "Traceback" not in logs
