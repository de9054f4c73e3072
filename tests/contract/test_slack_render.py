import html
import re

import pytest
from hypothesis import given, settings

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
from tests.contract import slack_limits as limits
from tests.contract import surfaces
from tests.contract.examples import EMPTY_FORM, FORM, MESSAGES
from tests.contract.hostile import HOSTILE
from tests.contract.strategies import examples, forms, largest_form, largest_messages, messages, texts
from tests.contract.surfaces import Payload, Surface, utf16

LOOKALIKES = str.maketrans("∗ˍ∼ˋ", "*_~`")


def read(text: str) -> str:
    assert not set("<>~`") & set(text), text
    assert not re.search(r"(?<![A-Za-z0-9])[*_]|[*_](?![A-Za-z0-9])", text), text
    assert not re.search(r":[\w+'-]+:", text), text
    assert not re.search(r"(?m)^\s*(&gt;|＞)", text), text
    return html.unescape(text).translate(LOOKALIKES).replace("\u00ad", "").replace("\u200b", "")


def check_message(payload: Payload) -> None:
    limits.check_message(payload)
    assert payload["unfurl_links"] is payload["unfurl_media"] is False


def check_form(payload: Payload) -> None:
    limits.check_view(payload)
    assert limits.marked_in(payload["blocks"]) == []
    names = [block["element"]["action_id"] for block in payload["blocks"]]
    assert names == [block["block_id"] for block in payload["blocks"]]


SLACK = Surface(
    name="slack",
    draw=message_payload,
    draw_form=form_payload,
    blocks=lambda payload: list(payload["blocks"]),
    ids=lambda payload: [
        item["action_id"]
        for item in limits.items_of(payload["blocks"])
        if not item["action_id"].startswith(LINK_ID)
    ],
    links=lambda payload: [item["url"] for item in limits.items_of(payload["blocks"]) if "url" in item],
    marked=limits.marked_in,
    mentions=limits.mentions_in,
    masked=limits.links_in,
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
    limits.check_view(payload)
    assert payload["type"] == "home"
    assert len(payload["blocks"]) == 100


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
    limits.check_view(payload)
    assert 0 < utf16(payload["title"]["text"]) <= 25
