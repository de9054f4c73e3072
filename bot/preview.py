"""A piece of content as both platforms would show it, drawn in a terminal from the payloads they get."""

import re
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from bot.adapters.discord import render as discord
from bot.adapters.slack import render as slack
from bot.core.domain.curriculum import Content
from bot.core.errors import NotFound
from bot.curriculum.cards import list_cards

WIDTH = 76

Payload = dict[str, Any]

_UNSEEN = re.compile("[\u200b\u00ad]")
_SLACK_LINK = re.compile(r"<(https://[^|>]+)\|([^>]+)>")
_SLACK_STYLE = re.compile(r"(?<![\w*])([*_`])(?=\S)([^*_`\n]+)\1(?!\w)")
_DISCORD_LINK = re.compile(r"(?<!\\)\[((?:\\.|[^\]\\])+)\]\((https://[^)]+)\)")
_DISCORD_STYLE = re.compile(r"(?<!\\)(\*\*|_|`)((?:\\.|[^\\*_`\n])+)\1")
_LOOKALIKES = str.maketrans("∗ˍ∼ˋ", "*_~`")


def preview(content: Content, piece: str) -> str:
    """Both drawings, one below the other. Raises NotFound when `piece` names nothing in the content."""
    wanted = Path(piece).stem
    cards = [card for card in list_cards(content) if card.key == wanted and not card.shared]
    if not cards:
        raise NotFound("piece.unknown", piece=piece)
    # A goal of two tracks has a card in each, alike but for its week.
    shown = cards[:1] if cards[0].kind == "goal" else cards
    messages = (card.build() for card in shown)
    return "\n".join(
        drawn
        for message in messages
        for drawn in (
            _frame("Slack", _slack_lines(slack.message_payload(message)["blocks"])),
            _frame("Discord", _discord_lines(discord.message_payload(message)["components"])),
        )
    )


def _frame(name: str, lines: Iterator[str]) -> str:
    head = f"┌─ {name} " + "─" * (WIDTH - len(name) - 4)
    wrapped = (part for line in lines for part in textwrap.wrap(line, WIDTH - 2) or [""])
    return "\n".join((head, *(f"│ {line}" for line in wrapped), "└" + "─" * (WIDTH - 1)))


def _slack_lines(blocks: list[Payload]) -> Iterator[str]:
    for block in blocks:
        match block:
            case {"type": "header", "text": text}:
                yield str(text["text"]).upper()
            case {"type": "section", "fields": fields}:
                for field in fields:
                    yield from _texts(field["text"], _read_slack)
            case {"type": "section", "text": text}:
                yield from _texts(text["text"], _read_slack)
                if "accessory" in block:
                    yield _slack_button(block["accessory"]).rjust(WIDTH - 2)
            case {"type": "divider"}:
                yield "─" * (WIDTH - 2)
            case {"elements": elements}:
                yield " ".join(_slack_button(element) for element in elements)
        yield ""


def _slack_button(element: Payload) -> str:
    if element["type"] == "static_select":
        return f"[ {element['placeholder']['text']} ▾ ]"
    return f"[ {element['text']['text']} ]"


def _discord_lines(components: list[Payload]) -> Iterator[str]:
    for one in components:
        match one:
            case {"type": discord.TEXT_DISPLAY, "content": text}:
                yield from _texts(text.removeprefix("## "), _read_discord)
            case {"type": discord.SECTION, "components": texts, "accessory": accessory}:
                for text in texts:
                    yield from _texts(text["content"], _read_discord)
                yield _discord_button(accessory).rjust(WIDTH - 2)
            case {"type": discord.SEPARATOR}:
                yield "─" * (WIDTH - 2)
            case {"type": discord.ROW, "components": items}:
                yield " ".join(_discord_button(item) for item in items)
        yield ""


def _discord_button(item: Payload) -> str:
    return f"[ {item['placeholder']} ▾ ]" if item["type"] == discord.SELECT else f"[ {item['label']} ]"


def _texts(text: str, read: Callable[[str], str]) -> Iterator[str]:
    yield from read(_UNSEEN.sub("", text)).split("\n")


def _read_slack(text: str) -> str:
    text = _SLACK_STYLE.sub(r"\2", _SLACK_LINK.sub(r"\2", text))
    text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    return text.translate(_LOOKALIKES)


def _read_discord(text: str) -> str:
    text = _DISCORD_STYLE.sub(r"\2", _DISCORD_LINK.sub(r"\1", text))
    return re.sub(r"\\(\W)", r"\1", text)
