"""Summaries and what is posted each week, from the real router, on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, event

from bot.core.chat.call import Pressed, ReplyTo
from bot.core.chat.chart import Burnup
from bot.core.chat.message import Message, charts_of
from bot.core.domain.cohorts import FLOOR
from bot.core.domain.ledger import Outcome
from bot.core.ids import Address
from bot.storage.store import DatabaseStore
from tests.contract.delivering import lease_next
from tests.contract.gathering import LEAD, OPEN, Hall, people
from tests.contract.planning import MONDAY, SAM, THERE

pytestmark = pytest.mark.one_database

HOUR = timedelta(hours=1)
FRIDAY = MONDAY + timedelta(days=4)  # 8 January 2027, 09:00 in Lisbon
CROWD = people(FLOOR)


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    hall = Hall(engine, store)
    hall.clock.at = MONDAY + HOUR
    return hall


def names_in(text: str) -> list[str]:
    return [caller.name for caller in (*CROWD, SAM, LEAD) if caller.name in text]


def test_below_five_plans_nothing_is_summed_up(hall: Hall) -> None:
    hall.gather(*CROWD[:4])
    hall.ask(SAM, "cohort join")
    told = hall.lead("summary")
    assert "Autumn, 5 members" in told
    assert "Fewer than 5 of them have a plan" in told
    assert "Pace" not in told
    assert "Goals done" not in told
    assert charts_of(hall.card.blocks) == ()


def test_from_five_on_there_are_sums_without_a_name(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.clock.at = FRIDAY + timedelta(weeks=1)
    for caller in CROWD[:2]:
        hall.ask(caller, "goal")
        hall.press("Done", caller=caller)
    told = hall.lead("summary")
    assert "Active: 2 of 5 with a plan" in told
    assert "Goals done: 2 in the last seven days, 2 in all" in told
    assert "hours due so far" in told
    assert "AI fundamentals onboarding 5" in told
    assert "Implementation pattern mastery 0" in told
    assert "2 done" in told
    assert names_in(told) == []
    (chart,) = charts_of(hall.card.blocks)
    assert isinstance(chart.data, Burnup)
    hall.clock.at += timedelta(days=8)
    assert "0 in the last seven days, 2 in all" in hall.lead("summary")


async def test_a_preview_is_posted_once_however_often_it_is_pressed(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("summary")
    assert hall.private
    post = Pressed(hall.find("Post it in this channel"))
    assert await hall.live(FRIDAY) == []
    first, again = hall.tell(post, LEAD), hall.tell(post, LEAD)
    assert first == again
    assert "on its way to this channel" in first
    (said,) = await hall.live(FRIDAY + timedelta(minutes=1))
    assert said.startswith("#general: How the cohort is doing")
    assert names_in(said) == []
    assert await hall.live(FRIDAY + HOUR) == []
    hall.lead("summary")
    hall.press("Post it in this channel", caller=LEAD)
    assert len(await hall.live(FRIDAY + 2 * HOUR)) == 1


@pytest.mark.parametrize(
    ("where", "says"),
    [
        (ReplyTo(), "which channel you mean"),
        (ReplyTo(Address("playground", "dm-lead"), can_post=False), "can't post here"),
    ],
)
async def test_only_a_channel_where_cairn_may_write_will_do(hall: Hall, where: ReplyTo, says: str) -> None:
    hall.gather(*CROWD)
    hall.lead("summary")
    post = Pressed(hall.find("Post it in this channel"))
    hall.where = where
    assert says in hall.tell(post, LEAD)
    assert says in hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    assert says in hall.lead("tips", action="set", zone="Europe/Lisbon")
    assert await hall.live(FRIDAY) == []
    assert hall.states() == []


def test_a_platform_that_does_not_say_may_be_tried(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.where = replace(OPEN, can_post=None)
    assert "Set." in hall.lead("schedule", zone="Europe/Lisbon")


async def test_each_week_at_the_lead_s_hour_until_it_is_off(hall: Hall) -> None:
    hall.gather(*CROWD)
    assert "gets nothing each week" in hall.lead("schedule")
    assert "By whose clock?" in hall.lead("schedule", day="fri", hour="16:00")
    told = hall.lead("schedule", day="fri", hour="16:00", zone="Europe/Lisbon")
    assert "Fridays at 16:00, by the clocks of Europe/Lisbon, in this channel" in told
    assert "The next one comes on Fri 8 Jan, 16:00." in told
    assert await hall.live(FRIDAY) == []
    assert len(await hall.live(FRIDAY + 7 * HOUR)) == 1
    assert len(await hall.live(FRIDAY + 7 * HOUR + timedelta(weeks=1))) == 1
    assert "Off: nothing more comes" in hall.lead("schedule", off=True)
    assert await hall.live(FRIDAY + 7 * HOUR + timedelta(weeks=2)) == []
    assert "gets nothing each week" in hall.lead("schedule")
    assert "Fridays at 18:00" in hall.lead("schedule", hour="18:00")


async def test_off_is_read_when_it_would_be_posted(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.planner.plan_due(FRIDAY)
    hall.press("Off", caller=LEAD)
    assert await hall.live(FRIDAY) == []
    assert hall.states() == [("cohort.summary", "skipped", "off")]


async def test_nothing_is_posted_for_a_closed_cohort(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.lead("summary")
    hall.press("Post it in this channel", caller=LEAD)
    hall.lead("close")
    hall.press("Close it", caller=LEAD)
    assert await hall.live(MONDAY + HOUR) == []
    assert await hall.live(FRIDAY) == []
    assert hall.states() == [("cohort.summary", "skipped", "cohort closed")]


async def test_what_was_turned_off_meanwhile_is_missed_by_nobody(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.planner.plan_due(FRIDAY)
    hall.lead("schedule", off=True)
    assert await hall.live(FRIDAY + 3 * HOUR) == []
    assert hall.states()[-1] == ("lead.alert", "skipped", "nobody waits for it")


async def test_what_is_two_hours_late_is_skipped_and_its_lead_is_told(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("promote", member="Person 0")
    hall.lead("schedule", CROWD[0], day="fri", zone="Europe/Lisbon")
    (said,) = await hall.live(FRIDAY + 2 * HOUR + timedelta(seconds=1))
    assert said.startswith("@person-0: Not posted")
    assert "the summary of Fri 8 Jan, 09:00 for Autumn" in said
    assert await hall.live(FRIDAY + 4 * HOUR) == []
    assert hall.states() == [("cohort.summary", "skipped", "late"), ("lead.alert", "sent", "")]


async def test_an_alert_at_night_waits_for_the_morning(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("schedule", day="fri", hour="20:00", zone="Europe/Lisbon")
    assert await hall.live(FRIDAY + 14 * HOUR) == []
    assert len(await hall.live(FRIDAY + 24 * HOUR)) == 1


async def test_who_was_demoted_hears_nothing_more(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("promote", member="Person 0")
    hall.lead("schedule", CROWD[0], day="fri", zone="Europe/Lisbon")
    hall.lead("summary", CROWD[0])
    hall.press("Post it in this channel", caller=CROWD[0])
    hall.lead("demote", member="Person 0")
    assert await hall.live(FRIDAY + 3 * HOUR) == []
    whys = sorted(why for _, _, why in hall.states())
    assert whys == ["late", "late", "no lead any more", "no lead any more"]


async def test_a_post_of_somebody_demoted_is_not_posted(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("promote", member="Person 0")
    hall.lead("summary", CROWD[0])
    hall.press("Post it in this channel", caller=CROWD[0])
    hall.lead("demote", member="Person 0")
    assert await hall.live(MONDAY + HOUR) == []
    assert hall.states() == [("cohort.summary", "skipped", "no lead any more")]


async def test_what_the_platform_refuses_is_reported_in_its_words(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    hall.clock.at = FRIDAY
    hall.planner.plan_due(FRIDAY)
    with hall.store.write() as tx:
        row = lease_next(tx, "playground", 0, FRIDAY)
        assert row is not None
        tx.ledger.finish([(row.id, Outcome("dead", "not in channel"))], 0, FRIDAY)
        # What a courier does with a row that is dead.
        assert hall.router.report_unsaid(row, tx, FRIDAY)
    (said,) = await hall.live(FRIDAY)
    assert said.startswith("@lead: Not posted")
    assert "The reason I was given: not in channel" in said


def test_what_no_lead_asked_for_is_reported_to_none(hall: Hall) -> None:
    hall.gather(SAM)
    hall.ask(SAM, "reminders on")
    hall.planner.plan_due(FRIDAY + timedelta(weeks=1))
    with hall.store.write() as tx:
        row = lease_next(tx, "playground", 0, FRIDAY + timedelta(weeks=1))
        assert row is not None
        assert not hall.router.report_unsaid(row, tx, FRIDAY)


def test_a_summary_asks_the_database_once_for_all_plans(hall: Hall, engine: Engine) -> None:
    def count_queries(of: int) -> int:
        for caller in people(of):
            hall.ask(caller, "cohort join")
            hall.ask(caller, "plan start", zone="Europe/Lisbon")
        hall.lead("summary")  # begins the count
        asked: list[str] = []
        listen = lambda *args: asked.append(args[2])  # noqa: E731
        event.listen(engine, "before_cursor_execute", listen)
        hall.lead("summary")
        event.remove(engine, "before_cursor_execute", listen)
        return len(asked)

    hall.gather(plans=False)
    assert count_queries(2) == count_queries(9)


def test_other_spaces_ids_are_nothing_here(hall: Hall) -> None:
    hall.gather(*CROWD)
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    off = Pressed(hall.find("Off"))
    hall.lead("summary")
    post = Pressed(hall.find("Post it in this channel"))
    assert "not posted any more" in hall.tell(off, LEAD, THERE)
    assert "That cohort is closed" in hall.tell(post, LEAD, THERE)
    assert "The next one comes on" in hall.lead("schedule")


@pytest.mark.parametrize("stamp", ["0", "999999999999999999", "-1"])
def test_a_crafted_stamp_posts_nothing(hall: Hall, stamp: str) -> None:
    hall.gather(*CROWD)
    assert "not one I can use" in hall.tell(Pressed(f"summary.post:1:{stamp}"), LEAD)
    assert isinstance(hall.reply, Message)
