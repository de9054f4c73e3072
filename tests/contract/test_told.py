"""What a platform says of a member beside their calls: what they are called, and whose clock is theirs."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.core.chat.call import Caller, Space
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD, Hall
from tests.contract.planning import HERE, MONDAY, THERE

pytestmark = pytest.mark.one_database

LISBON, TOKYO = "Europe/Lisbon", "Asia/Tokyo"
WEEK = timedelta(weeks=1)
# As a command comes, and as the platform answers when it is asked.
ANN = Caller(Address("playground", "ann"), "", handle="ann.b")
TOLD = replace(ANN, name="Ann Berg", zone=LISBON)


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    return Hall(engine, store)


def learn(hall: Hall, caller: Caller = TOLD, space: Space = HERE) -> None:
    hall.router.learn(space, caller)


def start(hall: Hall, caller: Caller = ANN, **options: str) -> str:
    return hall.ask(caller, "plan start", HERE, **options)


def test_until_a_name_is_known_the_handle_will_do(hall: Hall) -> None:
    hall.gather(ANN, plans=False)
    assert "ann.b" in hall.lead("members")
    learn(hall)
    assert "- Ann Berg" in hall.lead("members")
    hall.ask(ANN, "cohort view")
    assert "- Ann Berg" in hall.lead("members")
    learn(hall, replace(TOLD, name="Ann Holm", handle="ann.h"))
    assert "Ann Holm is a lead" in hall.lead("promote", member="@ann.h")


def test_nobody_is_called_by_nothing(hall: Hall) -> None:
    hall.gather(replace(ANN, handle=""), plans=False)
    assert "- @somebody" in hall.lead("members")
    learn(hall, replace(TOLD, name=" \u202e\n", handle=""))
    assert "- @somebody" in hall.lead("members")


@pytest.mark.parametrize("typed", ["Ann Berg", "@Ann Berg", "ann berg", "@ann.b", "ann.b", "ANN.B", "ann"])
def test_a_member_is_found_by_name_handle_and_id(hall: Hall, typed: str) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    assert "Ann Berg is a lead" in hall.lead("promote", member=typed)


def test_two_of_a_name_are_told_apart_by_their_handles(hall: Hall) -> None:
    other = replace(ANN, address=Address("playground", "other"), handle="ann.c")
    for caller in (ANN, other):
        hall.ask(caller, "cairn")
        learn(hall, replace(caller, name="Ann Berg"))
    told = hall.lead("promote", member="Ann Berg")
    assert "Several members are called Ann Berg" in told
    assert "type their @handle" in told
    assert "Ann Berg is a lead" in hall.lead("promote", member="@ann.c")


def test_who_never_called_stays_unknown(hall: Hall) -> None:
    learn(hall)
    learn(hall, TOLD, Space(Address("playground", "nowhere"), "Nowhere"))
    assert "I don't know a member" in hall.lead("promote", member="Ann Berg")


def test_a_plan_goes_by_the_platform_s_clock_and_says_so(hall: Hall) -> None:
    assert "Where is your clock?" in start(hall)
    learn(hall)
    assert f"clocks of {LISBON}, as your profile says" in start(hall)
    assert f"clocks of {LISBON}, as your profile says" in hall.ask(ANN, "plan view")
    assert hall.router.zone(HERE, ANN) == LISBON
    assert hall.router.zone(THERE, ANN) == "UTC"


async def test_a_member_who_moves_is_reminded_by_the_new_clock(hall: Hall) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    start(hall)
    hall.ask(ANN, "reminders on", day="Monday", hour="9:00")
    assert "clocks of Europe/Lisbon, as your profile says" in hall.ask(ANN, "reminders view")
    learn(hall, replace(TOLD, zone=TOKYO))
    assert f"clocks of {TOKYO}, as your profile says" in hall.ask(ANN, "plan view")
    nine_in_tokyo = datetime(2027, 1, 11, 0, tzinfo=UTC)
    assert await hall.live(nine_in_tokyo - timedelta(seconds=1)) == []
    assert len(await hall.live(nine_in_tokyo)) == 1
    assert await hall.live(MONDAY + WEEK) == []


def test_a_call_that_says_the_zone_moves_the_plan_at_once(hall: Hall) -> None:
    hall.ask(TOLD, "cairn")
    start(hall)
    assert f"clocks of {TOKYO}, as your" in hall.ask(replace(TOLD, zone=TOKYO), "plan view")


def test_what_the_member_chose_is_what_counts(hall: Hall) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    start(hall)
    assert "this is your own choice" in hall.ask(ANN, "plan zone", zone=LISBON)
    learn(hall, replace(TOLD, zone=TOKYO))
    assert f"clocks of {LISBON}\n" in hall.ask(ANN, "plan view")
    hall.ask(ANN, "plan reset")
    hall.press("End it", caller=ANN)
    assert f"clocks of {LISBON}\n" in start(hall)


def test_a_zone_named_at_the_start_is_a_choice_too(hall: Hall) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    assert f"clocks of {TOKYO}\n" in start(hall, zone=TOKYO)
    learn(hall, replace(TOLD, zone="America/Lima"))
    assert f"clocks of {TOKYO}\n" in hall.ask(ANN, "plan view")


def test_the_next_plan_goes_by_the_clock_of_today(hall: Hall) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    start(hall)
    hall.ask(ANN, "plan reset")
    hall.press("End it", caller=ANN)
    learn(hall, replace(TOLD, zone=TOKYO))
    assert f"clocks of {TOKYO}, as your profile says" in start(hall)


def test_a_plan_in_the_place_of_another_keeps_its_clock(hall: Hall) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    start(hall)
    start(hall)
    label = next(one for one in hall.labels() if "new" in one.lower() or "instead" in one.lower())
    assert f"clocks of {LISBON}, as your profile says" in hall.press(label, caller=ANN)


def test_hours_and_pauses_are_no_choice_of_a_clock(hall: Hall) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    start(hall)
    hall.ask(ANN, "plan pace", hours=8)
    hall.ask(ANN, "plan pause", until="2027-02-01")
    assert f"clocks of {LISBON}, as your profile says" in hall.ask(ANN, "plan view")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "right/UTC", "x" * 500, "\0"])
def test_what_is_no_zone_changes_nothing(hall: Hall, zone: str) -> None:
    hall.ask(ANN, "cairn")
    learn(hall)
    start(hall)
    learn(hall, replace(TOLD, zone=zone))
    assert f"clocks of {LISBON}, as your profile says" in hall.ask(ANN, "plan view")


def test_a_lead_s_own_clock_is_that_of_what_they_have_posted(hall: Hall) -> None:
    hall.gather(ANN, plans=False)
    assert "By whose clock?" in hall.lead("schedule", day="fri")
    told = hall.lead("schedule", replace(LEAD, zone=LISBON), day="fri")
    assert "by the clocks of Europe/Lisbon" in told


def test_a_name_of_another_space_says_nothing_here(hall: Hall) -> None:
    for space in (HERE, THERE):
        hall.ask(ANN, "cairn", space)
    learn(hall, TOLD, THERE)
    assert "I don't know a member" in hall.lead("promote", member="Ann Berg")
    assert "Where is your clock?" in start(hall)
