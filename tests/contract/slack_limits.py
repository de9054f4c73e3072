"""What Slack takes: its documented limits, and what its own models check. Each raises AssertionError."""

import json
import re
from collections.abc import Iterator
from typing import Any

from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.adapters.slack.render import LINK_ID
from tests.contract.surfaces import Payload, utf16

COMMAND = re.compile(r"/[a-z0-9_-]{1,31}")
CODES = re.compile(r"<([^>]*)>")
MESSAGE_ROOM = 13_200
VIEW_BYTES = 250_000


def items_of(blocks: list[Payload]) -> list[Payload]:
    """All buttons, selects and inputs, in the order in which they are drawn."""
    return [
        item
        for block in blocks
        for item in (
            *block.get("elements", ()),
            *(block[name] for name in ("accessory", "element") if name in block),
        )
    ]


def objects_in(value: Any, kind: str) -> Iterator[Payload]:
    """All text objects of a kind: "mrkdwn", in which Slack reads markup, or "plain_text", in which it reads
    none."""
    if isinstance(value, list):
        for one in value:
            yield from objects_in(one, kind)
    elif isinstance(value, dict):
        if value.get("type") == kind:
            yield value
        for one in value.values():
            yield from objects_in(one, kind)


def marked_in(payload: Any) -> list[str]:
    """All strings in which Slack reads markup: those of mrkdwn objects, and a message's own text."""
    told = [one["text"] for one in objects_in(payload, "mrkdwn")]
    whole = isinstance(payload, dict) and {"blocks", "text"} <= payload.keys()
    return [*told, payload["text"]] if whole else told


def mentions_in(text: str) -> list[str]:
    """Whom Slack would call: a user's id, "*" for a group or a channel's link."""
    codes = [code for code in CODES.findall(text) if not code.startswith(("!date^", "https://", "http://"))]
    return [code[1:] if code.startswith("@") else "*" for code in codes]


def links_in(text: str) -> list[tuple[str, str]]:
    """The addresses behind words, and the words."""
    codes = [code.partition("|") for code in CODES.findall(text) if "|" in code]
    return [(url, words) for url, _, words in codes if not url.startswith(("!", "@", "#"))]


def check_message(payload: Payload) -> None:
    """The arguments of chat.postMessage and chat.update, or an answer to a command or an address."""
    assert 0 < utf16(payload["text"]) <= 4_000, "a fallback text of 4,000"
    check_blocks(payload["blocks"], 50)
    assert sum(map(utf16, marked_in(payload["blocks"]))) <= MESSAGE_ROOM, "13,200 in all blocks"
    _check_texts(payload)


def check_view(view: Payload) -> None:
    """A modal or a home tab."""
    View(**view).validate_json()
    assert len(json.dumps(view)) <= VIEW_BYTES, "250 KB in a view"
    check_blocks(view["blocks"], 100)
    _check_texts(view)
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    if view["type"] == "modal":
        assert 0 < len(view["title"]["text"]) <= 24, "a title of 24"
        assert not inputs or 0 < len(view["submit"]["text"]) <= 24, "what has inputs can be sent"
    for one in (block["element"] for block in inputs):
        assert len(one.get("initial_value", "")) <= one.get("max_length", 3_000) <= 3_000, "a text of 3,000"


def check_blocks(drawn: list[Payload], most: int) -> None:
    """Blocks, at most so many."""
    parsed = [block.to_dict() for block in Block.parse_all(drawn)]
    assert parsed == drawn, "the SDK knows, keeps and accepts every word of it"
    assert 0 < len(drawn) <= most, f"{most} blocks"
    blocks = [block["block_id"] for block in drawn if "block_id" in block]
    assert len(set(blocks)) == len(blocks), "every block id once"
    ids = [item["action_id"] for item in items_of(drawn)]
    assert all(0 < len(one) <= 255 for one in ids), "an action id of 255"
    pressed = [one for one in ids if not one.startswith(LINK_ID)]
    assert len(set(pressed)) == len(pressed), "every action id once"
    for block in drawn:
        here = [item["action_id"] for item in items_of([block])]
        assert len(set(here)) == len(here) <= 25, "25 elements, every id once"
        if block["type"] == "header":
            assert 0 < utf16(block["text"]["text"]) <= 150, "a header of 150"
        elif block["type"] == "section":
            assert "text" not in block or 0 < utf16(block["text"]["text"]) <= 3_000, "a section of 3,000"
            assert all(0 < utf16(one["text"]) <= 2_000 for one in block.get("fields", ())), "a field of 2,000"
    for item in items_of(drawn):
        check_item(item)


def check_item(item: Payload) -> None:
    label = item.get("text", {}).get("text", "x")
    assert 0 < utf16(label) <= 75, "a label of 75"
    assert len(item.get("url", "")) <= 3_000, "an address of 3,000"
    if "options" in item:
        assert 0 < len(item["options"]) <= 100, "1 to 100 options"
        check_options(item["options"])
    chosen = item.get("initial_options", [item["initial_option"]] if "initial_option" in item else [])
    if item["type"] != "external_select":
        assert all(one in item["options"] for one in chosen), "what is chosen is an option"


def check_options(options: list[Payload]) -> None:
    """The entries of a list, also those that are sent while somebody types."""
    assert len(options) <= 100, "100 options"
    values = [one["value"] for one in options]
    assert len(set(values)) == len(values), "every value once"
    for one in options:
        assert 0 < len(one["text"]["text"]) <= 75, "an option of 75"
        assert 0 < len(one["value"]) <= 150, "a value of 150"


def check_manifest(told: Payload) -> None:
    names = told["display_information"]
    assert 0 < len(names["name"]) <= 35, "a name of 35"
    assert 0 < len(names["description"]) <= 140, "a description of 140"
    assert 0 < len(told["features"]["bot_user"]["display_name"]) <= 80, "a display name of 80"
    commands = told["features"]["slash_commands"]
    assert len(commands) <= 50, "50 commands"
    assert len({one["command"] for one in commands}) == len(commands), "every command once"
    for one in commands:
        assert COMMAND.fullmatch(one["command"]), f"a name of 32: {one['command']}"
        assert 0 < len(one["description"]) <= 2_000, "a description of 2,000"
        assert 0 < len(one.get("usage_hint", "x")) <= 1_000, "a hint of 1,000"


def _check_texts(payload: Payload) -> None:
    """Ours: Slack draws nothing of it that we did not mean."""
    assert all(text["verbatim"] for text in objects_in(payload, "mrkdwn")), "names and links stay words"
    assert not any(text["emoji"] for text in objects_in(payload, "plain_text")), "signs stay signs"
