"""Messages and forms as Discord draws them: Components V2 and modals.

What people typed stays literal: a backslash stands before every mark, and `@` never touches what follows it.
"""

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Any

from bot.core.chat.chart import Chart, picture_name
from bot.core.chat.codec import encode
from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.form import DateInput, Form, Input, MultiSelectInput, PersonInput, SelectInput, TextInput
from bot.core.chat.markup import Line, Span, clip, read_lines
from bot.core.chat.message import (
    FALLBACK_LIMIT,
    FENCE,
    Actions,
    Block,
    Copy,
    Divider,
    Fields,
    Message,
    Section,
    Text,
    fallback,
    mentions_of,
)
from bot.core.chat.part import Markdown, Mention, Moment, Part, Plain
from bot.core.chat.picked import read_picked

COMPONENTS_V2 = 1 << 15
SUPPRESS_EMBEDS = 1 << 2

ROW, BUTTON, SELECT, TEXT_INPUT, USER_SELECT = 1, 2, 3, 4, 5
SECTION, TEXT_DISPLAY, GALLERY, SEPARATOR, LABEL = 9, 10, 12, 14, 18

_BUTTON_STYLES = {"primary": 1, "normal": 2, "danger": 4}
_LINK_STYLE = 5
_MARK = re.compile(r"[\\*_~`|\[\]<]|:(?!\s)")
# Everything that Discord lets be escaped, so that no gap has to be put in.
_GAPLESS = re.compile(r"[!-/:-@\[-`{-~]")
_LINE_START = re.compile(r"(?m)^([^\S\n]*\d*)([-#>+.)])")
# Parts two marks that would be read as one, or `@` from a name; next to white space nothing needs parting.
_GAP = "\u200b"
_SPARE_GAP = re.compile(r"(?<!\S)\u200b+|\u200b+(?!\S)")
_MOMENT_STYLES = {"date": "D", "time": "t", "datetime": "f"}
_DATE_SHAPE = "YYYY-MM-DD"

Payload = dict[str, Any]


def message_payload(message: Message) -> Payload:
    """The body of a message, of an edit, or of an interaction's answer."""
    users = sorted({user.id for user in mentions_of(message.blocks) if user.platform == "discord"})
    return {
        "flags": COMPONENTS_V2,
        "components": [_display(f"## {literal(message.title)}"), *map(_draw_block, message.blocks)],
        "allowed_mentions": {"parse": [], "users": users} if users else {"parse": []},
    }


def opening_payload(message: Message, key: str) -> Payload:
    """The body with which a message that nobody asked for is created, before it is edited into its form.

    A message of components notifies with an empty text, so this one is plain text; its one button is the
    message's own that carries `key`, by which the message is recognised.
    """
    rows = [block for block in message.blocks if isinstance(block, Actions)]
    buttons = [one for row in rows for one in row.items if isinstance(one, Button) and key in one.action.args]
    drawn = [{"type": ROW, "components": [_draw_item(button)]} for button in buttons[:1]]
    return {
        "content": literal(clip(fallback(message), FALLBACK_LIMIT)),
        "components": drawn,
        "flags": SUPPRESS_EMBEDS,
        "allowed_mentions": {"parse": []},
        "nonce": key,
        "enforce_nonce": True,
    }


def in_words(message: Message, pictures: Collection[str]) -> Message:
    """The message with the alt text in place of every chart whose picture is not among `pictures`."""
    blocks = tuple(
        Text((Plain(block.alt),))
        if isinstance(block, Chart) and picture_name(block) not in pictures
        else block
        for block in message.blocks
    )
    return replace(message, blocks=blocks)


def suggestions_payload(choices: tuple[Choice, ...], *, integers: bool) -> Payload:
    """What is offered while an option is typed; Discord wants the values in the option's own kind."""
    as_kind = int if integers else str
    return {"choices": [{"name": one.label, "value": as_kind(one.value)} for one in choices]}


def form_payload(form: Form) -> Payload:
    """A modal. Each input's custom_id is its name; Discord words the button that sends it."""
    return {
        "custom_id": encode(form.action),
        "title": form.title,
        "components": [_draw_input(one) for one in form.inputs],
    }


def literal(text: str) -> str:
    """`text` for Discord's Markdown, read as it stands: no mention, link, emoji, list or style comes out."""
    return _guard_lines(_escape(text))


def _escape(text: str) -> str:
    return _MARK.sub(r"\\\g<0>", text).replace("@", "@" + _GAP)


def _guard_lines(text: str) -> str:
    return _LINE_START.sub(r"\1\\\2", text)


def _display(text: str) -> Payload:
    return {"type": TEXT_DISPLAY, "content": _SPARE_GAP.sub("", text)}


def _draw_block(block: Block) -> Payload:
    match block:
        case Text(parts):
            return _display(_draw_parts(parts))
        case Section(parts, button):
            texts = [_display(_draw_parts(parts))]
            return {"type": SECTION, "components": texts, "accessory": _draw_item(button)}
        case Fields(fields):
            lines = [f"**{literal(field.label)}:** {_draw_parts(field.parts)}" for field in fields]
            return _display("\n".join(lines))
        case Chart(alt=alt):
            media = {"url": f"attachment://{picture_name(block)}"}
            return {"type": GALLERY, "items": [{"media": media, "description": alt}]}
        case Copy(text):
            return {"type": TEXT_DISPLAY, "content": _draw_copy(text)}
        case Divider():
            return {"type": SEPARATOR, "divider": True, "spacing": 1}
        case Actions(items):
            return {"type": ROW, "components": [_draw_item(item) for item in items]}


def _draw_copy(text: str) -> str:
    """Exactly as it was typed; what would end the block of code is escaped, and copied the same."""
    return _GAPLESS.sub(r"\\\g<0>", text) if FENCE in text else f"{FENCE}\n{text}\n{FENCE}"


def _draw_item(item: Button | Link | Select) -> Payload:
    match item:
        case Button(label, action, style):
            shown = {"type": BUTTON, "style": _BUTTON_STYLES[style], "label": label}
            return shown | {"custom_id": encode(action)}
        case Link(label, url):
            return {"type": BUTTON, "style": _LINK_STYLE, "label": label, "url": url}
        case Select(action, placeholder, choices):
            shown = {"type": SELECT, "placeholder": placeholder, "options": [*map(_draw_choice, choices)]}
            return shown | {"custom_id": encode(action)}


def _draw_choice(choice: Choice, chosen: bool = False) -> Payload:
    option = {"label": choice.label, "value": choice.value}
    return option | {"default": True} if chosen else option


def _draw_parts(parts: tuple[Part, ...]) -> str:
    return "".join(_draw_part(part) for part in parts)


def _draw_part(part: Part) -> str:
    match part:
        case Markdown(text):
            return "\n".join(_draw_line(line) for line in read_lines(text))
        case Plain(text):
            return literal(text)
        case Mention(user, name):
            return f"<@{user.id}>" if user.platform == "discord" else literal(name)
        case Moment(at, style):
            return f"<t:{int(at.timestamp())}:{_MOMENT_STYLES[style]}>"


def _draw_line(line: Line) -> str:
    return ("- " if line.bullet else "") + _guard_lines("".join(_draw_span(span) for span in line.spans))


def _draw_span(span: Span) -> str:
    match span.style:
        case "bold":
            return f"{_GAP}**{_escape(span.text)}**{_GAP}"
        case "italic":
            return f"{_GAP}_{_escape(span.text)}_{_GAP}"
        case "code":
            return f"{_GAP}`{span.text}`{_GAP}"
        case "link":
            return f"[{_escape(span.text)}]({span.url})"
        case _:
            return _escape(span.text)


def _draw_input(one: Input) -> Payload:
    label = {"type": LABEL, "label": one.label, "component": _draw_control(one)}
    return label | {"description": one.hint} if one.hint else label


def _draw_control(one: Input) -> Payload:
    control: Payload = {"custom_id": one.name, "required": one.required}
    match one:
        case TextInput(value=value, lines=lines, limit=limit):
            control |= {"type": TEXT_INPUT, "style": 2 if lines else 1, "max_length": limit}
            return control | {"value": value} if value else control
        case DateInput(value=value):
            control |= {"type": TEXT_INPUT, "style": 1, "max_length": 10, "placeholder": _DATE_SHAPE}
            return control | {"value": value} if value else control
        case PersonInput(value=value):
            picked = read_picked(value)
            before = {"default_values": [{"id": picked, "type": "user"}]} if picked else {}
            return control | {"type": USER_SELECT, "min_values": int(one.required), "max_values": 1} | before
        case SelectInput(choices=choices, value=value):
            return control | _draw_options(choices, (value,), one.required, 1)
        case MultiSelectInput(choices=choices, values=values):
            return control | _draw_options(choices, values, one.required, len(choices))


def _draw_options(choices: tuple[Choice, ...], chosen: tuple[str, ...], required: bool, most: int) -> Payload:
    options = [_draw_choice(choice, choice.value in chosen) for choice in choices]
    return {"type": SELECT, "options": options, "min_values": int(required), "max_values": most}
