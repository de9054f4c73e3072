import json
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.receive import (
    Malformed,
    is_said_to,
    read_asked,
    read_call,
    read_caller,
    read_question,
    read_said,
    read_space,
    read_typing,
    types_integer,
)
from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Pressed, ReplyTo, Space, Submitted, Typed
from bot.core.handlers import FEATURES
from bot.core.ids import Address

PAYLOADS = json.loads((Path(__file__).parent / "discord_payloads.json").read_text(encoding="utf-8"))
ACTIONS = Catalog(FEATURES).actions
SERVER = Space(Address("discord", "290926798626357999"), "Cloud to AI")
BOT = "300000000000000001"


def payload(name: str) -> dict[str, Any]:
    """A payload as Discord documents it; a new one each time, so that a test may change it."""
    told: dict[str, Any] = json.loads(json.dumps(PAYLOADS[name]))
    return told


def read(told: dict[str, Any]) -> Call:
    """What was asked in the server."""
    return read_call(told, SERVER, read_asked(told, ACTIONS))


def test_a_command_is_read_with_who_and_where() -> None:
    call = read(payload("command"))
    assert call.key == "786008729715212338"
    assert call.caller.address == Address("discord", "53908232506183680")
    assert call.caller.name == "Mason of the hill"
    assert call.caller.is_lead is False
    assert call.what == Typed("skillgap", {"question": "I run EKS"})
    assert call.reply_to == ReplyTo(Address("discord", "645027906669510667"), can_post=True)
    assert read_space(payload("command")) == SERVER


def test_a_member_of_a_group_has_a_name_of_two_words_and_options_of_their_kind() -> None:
    call = read(payload("subcommand"))
    assert call.what == Typed("plan start", {"hours": 6, "zone": "Europe/Lisbon", "loud": True})
    assert call.caller.is_lead is True


def test_a_button_and_a_select_are_presses_on_their_message() -> None:
    pressed = read(payload("button"))
    assert pressed.what == Pressed("goal.done:42")
    assert pressed.reply_to.message == Address("discord", "847587388497854464")
    assert read(payload("select")).what == Pressed("reminder.snooze:7:739", "3")


def test_a_form_gives_texts_single_choices_and_several() -> None:
    call = read(payload("modal"))
    assert call.what == Submitted(
        "question.report:9",
        {"expected": ("iam-secrets", "autoscaling"), "note": "I meant the other one"},
    )
    chosen = read(payload("modal_single"))
    assert chosen.what == Submitted("reminder.chosen:7", {"day": "Tuesday", "hour": "18:30"})


def test_what_is_typed_is_a_question_for_suggestions() -> None:
    typing = read_typing(payload("autocomplete"), SERVER)
    assert (typing.command, typing.option, typing.text) == ("plan start", "hours", "1")
    assert types_integer(payload("autocomplete"))


@pytest.mark.parametrize(
    ("change", "can_post", "lacks"),
    [
        ({"app_permissions": "2048"}, False, ("View Channel",)),
        ({"app_permissions": "1024"}, False, ("Send Messages",)),
        ({"app_permissions": "0"}, False, ("View Channel", "Send Messages")),
        ({"app_permissions": "3072"}, True, ()),
        ({"app_permissions": "8"}, True, ()),
        ({"app_permissions": "3072", "channel": {"type": 11}}, False, ("Send Messages in Threads",)),
        ({"app_permissions": str(1 << 38 | 1 << 10), "channel": {"type": 11}}, True, ()),
        ({"app_permissions": None}, None, ()),
        ({"guild_id": None}, False, ()),
    ],
)
def test_a_call_says_whether_its_channel_can_be_posted_into(
    change: dict[str, Any], can_post: bool | None, lacks: tuple[str, ...]
) -> None:
    where = read(payload("command") | change).reply_to
    assert (where.can_post, where.lacks) == (can_post, lacks)


def test_a_direct_message_names_no_server() -> None:
    assert read_space(payload("direct")) is None
    assert read_caller(payload("direct")).name == "mason"
    assert read_caller(payload("direct")).is_lead is False


@pytest.mark.parametrize(
    ("change", "heard"),
    [
        ({}, True),
        ({"content": f"hello <@!{BOT}>"}, True),
        ({"content": "hello everybody"}, False),
        ({"author": {"id": "5", "username": "a bot", "bot": True}}, False),
        ({"type": 7}, False),
        ({"guild_id": None, "content": "hello"}, True),
    ],
)
def test_only_people_who_speak_to_the_bot_are_heard(change: dict[str, Any], heard: bool) -> None:
    assert is_said_to(payload("mention") | change, BOT) is heard


def test_a_mention_is_a_question_without_the_mention() -> None:
    question = read_question(payload("mention"), BOT)
    assert question == Typed("skillgap", {"question": "I run EKS, what next?"})
    bare = payload("mention") | {"content": f"<@{BOT}>"}
    assert read_question(bare, BOT) == Typed("skillgap", {})
    call = read_said(payload("mention"), SERVER, question)
    assert (call.space, call.what, call.reply_to.message) == (SERVER, question, Address("discord", call.key))


@pytest.mark.parametrize(
    ("name", "path", "value"),
    [
        ("command", ("id",), 5),
        ("command", ("id",), "one"),
        ("command", ("type",), 9),
        ("command", ("data",), None),
        ("command", ("data", "name"), None),
        ("command", ("data", "options"), "all"),
        ("command", ("data", "options", 0, "value"), 1.5),
        ("command", ("member", "permissions"), "all"),
        ("command", ("member", "user", "id"), None),
        ("command", ("channel_id",), "x"),
        ("command", ("app_permissions",), 2048),
        ("button", ("data", "custom_id"), "x" * 101),
        ("button", ("message", "id"), None),
        ("select", ("data", "values"), []),
        ("select", ("data", "values"), ["1", "2"]),
        ("select", ("data", "values"), [3]),
        ("modal", ("data", "components"), None),
        ("modal", ("data", "components", 0, "component", "values"), ["x"] * 26),
        ("modal", ("data", "components", 1, "component", "value"), None),
    ],
)
def test_what_cannot_be_read_is_refused(name: str, path: tuple[Any, ...], value: Any) -> None:
    told = payload(name)
    place: Any = told
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(Malformed):
        read(told)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)
ODD = st.dictionaries(
    st.sampled_from(["id", "type", "data", "member", "user", "guild_id", "channel_id", "message"]), JSON
)


@given(st.sampled_from(sorted(PAYLOADS)), ODD)
def test_nothing_odd_gets_through_or_breaks_the_reading(name: str, odd: dict[str, Any]) -> None:
    told = payload(name) | odd
    for attempt in (
        lambda: read(told),
        lambda: read_typing(told, SERVER),
        lambda: read_space(told),
        lambda: read_said(told, SERVER, read_question(told, BOT)),
    ):
        with suppress(Malformed):
            attempt()
