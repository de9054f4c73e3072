"""What every surface owes, whichever platform it is: an adapter's test calls these with its own `Surface`."""

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.core.chat.codec import decode, encode
from bot.core.chat.control import Link
from bot.core.chat.form import Form
from bot.core.chat.message import Actions, Message, Section, Text, actions_of, mentions_of
from bot.core.chat.part import Plain, plain_parts
from tests.contract.hostile import form_with, messages_with

Payload = dict[str, Any]
GOLDEN = Path(__file__).parent / "golden"


@dataclass(frozen=True)
class Surface:
    """A platform as these checks see it.

    `blocks`: the payload's drawn blocks, the title's first. `ids`: the ids of what can be pressed, in order.
    `links`: the addresses that buttons open. `marked`: the strings in which the platform reads markup.
    `mentions`: the ids of those whom such a string notifies, "*" for a whole group. `masked`: the addresses
    that such a string hides behind words, and the words. `read`: a string as a person sees it; raises
    AssertionError when the platform would read markup in it. `check_message`, `check_form`: raise
    AssertionError when a limit is broken.
    """

    name: str
    draw: Callable[[Message], Payload]
    draw_form: Callable[[Form], Payload]
    blocks: Callable[[Payload], list[Payload]]
    ids: Callable[[Payload], list[str]]
    links: Callable[[Payload], list[str]]
    marked: Callable[[Payload], list[str]]
    mentions: Callable[[str], list[str]]
    masked: Callable[[str], list[tuple[str, str]]]
    read: Callable[[str], str]
    check_message: Callable[[Payload], None]
    check_form: Callable[[Payload], None]


def check_every_block_is_drawn(surface: Surface, message: Message) -> None:
    payload = surface.draw(message)
    assert json.loads(json.dumps(payload)) == payload
    json.dumps(payload, ensure_ascii=False).encode()
    assert len(surface.blocks(payload)) == 1 + len(message.blocks)
    items = [
        item
        for block in message.blocks
        for item in (
            block.items
            if isinstance(block, Actions)
            else (block.button,)
            if isinstance(block, Section)
            else ()
        )
    ]
    assert surface.links(payload) == [item.url for item in items if isinstance(item, Link)]


def check_ids_survive(surface: Surface, message: Message) -> None:
    drawn = surface.ids(surface.draw(message))
    assert [decode(one) for one in drawn] == list(actions_of(message.blocks))
    assert [encode(decode(one)) for one in drawn] == drawn


def check_only_mentions_mention(surface: Surface, message: Message) -> None:
    called = [one for text in surface.marked(surface.draw(message)) for one in surface.mentions(text)]
    assert called == [user.id for user in mentions_of(message.blocks) if user.platform == surface.name]


def check_peoples_text_is_inert(surface: Surface, text: str) -> None:
    """In no place does `text` mention anybody, hide where a link goes, or lose what it says."""
    for place, message in messages_with(text):
        payload = surface.draw(message)
        surface.check_message(payload)
        for marked in surface.marked(payload):
            assert surface.mentions(marked) == [], (place, marked)
            assert surface.masked(marked) == [], (place, marked)
        match message.blocks[0]:
            case Text(parts) if all(isinstance(part, Plain) for part in parts):
                block = surface.blocks(payload)[1]
                assert surface.read(surface.marked(block)[0]) == _seen(plain_parts(parts)), place
    surface.check_form(surface.draw_form(form_with(text)))


def check_limits(surface: Surface, message: Message) -> None:
    surface.check_message(surface.draw(message))


def check_golden(name: str, payload: Any) -> None:
    """`payload` is what the golden file of that name says; CAIRN_GOLDEN=write writes it anew."""
    path = GOLDEN / f"{name}.json"
    if os.environ.get("CAIRN_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(payload, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    assert json.loads(path.read_text(encoding="utf-8")) == payload


def _seen(text: str) -> str:
    """Without what nobody sees and renderers may add or take away."""
    return text.replace("\u200b", "").replace("\u00ad", "")


def utf16(text: str) -> int:
    """The length of `text` as JavaScript counts it, which is the most that any platform counts."""
    return len(text.encode("utf-16-le")) // 2
