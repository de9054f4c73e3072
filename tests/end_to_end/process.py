"""Cairn as a process of its own, as its users start it."""

import json
import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from tests.conftest import MOST_DEADLINE

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 60.0
_SETTINGS = ("SLACK_", "DISCORD_", "CAIRN_", "DATABASE_URL")


def environment(**given: str) -> dict[str, str]:
    """This process's environment without any of Cairn's settings but a patient deadline, plus those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_SETTINGS)}
    return kept | {"CAIRN_DEADLINE": str(MOST_DEADLINE)} | given


def run_cairn(*args: str, cwd: Path = ROOT, **settings: str) -> subprocess.CompletedProcess[str]:
    """One verb, run to its end."""
    command = [sys.executable, "-m", "bot", *args]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=cwd, env=environment(**settings), check=False, timeout=60
    )


class Page:
    """A served playground, asked as its page asks it."""

    def __init__(self, url: str) -> None:
        self.url = url
        session = self.get("/session")
        self._headers = {session["token_header"]: session["token"]}

    def get(self, path: str) -> Any:
        request = Request(self.url + path, headers={"Sec-Fetch-Site": "same-origin"})
        with urlopen(request, timeout=START_SECONDS) as response:
            return json.load(response)

    def post(self, path: str, body: Mapping[str, Any], seconds: float = 10) -> Any:
        """The server's answer. Raises OSError when it is gone."""
        headers = {**self._headers, "Origin": self.url, "Content-Type": "application/json"}
        request = Request(self.url + path, data=json.dumps(body).encode(), headers=headers)
        try:
            with urlopen(request, timeout=seconds) as response:
                return json.load(response)
        except HTTPError as error:
            return json.load(error)

    def call(self, what: Mapping[str, Any], member: str = "member-a", place: str = "general") -> Any:
        """What the server answers to a call. Raises OSError when it is gone."""
        scene = {"member": member, "space": "cloud-to-ai", "place": place}
        return self.post("/call", {**scene, "key": str(uuid.uuid4()), "what": what})

    def read(self, place: str, member: str = "member-a") -> Any:
        """What the member sees at the place, oldest first."""
        scene = f"member={member}&space=cloud-to-ai&place={place}"
        return self.get(f"/transcript?{scene}&after=0")["entries"]


class Playground(Page):
    """A running `cairn play` on a free port."""

    def __init__(self, data: Path, *, verb: str = "play") -> None:
        command = [sys.executable, "-m", "bot", verb, "--port", "0", "--data", str(data)]
        self.log = (data / "log").open("a+", encoding="utf-8")
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=environment(), text=True, stdout=subprocess.PIPE, stderr=self.log
        )
        assert self.process.stdout is not None
        told = self.process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:\d+", told)
        assert found, told
        super().__init__(found[0])

    def end(self, number: int = signal.SIGTERM) -> int:
        """Sends the signal and waits for the end; the exit status."""
        self.process.send_signal(number)
        status = self.process.wait(timeout=15)
        assert self.process.stdout is not None
        self.process.stdout.close()
        self.log.close()
        return status
