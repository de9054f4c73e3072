"""Content files that must be refused, each with where and what is said about it."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.curriculum.files import SIZE_LIMIT
from tests.data.curriculum_folder import GOOD, LEVELS, SOURCES, TIP


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
    assert old in GOOD[name], old
    return write(name, GOOD[name].replace(old, new, 1))


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
