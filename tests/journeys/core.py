"""The core as journeys use it, without a platform: everything that it says is kept as it was made."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import count
from pathlib import Path

from bot.adapters.playground.cast import MEMBERS, PLATFORM, SPACES
from bot.app import App, build
from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Submitted, Typed, Typing
from bot.core.chat.codec import encode
from bot.core.chat.control import Button, Select
from bot.core.chat.form import Form, MultiSelectInput, SelectInput
from bot.core.chat.message import Actions, Block, Message, Section, Update, plain_text
from bot.core.chat.notice import Absent, Finding, Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.ids import Address
from bot.delivery.courier import Courier
from bot.delivery.local import LocalRunner
from bot.scheduling.planner import Planner
from bot.settings import Settings
from tests.contract.delivering import UNPACED, hop
from tests.journeys.conversation import Manner, Seen, Speaker

Say = Callable[[str], str]

PRESSES = 2  # of buttons that do the same

GENERAL, CHANNEL = "general", "#general"
PEOPLE = {caller.name: caller for caller in MEMBERS}
PLACES = {space.name: space for space in SPACES}


@dataclass(slots=True)
class Entry:
    """A message, in a channel or in somebody's direct messages; `audience`: who alone sees it."""

    space: str
    channel: str
    audience: str | None
    message: Message
    unasked: bool = False


class CoreSurface:
    """The router and a courier on a database of their own. `messages`, `forms` and `homes`: all that was
    said."""

    deduplicates = True

    def __init__(self, data: Path) -> None:
        self._settings = Settings(data=data)
        self.messages: list[Message] = []
        self.forms: list[Form] = []
        self.homes: list[tuple[Block, ...]] = []
        self._entries: list[Entry] = []
        self._forms: dict[Speaker, tuple[Form, Address | None, str]] = {}
        self._heard: dict[Speaker, int] = {}
        self._speakers: dict[Speaker, None] = {}
        self._keys = count()

    async def start(self) -> None:
        self._app: App = build(self._settings, self._settings.playground_url)
        app = self._app
        courier = Courier(app.store, app.router, self, app.time, hop, owner="core", pace=UNPACED)
        self._runner = LocalRunner(Planner(app.store), courier, app.store, app.time, hop)
        await self._runner.wake()

    async def stop(self) -> None:
        self._app.close()

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def type(self, speaker: Speaker, command: str, options: Mapping[str, str]) -> Seen:
        return self._ask(speaker, Typed(command, options), GENERAL, None)

    async def press(self, speaker: Speaker, label: str) -> Seen:
        number, entry, item = self._find(speaker, label)
        assert isinstance(item, Button)
        return self._ask(speaker, Pressed(encode(item.action)), entry.channel, _source(number))

    async def pick(self, speaker: Speaker, label: str, placeholder: str) -> Seen:
        number, entry, item = self._find(speaker, placeholder)
        assert isinstance(item, Select)
        value = next(one.value for one in item.choices if one.label == label)
        return self._ask(speaker, Pressed(encode(item.action), value), entry.channel, _source(number))

    async def send(self, speaker: Speaker, values: Mapping[str, str]) -> Seen:
        form, source, channel = self._forms[speaker]
        several = {one.name for one in form.inputs if isinstance(one, MultiSelectInput)}
        given = {
            name: tuple(value.split(", ")) if name in several else value for name, value in values.items()
        }
        return self._ask(speaker, Submitted(encode(form.action), given), channel, source)

    async def hear(self, speaker: Speaker) -> tuple[str, ...] | None:
        in_channel = speaker.name == CHANNEL
        channel = GENERAL if in_channel else _direct(PEOPLE[speaker.name])
        space = PLACES[speaker.space].address.id
        told = [
            (number, one)
            for number, one in enumerate(self._entries)
            if (one.space, one.channel) == (space, channel) and one.unasked
        ]
        if not told or told[-1][0] < self._heard.get(speaker, 0):
            return None
        number, entry = told[-1]
        self._heard[speaker] = number + 1
        return tuple(_lines(entry.message))

    async def live_until(self, instant: datetime) -> None:
        await self._runner.travel(instant)
        for speaker in self._speakers:
            self._look_at_home(speaker)

    async def sleep_until(self, instant: datetime) -> None:
        await self._app.time.travel(instant)

    def try_everything(self, say: Say = str) -> None:
        """Presses whatever is drawn, sends each form, types each command with what is offered: as Member A
        and as the lead, where they have done something. `say` has the last word on every text that they
        type, and on their names."""
        for speaker in [one for one in self._speakers if one.name in (MEMBERS[0].name, "Lead")]:
            self._type_everything(speaker, say)
            self._press_everything(speaker, say)
            self._look_at_home(speaker)

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        """The courier's messenger."""
        direct = notice.place == "direct"
        channel = f"dm-{notice.to.id}" if direct else notice.to.id
        audience = notice.to.id if direct else None
        self.messages.append(notice.message)
        self._entries.append(Entry(occurrence.space.id, channel, audience, notice.message, unasked=True))
        return Ref(channel, occurrence.key)

    async def find(self, _occurrence: Occurrence) -> Finding:
        return Absent()

    def _type_everything(self, speaker: Speaker, say: Say) -> None:
        caller, space = _named(speaker, say), PLACES[speaker.space]
        plain = {bool: "yes", int: "2", date: self._app.time.now().date().isoformat()}
        for command in self._app.catalog.commands.values():
            options: dict[str, str] = {}
            self._ask(speaker, Typed(command.name), GENERAL, None, caller)
            for option in command.options:
                typing = Typing(space, caller, command.name, option.name, "")
                offered = option.choices or self._app.router.suggest(typing)
                usual = offered[0].value if offered else plain.get(option.kind, "Lisbon")
                said = say(usual) if option.kind is str and not option.choices else usual
                for value in {usual: None, said: None}:
                    given = {**options, option.name: value}
                    self._ask(speaker, Typed(command.name, given), GENERAL, None, caller)
                options[option.name] = usual

    def _press_everything(self, speaker: Speaker, say: Say) -> None:
        pressed: Counter[str] = Counter()
        caller = _named(speaker, say)
        for number, entry in enumerate(self._entries):  # it grows meanwhile
            if not self._sees(speaker, entry):
                continue
            for item in tuple(_items(entry.message)):
                action = encode(item.action)
                pressed[item.action.name] += 1
                if pressed[item.action.name] > PRESSES:
                    continue
                value = None if isinstance(item, Button) else item.choices[-1].value
                self._ask(speaker, Pressed(action, value), entry.channel, _source(number), caller)
                form, source, channel = self._forms.pop(speaker, (None, None, ""))
                if form is not None:
                    for held in (_held(form, str), _held(form, say)):
                        self._ask(speaker, Submitted(encode(form.action), held), channel, source, caller)

    def _look_at_home(self, speaker: Speaker) -> None:
        self.homes.append(self._app.router.home(PLACES[speaker.space], PEOPLE[speaker.name]))

    def _sees(self, speaker: Speaker, entry: Entry) -> bool:
        caller, space = PEOPLE[speaker.name], PLACES[speaker.space]
        return entry.space == space.address.id and entry.audience in (None, caller.address.id)

    def _ask(
        self,
        speaker: Speaker,
        what: Typed | Pressed | Submitted,
        channel: str,
        source: Address | None,
        caller: Caller | None = None,
    ) -> Seen:
        caller, space = caller or PEOPLE[speaker.name], PLACES[speaker.space]
        self._speakers[speaker] = None
        where = ReplyTo(Address(PLATFORM, channel), source, can_post=channel == GENERAL)
        answer = self._app.router.answer(Call(str(next(self._keys)), space, caller, what, where))
        assert answer is not None
        reply = answer.reply
        if isinstance(reply, Form):
            self.forms.append(reply)
            self._forms[speaker] = reply, source, channel
            return Seen("asks", tuple(_form_lines(reply)))
        message = reply.message if isinstance(reply, Update) else reply
        self.messages.append(message)
        if isinstance(reply, Update) and source is not None:
            self._entries[int(source.id)].message = message
            return Seen("changed", tuple(_lines(message)))
        alone = answer.private or channel != GENERAL
        self._entries.append(Entry(space.address.id, channel, caller.address.id if alone else None, message))
        manner: Manner = "alone" if alone else "openly"
        return Seen(manner, tuple(_lines(message)))

    def _find(self, speaker: Speaker, label: str) -> tuple[int, Entry, Button | Select]:
        """The newest message with such a button or select that the speaker sees."""
        for number, entry in reversed(list(enumerate(self._entries))):
            if self._sees(speaker, entry):
                for item in _items(entry.message):
                    if label == (item.label if isinstance(item, Button) else item.placeholder):
                        return number, entry, item
        raise AssertionError(f"{speaker.name} sees no {label!r}")


def _named(speaker: Speaker, say: Say) -> Caller:
    return replace(PEOPLE[speaker.name], name=say(speaker.name))


def _held(form: Form, say: Say) -> dict[str, str | tuple[str, ...]]:
    """What a form holds as it is opened, something where it holds nothing."""
    held: dict[str, str | tuple[str, ...]] = {}
    for one in form.inputs:
        match one:
            case MultiSelectInput(choices=choices, values=values):
                held[one.name] = values or (choices[0].value,)
            case SelectInput(choices=choices, value=value):
                held[one.name] = value or choices[0].value
            case _:
                held[one.name] = say(one.value or "https://github.com/example/notes")
    return held


def _source(number: int) -> Address:
    return Address(PLATFORM, str(number))


def _direct(caller: Caller) -> str:
    return f"dm-{caller.address.id}"


def _items(message: Message) -> Iterator[Button | Select]:
    for block in message.blocks:
        held = block.items if isinstance(block, Actions) else ()
        if isinstance(block, Section):
            held = (block.button,)
        yield from (item for item in held if isinstance(item, Button | Select))


def _lines(message: Message) -> Iterator[str]:
    yield from plain_text(message).split("\n")
    for item in _items(message):
        yield item.label if isinstance(item, Button) else item.placeholder


def _form_lines(form: Form) -> Iterator[str]:
    yield form.title
    for one in form.inputs:
        yield from (one.label, one.hint)
