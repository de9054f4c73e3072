"""`cairn run` for many workspaces: the process that an operator starts, from its start to its end."""

import asyncio
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from bot.adapters.slack.publish import INSTALL_PATH, REDIRECT_PATH, REQUEST_PATH
from tests.end_to_end.process import ROOT, START_SECONDS, environment, run_cairn
from tests.end_to_end.slack_bot import GENERAL, SECRET
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_lines import HttpLine
from tests.end_to_end.slack_many import KEY, Browser
from tests.end_to_end.slack_people import Person


def settings_of(fake: SlackFake, data: Path) -> dict[str, str]:
    return {
        "SLACK_CLIENT_ID": fake.oauth.client_id,
        "SLACK_CLIENT_SECRET": fake.oauth.client_secret,
        "SLACK_SIGNING_SECRET": SECRET,
        "SLACK_API_URL": fake.api_url,
        "SLACK_AUTHORIZE_URL": f"{fake.url}/oauth/v2/authorize",
        "CAIRN_SLACK_PORT": "0",
        "CAIRN_KEYS": KEY,
        "CAIRN_DATA": str(data),
        "CAIRN_LOG_LEVEL": "debug",
    }


@asynccontextmanager
async def running(fake: SlackFake, data: Path, log: list[str]) -> AsyncIterator[str]:
    """Where the process serves; it is asked to stop at the end, and has to with status 0."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "run",
        cwd=ROOT,
        env=environment(**settings_of(fake, data)),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_SECONDS):
            told = [(await process.stdout.readline()).decode() for _ in range(2)]
        found = [re.search(r"http://\S+", line) for line in told]
        assert found[0], told
        assert found[1], told
        base = found[0][0].removesuffix(REQUEST_PATH)
        assert found[1][0] == base + INSTALL_PATH
        yield base
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
        log += [part.decode() for part in await process.communicate()]


async def test_it_is_installed_answers_and_still_does_after_a_restart(tmp_path: Path) -> None:
    fake, log = SlackFake(), list[str]()
    await fake.start()
    workspace = fake.agreeing = fake.install("Ridge")
    workspace.token = ""
    member = workspace.add_person("Member A")
    workspace.add_channel(GENERAL, member)
    async with running(fake, tmp_path, log) as base, aiohttp.ClientSession() as session:
        fake.oauth.redirect_url = base + REDIRECT_PATH
        browser = Browser(session)
        assert (await browser.open(await browser.agree(base))).status == 200
        person = Person(workspace, HttpLine(base + REQUEST_PATH, SECRET), member, GENERAL)
        assert "Hello, I'm Cairn" in str(await person.type("/cairn", ""))
    async with running(fake, tmp_path, log) as base:
        person = Person(workspace, HttpLine(base + REQUEST_PATH, SECRET), member, GENERAL)
        await person.mention("I look after RDS")
        await workspace.wait_for(lambda: "Managed database services" in str(workspace.posts[-1].payload))
    await fake.stop()
    kept = read_all(tmp_path)
    for secret in (*fake.oauth.given, fake.oauth.client_secret, SECRET, KEY):
        assert secret not in "".join(log)
        assert secret not in kept


def read_all(folder: Path) -> str:
    return "".join(file.read_bytes().decode("latin-1") for file in folder.iterdir())


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("CAIRN_KEYS", "cairn tokens key"),
        ("SLACK_CLIENT_SECRET", "SLACK_CLIENT_SECRET"),
        ("SLACK_SIGNING_SECRET", "SLACK_SIGNING_SECRET"),
    ],
)
def test_it_does_not_start_without(tmp_path: Path, without: str, named: str) -> None:
    settings: dict[str, Any] = {
        "SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "planted", "SLACK_SIGNING_SECRET": "planted",
        "CAIRN_KEYS": KEY, "CAIRN_DATA": str(tmp_path), "CAIRN_SLACK_PORT": "0",
    }  # fmt: skip
    del settings[without]
    told = run_cairn("run", **settings)
    assert told.returncode == 2
    assert named in told.stderr
    assert told.stderr.count("\n") == 1
    assert "planted" not in told.stderr + told.stdout
