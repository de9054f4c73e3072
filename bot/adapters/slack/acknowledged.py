"""What travels in an acknowledgement to Slack: a command's answer, and what is wrong with a form."""

from collections.abc import Collection
from typing import Any

from bot.adapters.slack.render import message_payload, notice_payload
from bot.core.chat.call import Answer
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, first_text


def draw_command(answer: Answer) -> dict[str, Any] | None:
    """What a command's acknowledgement can carry: any message, but no form."""
    if isinstance(answer.reply, Form):
        return None
    message = answer.reply.message if isinstance(answer.reply, Update) else answer.reply
    return message_payload(message) | {"response_type": "ephemeral" if answer.private else "in_channel"}


def draw_refusal(answer: Answer, inputs: Collection[str]) -> dict[str, Any] | None:
    """In place, or on top of the form when it is about no single input: the form keeps what was typed.
    Anything else closes the form and is said outside."""
    if not answer.refused or not isinstance(answer.reply, Message):
        return None
    if answer.about in inputs:
        return {"response_action": "errors", "errors": {answer.about: first_text(answer.reply)}}
    return {"response_action": "push", "view": notice_payload(answer.reply)}
