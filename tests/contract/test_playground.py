"""The playground's three pure files: what it is told, how it draws, what it takes from the page."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.adapters.discord import render as discord
from bot.adapters.playground.cast import DIRECT, MEMBERS, PLACES, SPACES, is_direct
from bot.adapters.playground.publish import palette
from bot.adapters.playground.receive import (
    Malformed,
    read_call,
    read_revision,
    read_scene,
    read_text,
    read_typing,
)
from bot.adapters.playground.render import form_payload, message_payload, typed_payload
from bot.adapters.slack import render as slack
from bot.core.catalog import Catalog
from bot.core.chat.call import Pressed, Submitted, Typed
from bot.core.chat.command import Command, Option
from bot.core.chat.control import Choice
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Text
from bot.core.chat.part import Markdown, Plain
from bot.core.feature import Feature
from bot.core.handlers import FEATURES
from bot.core.ids import Role
from bot.storage.playground_tables import BODY_LIMIT
from tests.contract import surfaces
from tests.contract.examples import EMPTY_FORM, FORM, MESSAGES
from tests.contract.hostile import HOSTILE
from tests.contract.strategies import examples, forms, largest_form, largest_messages, messages
from tests.contract.surfaces import Payload, Surface

# What the model never lets into a text marks here what isn't plain: a mention, a style, a list's item.
CALLED, STYLED, LISTED = "\x02", "\x03", "\x04"

PLAN = Command(
    "plan start",
    "Begin a plan",
    (
        Option("weeks", "How long", kind=int, required=True),
        Option("track", "Which way"),
        Option("level", "Where you stand", choices=(Choice("New to it", "0"), Choice("Weekly", "1"))),
        Option("from_day", "Since when", kind=date),
        Option("quiet", "Without reminders", kind=bool),
    ),
    private=True,
    lead=True,
    handle=print,
)
BARE = Command("tip", "A tip", (), private=False, lead=False, handle=print)
ASK = Command("ask", "A question", (Option("question", "What"),), private=True, lead=False, handle=print)
COMMANDS = {command.name: command for command in (PLAN, BARE, ASK)}
KINDS = {"text", "section", "fields", "divider", "actions"}
CALL = {
    "key": "0a1b2c3d-0000-4000-8000-00000000000f",
    "member": "member-a",
    "space": "cloud-to-ai",
    "place": "general",
    "what": {"kind": "text", "text": "/ask why"},
}


def lines_of(value: Any) -> Iterator[Payload]:
    if isinstance(value, list):
        for one in value:
            yield from lines_of(one)
    elif isinstance(value, dict):
        yield from value.get("lines", ())
        for inner in value.values():
            yield from (
                lines_of(inner) if isinstance(inner, list) and inner and "spans" not in inner[0] else ()
            )


def show(line: Payload) -> str:
    spans = (
        f"{CALLED}{span['user']}{CALLED}"
        if span["style"] == "mention"
        else f"{STYLED if span['style'] else ''}{span['text']}"
        for span in line["spans"]
    )
    return (LISTED if line["bullet"] else "") + "".join(spans)


def marked(payload: Payload) -> list[str]:
    parts = payload.get("blocks", [payload])
    return ["\n".join(show(line) for line in lines_of(part)) for part in parts]


def mentions(text: str) -> list[str]:
    return text.split(CALLED)[1::2]


def read(text: str) -> str:
    assert not {CALLED, STYLED, LISTED} & set(text), text
    return text.replace("\u200b", "").replace("\u00ad", "")


def items_of(payload: Payload) -> list[Payload]:
    return [
        item for block in payload["blocks"] for item in (*block.get("items", ()), block.get("button")) if item
    ]


def check_message(payload: Payload) -> None:
    assert set(payload) == {"title", "blocks"}
    assert {block["kind"] for block in payload["blocks"]} <= KINDS


def check_form(payload: Payload) -> None:
    names = [one["name"] for one in payload["inputs"]]
    assert len(set(names)) == len(names) > 0


SURFACE = Surface(
    name="playground",
    draw=message_payload,
    draw_form=form_payload,
    blocks=lambda payload: [{"title": payload["title"]}, *payload["blocks"]],
    ids=lambda payload: [item["action"] for item in items_of(payload) if "action" in item],
    links=lambda payload: [item["url"] for item in items_of(payload) if item["kind"] == "link"],
    marked=marked,
    masked=lambda _: [],
    mentions=mentions,
    read=read,
    check_message=check_message,
    check_form=check_form,
)


@pytest.mark.parametrize("name", MESSAGES)
def test_messages_are_drawn_as_agreed(name: str) -> None:
    surfaces.check_golden(f"playground/{name}", message_payload(MESSAGES[name]))


@pytest.mark.parametrize(("name", "form"), [("form", FORM), ("empty_form", EMPTY_FORM)])
def test_forms_are_drawn_as_agreed(name: str, form: Form) -> None:
    surfaces.check_golden(f"playground/{name}", form_payload(form))


@settings(max_examples=examples(100), deadline=None)
@given(messages)
def test_every_message_is_drawn_whole(message: Message) -> None:
    surfaces.check_every_block_is_drawn(SURFACE, message)
    surfaces.check_ids_survive(SURFACE, message)
    surfaces.check_only_mentions_mention(SURFACE, message)
    surfaces.check_limits(SURFACE, message)


@settings(max_examples=examples(50), deadline=None)
@given(forms)
def test_every_form_is_drawn_whole(form: Form) -> None:
    drawn = form_payload(form)
    assert [one["name"] for one in drawn["inputs"]] == [one.name for one in form.inputs]
    assert json.loads(json.dumps(drawn)) == drawn


@pytest.mark.parametrize("text", HOSTILE)
def test_what_people_typed_is_shown_as_it_stands(text: str) -> None:
    # One of the messages mentions this member of the playground, which is no stranger here.
    others = replace(SURFACE, mentions=lambda drawn: [one for one in mentions(drawn) if one != "ann"])
    surfaces.check_peoples_text_is_inert(others, text)


def test_parts_share_a_line_and_only_its_beginning_makes_an_item() -> None:
    parts = (Markdown("- from "), Plain("- you\n- and"), Markdown("- **me**\n- it"))
    drawn = message_payload(Message("t", (Text(parts),)))["blocks"][0]["lines"]
    assert [(line["bullet"], [span["text"] for span in line["spans"]]) for line in drawn] == [
        (True, ["from ", "- you"]),
        (False, ["- and", "- ", "me"]),
        (True, ["it"]),
    ]


def test_the_largest_messages_fit_into_the_transcript() -> None:
    for name, message in largest_messages():
        drawn = {
            "plain": message_payload(message),
            "slack": slack.message_payload(message),
            "discord": discord.message_payload(message),
        }
        assert len(json.dumps(drawn, ensure_ascii=False)) < BODY_LIMIT, name
    assert len(form_payload(largest_form())["inputs"]) == 5


def test_the_palette_tells_everything_that_the_catalog_declares() -> None:
    catalog = Catalog(FEATURES)
    listed = palette(catalog)
    assert [one["name"] for one in listed] == list(catalog.commands)
    for told, command in zip(listed, catalog.commands.values(), strict=True):
        assert (told["private"], told["lead"], told["description"]) == (
            command.private,
            command.lead,
            command.description,
        )
        # Nobody has a role in the playground.
        assert [(one["name"], one["suggests"]) for one in told["options"]] == [
            (one.name, one.suggest is not None) for one in command.options if one.kind is not Role
        ]
    json.dumps(listed)


def test_the_palette_tells_what_each_option_takes() -> None:
    feature = Feature("plans", ModuleType("views"))

    @feature.command("plan start", "Begin", private=True, lead=True, options=PLAN.options)
    def start(
        request: object,
        ctx: object,
        *,
        weeks: int,
        track: str | None = None,
        level: str | None = None,
        from_day: date | None = None,
        quiet: bool | None = None,
    ) -> Message:
        raise AssertionError(request, ctx, weeks, track, level, from_day, quiet)

    (told,) = palette(Catalog((feature,)))
    kinds = {one["name"]: one["kind"] for one in told["options"]}
    assert kinds == {
        "weeks": "integer",
        "track": "text",
        "level": "text",
        "from_day": "date",
        "quiet": "yes_no",
    }
    assert [one["name"] for one in told["options"] if one["required"]] == ["weeks"]
    assert told["options"][2]["choices"] == [
        {"label": "New to it", "value": "0"},
        {"label": "Weekly", "value": "1"},
    ]
    assert told["lead"] is True


@pytest.mark.parametrize(
    ("text", "name", "options"),
    [
        ("/tip", "tip", {}),
        ("  /ASK   why  is it slow ", "ask", {"question": "why is it slow"}),
        ("/ask question: why", "ask", {"question": "why"}),
        ("/ask what about https://a.example", "ask", {"question": "what about https://a.example"}),
        (
            "/plan start devops weeks:12 quiet: yes",
            "plan start",
            {"track": "devops", "weeks": "12", "quiet": "yes"},
        ),
        ("/plan start weeks:12 track:cloud to ai", "plan start", {"weeks": "12", "track": "cloud to ai"}),
        ("/tip loud and clear", "tip", {"loud": "loud and clear"}),
        ("/plan", "cairn", {"command": "plan"}),
        ("/nothing like it", "nothing", {}),
    ],
)
def test_a_typed_line_is_read_like_a_command(text: str, name: str, options: dict[str, str]) -> None:
    assert read_text(text, COMMANDS) == Typed(name, options)


@settings(max_examples=examples(200))
@given(
    st.dictionaries(
        st.sampled_from(["track", "weeks", "level"]),
        st.from_regex(r"[a-z0-9]{1,20}( [a-z0-9]{1,20}){0,4}", fullmatch=True),
    )
)
def test_an_echo_reads_back_as_what_was_typed(options: dict[str, str | int | bool]) -> None:
    typed = Typed("plan start", options)
    assert read_text(typed_payload(typed, PLAN)["text"], COMMANDS) == typed


def test_an_echo_has_no_name_for_a_lone_first_option() -> None:
    assert typed_payload(Typed("ask", {"question": "a\n b"}), ASK) == {"text": "/ask a b"}
    assert typed_payload(Typed("gone", {}), None) == {"text": "/gone"}


@pytest.mark.parametrize("text", ["", " ", "/", "hello", "/ tip", "tip /tip"])
def test_a_line_that_is_no_command_is_refused(text: str) -> None:
    with pytest.raises(Malformed, match="a command is expected"):
        read_text(text, COMMANDS)


def test_calls_are_read() -> None:
    asked = {"kind": "command", "command": "plan start", "options": {"weeks": 3, "quiet": True}}
    call = read_call({**CALL, "place": "dm", "what": asked}, COMMANDS)
    assert (call.key, call.space, call.caller) == (CALL["key"], SPACES[0], MEMBERS[0])
    assert call.what == Typed("plan start", {"weeks": 3, "quiet": True})
    assert call.reply_to.channel is not None
    assert (call.reply_to.channel.id, call.reply_to.message) == ("dm-member-a", None)

    pressed = {"kind": "pressed", "entry": 7, "action": "goal.done:42", "value": None}
    call = read_call({**CALL, "what": pressed}, COMMANDS)
    assert call.what == Pressed("goal.done:42")
    assert call.reply_to.message is not None
    assert call.reply_to.message.id == "7"

    sent = {"kind": "submitted", "entry": None, "action": "goal.set", "values": {"a": "b", "c": ["d", "e"]}}
    call = read_call({**CALL, "what": sent}, COMMANDS)
    assert call.what == Submitted("goal.set", {"a": "b", "c": ("d", "e")})


@pytest.mark.parametrize(
    ("change", "part"),
    [
        ({"key": "1"}, "key"),
        ({"key": str(CALL["key"]).upper()}, "key"),
        ({"member": "root"}, "member"),
        ({"member": ["lead"]}, "member"),
        ({"space": "Cloud to AI community"}, "space"),
        ({"place": "dm-member-b"}, "place"),
        ({"what": None}, "what"),
        ({"what": {}}, "what.kind"),
        ({"what": {"kind": "erase"}}, "what.kind"),
        ({"what": {"kind": "text", "text": "x" * 4_001}}, "text"),
        ({"what": {"kind": "command", "command": "tip", "options": []}}, "what.options"),
        ({"what": {"kind": "command", "command": "tip", "options": {"a": 1.5}}}, "what.options.a"),
        ({"what": {"kind": "command", "command": None, "options": {}}}, "command"),
        ({"what": {"kind": "pressed", "entry": "7", "action": "a.b"}}, "what.entry"),
        ({"what": {"kind": "pressed", "entry": True, "action": "a.b"}}, "what.entry"),
        ({"what": {"kind": "pressed", "entry": 10**15, "action": "a.b"}}, "what.entry"),
        ({"what": {"kind": "pressed", "entry": 1, "action": "a" * 101}}, "action"),
        ({"what": {"kind": "pressed", "entry": 1, "action": "a.b", "value": 3}}, "value"),
        ({"what": {"kind": "submitted", "action": "a.b", "values": {"x": [1]}}}, "what.values.x"),
        (
            {"what": {"kind": "submitted", "action": "a.b", "values": {str(n): "" for n in range(101)}}},
            "what.values",
        ),
    ],
)
def test_a_call_of_the_wrong_shape_is_refused_with_the_part_named(change: dict[str, Any], part: str) -> None:
    with pytest.raises(Malformed) as refused:
        read_call({**CALL, **change}, COMMANDS)
    assert str(refused.value).startswith(f"{part}:")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("member-a"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
whats = st.fixed_dictionaries(
    {"kind": st.sampled_from(["text", "command", "pressed", "submitted"]) | json_values},
    optional=dict.fromkeys(("text", "command", "options", "entry", "action", "value", "values"), json_values),
)


@settings(max_examples=examples(200))
@given(st.dictionaries(st.sampled_from(list(CALL)), json_values), whats | json_values)
def test_anything_else_is_refused_and_never_breaks(change: dict[str, Any], what: object) -> None:
    for payload in ({**CALL, "what": what}, {**CALL, **change}, what):
        try:
            assert read_call(payload, COMMANDS).space in SPACES
        except Malformed:
            continue


def test_suggestions_are_asked_in_the_caller_s_space() -> None:
    typing = read_typing(
        {"member": "lead", "space": "second", "command": "ask", "option": "question", "text": "ek"}
    )
    assert (typing.caller, typing.space, typing.text) == (MEMBERS[-1], SPACES[1], "ek")
    with pytest.raises(Malformed, match="text: "):
        read_typing({"member": "lead", "space": "second", "command": "ask", "option": "question", "text": 3})


def test_everybody_s_direct_messages_are_their_own() -> None:
    given = [{"member": one.address.id, "space": "second", "place": DIRECT} for one in MEMBERS]
    channels = [read_scene(one).channel for one in given]
    assert len(set(channels)) == len(MEMBERS)
    assert all(is_direct(channel) for channel in channels)
    assert not any(is_direct(place) or place in channels for place in PLACES)


@pytest.mark.parametrize("text", ["", "-1", "1.5", "x", "1" * 16, "١"])
def test_a_revision_is_a_whole_number(text: str) -> None:
    assert read_revision("15") == 15
    with pytest.raises(Malformed, match="after: "):
        read_revision(text)
