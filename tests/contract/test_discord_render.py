import re

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
from tests.contract import discord_limits as limits
from tests.contract import surfaces
from tests.contract.examples import EMPTY_FORM, FORM, MESSAGES
from tests.contract.hostile import HOSTILE, messages_with
from tests.contract.strategies import examples, forms, largest_form, largest_messages, messages, texts
from tests.contract.surfaces import Payload, Surface, utf16


def read(text: str) -> str:
    bare = limits.ESCAPED.sub("\u0000", text)
    assert not set("*_~`|[]<") & set(bare), text
    assert not re.search(r"https?://|:\w+:", bare), text
    assert not re.search(r"(?m)^\s*(?:#|-|\+|>|\d+[.)])", bare), text
    assert not re.search("@[^\u200b\\s]", bare.removesuffix("@")), text
    return limits.ESCAPED.sub(r"\1", text).replace("\u200b", "").replace("\u00ad", "")


def check_message(payload: Payload) -> None:
    limits.check_message(payload)
    assert payload["flags"] == limits.V2
    assert set(payload) == {"flags", "components", "allowed_mentions"}


DISCORD = Surface(
    name="discord",
    draw=message_payload,
    draw_form=form_payload,
    blocks=lambda payload: list(payload["components"]),
    ids=lambda payload: [
        one["custom_id"] for one in limits.walk(payload["components"]) if "custom_id" in one
    ],
    links=lambda payload: [one["url"] for one in limits.walk(payload["components"]) if "url" in one],
    marked=limits.marked_in,
    mentions=limits.mentions_in,
    masked=limits.links_in,
    read=read,
    check_message=check_message,
    check_form=limits.check_form,
)


@given(messages)
@settings(max_examples=examples(120), deadline=None)
def test_every_message_is_drawn_within_the_limits(message: Message) -> None:
    surfaces.check_every_block_is_drawn(DISCORD, message)
    surfaces.check_ids_survive(DISCORD, message)
    surfaces.check_limits(DISCORD, message)
    payload = message_payload(message)
    assert len(list(limits.walk(payload["components"]))) == 1 + sum(map(components_of, message.blocks))


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
    limits.check_message(payload)
    assert limits.mentions_in(payload["content"]) == []
    assert payload["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_inert_in_what_notifies(text: str) -> None:
    for place, message in messages_with(text):
        assert limits.mentions_in(opening_payload(message, "key")["content"]) == [], place


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
    limits.check_form(payload)
    assert [one["component"]["custom_id"] for one in payload["components"]] == [
        one.name for one in form.inputs
    ]


def test_the_largest_form_fits() -> None:
    limits.check_form(form_payload(largest_form()))


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
