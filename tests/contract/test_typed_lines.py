"""Every line that Cairn shows works as it stands: on Slack, in the playground and as a Discord command."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from bot.adapters.discord.publish import commands as discord_commands
from bot.adapters.discord.receive import read_asked
from bot.adapters.playground.receive import read_text
from bot.adapters.slack.naming import Naming
from bot.adapters.slack.publish import manifest
from bot.adapters.slack.receive import Reader
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, ReplyTo, Space, Typed, Typing
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, plain_text
from bot.core.errors import UserError
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.core.views.asking import ask_missing
from bot.core.views.errors import WORDS, refusal
from bot.core.views.lines import example_line, naming_line
from bot.storage.store import DatabaseStore
from tests.contract import slack_payloads as sent
from tests.contract.planning import HERE, KIM, MONDAY, SAM, Desk
from tests.contract.slack_payloads import BOT, HOOKS, TEAM

pytestmark = pytest.mark.one_database

CATALOG = Catalog(FEATURES)
LEAD = replace(SAM, is_lead=True, handle="sam")
PREFIX = "ai-"
INTEGER, BOOLEAN, USER = 4, 5, 6
SOMEBODY = "123456789012345678"
GENERAL = ReplyTo(Address("playground", "general"), can_post=True)
HINTS = {one["command"]: one.get("usage_hint", "") for one in manifest(CATALOG)["features"]["slash_commands"]}
# What people put where a hint names an option.
FILLED = {
    "command": "plan start", "track": "devops", "start": "2027-01-11", "hours": "6", "zone": "Lisbon",
    "page": "1", "week": "1", "until": "2027-01-18", "day": "fri", "hour": "9", "1/3/24": "3",
    "cohort": "Autumn", "member": "Kim", "set/list/off/preview": "set", "off": "off",
    "question": "I run EKS", "topic": "cost",
}  # fmt: skip
# After one of these, the stage has to be set once more.
CHANGE = ("cohort leave", "lead remove", "lead demote")
TERMINAL = ("batch.", "count.", "instant.", "outbox.", "piece.")
LINE = re.compile(r"`(/[^`]+)`")


class Stage(Desk):
    """A lead with a plan, and Kim; one cohort runs with both, and Kim leads too: before each line that is
    tried."""

    def __init__(self, store: DatabaseStore) -> None:
        super().__init__(store)
        self._names = count()
        self._stands = False
        self.member(KIM)
        self.type("plan start", zone="Lisbon")
        typed(self, read_text("/lead create Autumn", CATALOG.commands))

    def set(self) -> None:
        if self._stands:
            return
        self._stands = True
        for caller, line in (
            (LEAD, "/cohort join Autumn"),
            (KIM, "/cohort join Autumn"),
            (LEAD, "/lead invite Autumn Kim"),
            (KIM, "/cohort join Autumn"),
            (LEAD, "/lead promote Kim"),
        ):
            typed(self, read_text(line, CATALOG.commands), caller)

    def try_line(self, line: str, what: Typed) -> None:
        """A form that asks for what is missing is an answer too, where a platform opens one."""
        self.set()
        if ask_missing(CATALOG.commands.get(what.command), what.options) is None:
            answer = typed(self, what)
            assert not answer.refused, f"{line} -> {what}: {text_of(answer)}"
            self._stands = what.command not in CHANGE

    def name(self) -> str:
        return f"Name {next(self._names)}"


@pytest.fixture
def stage(sqlite_store: DatabaseStore) -> Stage:
    return Stage(sqlite_store)


def typed(desk: Desk, what: Typed, caller: Caller = LEAD, space: Space = HERE) -> Answer:
    answer = desk.router.answer(Call(desk.key(), space, caller, what, GENERAL))
    assert answer is not None
    return answer


def text_of(answer: Answer) -> str:
    reply = answer.reply
    assert not isinstance(reply, Form)
    return plain_text(reply.message if isinstance(reply, Update) else reply)


def on_slack(line: str, prefix: str = "") -> Typed:
    root, _, rest = line.partition(" ")
    reader = Reader(Space(Address("slack", TEAM), "Example"), BOT, prefix, HOOKS, CATALOG.commands)
    escaped = rest.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    what = reader.command(sent.COMMAND | {"command": root, "text": escaped}).call.what
    assert isinstance(what, Typed)
    return what


def on_discord(line: str) -> Typed:
    """The command with the values that the line holds, as Discord lets people give what it was told of."""
    what = read_text(line, CATALOG.commands)
    root, _, member = what.command.partition(" ")
    told = next(one for one in discord_commands(CATALOG) if one["name"] == root)["options"]
    options = next(one for one in told if one["name"] == member)["options"] if member else told
    by_name = {one["name"]: one for one in options}
    given = [_give(by_name[name], str(value)) for name, value in what.options.items()]
    data = {"name": root, "options": [{"type": 1, "name": member, "options": given}] if member else given}
    read = read_asked({"type": 2, "data": data}, {})
    assert isinstance(read, Typed)
    # Who is picked there is the person whose name stands in the line.
    people = {name: value for name, value in what.options.items() if by_name[name]["type"] == USER}
    return replace(read, options={**read.options, **people})


def _give(option: dict[str, Any], value: str) -> dict[str, Any]:
    kind = option["type"]
    given: str | int | bool = value
    if kind == INTEGER:
        given = int(value)
        assert option["min_value"] <= given <= option["max_value"]
    elif kind == BOOLEAN:
        given = value == "yes"
    elif kind == USER:
        given = SOMEBODY
    else:
        assert len(value) <= option.get("max_length", len(value))  # a person has none
    assert not option.get("choices") or given in [one["value"] for one in option["choices"]]
    return {"name": option["name"], "type": kind, "value": given}


def hints() -> Iterator[str]:
    for root, hint in HINTS.items():
        yield root
        for usage in hint.split(" | ") if hint else ():
            yield f"{root} {usage}"


def fill(usage: str, name: str) -> Iterator[str]:
    """The hint with something in every place, and with each place that can be left out left out."""
    words = re.findall(r"\[[^\]]+\]|<[^>]+>|\S+", usage)
    known = FILLED | {"name": name} | ({"topic": "strengths"} if usage.startswith("/guide") else {})
    filled = [known[word[1:-1]] if word[0] in "[<" else word for word in words]
    yield " ".join(filled)
    for index, word in enumerate(words):
        if word.startswith("["):
            yield " ".join(filled[:index] + filled[index + 1 :])
    yield " ".join(one for one, word in zip(filled, words, strict=True) if not word.startswith("["))


@pytest.mark.parametrize("root", HINTS)
def test_a_hint_works_as_it_reads(stage: Stage, root: str) -> None:
    usages = [usage for usage in hints() if usage.split()[0] == root]
    assert len(usages) >= 1
    for usage in usages:
        stage.try_line(usage, on_slack(usage))  # copied with its brackets, it asks for the rest
        for line in dict.fromkeys(fill(usage, stage.name())):
            prefixed = f"/{PREFIX}{line[1:]}"
            what = read_text(line, CATALOG.commands)
            assert what == on_slack(line) == on_slack(prefixed, PREFIX)
            stage.try_line(line, what)
            if "create" not in line:
                shouted = "  ".join(line.upper().split())
                stage.try_line(shouted, on_slack(shouted))
            if ask_missing(CATALOG.commands[what.command], what.options) is None:
                stage.try_line(line, on_discord(re.sub("Name .*", stage.name(), line)))


def test_an_example_of_each_command_works_everywhere(stage: Stage) -> None:
    for command in CATALOG.commands.values():
        lines = [example_line(command, MONDAY, option.name) for option in command.options]
        for line in {example_line(command, MONDAY), naming_line(command, MONDAY), *lines} - {""}:
            fresh = line.replace("January 2027", stage.name())
            what = read_text(fresh, CATALOG.commands)
            assert what == on_slack(fresh) == on_slack(f"/{PREFIX}{fresh[1:]}", PREFIX)
            stage.try_line(fresh, what)
            on_discord(fresh)


def test_every_reason_has_a_line_that_works(stage: Stage) -> None:
    for reason in (one for one in WORDS if not one.startswith(TERMINAL)):
        shown = lines_of(refusal(UserError(reason, **dict.fromkeys(WORDS[reason][1::2], "x"))))
        assert shown, reason
        for line in shown:
            stage.try_line(f"{reason}: {line}", read_text(line, CATALOG.commands))


REFUSED = (
    "/plan 6", "/plan strat 6", "/plan pace 50", "/plan pace abc", "/plan pace", "/plan pause",
    "/plan pause 2020-01-01", "/plan pause someday", "/plan pause 2029-01-01", "/plan zone Nowhere",
    "/plan start zone:Nowhere", "/plan start 99", "/plan start start:soon", "/plan start 2020-01-06",
    "/plan start 2031-01-06", "/plan start Nonsense", "/plan start nonsense:x", "/plan view 99",
    "/plan view 0", "/plan view x", "/plan resume now", "/plan zone", "/goal 99", "/goal x",
    "/reminders on someday", "/reminders on fri 25:00", "/reminders on fri 9 nonsense", "/reminders set x",
    "/reminders snooze x", "/reminders fri", "/reminder on", "/cohort dance", "/cohort join Nowhere",
    "/lead create Autumn", "/lead create", "/lead close Nowhere", "/lead invite Nobody",
    "/lead remove Nobody", "/lead remove", "/lead promote", "/lead promote Nobody", "/lead demote Nobody",
    "/lead tips", "/lead tips dance", "/lead tips set 25:00", "/lead tips set fri 9 Nowhere",
    "/lead schedule someday", "/lead schedule off:perhaps", "/lead summary Nowhere", "/lead dance",
    "/dance", "/tip nonsense", "/guide nonsense", "/cairn nonsense", "/cairn nonsense:x",
    f"/skillgap {'x' * 600}", "/progress now", "/assess x",
)  # fmt: skip


def test_what_is_refused_comes_with_a_line_that_works(stage: Stage) -> None:
    naming = Naming(PREFIX, CATALOG.roots)
    for line in REFUSED:
        stage.set()
        answer = typed(stage, read_text(line, CATALOG.commands))
        assert answer.refused, f"{line}: {text_of(answer)}"
        named = naming.answer(answer).reply
        assert isinstance(answer.reply, Message)
        assert isinstance(named, Message)
        for message, prefix in ((answer.reply, ""), (named, PREFIX)):
            shown = lines_of(message)
            assert shown, text_of(answer)
            for one in shown:
                what = on_slack(one, prefix)
                if not prefix:
                    stage.try_line(f"{line}: {one}", what)
                assert what == on_slack(lines_of(answer.reply)[shown.index(one)])
                on_discord(f"/{one[1:].removeprefix(prefix)}")


def test_with_several_cohorts_the_line_names_one(stage: Stage) -> None:
    typed(stage, read_text("/lead create Winter 2027", CATALOG.commands))
    for line in (
        "/lead summary",
        "/lead summary Nowhere",
        "/lead schedule 25:00 cohort:Autumn",
        "/lead tips set",
    ):
        stage.set()
        typed(stage, Typed("cohort leave"))
        answer = typed(stage, read_text(line, CATALOG.commands))
        assert answer.refused, line
        assert isinstance(answer.reply, Message)
        for one in lines_of(answer.reply):
            again = typed(stage, read_text(one, CATALOG.commands))
            assert not again.refused, f"{line}: {one}: {text_of(again)}"


def test_a_newcomer_gets_a_line_that_works(sqlite_store: DatabaseStore) -> None:
    desk = Desk(sqlite_store)
    for line in (
        "/plan pause",
        "/plan pace x",
        "/goal 1",
        "/reminders on fri 9",
        "/lead create X",
        "/cohort view",
    ):
        answer = typed(desk, read_text(line, CATALOG.commands), KIM)
        assert answer.refused, line
        assert isinstance(answer.reply, Message)
        shown = lines_of(answer.reply)
        assert shown, line
        for one in shown:
            again = typed(desk, read_text(one, CATALOG.commands), KIM)
            assert not again.refused, f"{line}: {one}: {text_of(again)}"


def lines_of(message: Message) -> list[str]:
    parts = (part for block in message.blocks for part in getattr(block, "parts", ()))
    return [line for part in parts for line in LINE.findall(getattr(part, "text", ""))]


def test_what_would_be_refused_is_known_before_a_form_asks(stage: Stage) -> None:
    def check(line: str, caller: Caller) -> str:
        call = Call(stage.key(), HERE, caller, read_text(line, CATALOG.commands), GENERAL)
        answer = stage.router.check(call)
        return "" if answer is None else text_of(answer)

    stranger = replace(KIM, address=Address("playground", "new"))
    assert "You have no plan yet" in check("/plan pause", KIM)
    assert "You have no plan yet" in check("/plan pace", stranger)
    assert check("/plan pause", LEAD) == check("/plan start", stranger) == check("/skillgap", stranger) == ""
    assert "Only leads" in check("/lead create", stranger)
    assert check("/lead create", LEAD) == ""
    stage.set()
    assert check("/lead create", KIM) == ""  # who was promoted


def test_a_promoted_lead_is_offered_members(stage: Stage) -> None:
    typing = Typing(HERE, KIM, "lead invite", "member", "sam")
    assert stage.router.suggest(typing) == ()
    stage.set()
    assert [one.value for one in stage.router.suggest(typing)] == [SAM.address.id]
