import html
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

from bot.adapters.slack.render import (
    LINK_ID,
    entries_payload,
    form_payload,
    home_payload,
    message_payload,
    notice_payload,
)
from bot.core.chat.control import Choice
from bot.core.chat.form import Form
from bot.core.chat.markup import drawn_length
from bot.core.chat.message import Divider, Message, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.chat.typed import clean
from tests.contract import surfaces
from tests.contract.examples import EMPTY_FORM, FORM, MESSAGES
from tests.contract.hostile import HOSTILE
from tests.contract.strategies import examples, forms, largest_form, largest_messages, messages, texts
from tests.contract.surfaces import Payload, Surface, utf16

LOOKALIKES = str.maketrans("∗ˍ∼ˋ", "*_~`")
TOKEN = re.compile(r"<([^>]*)>")


def items_of(payload: Payload) -> list[Payload]:
    return [
        item
        for block in payload["blocks"]
        for item in (*block.get("elements", ()), *([block["accessory"]] if "accessory" in block else ()))
    ]


def marked_in(value: Any) -> list[str]:
    """All strings in which Slack reads markup: those of mrkdwn objects, and a message's own text."""
    if isinstance(value, list):
        return [text for one in value for text in marked_in(one)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        return [value["text"]]
    return [text for one in value.values() for text in marked_in(one)]


def mentions_in(text: str) -> list[str]:
    tokens = [token for token in TOKEN.findall(text) if not token.startswith(("!date^", "https://"))]
    return [token[1:] if token.startswith("@") else "*" for token in tokens]


def read(text: str) -> str:
    assert not set("<>~`") & set(text), text
    assert not re.search(r"(?<![A-Za-z0-9])[*_]|[*_](?![A-Za-z0-9])", text), text
    assert not re.search(r":[\w+'-]+:", text), text
    assert not re.search(r"(?m)^\s*(&gt;|＞)", text), text
    return html.unescape(text).translate(LOOKALIKES).replace("\u00ad", "").replace("\u200b", "")


def check_blocks(drawn: list[Payload], most: int) -> None:
    parsed = Block.parse_all(drawn)
    assert [block.to_dict() for block in parsed] == drawn  # the SDK knows, keeps and accepts every word of it
    assert 0 < len(drawn) <= most
    ids = [item["action_id"] for item in items_of({"blocks": drawn})]
    pressed = [one for one in ids if not one.startswith(LINK_ID)]
    assert len(set(pressed)) == len(pressed)
    assert all(len(one) <= 255 for one in ids)
    for block in drawn:
        here = [item["action_id"] for item in items_of({"blocks": [block]})]
        assert len(set(here)) == len(here) <= 25
        for field in block.get("fields", ()):
            assert 0 < utf16(field["text"]) <= 2_000
        if block["type"] == "section" and "text" in block:
            assert 0 < utf16(block["text"]["text"]) <= 3_000


def check_message(payload: Payload) -> None:
    check_blocks(payload["blocks"], 50)
    assert 0 < utf16(payload["text"]) <= 4_000
    assert sum(utf16(text) for text in marked_in(payload["blocks"])) <= 13_200
    assert payload["unfurl_links"] is payload["unfurl_media"] is False
    assert all(text["verbatim"] for text in objects_in(payload, "mrkdwn"))
    assert not any(text["emoji"] for text in objects_in(payload, "plain_text"))


def objects_in(value: Any, kind: str) -> list[Payload]:
    if isinstance(value, list):
        return [found for one in value for found in objects_in(one, kind)]
    if not isinstance(value, dict):
        return []
    return ([value] if value.get("type") == kind else []) + objects_in(list(value.values()), kind)


def check_form(payload: Payload) -> None:
    View(**payload).validate_json()
    assert [block.to_dict() for block in Block.parse_all(payload["blocks"])] == payload["blocks"]
    assert len(json.dumps(payload)) <= 250_000
    assert marked_in(payload) == []
    names = [block["element"]["action_id"] for block in payload["blocks"]]
    assert names == [block["block_id"] for block in payload["blocks"]]
    assert len(set(names)) == len(names)


SLACK = Surface(
    name="slack",
    draw=message_payload,
    draw_form=form_payload,
    blocks=lambda payload: list(payload["blocks"]),
    ids=lambda payload: [
        item["action_id"] for item in items_of(payload) if not item["action_id"].startswith(LINK_ID)
    ],
    links=lambda payload: [item["url"] for item in items_of(payload) if "url" in item],
    marked=lambda value: marked_in(value) + ([value["text"]] if "blocks" in value else []),
    mentions=mentions_in,
    read=read,
    check_message=check_message,
    check_form=check_form,
)


@given(messages)
@settings(max_examples=examples(120), deadline=None)
def test_every_message_is_drawn_within_the_limits(message: Message) -> None:
    surfaces.check_every_block_is_drawn(SLACK, message)
    surfaces.check_ids_survive(SLACK, message)
    surfaces.check_only_mentions_mention(SLACK, message)
    surfaces.check_limits(SLACK, message)


@pytest.mark.parametrize("message", [pytest.param(one, id=name) for name, one in largest_messages()])
def test_the_largest_messages_fit(message: Message) -> None:
    surfaces.check_every_block_is_drawn(SLACK, message)
    surfaces.check_ids_survive(SLACK, message)
    surfaces.check_limits(SLACK, message)


@given(forms)
@settings(max_examples=examples(80), deadline=None)
def test_every_form_is_drawn_within_the_limits(form: Form) -> None:
    payload = form_payload(form)
    check_form(payload)
    assert len(payload["blocks"]) == len(form.inputs)


def test_the_largest_form_fits() -> None:
    check_form(form_payload(largest_form()))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    for typed in {text, clean(text, 500)}:
        surfaces.check_peoples_text_is_inert(SLACK, typed)


@given(texts)
@settings(max_examples=examples(200), deadline=None)
def test_any_text_is_read_as_it_was_typed(text: str) -> None:
    plain = Message("t", (Text((Markdown("a"), Plain(text))),))
    drawn = message_payload(plain)["blocks"][1]["text"]["text"].removeprefix("a")
    assert utf16(drawn) <= drawn_length(text)
    assert read(drawn) == text.translate(LOOKALIKES).replace("\u00ad", "").replace("\u200b", "")


def test_the_home_shows_the_first_hundred_blocks() -> None:
    payload = home_payload((*MESSAGES["goals"].blocks, *(Divider() for _ in range(100))))
    check_blocks(payload["blocks"], 100)
    assert payload["type"] == "home"
    View(**payload).validate_json()


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_look_as_agreed(name: str) -> None:
    surfaces.check_golden(f"slack/{name}", message_payload(MESSAGES[name]))


@pytest.mark.parametrize(("name", "form"), [("form", FORM), ("empty_form", EMPTY_FORM)])
def test_forms_look_as_agreed(name: str, form: Form) -> None:
    surfaces.check_golden(f"slack/{name}", form_payload(form))


def test_the_home_looks_as_agreed() -> None:
    surfaces.check_golden("slack/home", home_payload(MESSAGES["goals"].blocks))


def test_a_text_can_be_searched_for_while_it_is_typed() -> None:
    payload = form_payload(FORM, ["title", "due"])
    check_form(payload)
    surfaces.check_golden("slack/searched_form", payload)


def test_what_was_typed_stands_for_itself_when_there_is_nothing_to_choose() -> None:
    own = [{"text": {"type": "plain_text", "text": "At las", "emoji": False}, "value": "At las"}]
    assert entries_payload((), " At\n las ") == own
    assert entries_payload((Choice("Lisbon", "x"),), "lis")[0]["value"] == "x"
    assert entries_payload((), " ") == []
    check_form({**form_payload(FORM), "blocks": form_payload(FORM, ["why"])["blocks"]})


@given(messages)
@settings(max_examples=examples(40), deadline=None)
def test_every_message_can_stand_on_top_of_a_form(message: Message) -> None:
    payload = notice_payload(message)
    View(**payload).validate_json()
    assert [block.to_dict() for block in Block.parse_all(payload["blocks"])] == payload["blocks"]
    assert 0 < utf16(payload["title"]["text"]) <= 25
