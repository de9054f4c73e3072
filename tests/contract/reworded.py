"""The same thing said with other words in it: wherever people's words can stand, and in every label."""

from dataclasses import replace

from bot.core.chat.chart import LABEL_LIMIT as CHART_LABEL_LIMIT
from bot.core.chat.chart import Bar, Burnup, Chart, ChartData, Counts, LevelRow, Levels, Timeline
from bot.core.chat.control import LABEL_LIMIT, VALUE_LIMIT, Button, Choice, Link, Select
from bot.core.chat.form import HINT_LIMIT, TITLE_LIMIT, DateInput, Form, Input, PersonInput, TextInput
from bot.core.chat.form import LABEL_LIMIT as INPUT_LIMIT
from bot.core.chat.markup import clip
from bot.core.chat.message import Actions, Block, Field, Fields, Message, Section, Text
from bot.core.chat.part import Mention, Part, Plain
from tests.contract.templates import Said

ROOMS = (300, 100, 40, 12)  # characters for each text; fewer where a message is full


def reword(said: Said, text: str) -> Said:
    """With `text` in place of every title, label, name, and everything that people type."""
    for room in ROOMS:
        words = Words(text, room)
        try:
            match said:
                case Message():
                    return words.message(said)
                case Form():
                    return words.form(said)
                case blocks:
                    return tuple(map(words.block, blocks))
        except ValueError:  # it would be too long for a platform, so the core would have cut it
            continue
    raise AssertionError(f"no room for {text!r}")


class Words:
    """One text, in each of the places that there are."""

    def __init__(self, text: str, room: int) -> None:
        self._text = text
        self._room = room

    def message(self, message: Message) -> Message:
        return Message(self.line(60), tuple(map(self.block, message.blocks)))

    def form(self, form: Form) -> Form:
        title = self.line(TITLE_LIMIT)
        return replace(form, title=title, submit=title, inputs=tuple(map(self._input, form.inputs)))

    def block(self, block: Block) -> Block:
        match block:
            case Text(parts):
                return Text(self._parts(parts))
            case Section(parts, button):
                return Section(self._parts(parts), self._item(button))
            case Fields(fields):
                return Fields(tuple(Field(self.line(40), self._parts(one.parts)) for one in fields))
            case Chart(data, _):
                return Chart(self._chart(data), self.words())
            case Actions(items):
                return Actions(tuple(map(self._any_item, items)))
            case _:
                return block

    def line(self, most: int) -> str:
        """On one line, at most so long, however it is drawn."""
        return clip(" ".join(self._text.split()), min(self._room, most))

    def words(self) -> str:
        return clip(self._text, self._room)

    def _parts(self, parts: tuple[Part, ...]) -> tuple[Part, ...]:
        return tuple(map(self._part, parts))

    def _part(self, part: Part) -> Part:
        match part:
            case Plain():
                return Plain(self.words())
            case Mention(user, _):
                return Mention(user, self.line(40))
            case _:
                return part

    def _item(self, item: Button | Link) -> Button | Link:
        return replace(item, label=self.line(LABEL_LIMIT))

    def _any_item(self, item: Button | Link | Select) -> Button | Link | Select:
        if isinstance(item, Select):
            return Select(item.action, self.line(LABEL_LIMIT), self._choices(item.choices))
        return self._item(item)

    def _choices(self, choices: tuple[Choice, ...]) -> tuple[Choice, ...]:
        """The values, too, and still no two alike."""
        label = self.line(LABEL_LIMIT)
        return tuple(
            Choice(label, f"{number} {self.line(VALUE_LIMIT - 3)}") for number in range(len(choices))
        )

    def _input(self, one: Input) -> Input:
        label, hint = self.line(INPUT_LIMIT), self.line(HINT_LIMIT)
        match one:
            case TextInput(limit=limit):
                return replace(one, label=label, hint=hint, value=self.line(limit))
            case DateInput() | PersonInput():
                return replace(one, label=label, hint=hint)
            case _:
                return replace(one, label=label, hint=hint, choices=one.choices)

    def _chart(self, data: ChartData) -> ChartData:
        label = self.line(CHART_LABEL_LIMIT).replace("\t", " ")
        match data:
            case Levels(rows):
                return replace(data, rows=tuple(LevelRow(label, one.level, one.wanted) for one in rows))
            case Timeline(stretches):
                return replace(data, stretches=tuple(replace(one, label=label) for one in stretches))
            case Counts(bars):
                return replace(data, bars=tuple(Bar(label, one.count) for one in bars))
            case Burnup():
                return data
