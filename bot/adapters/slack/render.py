"""Messages and forms as Slack draws them: blocks and views.

What people typed stays literal: Slack's control characters become entities, and the marks that Slack has no
escape for become signs that look the same. Slack never reads markup in its plain_text objects.
"""

import re
from collections.abc import Collection
from typing import Any

from bot.adapters.slack.people import user_of
from bot.core.chat.chart import Chart
from bot.core.chat.codec import encode
from bot.core.chat.control import LABEL_LIMIT as CHOICE_LABEL_LIMIT
from bot.core.chat.control import Button, Choice, Link, Select
from bot.core.chat.form import TITLE_LIMIT as VIEW_TITLE_LIMIT
from bot.core.chat.form import DateInput, Form, Input, MultiSelectInput, PersonInput, SelectInput, TextInput
from bot.core.chat.markup import Line, Span, clip, read_lines
from bot.core.chat.message import Actions, Block, Copy, Divider, Fields, Message, Section, Text, fallback
from bot.core.chat.part import Markdown, Mention, Moment, Part, Plain, plain_moment
from bot.core.chat.picked import read_picked
from bot.core.chat.typed import clean_line

HOME_LIMIT = 100
FALLBACK_ROOM = 4_000
LINK_ID = "link/"  # Slack reports the press of a link as well; this says that nobody waits for it

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LOOKALIKES = {"*": "∗", "_": "ˍ", "~": "∼", "`": "ˋ"}
_CONTROL = re.compile("[&<>]")
_MARK = re.compile("[~`]|(?<![A-Za-z0-9])[*_]|[*_](?![A-Za-z0-9])")  # within a word * and _ are inert
_EMOJI = re.compile(r"<[^>]*>|`[^`]*`|:(?=[\w+'-]+:)")  # neither in a token nor in code
_QUOTE = re.compile(r"(?m)^([^\S\n]*)([>＞])")
_SOFT_HYPHEN = "\u00ad"
# A mark counts only at the edge of a word, and this makes an edge; next to white space there is one already.
_EDGE = "\u200b"
_SPARE_EDGE = re.compile(r"(?<!\S)\u200b+|\u200b+(?!\S)")
_DATES = {"date": "{date}", "time": "{time}", "datetime": "{date}, {time}"}

Payload = dict[str, Any]


def message_payload(message: Message) -> Payload:
    """The arguments of `chat.postMessage` and `chat.update` without the channel, or a command's answer."""
    header = {"type": "header", "text": _plain_text(message.title)}
    return {
        "text": _finish(literal(clip(fallback(message), FALLBACK_ROOM))),
        "blocks": [header, *map(_draw_block, message.blocks)],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def home_payload(blocks: tuple[Block, ...]) -> Payload:
    """The view of `views.publish`; it shows the first 100 blocks."""
    return {"type": "home", "blocks": [_draw_block(block) for block in blocks[:HOME_LIMIT]]}


def form_payload(form: Form, searched: Collection[str] = ()) -> Payload:
    """The view of `views.open`. Each input's block_id and action_id are its name.

    `searched` names the texts for which Slack asks us for entries while they are typed.
    """
    return {
        "type": "modal",
        "callback_id": encode(form.action),
        "title": _plain_text(form.title),
        "submit": _plain_text(form.submit),
        "blocks": [_draw_input(one, searched) for one in form.inputs],
    }


def notice_payload(message: Message) -> Payload:
    """A view that says something on top of a form, and leads back to it."""
    title = clip(message.title, VIEW_TITLE_LIMIT)
    header = () if title == message.title else ({"type": "header", "text": _plain_text(message.title)},)
    blocks = [*header, *map(_draw_block, message.blocks)]
    return {"type": "modal", "title": _plain_text(title), "blocks": blocks}


def entries_payload(choices: tuple[Choice, ...], typed: str) -> list[Payload]:
    """The entries for what is typed so far. When there are none, what was typed is the one: nobody has to
    choose from our list."""
    text = clean_line(typed, CHOICE_LABEL_LIMIT)
    own = (Choice(text, text),) if text else ()
    return [_draw_choice(choice) for choice in choices or own]


def literal(text: str) -> str:
    """`text` for mrkdwn, read as it stands: no mention, link, quote or style comes out of it."""
    text = _MARK.sub(lambda found: _LOOKALIKES[found[0]], text)
    text = _QUOTE.sub(rf"\1{_SOFT_HYPHEN}\2", text)
    return _escape(text)


def _finish(text: str) -> str:
    """A whole text without spare edges and, as a name can come together from several parts, without emoji."""
    text = _EMOJI.sub(lambda found: f":{_SOFT_HYPHEN}" if found[0] == ":" else found[0], text)
    return _SPARE_EDGE.sub("", text)


def _escape(text: str) -> str:
    return _CONTROL.sub(lambda found: _ENTITIES[found[0]], text)


def _plain_text(text: str) -> Payload:
    return {"type": "plain_text", "text": text, "emoji": False}


def _mrkdwn(text: str) -> Payload:
    return {"type": "mrkdwn", "text": _finish(text), "verbatim": True}


def _draw_block(block: Block) -> Payload:
    match block:
        case Text(parts):
            return {"type": "section", "text": _mrkdwn(_draw_parts(parts)), "expand": True}
        case Section(parts, button):
            return {"type": "section", "text": _mrkdwn(_draw_parts(parts)), "accessory": _draw_item(button)}
        case Fields(fields):
            drawn = [f"*{literal(field.label)}*\n{_draw_parts(field.parts)}" for field in fields]
            return {"type": "section", "fields": [_mrkdwn(text) for text in drawn]}
        case Chart(alt=alt):
            return {"type": "section", "text": _mrkdwn(literal(alt)), "expand": True}
        case Copy(text):
            return {"type": "section", "text": _plain_text(text), "expand": True}
        case Divider():
            return {"type": "divider"}
        case Actions(items):
            return {"type": "actions", "elements": [_draw_item(one, at) for at, one in enumerate(items)]}


def _draw_item(item: Button | Link | Select, at: int = 0) -> Payload:
    match item:
        case Button(label, action, style):
            button = {"type": "button", "text": _plain_text(label), "action_id": encode(action)}
            return button if style == "normal" else button | {"style": style}
        case Link(label, url):
            return {"type": "button", "text": _plain_text(label), "url": url, "action_id": f"{LINK_ID}{at}"}
        case Select(action, placeholder, choices):
            return {
                "type": "static_select",
                "action_id": encode(action),
                "placeholder": _plain_text(placeholder),
                "options": [_draw_choice(choice) for choice in choices],
            }


def _draw_choice(choice: Choice) -> Payload:
    return {"text": _plain_text(choice.label), "value": choice.value}


def _draw_parts(parts: tuple[Part, ...]) -> str:
    return "".join(_draw_part(part) for part in parts)


def _draw_part(part: Part) -> str:
    match part:
        case Markdown(text):
            return "\n".join(_draw_line(line) for line in read_lines(text))
        case Plain(text):
            return literal(text)
        case Mention(user, name):
            return f"<@{user_of(user.id)}>" if user.platform == "slack" else literal(name)
        case Moment(at, style):
            return f"<!date^{int(at.timestamp())}^{_DATES[style]}|{plain_moment(part)}>"


def _draw_line(line: Line) -> str:
    return ("• " if line.bullet else "") + "".join(_draw_span(span) for span in line.spans)


def _draw_span(span: Span) -> str:
    match span.style:
        case "bold":
            return f"{_EDGE}*{literal(span.text)}*{_EDGE}"
        case "italic":
            return f"{_EDGE}_{literal(span.text)}_{_EDGE}"
        case "code":
            return f"{_EDGE}`{_escape(span.text)}`{_EDGE}"
        case "link":
            return f"<{_escape(span.url)}|{literal(span.text)}>"
        case _:
            return literal(span.text)


def _draw_input(one: Input, searched: Collection[str]) -> Payload:
    element = _draw_search(one) if one.name in searched and isinstance(one, TextInput) else _draw_element(one)
    block = {
        "type": "input",
        "block_id": one.name,
        "label": _plain_text(one.label),
        "element": element | {"action_id": one.name},
        "optional": not one.required,
    }
    return block | {"hint": _plain_text(one.hint)} if one.hint else block


def _draw_search(one: TextInput) -> Payload:
    element: Payload = {"type": "external_select", "min_query_length": 1}
    chosen = entries_payload((), one.value)
    return element | {"initial_option": chosen[0]} if chosen else element


def _draw_element(one: Input) -> Payload:
    match one:
        case TextInput(value=value, lines=lines, limit=limit):
            element = {"type": "plain_text_input", "multiline": lines, "max_length": limit}
            return element | {"initial_value": value} if value else element
        case DateInput(value=value):
            return {"type": "datepicker"} | ({"initial_date": value} if value else {})
        case PersonInput(value=value):
            picked = read_picked(value)
            return {"type": "users_select"} | ({"initial_user": picked} if picked else {})
        case SelectInput(choices=choices, value=value):
            chosen = [_draw_choice(choice) for choice in choices if choice.value == value]
            element = {"type": "static_select", "options": [_draw_choice(choice) for choice in choices]}
            return element | {"initial_option": chosen[0]} if chosen else element
        case MultiSelectInput(choices=choices, values=values):
            chosen = [_draw_choice(choice) for choice in choices if choice.value in values]
            element = {"type": "multi_static_select", "options": [_draw_choice(choice) for choice in choices]}
            return element | {"initial_options": chosen} if chosen else element
