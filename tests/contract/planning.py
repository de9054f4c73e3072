"""Plans as members meet them: a door on a real store with a clock that moves, and cards to press."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Caller, Pressed, Reply, Space, Submitted, Typed
from bot.core.chat.codec import encode
from bot.core.chat.control import Button, Select
from bot.core.chat.form import Form
from bot.core.chat.message import Actions, Message, Section, Update, plain_text
from bot.core.domain.curriculum import Content, Track
from bot.core.domain.goals import Goal
from bot.core.domain.members import Member
from bot.core.domain.places import City
from bot.core.domain.plans import Plan, PlannedGoal
from bot.core.domain.profiles import Profile
from bot.core.domain.questions import Matcher
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.core.ports import Store
from bot.core.request import Library
from bot.core.router import Router
from bot.curriculum.load import load_content

HERE = Space(Address("playground", "here"), "Here")
THERE = Space(Address("playground", "there"), "There")
SAM = Caller(Address("playground", "sam"), "Sam")
KIM = Caller(Address("playground", "kim"), "Kim")
MONDAY = datetime(2027, 1, 4, 9, tzinfo=UTC)
CITIES = (
    City("Lisbon", "Portugal", "Europe/Lisbon"),
    City("Portland", "United States", "America/Los_Angeles"),
    City("Portland", "Australia", "Australia/Melbourne"),
)
CONTENT = load_content(Path(__file__).resolve().parents[2] / "content")
MATCHER = Matcher(CONTENT.skill_map)


class MovableClock:
    """Stands still until somebody sets `at`."""

    def __init__(self, at: datetime = MONDAY) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


class Desk:
    """A member before a router, with the card that they saw last. A bug that is reported is raised."""

    _numbers = count()  # of all desks: two of them may stand before one store

    def __init__(self, store: Store, content: Content = CONTENT, clock: MovableClock | None = None) -> None:
        catalog = Catalog(FEATURES)
        self.store = store
        self.clock = clock or MovableClock()
        self.library = Library(content, MATCHER, tuple(catalog.commands.values()), cities=CITIES)
        self.router = Router(catalog, store, self.clock, self.library, self._raise)
        self.reply: Reply | None = None

    def _raise(self, error: Exception, call: object) -> str:
        raise error

    def key(self) -> str:
        """Of a call that comes for the first time."""
        return str(next(self._numbers))

    def tell(self, what: Typed | Pressed | Submitted, caller: Caller = SAM, space: Space = HERE) -> str:
        """The answer as plain text, or a form's title."""
        answer = self.router.answer(Call(self.key(), space, caller, what))
        assert answer is not None
        assert answer.private
        self.reply = answer.reply
        return answer.reply.title if isinstance(answer.reply, Form) else plain_text(self.card)

    def type(self, command: str, **options: str | int) -> str:
        return self.tell(Typed(command, options))

    def press(self, label: str, number: int = 0, caller: Caller = SAM) -> str:
        return self.tell(Pressed(self.find(label, number)), caller)

    def pick(self, placeholder: str, label: str) -> str:
        select = next(
            one for one in self.items() if isinstance(one, Select) and one.placeholder == placeholder
        )
        value = next(choice.value for choice in select.choices if choice.label == label)
        return self.tell(Pressed(encode(select.action), value))

    def send(self, **values: str) -> str:
        assert isinstance(self.reply, Form)
        return self.tell(Submitted(encode(self.reply.action), values))

    @property
    def card(self) -> Message:
        assert isinstance(self.reply, Message | Update)
        return self.reply.message if isinstance(self.reply, Update) else self.reply

    def items(self) -> Iterator[Button | Select]:
        for block in self.card.blocks:
            items = block.items if isinstance(block, Actions) else ()
            if isinstance(block, Section):
                items = (block.button,)
            yield from (item for item in items if isinstance(item, Button | Select))

    def labels(self) -> list[str]:
        return [one.label for one in self.items() if isinstance(one, Button)]

    def find(self, label: str, number: int = 0) -> str:
        """The encoded id of the button with that label, the first one or a later one."""
        found = [one for one in self.items() if isinstance(one, Button) and one.label == label]
        assert len(found) > number, f"no {label!r} in {self.labels()}"
        return encode(found[number].action)

    def member(self, caller: Caller = SAM, space: Space = HERE) -> Member:
        with self.store.write() as tx:
            return tx.members.enrol(space, caller, self.clock.at)

    def plan(self) -> Plan:
        """The member's running plan, as it is kept."""
        member = self.member()
        with self.store.read() as tx:
            plan = tx.plans.active(member)
        assert plan is not None
        return plan

    def goal(self, goal_id: str) -> PlannedGoal:
        return next(goal for goal in self.plan().goals if goal.goal_id == goal_id)

    def knows(self, levels: Mapping[str, int]) -> None:
        """Gives the member a profile."""
        member = self.member()
        with self.store.write() as tx:
            tx.profiles.keep(member, Profile(levels), self.clock.at)


def edited(content: Content, renamed: Mapping[str, str], removed: tuple[str, ...] = ()) -> Content:
    """The content after somebody renamed some goals and removed others."""

    def change(goals: tuple[Goal, ...]) -> tuple[Goal, ...]:
        kept = (goal for goal in goals if goal.id not in removed)
        return tuple(replace(goal, id=renamed.get(goal.id, goal.id)) for goal in kept)

    def change_track(track: Track) -> Track:
        phases = tuple(
            replace(
                phase, objectives=tuple(replace(one, goals=change(one.goals)) for one in phase.objectives)
            )
            for phase in track.phases
        )
        return replace(track, phases=phases)

    return replace(content, tracks=tuple(map(change_track, content.tracks)), goal_aliases=dict(renamed))
