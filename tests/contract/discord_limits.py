"""What Discord takes: its documented limits, those that no library checks too. Each raises AssertionError."""

import re
from collections.abc import Collection, Iterator
from typing import Any

from tests.contract.surfaces import Payload, utf16

ROW, BUTTON, SELECT, TYPED, PERSON, SECTION, TEXT, GALLERY, SEPARATOR, LABEL = (
    1,
    2,
    3,
    4,
    5,
    9,
    10,
    12,
    14,
    18,
)
V2 = 1 << 15
LINK_STYLE = 5
SUBCOMMAND, STRING, INTEGER = 1, 3, 4
NAME = re.compile(r"[-_a-z0-9]{1,32}")
FILE_BYTES, REQUEST_BYTES = 10 * 1024 * 1024, 25 * 1024 * 1024

ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")
# A block of code as people write one; a fence within it would end it.
FENCED = re.compile(r"```\n(?:(?!```).)*\n```", re.S)
GROUP = re.compile(r"@(?:everyone|here)")
CODE = re.compile(r"<(?:@!?(?P<user>\d+)|(?P<group>@&\d+|#\d+|/[^>]*:\d+|a?:\w+:\d+|id:\w+))>")
LINK = re.compile(r"\[(?P<words>[^\]\n]+)\]\(<?(?P<url>[^\s)>]+)")


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


def marked_in(payload: Any) -> list[str]:
    """All strings in which Discord reads markup: the texts of components, or a message's own."""
    told = [one["content"] for one in walk(payload.get("components", payload)) if "content" in one]
    return [*told, payload["content"]] if payload.get("content") and "components" in payload else told


def mentions_in(text: str) -> list[str]:
    """Whom Discord would call: nobody in code or behind an escape, but `@everyone` in a line of code."""
    text = FENCED.sub("", text)
    groups = ["*" for _ in GROUP.finditer(text)]
    bare = re.sub("`[^`]*`", "", ESCAPED.sub("", text))
    return groups + [found["user"] or "*" for found in CODE.finditer(bare)]


def links_in(text: str) -> list[tuple[str, str]]:
    """The addresses behind words, and the words."""
    return [(found["url"], found["words"]) for found in LINK.finditer(ESCAPED.sub("", FENCED.sub("", text)))]


def check_message(body: Payload, files: Collection[str] = ()) -> None:
    """The body of a message, an edit or an answer. `files` are the names of those that come with it."""
    components = list(walk(body.get("components") or []))
    content = body.get("content") or ""
    assert utf16(content) <= 2_000, "a content of 2,000"
    assert len(components) <= 40, "40 components, nested ones counted"
    assert not body.get("embeds"), "no embeds beside components"
    assert len(body.get("nonce", "")) <= 25, "a nonce of 25"
    _check_mentions(body)
    check_ids(components)
    if body.get("flags", 0) & V2:
        assert not content, "no content beside components"
        assert components, "something to show"
        texts = [one["content"] for one in components if one["type"] == TEXT]
        assert all(text.strip() for text in texts), "no text is empty"
        assert sum(map(utf16, texts)) <= 4_000, "4,000 characters in all texts"
        assert {one["type"] for one in body["components"]} <= {ROW, SECTION, TEXT, SEPARATOR, GALLERY}
    else:
        assert content.strip(), "something to say"
        assert len(body.get("components") or []) <= 5, "5 rows"
        assert {one["type"] for one in components} <= {ROW, BUTTON, SELECT}, "other components need a flag"
    for one in components:
        check_component(one, files)


def check_ids(components: list[Payload]) -> None:
    ids = [one["custom_id"] for one in components if "custom_id" in one]
    assert len(set(ids)) == len(ids), "every custom id once"
    assert all(0 < len(one) <= 100 for one in ids), "a custom id of 100"


def check_component(one: Payload, files: Collection[str]) -> None:
    match one["type"]:
        case 1:
            kinds = [held["type"] for held in one["components"]]
            assert kinds == [SELECT] or (set(kinds) == {BUTTON} and len(kinds) <= 5), "5 buttons or a select"
        case 2:
            assert one["label"].strip(), "a label to see"
            assert utf16(one["label"]) <= 80, "a label of 80"
            assert ("url" in one) == (one["style"] == LINK_STYLE) == ("custom_id" not in one), "id or address"
            assert len(one.get("url", "")) <= 512, "an address of 512"
        case 3:
            check_select(one)
        case 9:
            assert [held["type"] for held in one["components"]] == [TEXT], "one to three texts"
            assert one["accessory"]["type"] == BUTTON, "a button beside it"
        case 12:
            assert 1 <= len(one["items"]) <= 10, "1 to 10 pictures"
            for item in one["items"]:
                assert utf16(item.get("description", "")) <= 1_024, "an alt text of 1,024"
                name = item["media"]["url"].removeprefix("attachment://")
                assert not files or name in files, "every picture is attached"


def check_select(select: Payload) -> None:
    options = select["options"]
    assert 1 <= len(options) <= 25, "1 to 25 options"
    assert len({option["value"] for option in options}) == len(options), "every value once"
    assert all(1 <= len(option[key]) <= 100 for option in options for key in ("label", "value")), "100 each"
    assert len(select.get("placeholder", "")) <= 150, "a placeholder of 150"
    least, most = select.get("min_values", 1), select.get("max_values", 1)
    assert 0 <= least <= most <= len(options), "bounds that can be kept"
    assert sum(option.get("default", False) for option in options) <= most, "no more chosen than may be"


def check_form(payload: Payload) -> None:
    """The data of a modal."""
    assert 1 <= len(payload["custom_id"]) <= 100, "a custom id of 100"
    assert 1 <= len(payload["title"]) <= 45, "a title of 45"
    assert 1 <= len(payload["components"]) <= 5, "1 to 5 inputs"
    check_ids(list(walk(payload["components"])))
    for label in payload["components"]:
        assert label["type"] == LABEL
        assert 1 <= len(label["label"]) <= 45, "a label of 45"
        assert 1 <= len(label.get("description", "x")) <= 100, "a description of 100"
        held = label["component"]
        if held["type"] == SELECT:
            check_select(held)
            assert not (held["required"] and held["min_values"] == 0), "what is required can't be none"
        elif held["type"] == PERSON:
            assert 0 <= held["min_values"] <= held["max_values"] == 1, "one person at most"
            assert not (held["required"] and held["min_values"] == 0), "what is required can't be none"
        else:
            assert held["type"] == TYPED
            assert held["style"] in (1, 2)
            assert utf16(held.get("value", "x")) >= 1, "no empty value"
            assert len(held.get("value", "x")) <= held["max_length"] <= 4_000, "a text of 4,000"
            assert len(held.get("placeholder", "")) <= 100, "a placeholder of 100"


def check_choices(data: Payload) -> None:
    """What is offered while an option is typed."""
    assert len(data["choices"]) <= 25, "25 choices"
    assert all(1 <= len(one["name"]) <= 100 for one in data["choices"]), "names of 100"
    assert all(len(str(one["value"])) <= 100 for one in data["choices"]), "values of 100"


def check_files(files: dict[str, bytes]) -> None:
    assert len(files) <= 10, "10 files"
    assert all(len(one) <= FILE_BYTES for one in files.values()), "10 MiB a file"
    assert sum(map(len, files.values())) <= REQUEST_BYTES, "25 MiB a request"


def check_commands(payloads: list[Payload]) -> None:
    """The body of a bulk overwrite."""
    assert len(payloads) <= 100, "100 commands"
    assert len({one["name"] for one in payloads}) == len(payloads), "every name once"
    for payload in payloads:
        assert payload["type"] == 1
        assert payload["integration_types"] == [0]
        assert str(payload.get("default_member_permissions", "0")).isdecimal(), "permissions as text"
        told = list(walk_options([payload]))
        for one in told:
            check_option(one)
        kinds = {one["type"] == SUBCOMMAND for one in payload.get("options", [])}
        assert len(kinds) <= 1, "a group holds nothing but its members"
        said = [one["name"] + one["description"] for one in told]
        said += [choice["name"] + str(choice["value"]) for one in told for choice in one.get("choices", ())]
        assert sum(map(len, said)) <= 8_000, "8,000 characters in a command"


def walk_options(payloads: list[Payload]) -> Iterator[Payload]:
    for one in payloads:
        yield one
        yield from walk_options(one.get("options", []))


def check_option(one: Payload) -> None:
    assert NAME.fullmatch(one["name"]), f"a name of 32, lower case: {one['name']!r}"
    assert 1 <= len(one["description"]) <= 100, "a description of 100"
    options = one.get("options", [])
    assert len(options) <= 25, "25 options"
    assert len({option["name"] for option in options}) == len(options), "every name once"
    required = [option.get("required", False) for option in options]
    assert required == sorted(required, reverse=True), "required options come first"
    choices = one.get("choices", ())
    assert len(choices) <= 25, "25 choices"
    assert len({choice["name"] for choice in choices}) == len(choices), "every choice's name once"
    for choice in choices:
        assert isinstance(choice["value"], int if one["type"] == INTEGER else str)
        assert all(1 <= len(str(choice[key])) <= 100 for key in ("name", "value")), "choices of 100"
    assert not (choices and one.get("autocomplete")), "choices or suggestions"
    assert "max_length" not in one or (one["type"] == STRING and 1 <= one["max_length"] <= 6_000)


def _check_mentions(body: Payload) -> None:
    """Ours: nothing but a mention that we drew calls anybody, and each that we drew is allowed to."""
    allowed = body["allowed_mentions"]
    assert allowed["parse"] == [], "this bot lets no text mention"
    assert allowed.keys() <= {"parse", "users"}, "nobody is called by a role, or for having been answered"
    called = {one for text in marked_in(body) for one in mentions_in(text)}
    assert called == set(allowed.get("users", ())), "who is mentioned is allowed to be, and nobody else"
    assert len(called) <= 100, "100 people mentioned"
