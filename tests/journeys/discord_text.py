"""What Discord draws, as a reader sees it: a line each, without marks."""

import re
from collections.abc import Iterator
from typing import Any

_TOKEN = re.compile(
    r"\\(?P<kept>.)|`(?P<code>[^`]*)`|\[(?P<link>(?:\\.|[^\]\\])*)\]\((?P<url>[^)\s]*)\)|[*_\u200b]"
)


def read_markdown(text: str) -> str:
    """The text without Discord's marks; what is escaped stays as it was typed."""
    bare = "\n".join(line.removeprefix("## ") for line in text.split("\n"))
    return _TOKEN.sub(_read_token, bare)


def _read_token(found: re.Match[str]) -> str:
    if found["kept"] is not None:
        return found["kept"]
    if found["code"] is not None:
        return found["code"]
    return "" if found["link"] is None else read_markdown(found["link"])


def read_lines(drawn: Any) -> Iterator[str]:
    """Every text, label, placeholder and alt text of a message or a form."""
    if isinstance(drawn, list):
        for one in drawn:
            yield from read_lines(one)
        return
    if drawn.get("content"):
        yield from read_markdown(drawn["content"]).split("\n")
    for name in ("title", "label", "description", "placeholder"):
        if drawn.get(name):
            yield drawn[name]
    for name in ("components", "component", "accessory", "items"):
        if drawn.get(name):
            yield from read_lines(drawn[name])
