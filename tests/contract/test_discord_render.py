import re
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from bot.adapters.discord.render import (
    form_payload,
    in_words,
    literal,
    message_payload,
    opening_payload,
    suggestions_payload,
)
from bot.core.chat.chart import picture_name
from bot.core.chat.control import Choice
from bot.core.chat.form import Form
from bot.core.chat.markup import drawn_length
from bot.core.chat.message import Message, charts_of, components_of, mentions_of
from bot.core.chat.typed import clean
from tests.contract import surfaces
from tests.contract.examples import EMPTY_FORM, FORM, MESSAGES
from tests.contract.hostile import HOSTILE, messages_with
from tests.contract.strategies import examples, forms, largest_form, largest_messages, messages, texts
from tests.contract.surfaces import Payload, Surface, utf16

ROW, BUTTON, SELECT, TYPED, SECTION, TEXT, SEPARATOR, LABEL = 1, 2, 3, 4, 9, 10, 14, 18
ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
GROUP = re.compile(r"@(?:everyone|here)")
TOKEN = re.compile(r"<(?:@!?(?P<user>\d+)|(?P<group>@&\d+|#\d+|/[^>]*:\d+|a?:\w+:\d+|id:\w+))>")


def walk(value: Any) -> Iterator[Payload]:
    """All components within, each before those it holds, as they are drawn."""
    if isinstance(value, list):
        for one in value:
            yield from walk(one)
    elif isinstance(value, dict):
        if isinstance(value.get("type"), int):
            yield value
        for key in ("components", "accessory", "component"):
            yield from walk(value.get(key))


def mentions_in(text: str) -> list[str]:
    """Whom Discord would call: escaped signs and code don't count, `@everyone` always does."""
    groups = ["*" for _ in GROUP.finditer(text)]
    bare = re.sub("`[^`]*`", "", ESCAPED.sub("", text))
    return groups + [found["user"] or "*" for found in TOKEN.finditer(bare)]


def read(text: str) -> str:
    bare = ESCAPED.sub("\u0000", text)
    assert not set("*_~`|[]<") & set(bare), text
    assert not re.search(r"https?://|:\w+:", bare), text
    assert not re.search(r"(?m)^\s*(?:#|-|\+|>|\d+[.)])", bare), text
    assert not re.search("@[^\u200b\\s]", bare.removesuffix("@")), text
    return ESCAPED.sub(r"\1", text).replace("\u200b", "").replace("\u00ad", "")


def check_message(payload: Payload) -> None:
    assert payload["flags"] == 1 << 15
    assert set(payload) == {
        "flags",
        "components",
        "allowed_mentions",
    }  # Components V2 has no content, no embeds
    assert payload["allowed_mentions"]["parse"] == []
    assert len(payload["allowed_mentions"].get("users", ())) <= 100
    components = list(walk(payload["components"]))
    assert len(components) <= 40
    assert {one["type"] for one in payload["components"]} <= {ROW, SECTION, TEXT, SEPARATOR}
    contents = [one["content"] for one in components if one["type"] == TEXT]
    assert all(content.strip() for content in contents)
    assert sum(map(utf16, contents)) <= 4_000
    ids = [one["custom_id"] for one in components if "custom_id" in one]
    assert len(set(ids)) == len(ids)
    for one in components:
        check_component(one)


def check_component(one: Payload) -> None:
    assert 1 <= len(one.get("custom_id", "x")) <= 100
    match one["type"]:
        case 1:
            kinds = [held["type"] for held in one["components"]]
            assert kinds == [SELECT] or (set(kinds) == {BUTTON} and len(kinds) <= 5)
        case 2:
            assert 1 <= len(one["label"]) <= 80
            assert one["label"].strip()
            assert ("url" in one) == (one["style"] == 5) == ("custom_id" not in one)
            assert len(one.get("url", "")) <= 512
        case 3:
            check_options(one)
        case 9:
            assert [held["type"] for held in one["components"]] == [TEXT]
            assert one["accessory"]["type"] == BUTTON


def check_options(select: Payload) -> None:
    options = select["options"]
    assert 1 <= len(options) <= 25
    assert len({option["value"] for option in options}) == len(options)
    assert all(1 <= len(option[key]) <= 100 for option in options for key in ("label", "value"))
    assert len(select.get("placeholder", "")) <= 150
    chosen = sum(option.get("default", False) for option in options)
    assert chosen <= select.get("max_values", 1) <= len(options)
    assert 0 <= select.get("min_values", 1) <= select.get("max_values", 1)


def check_form(payload: Payload) -> None:
    assert 1 <= len(payload["custom_id"]) <= 100
    assert 1 <= len(payload["title"]) <= 45
    assert 1 <= len(payload["components"]) <= 5
    names = [label["component"]["custom_id"] for label in payload["components"]]
    assert len(set(names)) == len(names)
    for label in payload["components"]:
        assert label["type"] == LABEL
        assert 1 <= len(label["label"]) <= 45
        assert 1 <= len(label.get("description", "x")) <= 100
        held = label["component"]
        assert 1 <= len(held["custom_id"]) <= 100
        if held["type"] == SELECT:
            check_options(held)
            assert not (held["required"] and held["min_values"] == 0)
        else:
            assert held["type"] == TYPED
            assert 1 <= len(held.get("value", "x")) <= held["max_length"] <= 4_000
            assert len(held.get("placeholder", "")) <= 100


DISCORD = Surface(
    name="discord",
    draw=message_payload,
    draw_form=form_payload,
    blocks=lambda payload: list(payload["components"]),
    ids=lambda payload: [one["custom_id"] for one in walk(payload["components"]) if "custom_id" in one],
    links=lambda payload: [one["url"] for one in walk(payload["components"]) if "url" in one],
    marked=lambda payload: [
        one["content"] for one in walk(payload.get("components", payload)) if "content" in one
    ],
    mentions=mentions_in,
    read=read,
    check_message=check_message,
    check_form=check_form,
)


@given(messages)
@settings(max_examples=examples(120), deadline=None)
def test_every_message_is_drawn_within_the_limits(message: Message) -> None:
    surfaces.check_every_block_is_drawn(DISCORD, message)
    surfaces.check_ids_survive(DISCORD, message)
    surfaces.check_limits(DISCORD, message)
    payload = message_payload(message)
    assert len(list(walk(payload["components"]))) == 1 + sum(map(components_of, message.blocks))


@given(messages)
@settings(max_examples=examples(120), deadline=None)
def test_only_a_mention_is_allowed_to_notify(message: Message) -> None:
    allowed = message_payload(message)["allowed_mentions"]
    called = {user.id for user in mentions_of(message.blocks) if user.platform == "discord"}
    assert set(allowed.get("users", ())) == called
    surfaces.check_only_mentions_mention(DISCORD, message)


@given(messages)
@settings(max_examples=examples(120), deadline=None)
def test_what_notifies_is_text_that_fits_and_calls_nobody(message: Message) -> None:
    payload = opening_payload(message, "abcdefghijklmnopqrstuvwx")
    assert 0 < utf16(payload["content"]) <= 2_000
    assert mentions_in(payload["content"]) == []
    assert payload["allowed_mentions"] == {"parse": []}
    assert len(payload["nonce"]) <= 25


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_in_what_notifies(text: str) -> None:
    for place, message in messages_with(text):
        assert mentions_in(opening_payload(message, "key")["content"]) == [], place


def test_what_notifies_keeps_the_one_button_that_carries_its_key() -> None:
    message = MESSAGES["rows"]
    assert opening_payload(message, "nobody's key")["components"] == []
    ((button,),) = [row["components"] for row in opening_payload(message, "a b:c")["components"]]
    assert button["custom_id"] == "go.off:a%20b%3Ac"


@given(messages)
@settings(max_examples=examples(120), deadline=None)
def test_without_its_pictures_a_message_still_says_everything(message: Message) -> None:
    check_message(message_payload(in_words(message, ())))
    assert charts_of(in_words(message, ()).blocks) == ()
    assert in_words(message, [picture_name(one) for one in charts_of(message.blocks)]) == message


def test_suggestions_have_the_kind_of_their_option() -> None:
    choices = (Choice("Week 3", "3"),)
    assert suggestions_payload(choices, integers=True) == {"choices": [{"name": "Week 3", "value": 3}]}
    assert suggestions_payload(choices, integers=False) == {"choices": [{"name": "Week 3", "value": "3"}]}


@pytest.mark.parametrize("message", [pytest.param(one, id=name) for name, one in largest_messages()])
def test_the_largest_messages_fit(message: Message) -> None:
    surfaces.check_every_block_is_drawn(DISCORD, message)
    surfaces.check_ids_survive(DISCORD, message)
    surfaces.check_limits(DISCORD, message)


@given(forms)
@settings(max_examples=examples(80), deadline=None)
def test_every_form_is_drawn_within_the_limits(form: Form) -> None:
    payload = form_payload(form)
    check_form(payload)
    assert [one["component"]["custom_id"] for one in payload["components"]] == [
        one.name for one in form.inputs
    ]


def test_the_largest_form_fits() -> None:
    check_form(form_payload(largest_form()))


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_stays_text(text: str) -> None:
    for typed in {text, clean(text, 500)}:
        surfaces.check_peoples_text_is_inert(DISCORD, typed)


@given(texts)
@settings(max_examples=examples(200), deadline=None)
def test_any_text_is_read_as_it_was_typed(text: str) -> None:
    drawn = literal(text)
    assert utf16(drawn) <= drawn_length(text)
    assert read(drawn) == text.replace("\u200b", "").replace("\u00ad", "")


def test_there_are_300_hostile_texts() -> None:
    assert len(HOSTILE) == len(set(HOSTILE)) == 300


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_look_as_agreed(name: str) -> None:
    surfaces.check_golden(f"discord/{name}", message_payload(MESSAGES[name]))


@pytest.mark.parametrize(("name", "form"), [("form", FORM), ("empty_form", EMPTY_FORM)])
def test_forms_look_as_agreed(name: str, form: Form) -> None:
    surfaces.check_golden(f"discord/{name}", form_payload(form))
