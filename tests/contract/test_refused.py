"""Channels that take nothing more: what came there ends, and who wanted it is told once."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine

from bot.core.chat.call import Caller, ReplyTo, Space
from bot.core.chat.message import plain_text
from bot.core.errors import Unreachable
from bot.core.ids import Address, Platform
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD, Hall, people
from tests.contract.planning import MONDAY

pytestmark = pytest.mark.one_database

CROWD = people(5)
HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
FRIDAY = MONDAY + timedelta(days=4)  # 8 January 2027, 09:00 in Lisbon
RANDOM = ReplyTo(Address("playground", "random"), can_post=True)
SHUT = Unreachable("not in the channel (not_in_channel)", "channel")


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    hall = Hall(engine, store)
    hall.gather(*CROWD)
    return hall


def set_both(hall: Hall) -> None:
    """A summary and a tip, for the same hour."""
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.lead("tips", action="set", day="fri", zone="Europe/Lisbon")


async def test_everything_of_the_lead_ends_there_and_they_are_told_once(hall: Hall) -> None:
    set_both(hall)
    hall.ears.errors = [SHUT]
    told = await hall.live(FRIDAY) + await hall.live(FRIDAY + HOUR)
    (said,) = told
    assert said.startswith("@lead: Not posted")
    assert "The reason I was given: I'm not in the channel (not_in_channel)." in said
    assert "Nothing of yours comes there each week any more. Let me write in that channel" in said
    assert sorted(hall.states()) == [
        ("cohort.summary", "dead", "not in the channel (not_in_channel)"),
        ("lead.alert", "sent", ""),
        ("tip.weekly", "skipped", "off"),
    ]
    assert await hall.live(FRIDAY + WEEK) == []
    assert "gets nothing each week" in hall.lead("schedule")
    assert "gets nothing each week" in hall.lead("tips", action="list", cohort="Autumn")


async def test_set_again_it_goes_on(hall: Hall) -> None:
    set_both(hall)
    hall.ears.errors = [SHUT]
    await hall.live(FRIDAY)
    assert "Set." in hall.lead("schedule", zone="Europe/Lisbon")
    said = await hall.live(FRIDAY + WEEK)
    assert [one.split(":")[0] for one in said] == ["#general"]


async def test_another_lead_hears_of_their_own(hall: Hall) -> None:
    hall.lead("promote", member="Person 0")
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.lead("tips", CROWD[0], action="set", day="fri", zone="Europe/Lisbon")
    hall.ears.shut = SHUT
    told = await hall.live(FRIDAY) + await hall.live(FRIDAY + HOUR)
    assert sorted(one.split(":")[0] for one in told) == ["@lead", "@person-0"]
    assert await hall.live(FRIDAY + WEEK) == []


async def test_another_channel_and_another_space_go_on(hall: Hall) -> None:
    hall.lead("create", name="Winter")
    hall.lead("schedule", day="fri", zone="Europe/Lisbon", cohort="Autumn")
    hall.where = RANDOM
    hall.lead("schedule", day="fri", hour="10:00", zone="Europe/Lisbon", cohort="Winter")
    hall.ears.errors = [SHUT]
    await hall.live(FRIDAY)
    assert [one.split(":")[0] for one in await hall.live(FRIDAY + HOUR)] == ["#random"]


async def test_what_was_asked_for_once_ends_what_comes_each_week(hall: Hall) -> None:
    set_both(hall)
    hall.lead("summary")
    hall.press("Post it in this channel", caller=LEAD)
    hall.ears.errors = [SHUT]
    (said,) = await hall.live(MONDAY + HOUR)
    assert "then ask for it there again: /lead summary." in said
    assert await hall.live(FRIDAY) == []


async def test_a_channel_set_anew_meanwhile_is_kept(hall: Hall) -> None:
    """What is refused is the channel that was tried, not the one that was chosen since."""
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")

    async def move() -> None:
        hall.where = RANDOM
        hall.lead("schedule", day="fri")
        hall.press("Move it here", caller=LEAD)

    hall.ears.stall, hall.ears.errors = move, [SHUT]
    await hall.live(FRIDAY)
    assert [one.split(":")[0] for one in await hall.live(FRIDAY + WEEK)] == ["#random"]


async def test_a_member_s_own_messages_are_no_channel(hall: Hall) -> None:
    """A preview goes to the lead alone: where they can't be written to, the cohort's tips go on."""
    hall.lead("tips", action="set", day="fri", zone="Europe/Lisbon")
    hall.lead("tips", action="preview")
    hall.ears.errors = [SHUT]
    assert await hall.live(MONDAY + HOUR) == []
    assert len(await hall.live(FRIDAY)) == 1


@pytest.mark.parametrize(
    ("platform", "way"),
    [("slack", "Type /invite @Cairn in the channel"), ("playground", "Let me write in the channel")],
)
def test_a_lead_hears_at_once_that_nothing_can_be_posted_here(
    hall: Hall, platform: Platform, way: str
) -> None:
    there = Space(Address(platform, "T1"), "There")
    lead = Caller(Address(platform, "UL"), "Lea", is_lead=True)
    hall.lead("create", lead, there, name="Winter")
    hall.where = ReplyTo(Address(platform, "C1"), can_post=False)
    assert way in hall.lead("schedule", lead, there, day="fri", zone="Europe/Lisbon")
    assert way in hall.lead("tips", lead, there, action="set", zone="Europe/Lisbon")
    assert way in hall.lead("summary", lead, there)
    assert "Post it" not in plain_text(hall.card)


def test_the_permissions_that_are_missing_are_named(hall: Hall) -> None:
    there = Space(Address("discord", "900"), "There")
    lead = Caller(Address("discord", "1"), "Lea", is_lead=True)
    hall.lead("create", lead, there, name="Winter")
    hall.where = ReplyTo(Address("discord", "2"), can_post=False, lacks=("View Channel", "Send Messages"))
    for told in (
        hall.lead("schedule", lead, there, day="fri", zone="Europe/Lisbon"),
        hall.lead("tips", lead, there, action="set", zone="Europe/Lisbon"),
        hall.lead("summary", lead, there),
    ):
        assert "Allow me View Channel and Send Messages" in told
