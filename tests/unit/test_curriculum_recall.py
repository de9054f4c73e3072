"""Recalled content: equal to loaded content, never stale, and never in the way."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import ContentError
from bot.curriculum.load import load_content
from bot.curriculum.recall import cache_folder, recall_content
from tests.data.curriculum_folder import TIP, make_folder
from tests.data.hostile_files import change, write

ROOT = Path(__file__).parents[2]
ASK = """
import sys
from pathlib import Path
from bot.curriculum.recall import recall_content
recall_content(Path(sys.argv[1]), Path(sys.argv[2]))
print("loaded" if "pydantic" in sys.modules else "recalled")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "content")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "home" / ".cache" / "cairn"


def ask(folder: Path, cache: Path, root: Path = ROOT) -> str:
    """Whether a new process loads the content or recalls it. `root` holds the code."""
    command = [sys.executable, "-c", ASK, str(folder), str(cache)]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=True).stdout.strip()


def test_recalled_content_equals_loaded_content(cache: Path) -> None:
    shipped = ROOT / "content"
    loaded = load_content(shipped)
    assert recall_content(shipped, cache) == loaded
    recalled = recall_content(shipped, cache)
    assert recalled == loaded
    assert recalled.goals == loaded.goals
    assert type(recalled.goal_aliases) is type(loaded.goal_aliases)
    assert type(recalled.skill_map.vocabulary.groups) is type(loaded.skill_map.vocabulary.groups)


def test_the_second_process_recalls(folder: Path, cache: Path) -> None:
    assert [ask(folder, cache), ask(folder, cache)] == ["loaded", "recalled"]
    change("tips/one.md", "The sign.", "Another sign.")(folder)
    assert [ask(folder, cache), ask(folder, cache)] == ["loaded", "recalled"]


def test_other_code_recalls_nothing(folder: Path, cache: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    for part in ("core", "curriculum"):
        shutil.copytree(ROOT / "bot" / part, copy / "bot" / part)
    (copy / "bot/__init__.py").touch()
    assert [ask(folder, cache, copy), ask(folder, cache, copy)] == ["loaded", "recalled"]
    with (copy / "bot/core/domain/skills.py").open("a", encoding="utf-8") as code:
        code.write("\n# something else\n")
    assert ask(folder, cache, copy) == "loaded"


@pytest.mark.parametrize(
    "edit",
    [
        change("tips/one.md", "The sign.", "The sigh."),
        change("goals/order.yaml", "  patterns.b: [own-store]\n", ""),
        write("tips/two.md", TIP.replace("One mistake", "Another")),
        lambda root: (root / "tips/one.md").rename(root / "tips/renamed.md"),
        lambda root: (root / "tips/one.md").unlink(),
    ],
)
def test_what_is_recalled_follows_the_files(edit: Callable[[Path], None], folder: Path, cache: Path) -> None:
    before = recall_content(folder, cache)
    edit(folder)
    after = recall_content(folder, cache)
    assert after == load_content(folder) != before


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("recalled") / "content")


@settings(max_examples=40, deadline=None)
@given(signs=st.lists(st.sampled_from(["One.", "Two.", "Three."]), max_size=5))
def test_back_and_forth_never_recalls_the_other(signs: list[str], shared: Path) -> None:
    for sign in signs:
        (shared / "tips/one.md").write_text(TIP.replace("The sign.", sign), encoding="utf-8")
        assert recall_content(shared, shared.parent / "cache").tips[0].sign == sign


def test_broken_content_is_refused_and_never_kept(folder: Path, cache: Path) -> None:
    change("tips/one.md", "[paper]", "[gone]")(folder)
    for _ in range(2):
        with pytest.raises(ContentError):
            recall_content(folder, cache)
    assert not cache.exists()
    with pytest.raises(ContentError):
        recall_content(folder / "nothing", cache)


@pytest.mark.parametrize(
    "damage",
    [
        lambda kept: kept.write_bytes(b""),
        lambda kept: kept.write_bytes(kept.read_bytes()[:-1]),
        lambda kept: kept.write_bytes(kept.read_bytes().replace(b"The sign.", b"The lie.")),
        lambda kept: kept.write_bytes(b"\n" + kept.read_bytes().split(b"\n", 1)[1]),
        lambda kept: kept.parent.chmod(0o777),
        lambda kept: (kept.unlink(), kept.mkdir()),
    ],
)
def test_a_damaged_memory_counts_for_nothing(
    damage: Callable[[Path], None], folder: Path, cache: Path
) -> None:
    loaded = recall_content(folder, cache)
    damage(cache / "content.json")
    assert recall_content(folder, cache) == loaded
    assert loaded.tips[0].sign == "The sign."


def test_a_folder_that_others_can_write_to_is_not_used(folder: Path, cache: Path) -> None:
    cache.mkdir(parents=True)
    cache.chmod(0o777)
    assert recall_content(folder, cache) == load_content(folder)
    assert list(cache.iterdir()) == []


def test_no_place_to_keep_it_is_no_trouble(folder: Path, tmp_path: Path) -> None:
    taken = tmp_path / "file"
    taken.write_text("", encoding="utf-8")
    loaded = load_content(folder)
    assert recall_content(folder, taken / "below") == loaded
    assert recall_content(folder, taken) == loaded
    assert recall_content(folder, None) == loaded


def test_only_its_owner_sees_what_is_kept_and_no_draft_stays(folder: Path, cache: Path) -> None:
    recall_content(folder, cache)
    assert [each.name for each in cache.iterdir()] == ["content.json"]
    assert cache.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"HOME": "/home/a"}, Path("/home/a/.cache/cairn")),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "/var/b"}, Path("/var/b/cairn")),
        ({"HOME": "/home/a", "XDG_CACHE_HOME": "here"}, None),
        ({"HOME": ""}, None),
        ({}, None),
    ],
)
def test_the_cache_is_where_the_user_keeps_such_things(
    environment: dict[str, str], expected: Path | None
) -> None:
    assert cache_folder(environment) == expected
