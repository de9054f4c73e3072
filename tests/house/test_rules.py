"""The rules of the house that a machine can hold."""

import ast
import inspect
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.catalog import Catalog
from bot.core.handlers import FEATURES
from bot.core.views.error_inputs import ABOUT
from bot.core.views.errors import WORDS
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
CODE = tuple(sorted((ROOT / "bot").rglob("*.py")))
TESTS = tuple(sorted((ROOT / "tests").rglob("*.py")))
CODE_LINES = 260
TEST_LINES = 420


def read_tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported_roots(path: Path) -> Iterator[str]:
    for node in ast.walk(read_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").split(".")[0]


@pytest.mark.parametrize("path", sorted((ROOT / "bot" / "core").rglob("*.py")), ids=str)
def test_core_is_standard_library_and_synchronous(path: Path) -> None:
    outside = set(imported_roots(path)) - sys.stdlib_module_names - {"bot"}
    assert not outside
    waits = [node for node in ast.walk(read_tree(path)) if isinstance(node, ast.Await)]
    assert not waits


def test_now_is_asked_in_one_place() -> None:
    asking = [
        path
        for path in CODE
        if re.search(
            r"\b(datetime\.(now|utcnow|today)|date\.today|time\.time)\(", path.read_text(encoding="utf-8")
        )
    ]
    assert asking == [ROOT / "bot" / "clock.py"]


def test_every_reason_of_a_refusal_has_its_words() -> None:
    raised = set()
    for path in CODE:
        for node in ast.walk(read_tree(path)):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in {"NotAllowed", "NotFound", "InvalidInput"}
            ):
                assert isinstance(node.args[0], ast.Constant), (
                    f"{path}:{node.lineno}: a reason is written out"
                )
                reason = str(node.args[0].value)
                facts = {str(keyword.arg) for keyword in node.keywords}
                needed = set(WORDS[reason][1::2])
                assert needed <= facts, f"{path}:{node.lineno}: {reason} also needs {needed - facts}"
                raised.add(reason)
    assert raised == set(WORDS)


def test_what_a_reason_speaks_of_can_be_given() -> None:
    catalog = Catalog(FEATURES)
    given = {option.name for command in catalog.commands.values() for option in command.options}
    for handler in catalog.actions.values():
        if handler.submits:
            given |= {
                name
                for name, one in inspect.signature(handler.handle).parameters.items()
                if one.kind is one.KEYWORD_ONLY
            }
    assert set(ABOUT) <= set(WORDS)
    assert set(ABOUT.values()) <= given


def test_every_command_stands_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    row = re.compile(r"^\| `/([a-z]+(?: [a-z]+)?)(?: \[[^`]*)?` \| ([^|]+) \|$", re.M)
    told = {(name, says.strip()) for name, says in row.findall(readme)}
    assert told == {(command.name, command.description) for command in Catalog(FEATURES).commands.values()}


def test_every_command_that_people_are_told_of_exists() -> None:
    known = {command.name for command in Catalog(FEATURES).commands.values()}
    told = {
        (path.name, name)
        for folder, pattern in (
            ("content", "*.md"),
            ("content", "*.yaml"),
            ("bot/core/views", "*.py"),
            ("docs", "*.md"),
        )
        for path in (ROOT / folder).rglob(pattern)
        for name in re.findall(r"`/([a-z]+(?: [a-z]+)?)", path.read_text(encoding="utf-8"))
    }
    assert told
    unknown = {(file, name) for file, name in told if name not in known and name.split()[0] not in known}
    assert not unknown


def test_every_setting_stands_in_the_example() -> None:
    example = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(encoding="utf-8"), re.M))
    settings = {str(field.validation_alias or name).upper() for name, field in Settings.model_fields.items()}
    assert example == settings


@pytest.mark.parametrize(("paths", "limit"), [(CODE, CODE_LINES), (TESTS, TEST_LINES)])
def test_files_can_be_read_in_one_sitting(paths: tuple[Path, ...], limit: int) -> None:
    long = {
        str(path): count for path in paths if (count := len(path.read_text("utf-8").splitlines())) > limit
    }
    assert not long


def test_nothing_is_patched() -> None:
    patches = re.compile("mock[.]patch|import[ ]mock|Magic[M]ock")
    patching = [path for path in TESTS if patches.search(path.read_text(encoding="utf-8"))]
    assert not patching


def test_cairn_starts_without_its_heavy_parts() -> None:
    """`cairn ask` must not load a web server, a database or a platform's library."""
    loaded = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "bot", "ask", "I run EKS"],
        capture_output=True,
        text=True,
        check=True,
        cwd=ROOT,
    ).stderr
    heavy = [name for name in ("aiohttp", "sqlalchemy", "alembic", "structlog") if f" {name}\n" in loaded]
    assert not heavy
