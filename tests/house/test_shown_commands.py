"""Every command that the README and the docs show in the terminal works as it stands there."""

import re
import shlex
from pathlib import Path

import pytest

from bot.cli import main, read_arguments
from tests.end_to_end.process import environment

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
SHOWN = re.compile(
    r"^ *\$ \.venv/bin/cairn (.+?)(?:\s+#.*)?$|`(?:\.venv/bin/)?cairn ([^`]+)`"
    r"|^[^|`\n]*(?<=/bin/)cairn ([^&\n]+)|^docker compose run --rm \w+ (.+)$",
    re.M,
)
# These serve until they are stopped, or need what only an operator has. They are only read.
NEEDS = ("run", "play", "restore", "backup", "outbox", "tokens rotate", "tokens accept", "--help")
# A page that shows what is refused, and a word that stands for its verbs.
LEFT_OUT = ("wrong-starts.md",)


def shown(page: Path) -> list[str]:
    text = page.read_text(encoding="utf-8")
    found = (next(filter(None, one.groups())).strip() for one in SHOWN.finditer(text))
    return list(dict.fromkeys(found))


LINES = sorted({line for page in PAGES if page.name not in LEFT_OUT for line in shown(page)})


def test_the_pages_show_commands() -> None:
    assert len(LINES) > 20
    assert all(shown(page) for page in PAGES if page.name not in LEFT_OUT)


@pytest.mark.parametrize("line", LINES)
def test_a_shown_command_can_be_read(line: str) -> None:
    if line == "--help":
        return
    words = shlex.split(line)
    assert read_arguments(words).do is not None
    # A verb that was renamed must not be read as something else.
    assert words[0].isalpha()


@pytest.mark.parametrize("line", [line for line in LINES if not line.startswith(NEEDS)])
def test_a_shown_command_works(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("CAIRN_SOAK", "CAIRN_GOLDEN"):
        monkeypatch.delenv(name, raising=False)
    assert "CAIRN_DATA" not in environment()
    monkeypatch.setenv("CAIRN_DATA", str(tmp_path / "data"))
    (tmp_path / "questions.jsonl").write_text('{"id": "1", "text": "I run EKS"}\n', encoding="utf-8")
    assert main(shlex.split(line)) == 0, capsys.readouterr().err
    assert capsys.readouterr().out.strip()


def test_what_works_on_a_database(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CAIRN_DATA", str(tmp_path / "data"))
    for line in ("migrate", "outbox", "backup", f"backup {tmp_path / 'backups'} --json", "status"):
        assert main(shlex.split(line)) == 0, capsys.readouterr().err
        assert capsys.readouterr().out.strip()
