"""Every command that the README and the docs show in chat works as it stands there, through the router."""

import re
from pathlib import Path

import pytest

from bot.adapters.playground.receive import read_text
from bot.storage.store import DatabaseStore
from tests.contract.test_typed_lines import CATALOG, Stage, fill, text_of, typed

ROOT = Path(__file__).resolve().parents[2]
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
# What an option is called in the table, and in the hints. Roles are Discord's alone.
NAMED = {"[later]": "[1/3/24]", "[action]": "[set/list/off/preview]", " [role]": ""}
# `/livez` and /slack/install are addresses, which no command is.
ADDRESSES = ("/livez", "/readyz", "/slack/", "/srv/", "/mnt/", "/etc/")
SHOWN = sorted(
    {
        line
        for page in PAGES
        if page.name != "wrong-starts.md"
        for line in re.findall(r"`(/[^`]+)`", page.read_text(encoding="utf-8"))
        if not line.startswith(ADDRESSES)
    }
)
TOPICS = re.search(
    r"^\| `/guide \[topic\]` \| (.+) \|$", (ROOT / "README.md").read_text(encoding="utf-8"), re.M
)


def test_the_pages_show_commands() -> None:
    assert len(SHOWN) > 30
    roots = {name.partition(" ")[0] for name in CATALOG.commands}
    assert {line[1:].split()[0] for line in SHOWN} == roots


@pytest.mark.parametrize("root", sorted({line.split()[0] for line in SHOWN}))
def test_a_shown_command_works(sqlite_store: DatabaseStore, root: str) -> None:
    stage = Stage(sqlite_store)
    for usage in (line for line in SHOWN if line.split()[0] == root):
        for name, hint in NAMED.items():
            usage = usage.replace(name, hint)
        command = CATALOG.commands[usage[1:].partition(" [")[0]]
        for option in (one.name for one in command.options if one.required):
            usage = usage.replace(f"[{option}]", f"<{option}>")
        for line in dict.fromkeys(fill(usage, stage.name())):
            stage.try_line(line, read_text(line, CATALOG.commands))


def test_each_topic_that_is_listed_is_a_page(sqlite_store: DatabaseStore) -> None:
    assert TOPICS is not None
    stage = Stage(sqlite_store)
    for topic in TOPICS[1].split(", "):
        line = f"/guide {topic}"
        stage.try_line(line, read_text(line, CATALOG.commands))


def test_a_word_that_fits_another_option_leaves_no_required_one_empty(sqlite_store: DatabaseStore) -> None:
    stage = Stage(sqlite_store)
    stage.set()
    answer = typed(stage, read_text("/lead remove Autumn", CATALOG.commands))
    assert answer.refused
    assert "reference" not in text_of(answer)
    assert "Autumn" in text_of(answer)
