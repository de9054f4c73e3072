"""Content files: what loads, and how hostile or broken ones are refused with file, line and remedy."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.domain.skills import Source
from bot.core.errors import ContentError, Problem
from bot.curriculum.files import SIZE_LIMIT
from bot.curriculum.links import check_url
from bot.curriculum.lint import check_folder
from bot.curriculum.load import find_unread, load_content, load_with_places, source_key
from bot.curriculum.markdown import check_markdown, split_paragraphs
from bot.curriculum.yaml_tree import read_yaml

LEVELS = "".join(f"{{name: Level {number}, looks_like: Like this.}}, " for number in range(4))
SKILLS = f"""\
skills:
  - id: databases
    name: Databases
    application: Vector search
    carries_over: You run them well.
    levels: [{LEVELS}]
    sources: []
    gap:
      id: embeddings
      name: Embeddings
      summary: How texts become vectors.
      levels: [{LEVELS}]
      objectives: [patterns.b]
"""
SOURCES = """\
paper:
  title: A paper
  url: https://example.org/paper
  edition: 2024
  checked_on: 2026-11-23
  checked: stored
talk:
  title: A talk
  edition: second edition
"""
CHALLENGES = """\
data-quality:
  name: Ignoring data quality
  summary: Poor data sinks projects.
"""
FIGURES = """\
pay:
  says: People earn
  value: $1-$2
  source: talk
  edition: 2024
"""
TRACK = """\
name: Cloud to AI
from_role: Cloud engineer
to_role: AI engineer
summary: A way.
strengths:
  cost:
    name: Cost
    says: You know cost.
phases:
  patterns:
    name: Patterns
    weeks: [4, 6]
    objectives:
      a: Use the patterns.
      b: Connect a store.
"""
TIP = """\
---
title: One mistake
challenge: data-quality
sources: [paper]
---
The mistake goes
over two lines.

The sign.

**Instead** do this.

- and _this_
- and `that`
"""
PAGE = """\
---
title: A page
summary: What it says.
aliases: [one, two]
sources: [paper, talk]
figures: [pay]
---
A paragraph with a [link](https://example.org/a_b).
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "content")


def make_folder(root: Path) -> Path:
    """A small content folder that loads."""
    files = {
        "README.md": "# How to write\n",
        "skills.yaml": SKILLS,
        "sources.yaml": SOURCES,
        "challenges.yaml": CHALLENGES,
        "figures.yaml": FIGURES,
        "tracks/cloud.yaml": TRACK,
        "tips/one.md": TIP,
        "guide/page.md": PAGE,
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root


def problems_of(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        load_content(root)
    return caught.value.problems


def test_a_small_folder_loads_whole(folder: Path) -> None:
    content = load_content(folder)
    assert content.counts() == {
        "skills": 1,
        "tracks": 1,
        "phases": 1,
        "objectives": 2,
        "challenges": 1,
        "tips": 1,
        "pages": 1,
        "figures": 1,
    }
    (tip,) = content.tips
    assert (tip.id, tip.mistake, tip.sign) == ("one", "The mistake goes over two lines.", "The sign.")
    assert tip.instead == "**Instead** do this.\n\n- and _this_\n- and `that`"
    assert tip.sources[0].checked_on == date(2026, 11, 23)
    assert tip.sources[0].edition == "2024"
    assert [each.id for each in content.tracks[0].objectives] == ["patterns.a", "patterns.b"]
    assert content.pages[0].figures == content.figures
    assert content.pages[0].aliases == ("one", "two")


def test_every_thing_has_a_place(folder: Path) -> None:
    places = load_with_places(folder).places
    assert (places["tip", "one"].file, places["tip", "one"].line) == ("tips/one.md", 2)
    talk = source_key(Source("A talk", "", "second edition"))
    assert (places["source", talk].file, places["source", talk].line) == ("sources.yaml", 7)
    place = places["objective", "cloud:patterns.b"]
    assert (place.file, place.line) == ("tracks/cloud.yaml", 15)


def test_the_version_follows_the_files(folder: Path) -> None:
    before = load_content(folder).version
    assert load_content(folder).version == before
    assert len(before) == 12
    (folder / "tips/one.md").write_text(TIP.replace("The sign.", "Another sign."), encoding="utf-8")
    assert load_content(folder).version != before


def test_windows_line_ends_and_a_byte_order_mark_are_fine(folder: Path) -> None:
    before = load_content(folder)
    (folder / "tips/one.md").write_bytes(b"\xef\xbb\xbf" + TIP.replace("\n", "\r\n").encode())
    assert load_content(folder) == before


def test_words_of_yaml_stay_words(folder: Path) -> None:
    words = "aliases: [no, on, 12, 1.30, 2024-01-01, 'null', 0x10]"
    (folder / "guide/page.md").write_text(PAGE.replace("aliases: [one, two]", words), encoding="utf-8")
    aliases = load_content(folder).pages[0].aliases
    assert aliases == ("no", "on", "12", "1.30", "2024-01-01", "null", "0x10")


def test_all_problems_come_at_once_in_order(folder: Path) -> None:
    (folder / "tips/one.md").write_text(TIP.replace("[paper]", "[gone, lost]"), encoding="utf-8")
    (folder / "figures.yaml").write_text(FIGURES.replace("talk", "nowhere"), encoding="utf-8")
    (folder / "tips/two.md").write_text("nothing", encoding="utf-8")
    found = [(each.file, each.line) for each in problems_of(folder)]
    assert found == [("figures.yaml", 4), ("tips/one.md", 4), ("tips/one.md", 4), ("tips/two.md", 1)]


@dataclass(frozen=True)
class Hostile:
    """A change to a good folder that must be refused: in which file, at which line, and with which word."""

    name: str
    file: str
    line: int | None
    says: str
    do: Callable[[Path], None]


def write(name: str, text: str | bytes) -> Callable[[Path], None]:
    def do(root: Path) -> None:
        content = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        (root / name).write_bytes(content)

    return do


def change(name: str, old: str, new: str) -> Callable[[Path], None]:
    text = {
        "skills.yaml": SKILLS,
        "tips/one.md": TIP,
        "guide/page.md": PAGE,
        "sources.yaml": SOURCES,
        "tracks/cloud.yaml": TRACK,
    }[name]
    assert old in text, old
    return write(name, text.replace(old, new, 1))


def body(text: str) -> Callable[[Path], None]:
    return change("tips/one.md", "The sign.", text)


def tip_line(line: str) -> Callable[[Path], None]:
    return change("tips/one.md", "challenge: data-quality", f"challenge: data-quality\n{line}")


def link_to_outside(root: Path) -> None:
    outside = root.parent / "outside.md"
    outside.write_text(TIP, encoding="utf-8")
    (root / "tips/two.md").symlink_to(outside)


def link_folder(root: Path) -> None:
    (root / "guide/page.md").rename(root.parent / "page.md")
    (root / "guide").rmdir()
    (root / "guide").symlink_to(root.parent)


def pipe(root: Path) -> None:
    os.mkfifo(root / "tips/two.md")


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
DEEP = "paper: " + "[" * 30 + "]" * 30 + "\n"

HOSTILE = (
    # YAML
    Hostile("anchor", "tips/one.md", 4, "Anchors", tip_line("reveal: &x Why?")),
    Hostile("alias", "tips/one.md", 4, "Anchors", tip_line("reveal: *x")),
    Hostile("billion laughs", "challenges.yaml", 1, "Anchors", write("challenges.yaml", BOMB)),
    Hostile("merge key", "sources.yaml", 2, "Anchors", change("sources.yaml", "title: A paper", "<<: *base")),
    Hostile(
        "python tag", "tips/one.md", 4, "Tags", tip_line("reveal: !!python/object/apply:os.system ['true']")
    ),
    Hostile("python name", "tips/one.md", 4, "Tags", tip_line("reveal: !!python/name:os.system")),
    Hostile("own tag", "tips/one.md", 4, "Tags", tip_line("reveal: !include /etc/passwd")),
    Hostile("standard tag", "tips/one.md", 4, "Tags", tip_line("reveal: !!binary aGVsbG8=")),
    Hostile("doubled key", "tips/one.md", 4, "twice", tip_line("title: Another")),
    Hostile(
        "doubled source", "sources.yaml", 10, "twice", write("sources.yaml", SOURCES + "paper:\n  title: X\n")
    ),
    Hostile(
        "doubled objective", "tracks/cloud.yaml", 15, "twice", change("tracks/cloud.yaml", "b: Con", "a: Con")
    ),
    Hostile("deep nesting", "sources.yaml", 1, "levels deep", write("sources.yaml", DEEP)),
    Hostile("very deep nesting", "sources.yaml", 1, "", write("sources.yaml", "[" * 60_000)),
    Hostile(
        "deep maps",
        "sources.yaml",
        21,
        "levels deep",
        write("sources.yaml", "".join(" " * depth + "a:\n" for depth in range(400))),
    ),
    Hostile("complex key", "sources.yaml", 1, "key", write("sources.yaml", "? [a, b]\n: c\n")),
    Hostile("empty key", "sources.yaml", 1, "key", write("sources.yaml", "~: c\n")),
    Hostile(
        "two documents", "sources.yaml", 10, "second document", write("sources.yaml", SOURCES + "---\na: b\n")
    ),
    Hostile("directive", "sources.yaml", 1, "%", write("sources.yaml", "%YAML 1.1\n---\n" + SOURCES)),
    Hostile("broken syntax", "sources.yaml", 3, "YAML", write("sources.yaml", "paper:\n  title: [A\n")),
    Hostile("tab indentation", "sources.yaml", 2, "YAML", write("sources.yaml", "paper:\n\ttitle: A\n")),
    Hostile("bidi escape", "tips/one.md", 4, "U+202E", tip_line('reveal: "abc\\u202edef"')),
    Hostile("NUL escape", "tips/one.md", 4, "U+0000", tip_line('reveal: "abc\\0def"')),
    # files
    Hostile("huge", "tips/one.md", None, "256 KiB", write("tips/one.md", TIP + "x" * SIZE_LIMIT)),
    Hostile("symlink", "tips/two.md", None, "link", link_to_outside),
    Hostile("linked folder", "guide", None, "link", link_folder),
    Hostile("named pipe", "tips/two.md", None, "isn't a file", pipe),
    Hostile("a folder as a file", "tips/two.md", None, "", lambda root: (root / "tips/two.md").mkdir()),
    Hostile(
        "Latin-1",
        "tips/one.md",
        9,
        "UTF-8",
        write("tips/one.md", TIP.encode().replace(b"The sign", b"\xe9")),
    ),
    Hostile(
        "UTF-16",
        "tips/one.md",
        1,
        "UTF-8",
        write("tips/one.md", TIP.encode("utf-16")),
    ),
    Hostile("NUL", "tips/one.md", 9, "U+0000", body("a\0b")),
    Hostile("escape character", "tips/one.md", 9, "U+001B", body("\x1b[31mred")),
    Hostile("bidi override", "tips/one.md", 9, "U+202E", body("abc\u202edef")),
    Hostile("zero width space", "tips/one.md", 9, "U+200B", body("abc\u200bdef")),
    Hostile("lone return", "tips/one.md", 9, "U+000D", body("abc\rdef")),
    Hostile("surrogate", "tips/one.md", 9, "UTF-8", body("abc\ud800def")),
    Hostile("another suffix", "tips/two.txt", None, "Only .md", write("tips/two.txt", TIP)),
    Hostile("an id that isn't one", "tips/Two Words.md", None, "id", write("tips/Two Words.md", TIP)),
    Hostile("a missing file", "sources.yaml", None, "missing", lambda root: (root / "sources.yaml").unlink()),
    # fields
    Hostile("unknown field", "tips/one.md", 4, "no field", tip_line("souces: [paper]")),
    Hostile(
        "missing field", "tips/one.md", 2, "missing", change("tips/one.md", "challenge: data-quality\n", "")
    ),
    Hostile("empty field", "tips/one.md", 2, "empty", change("tips/one.md", "title: One mistake", "title:")),
    Hostile(
        "a list for a text", "tips/one.md", 2, "text", change("tips/one.md", "title: One", "title: [One]#")
    ),
    Hostile("a text for a list", "tips/one.md", 4, "list", change("tips/one.md", "[paper]", "paper")),
    Hostile(
        "words for a number",
        "tracks/cloud.yaml",
        12,
        "number",
        change("tracks/cloud.yaml", "[4, 6]", "[4, six]"),
    ),
    Hostile(
        "more weeks than less",
        "tracks/cloud.yaml",
        12,
        "fewest",
        change("tracks/cloud.yaml", "[4, 6]", "[6, 4]"),
    ),
    Hostile(
        "a hundred weeks",
        "tracks/cloud.yaml",
        12,
        "at most",
        change("tracks/cloud.yaml", "[4, 6]", "[4, 100]"),
    ),
    Hostile(
        "a date that is none", "sources.yaml", 5, "date", change("sources.yaml", "2026-11-23", "2026-13-23")
    ),
    Hostile("checked by magic", "sources.yaml", 6, "one of", change("sources.yaml", "stored", "magic")),
    Hostile("http source", "sources.yaml", 3, "https", change("sources.yaml", "https", "http")),
    Hostile(
        "javascript source",
        "sources.yaml",
        3,
        "https",
        change("sources.yaml", "https://example.org/paper", "javascript:alert(1)"),
    ),
    Hostile("a title too long", "tips/one.md", 2, "longer", change("tips/one.md", "One mistake", "x" * 151)),
    Hostile(
        "markup in a title", "tips/one.md", 2, "plain", change("tips/one.md", "One mistake", "<b>One</b>")
    ),
    Hostile(
        "a mention in a title",
        "tips/one.md",
        2,
        "plain",
        change("tips/one.md", "One mistake", "One @everyone"),
    ),
    Hostile(
        "an unknown source", "tips/one.md", 4, "sources.yaml", change("tips/one.md", "[paper]", "[pape]")
    ),
    Hostile(
        "an unknown figure", "guide/page.md", 6, "figures.yaml", change("guide/page.md", "[pay]", "[play]")
    ),
    Hostile(
        "front matter that is a list", "tips/one.md", 2, "fields", write("tips/one.md", "---\n- a\n---\nx\n")
    ),
    # the skill map
    Hostile(
        "three levels",
        "skills.yaml",
        6,
        "too few",
        change("skills.yaml", f"levels: [{LEVELS}]", "levels: []"),
    ),
    Hostile(
        "one id for two rows",
        "skills.yaml",
        None,
        "twice",
        change("skills.yaml", "id: embeddings", "id: databases"),
    ),
    Hostile("a bad objective", "skills.yaml", 13, "form", change("skills.yaml", "patterns.b", "patterns-b")),
    Hostile(
        "an endless alias",
        "skills.yaml",
        7,
        "longer",
        change("skills.yaml", "    sources: []", f"    aliases: [{'x' * 200}]"),
    ),
    # Markdown
    Hostile("no front matter", "tips/one.md", 1, "front matter", write("tips/one.md", "Hello.\n")),
    Hostile(
        "open front matter",
        "tips/one.md",
        1,
        "never ends",
        write("tips/one.md", "---\ntitle: One\n\nText.\n"),
    ),
    Hostile(
        "two paragraphs", "tips/one.md", 6, "three paragraphs", write("tips/one.md", TIP.split("**Inst")[0])
    ),
    Hostile("HTML", "tips/one.md", 9, "HTML", body("a <script>alert(1)</script>")),
    Hostile("HTML comment", "tips/one.md", 9, "HTML", body("a <!-- b -->")),
    Hostile("HTML code", "tips/one.md", 9, "HTML", body("a &lt;b&gt;")),
    Hostile("heading", "tips/one.md", 9, "Headings", body("# Sign")),
    Hostile("image", "tips/one.md", 9, "Images", body("![x](https://example.org/x.png)")),
    Hostile("javascript link", "tips/one.md", 9, "link", body("[x](javascript:alert(1))")),
    Hostile("http link", "tips/one.md", 9, "link", body("[x](http://example.org)")),
    Hostile(
        "masked link", "tips/one.md", 9, "look like", body("[https://bank.example](https://evil.example)")
    ),
    Hostile("masked host", "tips/one.md", 9, "look like", body("[bank.com](https://evil.example)")),
    Hostile("link with a user", "tips/one.md", 9, "user name", body("[x](https://bank.com@evil.example/)")),
    Hostile("link to an address", "tips/one.md", 9, "plain name", body("[x](https://127.0.0.1/)")),
    Hostile("link with look-alikes", "tips/one.md", 9, "address", body("[x](https://bаnk.com/)")),
    Hostile("bare address", "tips/one.md", 9, "outside of a link", body("see https://example.org")),
    Hostile("reference link", "tips/one.md", 9, "link", body("[x][1]")),
    Hostile("link definition", "tips/one.md", 11, "Link definitions", body("a\n\n[1]: https://example.org")),
    Hostile("open bold", "tips/one.md", 9, "partner", body("a **b")),
    Hostile("nested marks", "tips/one.md", 9, "partner", body("**a _b** c_")),
    Hostile("star list", "tips/one.md", 9, "list", body("* one")),
    Hostile("numbered list", "tips/one.md", 9, "list", body("1. one")),
    Hostile("nested list", "tips/one.md", 10, "within a list", body("- one\n  - two")),
    Hostile("table", "tips/one.md", 9, "Tables", body("| a | b |")),
    Hostile("fence", "tips/one.md", 9, "Code blocks", body("```\nrm -rf\n```")),
    Hostile("quote", "tips/one.md", 9, "Quotes", body("> a")),
    Hostile("mention everyone", "tips/one.md", 9, "mentions", body("hey @everyone")),
    Hostile("Slack mention", "tips/one.md", 9, "mentions", body("hey <!channel>")),
    Hostile("user mention", "tips/one.md", 9, "mentions", body("hey <@U12345>")),
    Hostile("a paragraph too long", "tips/one.md", 9, "2000", body("word " * 500)),
    Hostile("a text too long", "tips/one.md", 6, "8000", body("word \n\n" * 2_000)),
)


@pytest.mark.parametrize("case", HOSTILE, ids=lambda case: case.name)
def test_hostile_files_are_refused(case: Hostile, folder: Path) -> None:
    case.do(folder)
    started = time.perf_counter()
    problems = problems_of(folder)
    assert time.perf_counter() - started < 2
    found = [each for each in problems if each.file == case.file]
    assert found, problems
    assert case.line in {each.line for each in found}, problems
    assert any(case.says in each.says for each in found), problems
    assert all(each.remedy for each in problems)


def test_there_are_at_least_forty_hostile_files() -> None:
    assert len({case.name for case in HOSTILE}) == len(HOSTILE) >= 40


def test_a_misspelt_field_is_guessed(folder: Path) -> None:
    tip_line("souces: [paper]")(folder)
    assert problems_of(folder)[0].remedy == "Did you mean `sources`?"


def test_a_folder_that_does_not_exist_is_one_problem_at_least(tmp_path: Path) -> None:
    assert any(each.says == "There is no such folder." for each in problems_of(tmp_path / "nothing"))


def test_what_nobody_reads_is_told(folder: Path) -> None:
    assert find_unread(folder) == ()
    (folder / "challenge.yaml").write_text(CHALLENGES, encoding="utf-8")
    (folder / "tip").mkdir()
    (folder / ".hidden").write_text("", encoding="utf-8")
    assert find_unread(folder) == ("challenge.yaml", "tip")
    _, findings = check_folder(folder, datetime(2026, 11, 23, tzinfo=UTC))
    assert [each.file for each in findings if each.says == "Nothing reads this."] == ["challenge.yaml", "tip"]


def test_nothing_outside_the_folder_is_ever_opened(folder: Path) -> None:
    (folder.parent / "secret.md").write_text(TIP, encoding="utf-8")
    change("tips/one.md", "[paper]", "[../../secret]")(folder)
    (problem,) = problems_of(folder)
    assert (problem.file, problem.line) == ("tips/one.md", 4)


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_folder(tmp_path_factory.mktemp("shared"))


@settings(max_examples=20_000 if os.environ.get("CAIRN_SOAK") else 200, deadline=None)
@given(data=st.data())
def test_a_damaged_folder_loads_or_says_what_is_wrong(data: st.DataObject, shared: Path) -> None:
    file = data.draw(
        st.sampled_from(sorted(path for path in shared.rglob("*.*") if path.name != "README.md"))
    )
    good = file.read_bytes()
    start = data.draw(st.integers(0, len(good)))
    end = data.draw(st.integers(start, min(len(good), start + 12)))
    file.write_bytes(good[:start] + data.draw(st.binary(max_size=12)) + good[end:])
    try:
        said = load_content(shared).version
    except ContentError as error:
        said = error.problems[0].remedy
    finally:
        file.write_bytes(good)
    assert said


@given(st.text(max_size=300))
def test_any_yaml_is_read_or_refused(text: str) -> None:
    try:
        value, lines = read_yaml(text, "x.yaml")
    except ContentError as error:
        found = [problem.line or 0 for problem in error.problems]
    else:
        found = [lines.find(("a", 0, "b"))]
        assert value is None or isinstance(value, str | list | dict)
    assert min(found) >= 1


@given(st.text(alphabet="ab *_`[]()<>&-#!|\\\n:/.htps@", max_size=120))
def test_any_text_is_judged_with_a_line_of_its_own(text: str) -> None:
    for problem in check_markdown(text, "x.md", first_line=5):
        assert problem.line is not None
        assert 5 <= problem.line <= 5 + text.count("\n")


@given(st.lists(st.sampled_from(["One line.", "- an item", "", "two  spaces ", "- another"]), max_size=12))
def test_paragraphs_keep_every_word_and_their_line(lines: list[str]) -> None:
    text = "\n".join(lines)
    paragraphs = split_paragraphs(text, 1)
    assert " ".join(part for _, part in paragraphs).split() == text.split()
    assert all(
        lines[begun - 1].strip() == part.split("\n")[0][: len(lines[begun - 1].strip())]
        for begun, part in paragraphs
    )


@given(st.sampled_from(["https://", "http://", "//", "javascript:", "HTTPS://"]), st.text(max_size=40))
def test_only_plain_https_addresses_pass(scheme: str, rest: str) -> None:
    if check_url(scheme + rest) is None:
        assert scheme == "https://"
        assert rest.isascii()
        host = rest.replace("?", "/").replace("#", "/").split("/")[0]
        assert "@" not in host
        assert ":" not in host.removesuffix(":")
