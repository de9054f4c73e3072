"""The plain drawing: messages and forms as JSON that the page turns into elements. Never HTML."""

from typing import Any

from bot.adapters.playground.cast import PLATFORM
from bot.core.chat.call import Typed
from bot.core.chat.chart import Chart, picture_name
from bot.core.chat.codec import encode
from bot.core.chat.command import Command
from bot.core.chat.command_line import read_line
from bot.core.chat.control import VALUE_LIMIT, Button, Choice, Link, Select
from bot.core.chat.form import DateInput, Form, Input, MultiSelectInput, PersonInput, SelectInput, TextInput
from bot.core.chat.markup import Span, read_lines, read_spans
from bot.core.chat.message import Actions, Block, Copy, Divider, Field, Fields, Message, Section, Text
from bot.core.chat.part import Markdown, Mention, Moment, Part, Plain
from bot.core.chat.typed import clean_line

ECHO_LIMIT = 600

Json = dict[str, Any]

_EMPTY: Json = {"bullet": False, "spans": []}


def message_payload(message: Message) -> Json:
    """A message's title and blocks."""
    return {"title": message.title, "blocks": blocks_payload(message.blocks)}


def blocks_payload(blocks: tuple[Block, ...]) -> list[Json]:
    """Blocks alone: a message's, or the home's."""
    return [_block(block) for block in blocks]


def form_payload(form: Form) -> Json:
    """A form with its encoded action and its inputs."""
    return {
        "title": form.title,
        "submit": form.submit,
        "action": encode(form.action),
        "inputs": [_input(one) for one in form.inputs],
    }


def typed_payload(typed: Typed, command: Command | None) -> Json:
    """A command as its caller would have typed it: a lone free option without its name."""
    short = [str(value) for value in typed.options.values()]
    named = [f"{name}:{value}" for name, value in typed.options.items()]
    told = short if command and len(short) == 1 and _reads_back(typed, command, short[0]) else named
    return {"text": clean_line(" ".join((f"/{typed.command}", *told)), ECHO_LIMIT)}


def _reads_back(typed: Typed, command: Command, value: str) -> bool:
    """Whether the value alone is enough for the command to be read as it was."""
    root, *second = typed.command.split(" ")
    line = clean_line(" ".join((*second, value)), ECHO_LIMIT)
    read = read_line(root, line, {command.name: command})
    return read.options == {name: clean_line(str(one), ECHO_LIMIT) for name, one in typed.options.items()}


def _block(block: Block) -> Json:
    match block:
        case Text(parts):
            return {"kind": "text", "lines": _lines(parts)}
        case Section(parts, button):
            return {"kind": "section", "lines": _lines(parts), "button": _item(button)}
        case Fields(fields):
            return {"kind": "fields", "fields": [_field(field) for field in fields]}
        case Chart(alt=alt):
            return {"kind": "chart", "name": picture_name(block), "alt": alt}
        case Copy(text):
            return {"kind": "copy", "text": text}
        case Divider():
            return {"kind": "divider"}
        case Actions(items):
            return {"kind": "actions", "items": [_item(item) for item in items]}


def _field(field: Field) -> Json:
    return {"label": field.label, "lines": _lines(field.parts)}


def _item(item: Button | Link | Select) -> Json:
    match item:
        case Button(label, action, style):
            return {"kind": "button", "label": label, "action": encode(action), "style": style}
        case Link(label, url):
            return {"kind": "link", "label": label, "url": url}
        case Select(action, placeholder, choices):
            return {
                "kind": "select",
                "action": encode(action),
                "placeholder": placeholder,
                "choices": _choices(choices),
            }


def _choices(choices: tuple[Choice, ...]) -> list[Json]:
    return [{"label": choice.label, "value": choice.value} for choice in choices]


def _lines(parts: tuple[Part, ...]) -> list[Json]:
    """Parts follow one another on the same line; only a line's first part can make it a list's item."""
    lines: list[Json] = [{"bullet": False, "spans": []}]
    for part in parts:
        for index, (bullet, spans) in enumerate(_part_lines(part, fresh=lines[-1] == _EMPTY)):
            if index:
                lines.append({"bullet": bullet, "spans": spans})
            else:
                lines[-1]["spans"] += spans
                lines[-1]["bullet"] = lines[-1]["bullet"] or bullet
    return lines


def _part_lines(part: Part, *, fresh: bool) -> list[tuple[bool, list[Json]]]:
    match part:
        case Markdown(text):
            first, *rest = text.split("\n")
            lines = [line for one in rest for line in read_lines(one)]
            if fresh:
                head = read_lines(first)[0]
                return [(line.bullet, _spans(line.spans)) for line in (head, *lines)]
            return [
                (False, _spans(read_spans(first))),
                *((line.bullet, _spans(line.spans)) for line in lines),
            ]
        case Plain(text):
            return [(False, [_words(line)] if line else []) for line in text.split("\n")]
        case Mention(user, name):
            called = {"text": f"@{name}", "style": "mention", "user": user.id}
            return [(False, [called if user.platform == PLATFORM else _words(name)])]
        case Moment(at, style):
            return [(False, [{"style": "moment", "at": at.isoformat(), "text": style}])]


def _words(text: str) -> Json:
    return {"text": text, "style": ""}


def _spans(spans: tuple[Span, ...]) -> list[Json]:
    return [
        {"text": span.text, "style": span.style, **({"url": span.url} if span.url else {})} for span in spans
    ]


def _input(one: Input) -> Json:
    common = {"name": one.name, "label": one.label, "hint": one.hint, "required": one.required}
    match one:
        case TextInput():
            return {**common, "kind": "text", "value": one.value, "lines": one.lines, "limit": one.limit}
        case PersonInput():
            # The page has no picker: a handle or a name is typed.
            return {**common, "kind": "text", "value": one.value, "lines": False, "limit": VALUE_LIMIT}
        case DateInput():
            return {**common, "kind": "date", "value": one.value}
        case SelectInput():
            return {**common, "kind": "select", "value": one.value, "choices": _choices(one.choices)}
        case MultiSelectInput():
            return {
                **common,
                "kind": "multi_select",
                "values": list(one.values),
                "choices": _choices(one.choices),
            }
