"""Every command that the README shows in the terminal works as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from bot.cli import main

ROOT = Path(__file__).resolve().parents[2]
SHOWN = re.findall(
    r"^\$ \.venv/bin/cairn (.*?)(?:\s+#.*)?$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M
)
# These serve until they are stopped, so the tests of processes run them.
SERVES = ("run",)


def test_the_readme_shows_commands() -> None:
    assert len(SHOWN) > 8


@pytest.mark.parametrize("line", [line for line in SHOWN if line.split()[0] not in SERVES])
def test_a_shown_command_works(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAIRN_DATA", str(tmp_path / "data"))
    (tmp_path / "questions.jsonl").write_text('{"id": "1", "text": "I run EKS"}\n', encoding="utf-8")
    assert main(["migrate"]) == 0
    capsys.readouterr()
    assert main(shlex.split(line)) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.strip()
