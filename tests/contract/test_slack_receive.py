import copy
import random
from collections.abc import Callable
from typing import Any

import pytest

from bot.adapters.slack.origin import METADATA_LIMIT, Malformed, Origin, hooks_of, pack, unpack
from bot.adapters.slack.receive import Reader, Received, asked_for
from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Space, Submitted, Typed, Typing
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from tests.contract import slack_payloads as sent
from tests.contract.slack_payloads import BOT, CHANNEL, HOOKS, TEAM, USER, Payload
from tests.contract.strategies import examples

CATALOG = Catalog(FEATURES)
SPACE = Space(Address("slack", TEAM), "Example")
READER = Reader(SPACE, BOT, "", HOOKS, CATALOG.commands)
SAM = Caller(Address("slack", USER), "", handle="sam")
HERE = ReplyTo(Address("slack", CHANNEL), Address("slack", "1700000000.000100"))
CHANNEL_ONLY = ReplyTo(Address("slack", CHANNEL))
ODD: tuple[Any, ...] = (
    None, True, -1, 10**30, 1.5, "", "x" * 20_000, "\ud800", "\0", [], {}, [[]], {"a": {}}, "T1",
    "goal.done:%", '["U0000OTHER","","","",false]', "[" * 5_000, "https://evil.example/",
)  # fmt: skip

READS: dict[str, tuple[Callable[[Payload], Any], Payload]] = {
    "command": (READER.command, sent.COMMAND),
    "button": (READER.action, sent.BUTTON),
    "select": (READER.action, sent.SELECT),
    "home": (READER.action, sent.HOME_BUTTON),
    "submission": (READER.submission, sent.SUBMISSION),
    "run": (READER.submission, sent.RUN_SUBMISSION),
    "suggestion": (READER.suggestion, sent.SUGGESTION),
    "mention": (READER.question, sent.MENTION),
    "direct": (READER.question, sent.DIRECT),
    "opened": (READER.opened, sent.OPENED),
}


def received(read: Received | None) -> Received:
    assert read is not None
    return read


def test_a_command_is_read() -> None:
    got = READER.command(sent.COMMAND)
    what = Typed("skillgap", {"question": "I run EKS & RDS <3 &lt;"})
    assert got.call == Call(sent.COMMAND["trigger_id"], SPACE, SAM, what, CHANNEL_ONLY)
    assert got.origin == Origin(
        USER, CHANNEL, url=sent.COMMAND["response_url"], trigger=sent.COMMAND["trigger_id"]
    )


def test_a_prefix_is_taken_off_and_asked_for() -> None:
    reader = Reader(SPACE, BOT, "ai-", HOOKS, CATALOG.commands)
    what = reader.command(sent.COMMAND | {"command": "/ai-plan", "text": "start hours:6"}).call.what
    assert what == Typed("plan start", {"hours": "6"})
    with pytest.raises(Malformed, match="/ai-"):
        reader.command(sent.COMMAND)


def test_what_is_pressed_is_read() -> None:
    got = received(READER.action(sent.BUTTON))
    assert got.call == Call(sent.BUTTON["trigger_id"], SPACE, SAM, Pressed("goal.done:42"), HERE)
    assert got.origin.url == sent.BUTTON["response_url"]
    assert received(READER.action(sent.SELECT)).call.what == Pressed("level.set:7", "2")
    assert READER.action(sent.LINK) is None
    home = received(READER.action(sent.HOME_BUTTON))
    assert home.call.reply_to == ReplyTo()
    assert home.origin == Origin(USER, home=True, trigger=sent.BUTTON["trigger_id"])


def test_a_form_is_read() -> None:
    got = READER.submission(sent.SUBMISSION)
    values: dict[str, str | tuple[str, ...]]
    values = {"title": "Ship *it*", "why": "", "due": "2027-03-31", "level": "", "tags": ("0", "2")}
    what = Submitted("goal.set:7", values)
    assert got.call == Call(sent.SUBMISSION["trigger_id"], SPACE, SAM, what, HERE)


def test_the_form_of_a_command_is_the_command() -> None:
    got = READER.submission(sent.RUN_SUBMISSION)
    assert got.call.what == Typed("plan zone", {"zone": "Lisbon"})
    assert got.call.reply_to == CHANNEL_ONLY
    assert READER.suggestion(sent.SUGGESTION) == Typing(SPACE, SAM, "plan zone", "zone", "lis")


def test_what_is_said_to_the_bot_is_a_question() -> None:
    got = received(READER.question(sent.MENTION))
    question = "does @U0000OTHER or this & that in #all?"
    assert got.call.what == Typed("skillgap", {"question": question})
    assert (got.call.key, got.call.caller.name) == ("Ev0123ABCD", "")
    assert got.origin.thread == "1700000000.000100"
    direct = received(READER.question(sent.DIRECT)).call
    assert direct.what == Typed("skillgap", {"question": "I write Terraform"})
    alone = copy.deepcopy(sent.MENTION)
    alone["event"]["text"] = f" <@{BOT}> "
    assert received(READER.question(alone)).call.what == Typed("skillgap")


@pytest.mark.parametrize(
    "change",
    [
        {"subtype": "message_changed"},
        {"bot_id": "B1"},
        {"user": BOT},
        {"user": None},
        {"channel_type": "channel"},
        {"type": "app_mention"},
    ],
)
def test_what_no_person_said_to_the_bot_is_none(change: Payload) -> None:
    assert READER.question(sent.DIRECT | {"event": sent.DIRECT["event"] | change}) is None


def test_who_opens_the_home_tab_is_read() -> None:
    assert READER.opened(sent.OPENED) == Caller(Address("slack", USER), "")
    assert READER.opened(sent.OPENED | {"event": sent.OPENED["event"] | {"tab": "messages"}}) is None


@pytest.mark.parametrize("name", READS)
def test_another_workspace_is_refused(name: str) -> None:
    read, payload = READS[name]
    foreign = copy.deepcopy(payload)
    foreign["team_id"] = "TOTHER"
    foreign.pop("authorizations", None)
    if "team" in foreign:
        foreign["team"]["id"] = "TOTHER"
    with pytest.raises(Malformed, match="team"):
        read(foreign)


def test_in_a_shared_channel_the_event_s_own_workspace_counts() -> None:
    assert READER.question(sent.MENTION | {"team_id": "TOTHER"}) is not None


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, one in inner for found in places(one, (*path, key)))]


@pytest.mark.parametrize("name", READS)
def test_no_mutated_payload_crosses_or_crashes(name: str) -> None:
    """5,000 of them in all with CAIRN_SOAK: each is read as the same person of the same workspace, or
    refused."""
    read, payload = READS[name]
    chance, spots = random.Random(name), places(payload)[1:]
    for _ in range(examples(10) * 10):
        changed = copy.deepcopy(payload)
        *path, last = chance.choice(spots)
        holder: Any = changed
        for key in path:
            holder = holder[key]
        if chance.random() < 0.2:
            del holder[last]
        else:
            holder[last] = chance.choice(ODD)
        try:
            got = read(changed)
        except Malformed:
            continue
        match got:
            case Received(call, origin):
                assert (call.space, call.caller.address.id) == (SPACE, origin.user)
                assert origin.url == "" or origin.url.startswith(HOOKS)
            case Typing(space=space):
                assert space == SPACE


@pytest.mark.parametrize(
    "origin", [Origin(USER), Origin(USER, CHANNEL, "1.1", HOOKS + "a"), Origin(USER, home=True)]
)
def test_where_a_modal_came_from_survives(origin: Origin) -> None:
    assert unpack(pack(origin), USER, HOOKS) == origin


@pytest.mark.parametrize(
    "text",
    [
        None,
        "",
        "{}",
        "[]",
        "[" * 2_000,
        "x" * (METADATA_LIMIT + 1),
        pack(Origin("U0000OTHER")),
        pack(Origin(USER, "../general")),
        pack(Origin(USER, CHANNEL, "yesterday")),
        pack(Origin(USER, url="https://hooks.slack.com.evil.example/")),
        pack(Origin(USER, url="http://169.254.169.254/")),
        '["U0123ABCD",1,"","",false]',
        '["U0123ABCD","","","",0]',
    ],
)
def test_metadata_that_we_did_not_write_for_this_person_is_refused(text: object) -> None:
    with pytest.raises(Malformed):
        unpack(text, USER, HOOKS)


def test_the_addresses_that_take_answers_are_slack_s() -> None:
    assert hooks_of("https://slack.com/api/") == HOOKS
    assert hooks_of("https://slack-gov.com/api/") == "https://hooks.slack-gov.com/"
    assert hooks_of("http://127.0.0.1:8080/api/") == "http://127.0.0.1:8080/"


def test_what_a_call_asks_for_is_found_before_it_is_answered() -> None:
    for command in CATALOG.commands.values():
        assert asked_for(Call("k", SPACE, SAM, Typed(command.name)), CATALOG) is command
    for handler in CATALOG.actions.values():
        assert asked_for(Call("k", SPACE, SAM, Pressed(handler.action.name)), CATALOG) is handler
    for odd in (Typed("nothing"), Pressed("nothing.at:%"), Pressed("no.such")):
        assert asked_for(Call("k", SPACE, SAM, odd), CATALOG) is None
