"""Reminders as a member gets them: from the real router, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, select

from bot.core.catalog import Catalog
from bot.core.chat.call import Pressed
from bot.core.chat.message import Message, Text, plain_text
from bot.core.chat.notice import Notice, Telling
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence
from bot.core.errors import RetryLater
from bot.core.feature import Feature
from bot.core.handlers import FEATURES
from bot.core.recurrence import Recurrence, next_due
from bot.core.request import Context
from bot.core.router import Router
from bot.core.views import tips
from bot.delivery.courier import Courier
from bot.scheduling.planner import Planner
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.contract.delivering import UNPACED, Sink, hop
from tests.contract.planning import HERE, KIM, MONDAY, SAM, THERE, Desk

pytestmark = pytest.mark.one_database

NEXT = MONDAY + timedelta(weeks=1)  # Monday 11 January 2027, 09:00 in Lisbon
HOUR = timedelta(hours=1)


class Listener:
    """A member with a plan and a reminder, and what they hear."""

    def __init__(self, engine: Engine, store: DatabaseStore) -> None:
        self.desk = Desk(store)
        self.engine = engine
        self.sink = Sink()
        self.planner = Planner(store)
        self.courier = Courier(
            store, self.desk.router, self.sink, self.desk.clock, hop, owner="one", pace=UNPACED
        )
        self.desk.clock.at = MONDAY + HOUR
        self.desk.type("plan start", zone="Europe/Lisbon")
        self.desk.press("Remind me each week")

    async def hear(self, at: datetime) -> list[str]:
        """What is said when it is `at`: each message as plain text."""
        self.desk.clock.at = at
        before = len(self.sink.texts)
        self.planner.plan_due(at)
        await self.courier.drain("playground")
        return self.sink.texts[before:]

    def states(self) -> list[tuple[str, str]]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(ledger.c.state, ledger.c.why).order_by(ledger.c.id))
            return [(row.state, row.why) for row in rows]


@pytest.fixture
def listener(engine: Engine, store: DatabaseStore) -> Listener:
    return Listener(engine, store)


async def test_it_comes_at_the_hour_and_once(listener: Listener) -> None:
    assert await listener.hear(NEXT - timedelta(seconds=1)) == []
    (told,) = await listener.hear(NEXT)
    assert told.startswith("Your week: 2 of 22")
    assert "The next reminder comes on Mon 18 Jan, 09:00 (Europe/Lisbon)." in told
    assert await listener.hear(NEXT + HOUR) == []


async def test_off_is_read_when_it_would_be_said(listener: Listener) -> None:
    listener.planner.plan_due(NEXT)
    assert "Reminders are off" in listener.desk.type("reminders off")
    assert await listener.hear(NEXT) == []
    assert listener.states() == [("skipped", "off")]


async def test_nothing_comes_to_who_never_asked(engine: Engine, store: DatabaseStore) -> None:
    listener = Listener(engine, store)
    listener.desk.type("reminders off")
    assert await listener.hear(NEXT + timedelta(weeks=4)) == []
    assert listener.states() == []


async def test_a_skipped_week_is_silent_and_the_next_is_not(listener: Listener) -> None:
    told = listener.desk.type("reminders skip")
    assert "Skipped: the week of Mon 11 Jan." in told
    assert "The next reminder comes on Mon 18 Jan" in told
    assert await listener.hear(NEXT) == []
    assert len(await listener.hear(NEXT + timedelta(weeks=1))) == 1


async def test_unskip_brings_it_back(listener: Listener) -> None:
    listener.desk.type("reminders skip")
    assert "The next reminder comes on Mon 11 Jan" in listener.desk.type("reminders unskip")
    assert len(await listener.hear(NEXT)) == 1


async def test_a_stale_skip_button_skips_no_other_week(listener: Listener) -> None:
    listener.desk.type("reminders view")
    stale = Pressed(listener.desk.find("Skip the next reminder"))
    for _ in range(2):
        listener.desk.tell(stale)
        assert "The next reminder comes on Mon 18 Jan" in listener.desk.type("reminders view")


async def test_a_pause_is_silent(listener: Listener) -> None:
    listener.desk.type("plan pause", until="2027-02-01")
    assert await listener.hear(NEXT) == []
    assert listener.states() == [("skipped", "paused")]


async def test_an_ended_plan_is_silent(listener: Listener) -> None:
    listener.desk.type("plan reset")
    listener.desk.press(next(label for label in listener.desk.labels() if label.startswith("End")))
    assert await listener.hear(NEXT) == []
    assert listener.states() == [("skipped", "no plan")]


async def test_when_everything_is_done_it_says_so(listener: Listener) -> None:
    listener.desk.clock.at = NEXT - HOUR
    listener.desk.type("goal")
    while "Done" in listener.desk.labels():
        listener.desk.press("Done")
    (told,) = await listener.hear(NEXT)
    assert told.startswith("Well done")


async def test_what_comes_late_says_so(listener: Listener) -> None:
    (told,) = await listener.hear(NEXT + 3 * HOUR)
    assert "This comes late" in told


async def test_what_comes_late_at_night_waits_for_the_morning(listener: Listener) -> None:
    night = NEXT + timedelta(hours=14)
    assert await listener.hear(night) == []
    assert await listener.hear(night + timedelta(hours=8)) == []
    (told,) = await listener.hear(NEXT + timedelta(hours=23))
    assert "This comes late" in told


async def test_what_is_a_day_late_is_not_said(listener: Listener) -> None:
    assert await listener.hear(NEXT + timedelta(hours=25)) == []
    assert listener.states() == [("skipped", "late")]


async def test_the_chosen_hour_may_be_at_night(listener: Listener) -> None:
    listener.desk.type("reminders set", hour="23:00")
    assert len(await listener.hear(NEXT + timedelta(hours=14))) == 1


async def test_a_plan_in_another_zone_moves_the_reminder(listener: Listener) -> None:
    assert "America/Los_Angeles" in listener.desk.type("plan zone", zone="America/Los_Angeles")
    assert await listener.hear(NEXT + timedelta(hours=7, minutes=59)) == []
    assert len(await listener.hear(NEXT + timedelta(hours=8))) == 1


async def test_a_snooze_comes_again_by_itself(listener: Listener) -> None:
    await listener.hear(NEXT)
    week = datetime(2027, 1, 11, tzinfo=UTC).date().toordinal()
    plan = listener.desk.plan()
    told = listener.desk.tell(Pressed(f"reminder.snooze:{plan.id}:{week}", "3"))
    assert "Mon 11 Jan, 12:00 (Europe/Lisbon)" in told
    assert await listener.hear(NEXT + timedelta(hours=2, minutes=59)) == []
    assert len(await listener.hear(NEXT + 3 * HOUR)) == 1
    assert await listener.hear(NEXT + 5 * HOUR) == []


async def test_a_snooze_past_the_next_one_is_dropped(listener: Listener) -> None:
    await listener.hear(NEXT)
    listener.desk.clock.at = NEXT + timedelta(weeks=1) - HOUR
    assert "nothing to put off" in listener.desk.type("reminders snooze", later="3")
    assert len(await listener.hear(NEXT + timedelta(weeks=1))) == 1


async def test_a_second_snooze_moves_the_first(listener: Listener) -> None:
    await listener.hear(NEXT)
    listener.desk.type("reminders snooze", later="1")
    listener.desk.type("reminders snooze", later="3")
    assert await listener.hear(NEXT + 2 * HOUR) == []
    assert len(await listener.hear(NEXT + 3 * HOUR)) == 1
    assert await listener.hear(NEXT + 5 * HOUR) == []


async def test_the_button_of_an_earlier_week_snoozes_nothing(listener: Listener) -> None:
    await listener.hear(NEXT)
    await listener.hear(NEXT + timedelta(weeks=1))
    monday = datetime(2027, 1, 11, tzinfo=UTC).date().toordinal()
    old = Pressed(f"reminder.snooze:{listener.desk.plan().id}:{monday}", "1")
    assert "That reminder is over." in listener.desk.tell(old)
    assert await listener.hear(NEXT + timedelta(weeks=1, hours=2)) == []


@pytest.mark.parametrize(
    "given", ["reminder.snooze:{}:0", "reminder.snooze:{}:99999999", "reminder.skip:{}:0"]
)
def test_a_crafted_button_changes_nothing(listener: Listener, given: str) -> None:
    chosen = "1" if "snooze" in given else None
    told = listener.desk.tell(Pressed(given.format(listener.desk.plan().id), chosen))
    assert "not one I can use" in told or "That reminder is over" in told


def test_somebody_elses_plan_has_no_reminders_of_mine(listener: Listener) -> None:
    off = f"reminder.off:{listener.desk.plan().id}"
    assert "don't have that plan" in listener.desk.tell(Pressed(off), KIM)
    assert "don't have that plan" in listener.desk.tell(Pressed(off), space=THERE)
    assert "Mondays at 09:00" in listener.desk.type("reminders view")


def test_day_and_hour_can_be_chosen_in_a_form(listener: Listener) -> None:
    listener.desk.type("reminders view")
    assert listener.desk.press("Day and hour") == "Your reminder"
    assert "Fridays at 18:30" in listener.desk.send(day="Friday", hour="18:30")
    listener.desk.press("Day and hour")
    assert "can't read" in listener.desk.send(day="Friday", hour="soon")


def test_why_says_what_was_asked_for(listener: Listener) -> None:
    why = Pressed("notice.why:reminder.weekly:abc")
    assert "You asked for a reminder on Mondays at 09:00" in listener.desk.tell(why)
    listener.desk.type("reminders off")
    assert "Reminders are off now" in listener.desk.tell(why)


async def test_two_silent_weeks_lead_to_one_question_and_then_to_quiet(listener: Listener) -> None:
    titles = []
    for week in range(6):
        told = await listener.hear(NEXT + timedelta(weeks=week))
        titles.append(told[0].split("\n")[0] if told else None)
    assert titles == ["Your week: 2 of 22", "Your week: 3 of 22", "Shall I go on?", None, None, None]
    assert listener.states()[-1] == ("skipped", "quiet after weeks without an answer")

    listener.desk.clock.at = NEXT + timedelta(weeks=6, hours=-1)
    listener.desk.type("goal")
    (again,) = await listener.hear(NEXT + timedelta(weeks=6))
    assert again.startswith("Your week: 8 of 22")


async def test_an_answer_to_the_question_goes_on(listener: Listener) -> None:
    for week in range(3):
        await listener.hear(NEXT + timedelta(weeks=week))
    plan = listener.desk.plan()
    assert "Good: reminders go on." in listener.desk.tell(Pressed(f"reminder.go_on:{plan.id}"))
    assert len(await listener.hear(NEXT + timedelta(weeks=3))) == 1


async def test_a_failed_try_is_no_silent_week(listener: Listener) -> None:
    listener.sink.errors = [RetryLater("500")] * 4
    for minutes in range(0, 50, 6):
        await listener.hear(NEXT + timedelta(minutes=minutes))
    assert len(listener.sink.texts) == 1
    (told,) = await listener.hear(NEXT + timedelta(weeks=1))
    assert told.startswith("Your week: 3")


async def test_the_command_snoozes_what_came_last(listener: Listener) -> None:
    assert "There was no reminder yet" in listener.desk.type("reminders snooze")
    await listener.hear(NEXT)
    assert "Mon 11 Jan, 10:00" in listener.desk.type("reminders snooze")
    assert len(await listener.hear(NEXT + HOUR)) == 1
    assert "Tue 12 Jan, 10:00" in listener.desk.type("reminders snooze", later="24")
    assert len(await listener.hear(NEXT + 25 * HOUR)) == 1


def test_the_home_names_the_next_reminder(listener: Listener) -> None:
    home = plain_text(Message("Home", listener.desk.router.home(HERE, SAM)))
    assert "Reminders Mondays at 09:00. The next reminder comes on Mon 11 Jan, 09:00 (Europe/Lisbon)." in home
    listener.desk.type("reminders off")
    home = plain_text(Message("Home", listener.desk.router.home(HERE, SAM)))
    assert "I never write to you by myself" in home


async def test_a_member_is_nudged_once_a_week_over_all_kinds(listener: Listener) -> None:
    other = Feature("greetings", tips)
    told = Message("Hello", (Text((Plain("again"),)),))

    @other.schedule("greeting.weekly", late=timedelta(hours=24), nudges=True)
    def greet(_occurrence: Occurrence, _ctx: Context, _now: datetime) -> Telling:
        return Notice("direct", SAM.address, told)

    desk = listener.desk
    desk.router = Router(
        Catalog((*FEATURES, other)), desk.store, desk.clock, desk.library, lambda error, _call: str(error)
    )
    listener.courier = Courier(
        desk.store, desk.router, listener.sink, desk.clock, hop, owner="one", pace=UNPACED
    )
    member = desk.member()
    weekly = Recurrence("Europe/Lisbon", 2, 9 * 60)
    with desk.store.write() as tx:
        due = next_due(weekly, NEXT)
        tx.slots.point(member.space_id, "greeting.weekly", member.id, weekly, due)
    assert len(await listener.hear(NEXT)) == 1
    assert await listener.hear(due.at) == []
    assert listener.states()[-1] == ("skipped", "one nudge a week")
    desk.clock.at = due.at
    desk.type("reminders off")
    assert await listener.hear(due.at + timedelta(weeks=1)) == [plain_text(told)]
