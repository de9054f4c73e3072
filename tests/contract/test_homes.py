"""Which community a direct message means, on both databases: by a plan, as the only home, or asked once."""

import pytest

from bot.core.chat.call import Answer, Caller, Pressed, Space, Submitted, Typed
from bot.core.chat.codec import encode
from bot.core.chat.control import Select
from bot.core.chat.message import Actions, Message, plain_text
from bot.core.ids import Address
from bot.core.locator import Locator
from bot.core.views import homes as views
from bot.core.views.presses import GOALS
from bot.storage.store import DatabaseStore
from tests.contract.planning import Desk
from tests.contract.storing import NOW

RIDGE = Space(Address("discord", "1"), "Ridge")
VALLEY = Space(Address("discord", "2"), "Valley")
ELSEWHERE = Space(Address("slack", "1"), "Elsewhere")
ADA = Caller(Address("discord", "10"), "Ada")
BEN = Caller(Address("discord", "20"), "Ben")
HELLO = Typed("cairn")


class Door:
    """A locator, and a desk at which plans are made."""

    def __init__(self, store: DatabaseStore) -> None:
        self.store = store
        self.desk = Desk(store)
        self.locator = Locator(store, frozenset({GOALS.name}))

    def enrol(self, caller: Caller, *spaces: Space) -> None:
        with self.store.write() as tx:
            for space in spaces:
                tx.members.enrol(space, caller, NOW)

    def start_plan(self, caller: Caller, space: Space) -> str:
        """The id of a button of the caller's new plan."""
        self.desk.tell(Typed("plan start", {"zone": "Europe/Lisbon"}), caller, space)
        member = self.desk.member(caller, space)
        with self.store.read() as tx:
            plan = tx.plans.active(member)
        assert plan is not None
        return encode(GOALS(plan.id))

    def find(self, caller: Caller, what: Typed | Pressed | Submitted = HELLO) -> Space | Answer | None:
        return self.locator.locate(caller, what)

    def told(self, caller: Caller, what: Typed | Pressed | Submitted = HELLO) -> str:
        """What is said instead of an answer."""
        answer = self.find(caller, what)
        assert isinstance(answer, Answer)
        assert isinstance(answer.reply, Message)
        assert answer.private
        return plain_text(answer.reply)


@pytest.fixture
def door(store: DatabaseStore) -> Door:
    return Door(store)


def choose(space: Space) -> Pressed:
    return Pressed(encode(views.HOME.select()), space.address.id)


def test_homes_are_those_of_the_same_platform_and_person(door: Door) -> None:
    door.enrol(ADA, VALLEY, RIDGE)
    door.enrol(BEN, RIDGE)
    door.enrol(Caller(Address("slack", ADA.address.id), "Somebody"), ELSEWHERE)
    with door.store.read() as tx:
        assert tx.homes.of(ADA.address) == (VALLEY, RIDGE)
        assert tx.homes.of(BEN.address) == (RIDGE,)
        assert tx.homes.of(Address("discord", "30")) == ()


def test_a_plan_names_its_home_to_its_owner_alone(door: Door) -> None:
    door.enrol(BEN, RIDGE, VALLEY)
    door.start_plan(ADA, VALLEY)
    member = door.desk.member(ADA, VALLEY)
    with door.store.read() as tx:
        plan = tx.plans.active(member)
        assert plan is not None
        assert tx.homes.of_plan(ADA.address, plan.id) == VALLEY
        assert tx.homes.of_plan(BEN.address, plan.id) is None
        assert tx.homes.of_plan(Address("slack", ADA.address.id), plan.id) is None


def test_what_was_chosen_is_kept_and_can_be_chosen_anew(door: Door) -> None:
    door.enrol(ADA, RIDGE, VALLEY)
    for space in (RIDGE, VALLEY):
        with door.store.write() as tx:
            tx.homes.choose(ADA.address, space)
        with door.store.read() as tx:
            assert tx.homes.chosen(ADA.address) == space
            assert tx.homes.chosen(BEN.address) is None


def test_nobody_asks_about_a_person_with_one_home_or_none(door: Door) -> None:
    assert door.find(ADA) is None
    door.enrol(ADA, RIDGE)
    assert door.find(ADA) == RIDGE


def test_a_person_with_two_homes_is_asked_once(door: Door) -> None:
    door.enrol(ADA, RIDGE, VALLEY)
    answer = door.find(ADA)
    assert isinstance(answer, Answer)
    assert isinstance(answer.reply, Message)
    (row,) = [block for block in answer.reply.blocks if isinstance(block, Actions)]
    (select,) = row.items
    assert isinstance(select, Select)
    assert [(one.label, one.value) for one in select.choices] == [("Ridge", "1"), ("Valley", "2")]
    assert "your direct messages are about Valley" in door.told(ADA, choose(VALLEY))
    assert door.find(ADA) == VALLEY


def test_the_button_of_a_plan_says_where_whatever_was_chosen(door: Door) -> None:
    door.enrol(ADA, RIDGE, VALLEY)
    button = door.start_plan(ADA, VALLEY)
    assert door.find(ADA, Pressed(button)) == VALLEY
    door.find(ADA, choose(RIDGE))
    assert door.find(ADA, Pressed(button)) == VALLEY
    assert door.find(ADA, Submitted(button, {})) == VALLEY


def test_the_button_of_another_s_plan_says_nothing(door: Door) -> None:
    button = door.start_plan(ADA, VALLEY)
    door.enrol(BEN, RIDGE)
    assert door.find(BEN, Pressed(button)) == RIDGE
    door.enrol(BEN, VALLEY)
    assert "Which community?" in door.told(BEN, Pressed(button))


@pytest.mark.parametrize("action", ["goal.now:x", "goal.now", "goal.now:" + "9" * 80, "other.thing:1"])
def test_a_button_that_names_no_plan_says_nothing(door: Door, action: str) -> None:
    door.enrol(ADA, RIDGE)
    assert door.find(ADA, Pressed(action)) == RIDGE


@pytest.mark.parametrize("value", ["3", "2", "", "x" * 100])
def test_a_home_that_is_not_the_caller_s_is_refused(door: Door, value: str) -> None:
    door.enrol(ADA, RIDGE)
    door.enrol(BEN, VALLEY)
    told = door.told(ADA, Pressed(encode(views.HOME.select()), value))
    assert "From now on" not in told
    with door.store.read() as tx:
        assert tx.homes.chosen(ADA.address) is None


def test_an_id_that_is_none_is_refused(door: Door) -> None:
    door.enrol(ADA, RIDGE)
    assert "button" in door.told(ADA, Pressed("?")).lower()


def test_who_left_a_server_has_no_home_there(door: Door) -> None:
    door.enrol(ADA, RIDGE, VALLEY)
    button = door.start_plan(ADA, RIDGE)
    door.told(ADA)
    door.find(ADA, choose(RIDGE))
    assert door.find(ADA) == RIDGE
    door.desk.router.lost(RIDGE.address, ADA.address)
    assert door.find(ADA) == VALLEY
    assert door.find(ADA, Pressed(button)) == VALLEY, "not even by a plan of theirs"
    door.desk.router.lost(VALLEY.address, ADA.address)
    assert door.find(ADA) is None
    door.enrol(ADA, RIDGE)
    assert door.find(ADA) == RIDGE, "who is heard of is there again"


def test_a_lead_who_left_leads_nothing_and_is_listed_nowhere(door: Door) -> None:
    door.enrol(ADA, RIDGE)
    door.enrol(BEN, RIDGE)
    with door.store.write() as tx:
        ada = tx.members.enrol(RIDGE, ADA, NOW)
        tx.leads.add(ada, NOW)
    assert door.desk.router.gathered(RIDGE.address) == (ADA.address,)
    door.desk.router.lost(RIDGE.address, ADA.address)
    assert door.find(ADA, Typed("lead members")) is None, "the core finds no place for it"
    assert door.desk.router.gathered(RIDGE.address) == ()
    with door.store.read() as tx:
        assert tx.leads.of(ada.space_id) == ()
        assert tx.members.search(ada.space_id, "Ada", 5) == ()


def settle(door: Door, space: Space) -> None:
    door.told(ADA, choose(space))
    assert door.find(ADA) == space


@pytest.mark.parametrize("asks", [Typed("cairn", {"command": "Community."}), Pressed(encode(views.ASK()))])
def test_the_choice_can_be_changed(door: Door, asks: Typed | Pressed) -> None:
    door.enrol(ADA, RIDGE, VALLEY)
    settle(door, RIDGE)
    assert "Which one is this about?" in door.told(ADA, asks)
    settle(door, VALLEY)


def test_who_has_one_home_is_told_which(door: Door) -> None:
    door.enrol(ADA, RIDGE)
    assert door.find(ADA, Typed("cairn", {"command": "community"})) == RIDGE
    assert "This is about Ridge" in door.desk.tell(Typed("cairn", {"command": "community"}), ADA, RIDGE)


@pytest.mark.parametrize("who", ["member", "cairn"])
def test_what_was_left_is_neither_offered_nor_meant(door: Door, who: str) -> None:
    door.enrol(ADA, RIDGE, VALLEY)
    settle(door, RIDGE)
    with door.store.write() as tx:
        if who == "cairn":
            tx.spaces.leave(RIDGE.address, NOW, NOW)
        else:
            member = tx.members.find(RIDGE, ADA)
            assert member is not None
            tx.reach.lose(member.space_id, ADA.address.id, "member", NOW)
    assert door.find(ADA) == VALLEY
    assert "not one I can use" in door.told(ADA, Pressed(encode(views.HOME.select()), RIDGE.address.id))
    assert door.find(ADA) == VALLEY
