"""Any sequence of commands and presses of one member, lived on both databases side by side."""

import os
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Pressed, Space, Submitted, Typed
from bot.core.chat.codec import decode, encode
from bot.core.chat.command import Option
from bot.core.chat.control import Button, Select
from bot.core.chat.form import DateInput, Form, MultiSelectInput, SelectInput
from bot.core.chat.message import Actions, Message, Section, Update, plain_text
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from tests.contract.planning import MONDAY, SAM, Desk, MovableClock

LIVES = 400 if os.environ.get("CAIRN_SOAK") else 10
STEPS = 25
CARDS = 6
COMMANDS = Catalog(FEATURES).commands
WORDS = (
    "EKS",
    "no IAM",
    "",
    "Lisbon",
    "Europe/Lisbon",
    "cost",
    "@everyone",
    "2027-03-01",
    "https://a.example/x",
    "é" * 40,
)

Asked = Typed | Pressed | Submitted
_numbers = count()


@dataclass
class Life:
    """One member on one database: what they can still press, and what they have done."""

    desk: Desk
    space: Space
    cards: list[Message] = field(default_factory=list)
    form: Form | None = None

    def ask(self, what: Asked) -> str:
        answer = self.desk.router.answer(Call(self.desk.key(), self.space, SAM, what))
        assert answer is not None
        if isinstance(answer.reply, Form):
            self.form = answer.reply
            return answer.reply.title
        message = answer.reply.message if isinstance(answer.reply, Update) else answer.reply
        self.cards = [*self.cards, message][-CARDS:]
        return plain_text(message)

    def items(self) -> list[Button | Select]:
        """All that can be pressed on the last cards, stale ones included."""
        found: list[Button | Select] = []
        for block in (block for card in self.cards for block in card.blocks):
            items = block.items if isinstance(block, Actions) else ()
            if isinstance(block, Section):
                items = (block.button,)
            found += [item for item in items if isinstance(item, Button | Select)]
        return found

    def done(self) -> int:
        """Goals done in all plans together; there is one running plan at most."""
        with self.desk.store.read() as tx:
            member = tx.members.find(self.space, SAM)
            if member is None:
                return 0
            active = tx.plans.active(member)
            plans = (*tx.plans.past(member), *((active,) if active else ()))
        assert sum(plan.status == "active" for plan in plans) <= 1
        return sum(goal.state == "done" for plan in plans for goal in plan.goals)


def draw_option(data: st.DataObject, option: Option) -> str | int | bool:
    if option.kind is int:
        return data.draw(st.integers(-1, 25))
    if option.kind is bool:
        return data.draw(st.booleans())
    if option.kind is date:
        return (MONDAY.date() + timedelta(days=data.draw(st.integers(-30, 200)))).isoformat()
    return data.draw(st.sampled_from(WORDS))


def draw_command(data: st.DataObject) -> Typed:
    command = COMMANDS[data.draw(st.sampled_from(("plan start", "plan start", "goal", *sorted(COMMANDS))))]
    given = {
        option.name: draw_option(data, option)
        for option in command.options
        if option.required or data.draw(st.booleans())
    }
    return Typed(command.name, {name: value for name, value in given.items() if value != ""})


def draw_press(data: st.DataObject, life: Life) -> Pressed:
    item = data.draw(st.sampled_from(life.items()))
    if isinstance(item, Select):
        return Pressed(encode(item.action), data.draw(st.sampled_from(item.choices)).value)
    return Pressed(encode(item.action))


def draw_sent(data: st.DataObject, form: Form) -> Submitted:
    values: dict[str, str | tuple[str, ...]] = {}
    for one in form.inputs:
        match one:
            case SelectInput(choices=choices):
                values[one.name] = data.draw(st.sampled_from(choices)).value
            case MultiSelectInput(choices=choices):
                values[one.name] = tuple(choice.value for choice in choices if data.draw(st.booleans()))
            case DateInput():
                values[one.name] = "2027-02-01"
            case _:
                values[one.name] = data.draw(st.sampled_from(WORDS))
    return Submitted(encode(form.action), values)


def draw_asked(data: st.DataObject, life: Life) -> Asked:
    kinds = ["command"] + ["press"] * 3 * bool(life.items()) + ["send"] * 3 * (life.form is not None)
    match data.draw(st.sampled_from(kinds)):
        case "press":
            return draw_press(data, life)
        case "send" if life.form is not None:
            return draw_sent(data, life.form)
        case _:
            return draw_command(data)


@settings(
    max_examples=LIVES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_any_life_goes_well_and_the_same_on_both_databases(
    data: st.DataObject, sqlite_store: DatabaseStore, postgres_store: DatabaseStore
) -> None:
    clock = MovableClock()
    # A space of its own keeps each life apart; the member stays the same, and so do the tips they are given.
    space = Space(Address("playground", f"space-{next(_numbers)}"), "Space")
    first, second = (Life(Desk(store, clock=clock), space) for store in (sqlite_store, postgres_store))
    done = 0
    for _ in range(data.draw(st.integers(1, STEPS))):
        clock.at += timedelta(hours=data.draw(st.sampled_from((0, 0, 1, 24, 24 * 7, 24 * 40))))
        asked = draw_asked(data, first)
        twin = _translate(asked, first, second)
        assert first.ask(asked) == second.ask(twin), asked
        now_done = first.done()
        assert now_done == second.done()
        undone = isinstance(asked, Pressed) and decode(asked.action).name == "goal.undo"
        assert now_done >= done or undone, asked
        done = now_done


def _translate(asked: Asked, first: Life, second: Life) -> Asked:
    """The same press on the other database, where rows may have other ids."""
    match asked:
        case Pressed(action, value):
            places = [encode(item.action) for item in first.items()] or [action]
            twin = second.items()[places.index(action)] if action in places else None
            return Pressed(encode(twin.action), value) if twin else asked
        case Submitted(values=values) if second.form is not None:
            return Submitted(encode(second.form.action), values)
        case _:
            return asked
