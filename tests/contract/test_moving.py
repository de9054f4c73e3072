"""What is posted each week moves to another channel only when a lead says so."""

from dataclasses import replace

import pytest
from sqlalchemy import Engine

from bot.core.chat.call import Pressed
from bot.core.domain.schedules import SUMMARY
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD, OPEN, Hall
from tests.contract.planning import HERE, SAM

pytestmark = pytest.mark.one_database

ELSEWHERE = replace(OPEN, channel=Address("playground", "elsewhere"))


@pytest.fixture
def hall(sqlite_engine: Engine, sqlite_store: DatabaseStore) -> Hall:
    hall = Hall(sqlite_engine, sqlite_store)
    hall.gather(SAM)
    hall.lead("schedule", day="fri", hour="16:00", zone="Lisbon")
    hall.where = ELSEWHERE
    return hall


def place(hall: Hall, kind: str = SUMMARY) -> tuple[str, int, int]:
    with hall.store.read() as tx:
        space = hall.member().space_id
        (schedule,) = tx.schedules.running(space, kind)
        return schedule.to, schedule.recurrence.weekday, schedule.recurrence.minute


def test_another_channel_is_asked_about_before_anything_moves(hall: Hall) -> None:
    before = place(hall)
    told = hall.lead("schedule", day="mon")
    assert "in another channel now, so nothing has changed yet" in told
    assert "Mondays at 16:00, by the clocks of Europe/Lisbon" in told
    assert hall.labels() == ["Move it here", "Keep it there"]
    assert place(hall) == before


def test_it_moves_when_the_lead_says_so(hall: Hall) -> None:
    hall.lead("schedule", day="mon")
    assert "Set." in hall.press("Move it here", caller=LEAD)
    assert place(hall) == ("elsewhere", 0, 16 * 60)


def test_it_is_kept_where_it_is_with_what_was_typed(hall: Hall) -> None:
    there = place(hall)[0]
    hall.lead("schedule", hour="9")
    assert "in another channel" in hall.press("Keep it there", caller=LEAD)
    assert place(hall) == (there, 4, 9 * 60)


def test_tips_are_asked_about_in_the_same_way(hall: Hall) -> None:
    hall.lead("tips", action="set", day="fri", zone="Lisbon")
    hall.where = OPEN
    assert "in another channel now" in hall.lead("tips", action="set", day="mon")


def test_where_cairn_may_not_post_nothing_moves(hall: Hall) -> None:
    before = place(hall)
    hall.lead("schedule", day="mon")
    hall.where = replace(ELSEWHERE, can_post=False)
    assert "I can't post here" in hall.press("Move it here", caller=LEAD)
    assert place(hall) == before


def test_in_the_same_channel_or_once_it_is_off_nothing_is_asked(hall: Hall) -> None:
    hall.where = OPEN
    assert "Set." in hall.lead("schedule", day="tue")
    hall.lead("schedule", off=True)
    hall.where = ELSEWHERE
    assert "Set." in hall.lead("schedule", day="wed")
    assert place(hall)[0] == "elsewhere"


def test_a_button_of_a_week_that_is_none_is_refused(hall: Hall) -> None:
    hall.lead("schedule", day="mon")
    move = hall.find("Move it here")
    forged = Pressed(move.replace(":0:", ":9:"))
    assert "not one I can use" in hall.tell(forged, LEAD, HERE)
    assert "Only leads" in hall.tell(Pressed(move), SAM, HERE)
