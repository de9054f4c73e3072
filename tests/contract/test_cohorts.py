"""Cohorts as members and leads meet them, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Pressed, Typed, Typing
from bot.core.chat.message import Message, mentions_of
from bot.core.domain.cohorts import NAME_LIMIT, RUNNING_MOST
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD, Hall, people
from tests.contract.hostile import HOSTILE
from tests.contract.planning import HERE, KIM, MONDAY, SAM, THERE
from tests.soak import SOAK

pytestmark = pytest.mark.one_database

ANN = Caller(Address("playground", "ann"), "Ann")


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    return Hall(engine, store)


def test_without_a_cohort_everybody_is_told_how_one_begins(hall: Hall) -> None:
    for command in ("cohort view", "cohort join"):
        assert "/lead create" in hall.ask(SAM, command)
    assert "You are in no cohort" in hall.ask(SAM, "cohort leave")


def test_a_lead_begins_one_and_members_join_and_leave_by_themselves(hall: Hall) -> None:
    assert "Autumn is running, with nobody in it yet" in hall.lead("create", name="Autumn")
    assert "Autumn, 1 member" in hall.ask(SAM, "cohort join")
    assert "You are in it already" in hall.ask(SAM, "cohort join", cohort="autumn")
    assert "Autumn, 2 members" in hall.ask(KIM, "cohort join", cohort="Autumn")
    assert "You left the cohort" in hall.press("Leave", caller=KIM)
    assert "You are in no cohort. These are running here" in hall.ask(KIM, "cohort view")
    assert "Autumn, 2 members" in hall.press("Join", caller=KIM)
    assert "You left the cohort" in hall.ask(KIM, "cohort leave")


def test_one_running_cohort_at_a_time(hall: Hall) -> None:
    for name in ("Autumn", "Winter"):
        hall.lead("create", name=name)
    assert "These are running here" in hall.ask(SAM, "cohort join")
    hall.ask(SAM, "cohort join", cohort="Autumn")
    assert "You are in Autumn already" in hall.ask(SAM, "cohort join", cohort="Winter")
    hall.lead("close", cohort="Autumn")
    assert "is closed" in hall.press("Close it", caller=LEAD)
    assert "Winter, 1 member" in hall.ask(SAM, "cohort join", cohort="Winter")


@pytest.mark.parametrize("name", ["autumn", "AUTUMN", "Autumn!", " autumn "])
def test_two_running_cohorts_have_two_names(hall: Hall, name: str) -> None:
    hall.lead("create", name="Autumn")
    assert "is running already" in hall.lead("create", name=name)
    hall.lead("close")
    hall.press("Close it", caller=LEAD)
    assert "A new cohort" in hall.lead("create", name=name)


def test_a_space_has_as_many_as_a_list_holds(hall: Hall) -> None:
    for number in range(RUNNING_MOST):
        hall.lead("create", name=f"Cohort {number}")
    assert f"Already {RUNNING_MOST} cohorts" in hall.lead("create", name="One more")
    assert "And 17 more" in hall.ask(SAM, "cohort view")
    assert "Which cohort? Name one of these: Cohort 0, Cohort 1" in hall.lead("members")


def test_who_was_removed_comes_back_only_when_invited_by_name(hall: Hall) -> None:
    hall.gather(SAM, KIM, plans=False)
    assert "Sam is out of the cohort" in hall.lead("remove", member="sam")
    assert "took you out" in hall.ask(SAM, "cohort join", cohort="Autumn")
    hall.lead("invite")
    assert "took you out" in hall.press("Join", caller=SAM)
    assert "@Sam, you are invited" in hall.lead("invite", member="Sam")
    assert not hall.private
    assert "You are in." in hall.press("Join", caller=SAM)
    assert "is not in that cohort" in hall.lead("remove", member=str(LEAD.address.id))


def test_an_invitation_calls_nobody_unless_a_lead_names_them(hall: Hall) -> None:
    hall.gather(SAM, plans=False)
    hall.lead("invite")
    assert not list(mentions_of(hall.card.blocks))
    hall.lead("invite", member="Sam")
    assert [user.id for user in mentions_of(hall.card.blocks)] == ["sam"]


def test_a_button_of_a_closed_cohort_says_so(hall: Hall) -> None:
    hall.gather(plans=False)
    hall.lead("invite")
    join = Pressed(hall.find("Join"))
    hall.lead("close")
    close = Pressed(hall.find("Close it"))
    assert "is closed" in hall.tell(close, LEAD)
    assert "That cohort is closed" in hall.tell(close, LEAD)
    assert "That cohort is closed" in hall.tell(join)


def test_leads_see_who_is_in_page_by_page(hall: Hall) -> None:
    hall.gather(*people(17), plans=False)
    told = hall.lead("members")
    assert "Autumn, 17 members" in told
    assert "Person 14" in told
    assert "Person 15" not in told
    assert "Person 16" in hall.press("Page 2 of 2", caller=LEAD)
    assert "Person 0" in hall.press("Page 1", caller=LEAD)


def test_whoever_was_promoted_leads_until_demoted(hall: Hall) -> None:
    hall.gather(SAM, KIM, plans=False)
    assert "Only leads" in hall.lead("members", SAM)
    assert "Sam is a lead" in hall.lead("promote", member="Sam")
    assert "Leads besides those who administer the community (1):" in hall.lead("members", SAM)
    assert "Kim is a lead" in hall.lead("promote", SAM, member="Kim")
    assert "Sam is no lead any more" in hall.lead("demote", KIM, member="Sam")
    assert "Only leads" in hall.lead("members", SAM)
    assert "was not made a lead" in hall.lead("demote", KIM, member="Sam")
    assert "was not made a lead" in hall.lead("demote", KIM, member="Lea")


def test_a_lead_here_is_none_elsewhere(hall: Hall) -> None:
    hall.gather(SAM, plans=False)
    hall.lead("promote", member="Sam")
    assert "Only leads" in hall.lead("members", SAM, THERE)
    assert hall.lead("create", name="Autumn", space=THERE)
    assert "Autumn, no" not in hall.ask(SAM, "cohort view", THERE)
    assert "Autumn, 0 members" in hall.ask(SAM, "cohort view", THERE)


def test_members_of_one_name_are_told_apart(hall: Hall) -> None:
    hall.gather(ANN, Caller(Address("playground", "other-ann"), "Ann"), plans=False)
    assert "Several members are called Ann" in hall.lead("promote", member="Ann")
    offered = hall.router.suggest(Typing(HERE, LEAD, "lead promote", "member", "an"))
    assert [(one.label, one.value) for one in offered] == [
        ("Ann (ann)", "ann"),
        ("Ann (other-ann)", "other-ann"),
    ]
    assert "Ann is a lead" in hall.lead("promote", member="other-ann")
    assert "I don't know a member called Bob" in hall.lead("promote", member="Bob")


def test_names_are_offered_to_leads_only(hall: Hall) -> None:
    hall.gather(SAM, plans=False)

    def offered(caller: Caller, option: str = "member") -> list[str]:
        typing = Typing(HERE, caller, "lead remove", option, "")
        return [choice.value for choice in hall.router.suggest(typing)]

    assert offered(SAM) == []
    assert offered(SAM, "cohort") == []
    assert offered(LEAD) == ["lead", "sam"]
    assert offered(LEAD, "cohort") == ["Autumn"]
    hall.lead("promote", member="Sam")
    assert offered(SAM) == ["lead", "sam"]
    newcomer = Typing(HERE, ANN, "cohort join", "cohort", "aut")
    assert [choice.value for choice in hall.router.suggest(newcomer)] == ["Autumn"]
    elsewhere = Typing(THERE, LEAD, "lead remove", "member", "")
    assert hall.router.suggest(elsewhere) == ()


@pytest.mark.parametrize("text", HOSTILE[:: 7 if SOAK else 30])
async def test_what_people_call_a_cohort_and_themselves_breaks_no_card(hall: Hall, text: str) -> None:
    name = " ".join(text.split())[:NAME_LIMIT]
    stranger = Caller(Address("playground", "ann"), text)
    hall.lead("create", name=name)
    for what in (Typed("cohort view"), Typed("cohort join", {"cohort": name}), Typed("cohort leave")):
        hall.tell(what, stranger)
    for command in ("members", "close", "invite", "summary", "schedule"):
        hall.lead(command, cohort=name)
        assert isinstance(hall.reply, Message)
    for action in ("set", "list", "preview", "off"):
        hall.lead("tips", action=action, cohort=name, zone="Europe/Lisbon")
    assert sum(len(said) > 0 for said in await hall.live(hall.clock.at)) == 1
    hall.lead("schedule", cohort=name, zone="Europe/Lisbon")
    for hours in (7 * 24, 7 * 24 + 3):
        assert len(await hall.live(MONDAY + timedelta(hours=hours))) == (hours == 7 * 24)
    hall.planner.plan_due(MONDAY + timedelta(weeks=2))
    assert "Not posted" in (await hall.live(MONDAY + timedelta(weeks=2, hours=3)))[0]
    for command in ("remove", "promote", "members", "demote"):
        given = {"cohort": name} if command == "members" else {"member": "ann"}
        hall.tell(Typed(f"lead {command}", given), LEAD)
        assert isinstance(hall.reply, Message)


def test_every_command_and_every_group_is_explained(hall: Hall) -> None:
    welcome = hall.ask(SAM, "cairn")
    for name, members in Catalog(FEATURES).roots.items():
        assert f"/{name}" in hall.tell(Pressed("command.explain", name))
        for command in members:
            assert f"/{command.name} {command.description}" in welcome
            told = hall.tell(Typed("cairn", {"command": f"/{command.name}"}))
            assert all(option.description in told for option in command.options)
            assert ("Only leads may use it" in told) is command.lead
