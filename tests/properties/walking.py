"""Members and a lead who type, press what they are shown and send forms, as chance has it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from random import Random

from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Submitted, Typed, Typing
from bot.core.chat.codec import ActionId, encode
from bot.core.chat.command import Command, Option
from bot.core.chat.control import Button, Select
from bot.core.chat.form import DateInput, Form, MultiSelectInput, SelectInput
from bot.core.chat.message import Actions, Block, Message, Section, Update
from bot.core.domain.curriculum import Content
from bot.core.domain.questions import Matcher
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.core.request import Library
from bot.core.router import Router
from bot.delivery.courier import Courier
from bot.scheduling.planner import Planner
from bot.storage.store import DatabaseStore
from tests.contract.delivering import UNPACED, hop
from tests.contract.gathering import LEAD, Ears
from tests.contract.planning import CITIES, CONTENT, HERE, KIM, SAM, MovableClock, edited

CAST = (SAM, KIM, LEAD)
OPEN = ReplyTo(Address("playground", "general"), can_post=True)
CLOSED = ReplyTo(Address("playground", "closed"), can_post=False)
DIRECT = ReplyTo(None)
WORDS = ("EKS", "no IAM", "cost", "Lisbon", "Autumn", "Sam", "@everyone", "é" * 80, "https://a.example/x", "")
JUMPS = (1, 1, 24, 24 * 7, 24 * 7, 24 * 40)  # hours
CARDS = 12

Said = Message | Form | tuple[Block, ...]
Asked = Typed | Pressed | Submitted


def edition(name: str) -> Content:
    """The curriculum as it is, or as it was before somebody edited it."""
    content = CONTENT
    goals = list(content.goals)
    match name:
        case "before":  # a skill less, goals by earlier names, fewer tips
            rows = replace(content.skill_map, skills=content.skill_map.skills[1:])
            renamed = {goal: f"{goal}-before" for goal in goals[:5]}
            content = replace(
                edited(content, renamed), skill_map=rows, tips=content.tips[1:], goal_aliases={}
            )
        case "after":
            rows = replace(content.skill_map, skills=tuple(reversed(content.skill_map.skills)))
            renamed = {goal: f"{goal}-after" for goal in goals[5:9]}
            content = replace(edited(content, renamed, tuple(goals[9:12])), skill_map=rows)
            content = replace(content, tips=content.tips[:-3])
    return content


@cache
def library(name: str) -> Library:
    content = edition(name)
    commands = tuple(Catalog(FEATURES).commands.values())
    return Library(content, Matcher(content.skill_map), commands, cities=CITIES)


EDITIONS = ("now", "before", "after")


@dataclass
class Walk:
    """A walk through one database. `tell` hears of everything that is said; a bug is raised."""

    store: DatabaseStore
    chance: Random
    tell: Callable[[Said], None]
    clock: MovableClock = field(default_factory=MovableClock)
    trail: list[object] = field(default_factory=list)
    cards: list[tuple[Caller, Message]] = field(default_factory=list)
    forms: dict[Address, Form] = field(default_factory=dict)
    pressed: Counter[str] = field(default_factory=Counter)
    typed: Counter[str] = field(default_factory=Counter)
    calls: int = 0

    def __post_init__(self) -> None:
        self.open("now")

    def open(self, name: str) -> None:
        """From now on the curriculum is this edition."""
        self.trail.append(name)
        catalog = Catalog(FEATURES)
        self.commands = tuple(catalog.commands.values())
        self.ears = Ears()
        self.router = Router(catalog, self.store, self.clock, library(name), self._raise)
        self.planner = Planner(self.store)
        self.courier = Courier(self.store, self.router, self.ears, self.clock, hop, owner="one", pace=UNPACED)

    def _raise(self, error: Exception, call: object) -> str:
        raise AssertionError(f"a bug after {self.trail[-12:]}, at {call}") from error

    def ask(self, caller: Caller, what: Asked, where: ReplyTo = OPEN) -> Said | None:
        self.trail.append((caller.name, what))
        self.calls += 1
        answer = self.router.answer(Call(f"walk-{id(self)}-{self.calls}", HERE, caller, what, where))
        assert answer is not None
        reply = answer.reply
        if isinstance(reply, Form):
            self.forms[caller.address] = reply
            self.say(reply)
            return reply
        message = reply.message if isinstance(reply, Update) else reply
        self.show(caller, message)
        return message

    def show(self, caller: Caller, message: Message) -> None:
        self.cards = [*self.cards, (caller, message)][-CARDS:]
        self.say(message)

    def say(self, said: Said) -> None:
        try:
            self.tell(said)
        except AssertionError as error:
            raise AssertionError(f"{error}, after {self.trail[-12:]}: {said}") from error

    async def pass_time(self, hours: int) -> None:
        """What comes unasked meanwhile is shown, to the member or to everybody."""
        self.clock.at += timedelta(hours=hours)
        self.trail.append(f"{hours} h later")
        self.planner.plan_due(self.clock.at)
        before = len(self.ears.notices)
        await self.courier.drain("playground")
        for notice in self.ears.notices[before:]:
            self.show(next((one for one in CAST if one.address == notice.to), SAM), notice.message)

    async def step(self) -> None:
        """One thing that somebody does, or that happens."""
        caller = self.chance.choice(CAST)
        kind = self.chance.choices(
            ("press", "type", "send", "time", "edit", "home"), (10, 5, 6, 2, 0.5, 0.5)
        )[0]
        if kind == "send" and self.forms:
            user = self.chance.choice(list(self.forms))
            form = self.forms.pop(user) if self.chance.random() < 0.7 else self.forms[user]
            sender = next(one for one in CAST if one.address == user)
            self.ask(sender, Submitted(encode(form.action), self.fill(form)), self.place())
        elif kind == "time":
            await self.pass_time(self.chance.choice(JUMPS))
        elif kind == "edit":
            self.open(self.chance.choice(EDITIONS))
        elif kind == "home":
            self.say(self.router.home(HERE, caller))
        elif kind == "press" and (items := list(self.items())):
            self.press(items)
        else:
            self.type(caller)

    async def sweep(self) -> None:
        """Types every command with what it requires, and presses one of each kind of button that is shown."""
        for command in self.commands:
            caller = LEAD if command.lead else SAM
            self.cards = []
            needed = {one.name: self.choose(caller, command, one) for one in command.options if one.required}
            self.ask(caller, Typed(command.name, needed))
            for _, item in list(self.items()):
                if not self.pressed[item.action.name]:
                    self.press([(caller, item)])
                    self.fill_all(caller)

    def press(self, items: list[tuple[Caller, Button | Select]]) -> None:
        """What was pressed least so far, by whoever saw it; sometimes by somebody else."""
        caller, item = min(
            self.chance.sample(items, min(6, len(items))), key=lambda one: self.pressed[one[1].action.name]
        )
        if self.chance.random() < 0.1:
            caller = self.chance.choice(CAST)
        self.pressed[item.action.name] += 1
        value = None if isinstance(item, Button) else self.chance.choice(item.choices).value
        self.ask(caller, Pressed(encode(item.action), value), self.place())

    def type(self, caller: Caller) -> None:
        """The command that was typed least so far, with some of its options."""
        command = min(self.chance.sample(self.commands, 4), key=lambda one: self.typed[one.name])
        self.typed[command.name] += 1
        given = {
            option.name: self.choose(caller, command, option)
            for option in command.options
            if option.required or self.chance.random() < 0.6
        }
        if command.lead and self.chance.random() < 0.8:
            caller = LEAD
        given = {name: value for name, value in given.items() if value != ""}
        self.ask(caller, Typed(command.name, given), self.place())

    def choose(self, caller: Caller, command: Command, option: Option) -> str | int | bool:
        offered = option.choices or self.router.suggest(Typing(HERE, caller, command.name, option.name, ""))
        if offered and self.chance.random() < 0.8:
            return self.chance.choice(offered).value
        if option.kind is int:
            return self.chance.randint(-1, 25)
        if option.kind is bool:
            return self.chance.random() < 0.5
        if option.kind is date:
            return (self.clock.at.date() + timedelta(days=self.chance.randint(-30, 200))).isoformat()
        return self.chance.choice(WORDS)

    def place(self) -> ReplyTo:
        return self.chance.choices((OPEN, CLOSED, DIRECT), (8, 1, 1))[0]

    def fill(self, form: Form) -> dict[str, str | tuple[str, ...]]:
        values: dict[str, str | tuple[str, ...]] = {}
        for one in form.inputs:
            match one:
                case SelectInput(choices=choices):
                    values[one.name] = self.chance.choice(choices).value
                case MultiSelectInput(choices=choices):
                    values[one.name] = tuple(one.value for one in choices if self.chance.random() < 0.5)
                case DateInput():
                    day = self.clock.at.date() + timedelta(days=self.chance.randint(-5, 90))
                    values[one.name] = day.isoformat()
                case _:
                    values[one.name] = self.chance.choice(WORDS)
        return values

    def item(self, label: str) -> tuple[Caller, Button | Select]:
        """The newest button whose label begins so."""
        found = [one for one in self.items() if isinstance(one[1], Button) and one[1].label.startswith(label)]
        return found[-1]

    def items(self) -> Iterator[tuple[Caller, Button | Select]]:
        """All that can be pressed on the last cards, stale ones included."""
        for caller, card in self.cards:
            for block in card.blocks:
                held = block.items if isinstance(block, Actions) else ()
                if isinstance(block, Section):
                    held = (block.button,)
                yield from ((caller, item) for item in held if isinstance(item, Button | Select))

    def action(self, caller: Caller, action: ActionId, value: str | None = None) -> Said | None:
        return self.ask(caller, Pressed(encode(action), value))

    def fill_all(self, caller: Caller) -> None:
        """Sends the form that is open."""
        while (form := self.forms.pop(caller.address, None)) is not None:
            self.ask(caller, Submitted(encode(form.action), self.fill(form)))
