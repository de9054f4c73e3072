"""The pages that bring Cairn to a platform: few steps, and every command and setting in them is real."""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from tests.end_to_end.process import ROOT, run_cairn

PAGES = ("slack", "discord")
EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
NAMED = re.compile(r"`((?:SLACK|DISCORD|CAIRN)_[A-Z_]+|DATABASE_URL)(?:=[^`]*)?`")
CAIRN = ".venv/bin/cairn"


def read(page: str) -> str:
    return (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def commands(page: str) -> list[str]:
    return re.findall(r"^ *\$ (.+)$", read(page), re.M) + re.findall(rf"`({CAIRN} [^`]+)`", read(page))


@pytest.mark.parametrize("page", PAGES)
def test_it_takes_at_most_six_steps(page: str) -> None:
    steps = re.findall(r"^(\d+)\. ", read(page), re.M)
    assert steps == [str(number) for number in range(1, len(steps) + 1)]
    assert 0 < len(steps) <= 6


@pytest.mark.parametrize("page", PAGES)
def test_every_setting_that_it_names_is_documented(page: str) -> None:
    named = set(NAMED.findall(read(page)))
    assert named
    assert all(f"\n{name}=" in EXAMPLE for name in named)


@pytest.mark.parametrize("page", PAGES)
def test_every_command_in_it_works(page: str, tmp_path: Path) -> None:
    assert run_cairn("migrate", "--data", str(tmp_path)).returncode == 0
    for command in commands(page):
        words = shlex.split(command)
        if words[0] == "make":
            subprocess.run(["make", "--dry-run", *words[1:]], cwd=ROOT, check=True, capture_output=True)
            continue
        assert words[0] == CAIRN
        told = run_cairn(*words[1:], CAIRN_DATA=str(tmp_path))
        assert told.returncode == 0, told.stderr
        assert told.stdout
        if words[1] == "manifest" and "--why" not in words:
            assert json.loads(told.stdout)


def test_the_readme_leads_there() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"(docs/{page}.md)" in readme for page in PAGES)
