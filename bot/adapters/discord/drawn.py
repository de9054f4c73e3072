"""An answer as the message that an interaction takes: what is seen by whom, and what it replaces."""

from collections.abc import Mapping
from typing import Any

from bot.adapters.discord.render import in_words, message_payload
from bot.adapters.discord.tickets import Ticket
from bot.core.chat.call import Answer
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, mentions_of

EPHEMERAL = 1 << 6


def message_of(answer: Answer) -> Message:
    """The message of an answer. Raises TypeError for a form."""
    reply = answer.reply
    if isinstance(reply, Form):
        raise TypeError("a form is no message")
    return reply.message if isinstance(reply, Update) else reply


def draw(answer: Answer, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The payload of the answer's message, without anything that depends on where it is shown."""
    return message_payload(in_words(message_of(answer), files))


def draw_for(ticket: Ticket, answer: Answer, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The payload of a new message, hidden from others where it is private."""
    drawn = draw(answer, files)
    return drawn | {"flags": drawn["flags"] | flags_of(ticket, private=answer.private)}


def draw_change(ticket: Ticket, update: Update, files: Mapping[str, bytes]) -> dict[str, Any]:
    """The payload that replaces a message: its pictures, too."""
    drawn = message_payload(in_words(update.message, files)) | {"attachments": []}
    return drawn | {"content": None} if ticket.legacy else drawn


def flags_of(ticket: Ticket, *, private: bool) -> int:
    # In a direct message nobody else reads along, and a hidden message would be gone after a while.
    return EPHEMERAL if private and ticket.hides else 0


def calls_somebody(answer: Answer) -> bool:
    """Whether the answer mentions somebody."""
    return next(mentions_of(message_of(answer).blocks), None) is not None
