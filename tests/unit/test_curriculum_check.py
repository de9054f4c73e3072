"""`cairn check` as a process: one finding a line, a summary at the end, an exit status to build on."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FINDING = re.compile(r"([\w./-]+)(?::(\d+))?: (error|warning): \S.*[.?]")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "content", tmp_path / "content")
    return tmp_path / "content"


def check(folder: Path) -> tuple[int, list[tuple[str, str, str]], str]:
    """The exit status, the findings as (file, line, severity), and the summary."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", "check"],
        cwd=ROOT,
        env=os.environ | {"CAIRN_CONTENT": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    *lines, summary = done.stdout.splitlines()
    found = [FINDING.fullmatch(line) for line in lines]
    assert None not in found, lines
    return done.returncode, [(each[1], each[2] or "", each[3]) for each in found if each], summary


def edit(folder: Path, name: str, old: str, new: str) -> int:
    """Puts `new` in the place of `old`, which stands in the file once, and returns the line."""
    text = (folder / name).read_text(encoding="utf-8")
    assert text.count(old) == 1
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return text.count("\n", 0, text.index(old)) + 1


def test_good_content_ends_with_zero(folder: Path) -> None:
    status, found, summary = check(folder)
    assert status == 0
    assert {severity for _, _, severity in found} == {"warning"}
    assert all((folder / file).is_file() and int(line) > 0 for file, line, _ in found)
    assert summary.endswith(
        f"56 goals, 5 challenges, 34 tips, 6 pages, 6 figures: 0 errors, {len(found)} warnings"
    )


def test_a_warning_alone_fails_nothing(folder: Path) -> None:
    (folder / "stray.yaml").write_text("", encoding="utf-8")
    status, found, _ = check(folder)
    assert status == 0
    assert ("stray.yaml", "", "warning") in found


def test_a_fault_that_loads_is_an_error_with_file_and_line(folder: Path) -> None:
    line = edit(folder, "goals/production.yaml", "    evidence: [dashboard, repository]\n", "")
    status, found, summary = check(folder)
    assert status == 1
    (error,) = [each for each in found if each[2] == "error"]
    assert error[0] == "goals/production.yaml"
    assert int(error[1]) < line
    assert ": 1 errors, " in summary


def test_content_that_does_not_load_is_told_in_the_same_form(folder: Path) -> None:
    line = edit(
        folder,
        "goals/patterns.yaml",
        "    sources: [develop-tests, knowledge-injection-paper]\n",
        "    sources: [develop-test]\n",
    )
    status, found, summary = check(folder)
    assert (status, found) == (1, [("goals/patterns.yaml", str(line), "error")])
    assert summary == "The content can't be loaded: 1 errors, 0 warnings"


def test_a_phase_that_does_not_pack_is_named_with_its_paces(folder: Path) -> None:
    text = (folder / "goals/production.yaml").read_text(encoding="utf-8")
    (folder / "goals/production.yaml").write_text(text.replace("hours: 2", "hours: 5"), encoding="utf-8")
    status, found, _ = check(folder)
    assert status == 1
    places = {file for file, _, severity in found if severity == "error"}
    assert places == {"tracks/cloud-to-ai.yaml", "tracks/devops-to-ai.yaml"}
