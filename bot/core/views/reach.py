"""What somebody is told whose direct messages are closed to Cairn."""

from dataclasses import replace

from bot.core.chat.codec import Action
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Divider, Message, Text
from bot.core.chat.part import Markdown

OPENED = Action("reach.opened")

_CLOSED = (
    "**I could not write to you.** You take no direct messages from this server, so your reminders wait, and "
    "I try nothing more. To get them again: right-click the server, **Privacy Settings**, allow **Direct "
    "Messages**, then press the button."
)


def with_closed_note(message: Message) -> Message | None:
    """The message with the note below it; None when it holds no more."""
    note = (Divider(), Text((Markdown(_CLOSED),)), Actions((Button("They are open now", OPENED()),)))
    try:
        return replace(message, blocks=(*message.blocks, *note))
    except ValueError:
        return None


def opened_card() -> Message:
    text = "Good: I write to you again, from the next reminder on. `/reminders view` says when that is."
    return Message("Open again", (Text((Markdown(text),)),))
