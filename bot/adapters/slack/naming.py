"""What the commands are called in a workspace: a prefix keeps them apart from another app's."""

import re
from collections.abc import Iterable
from dataclasses import replace

from bot.core.chat.call import Answer
from bot.core.chat.control import Button, Link, Select
from bot.core.chat.form import TITLE_LIMIT, Form
from bot.core.chat.message import Actions, Block, Fields, Message, Section, Text, Update
from bot.core.chat.part import Markdown, Part


class Naming:
    """Calls every command in our own words by the name that is typed here; what people typed stays.

    `roots`: the first words of the commands. A block that has no room for longer names keeps the short ones.
    """

    def __init__(self, prefix: str, roots: Iterable[str]) -> None:
        words = "|".join(map(re.escape, sorted(roots)))
        self._named = re.compile(rf"(`|\*\*)/(?=(?:{words})[ `*])") if prefix and words else None
        self._begins = rf"\1/{prefix}"

    def answer(self, answer: Answer) -> Answer:
        match answer.reply:
            case Form():
                return answer
            case Update(message):
                return replace(answer, reply=Update(self.message(message)))
            case message:
                return replace(answer, reply=self.message(message))

    def form(self, form: Form) -> Form:
        """A form that asks for what a command was not told has the command's name as its title."""
        return replace(form, title=self._label(form.title)[:TITLE_LIMIT])

    def message(self, message: Message) -> Message:
        try:
            return replace(message, title=self._label(message.title), blocks=self.blocks(message.blocks))
        except ValueError:
            return message

    def blocks(self, blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        return tuple(map(self._block, blocks))

    def _block(self, block: Block) -> Block:
        try:
            match block:
                case Text(parts) | Section(parts):
                    return replace(block, parts=self._parts(parts))
                case Fields(fields):
                    named = tuple(replace(field, parts=self._parts(field.parts)) for field in fields)
                    return replace(block, fields=named)
                case Actions(items):
                    return replace(block, items=tuple(map(self._item, items)))
        except ValueError:
            pass
        return block

    def _item(self, item: Button | Link | Select) -> Button | Link | Select:
        """Commands to choose from are called as they are typed; what comes back stays."""
        if not isinstance(item, Select):
            return item
        choices = tuple(replace(choice, label=self._label(choice.label)) for choice in item.choices)
        return replace(item, choices=choices)

    def _label(self, text: str) -> str:
        """A text that is nothing but a command."""
        return self._rename(f"`{text}`")[1:-1] if text.startswith("/") else text

    def _parts(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(self._part(part) for part in parts)

    def _part(self, part: Part) -> Part:
        return Markdown(self._rename(part.text)) if isinstance(part, Markdown) else part

    def _rename(self, text: str) -> str:
        return text if self._named is None else self._named.sub(self._begins, text)
