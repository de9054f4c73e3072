"""What one member can add is capped: by a day, or because only the newest is kept. On both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, func, select

from bot.core.chat.call import Pressed, Submitted
from bot.core.chat.codec import encode
from bot.core.chat.form import Form
from bot.core.domain.caps import COHORTS, DAY, EVIDENCE, FEEDBACK, PLANS, POSTS, SNOOZES, UNANSWERED
from bot.core.domain.marks import end_plan
from bot.storage.plans import UNUSED_MOST
from bot.storage.profiles import HISTORY_LIMIT
from bot.storage.questions import KEPT_MOST
from bot.storage.store import DatabaseStore
from bot.storage.tables import cohorts, ledger, metadata, open_questions, plans, schedules
from tests.contract.gathering import LEAD, Hall
from tests.contract.planning import HERE, KIM, MONDAY, SAM
from tests.contract.test_goals import MORE, TOKENS

pytestmark = pytest.mark.one_database

HOUR = timedelta(hours=1)
FULL = "Nobody can do that more than {} times a day, so nothing was changed."


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    hall = Hall(engine, store)
    hall.clock.at = MONDAY + HOUR
    return hall


def rows(hall: Hall, name: str) -> int:
    with hall.engine.connect() as connection:
        return connection.scalar(select(func.count()).select_from(metadata.tables[name])) or 0


def begin_and_end(hall: Hall) -> str:
    told = hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    end(hall)
    return told


def end(hall: Hall) -> None:
    hall.ask(SAM, "plan reset")
    hall.press(next(one for one in hall.labels() if one.startswith("End")))


def test_plans_are_begun_ten_times_a_day(hall: Hall) -> None:
    for _ in range(PLANS.most):
        assert "Nobody can" not in begin_and_end(hall)
    hall.clock.at += 2 * HOUR
    told = hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    assert FULL.format(10) in told
    assert "Try again in 22 h." in told
    assert hall.private
    assert "Nobody can" not in hall.ask(KIM, "plan start", zone="Europe/Lisbon")
    hall.clock.at += 22 * HOUR
    assert "Nobody can" not in hall.ask(SAM, "plan start", zone="Europe/Lisbon")


def test_a_day_that_a_wrong_clock_began_is_over(hall: Hall) -> None:
    hall.clock.at += 365 * 24 * HOUR
    member = hall.member()
    with hall.store.write() as tx:
        for _ in range(PLANS.most):
            tx.day_counts.add(member, PLANS.name, DAY, hall.clock.at)
    hall.clock.at -= 365 * 24 * HOUR
    assert "Nobody can" not in hall.ask(SAM, "plan start", zone="Europe/Lisbon")


def test_of_plans_that_were_given_up_the_newest_are_kept(hall: Hall) -> None:
    hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    hall.ask(SAM, "goal")
    hall.press("Done")
    end(hall)
    begin_and_end(hall)
    hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    member, plan = hall.member(), hall.plan()
    end(hall)
    with hall.store.write() as tx:
        for _ in range(UNUSED_MOST + 14):
            begun = tx.plans.add(member, plan, hall.clock.at)
            tx.plans.save(member, begun, end_plan(begun), hall.clock.at)
    with hall.engine.connect() as connection:
        kept = connection.execute(select(plans.c.id).order_by(plans.c.id)).scalars().all()
    assert kept == [1, *range(17, 38)], "the one in which something was done, twenty, and the last that ended"
    assert len(kept) == UNUSED_MOST + 2
    assert rows(hall, "plan_goals") < (UNUSED_MOST + 2) * 60


def test_of_questions_the_newest_are_kept(hall: Hall) -> None:
    for number in range(KEPT_MOST + 7):
        hall.ask(SAM, "skillgap", question=f"I run EKS {number}")
    hall.ask(KIM, "skillgap", question="I run EKS")
    assert rows(hall, "questions") == KEPT_MOST + 1
    assert "EKS 56" in str(hall.router.home(HERE, SAM))


def test_of_assessments_the_newest_are_kept(hall: Hall) -> None:
    for _ in range(HISTORY_LIMIT + 3):
        hall.knows({})
    assert rows(hall, "profiles") == HISTORY_LIMIT


def test_questions_for_the_authors_are_kept_twenty_times_a_day(hall: Hall) -> None:
    for number in range(UNANSWERED.most):
        told = hall.ask(SAM, "skillgap", question=f"how do I plant tomatoes {number}")
        assert "I kept it, without your name" in told
    told = hall.ask(SAM, "skillgap", question="how do I plant beans")
    assert "as many of your questions for my authors as I do in one day" in told
    assert rows(hall, "open_questions") == UNANSWERED.most
    hall.clock.at += 25 * HOUR
    assert "I kept it" in hall.ask(SAM, "skillgap", question="how do I plant beans")


def test_feedback_is_kept_twenty_times_a_day(hall: Hall) -> None:
    hall.ask(SAM, "skillgap", question="I run EKS")
    hall.press("This is wrong")
    assert isinstance(hall.reply, Form)
    action = encode(hall.reply.action)
    for number in range(FEEDBACK.most + 1):
        told = hall.tell(Submitted(action, {"expected": (), "note": f"note {number}"}))
        assert (FULL.format(20) in told) == (number == FEEDBACK.most)
    with hall.engine.connect() as connection:
        assert connection.execute(select(open_questions.c.times)).scalars().all() == [FEEDBACK.most]


async def test_snoozes_are_kept_ten_times_a_day(hall: Hall) -> None:
    hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    hall.ask(SAM, "reminders set", day="tue", hour="00:30")
    await hall.live(hall.clock.at + 24 * HOUR)
    with hall.store.write() as tx:
        member = tx.members.find(HERE, SAM)
        assert member is not None
        tx.day_counts.add(member, SNOOZES.name, DAY, hall.clock.at)
        for _ in range(SNOOZES.most - 2):
            tx.day_counts.add(member, SNOOZES.name, DAY, hall.clock.at)
    hall.ask(SAM, "reminders snooze", later="1")
    hall.ask(SAM, "reminders snooze", later="3")  # moved: no other row
    await hall.live(hall.clock.at + 3 * HOUR)
    assert FULL.format(10) in hall.ask(SAM, "reminders snooze", later="1")
    assert rows(hall, "ledger") == 2


async def test_what_a_lead_has_posted_once_is_capped(hall: Hall) -> None:
    hall.gather(SAM)
    for number in range(POSTS.most + 1):
        hall.clock.at += timedelta(minutes=1)
        told = hall.lead("tips", action="preview")
        assert (FULL.format(30) in told) == (number == POSTS.most)
    with hall.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(schedules)) == POSTS.most
        assert connection.scalar(select(func.count()).select_from(ledger)) == POSTS.most


def test_cohorts_are_begun_as_often_a_day_as_they_may(hall: Hall) -> None:
    for number in range(COHORTS.most + 1):
        told = hall.lead("create", name=f"Cohort {number}")
        assert (FULL.format(COHORTS.most) in told) == (number == COHORTS.most)
        if number < COHORTS.most:
            hall.lead("close", cohort=f"Cohort {number}")
            hall.press("Close it", caller=LEAD)
    with hall.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(cohorts)) == COHORTS.most


def test_links_are_added_fifty_times_a_day(hall: Hall) -> None:
    member = hall.member()
    with hall.store.write() as tx:
        for _ in range(EVIDENCE.most):
            assert tx.day_counts.add(member, EVIDENCE.name, DAY, hall.clock.at).times
    hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    hall.ask(SAM, "goal")
    hall.pick(MORE, TOKENS)
    hall.press("Add a link")
    told = hall.send(link="https://github.com/a/b", kind="repository")
    assert FULL.format(50) in told
    assert rows(hall, "evidence") == 0


async def test_a_preview_is_posted_within_a_week_or_never(hall: Hall) -> None:
    """So its stamp may be forgotten, and a press on an old message posts nothing twice."""
    hall.gather(SAM)
    hall.lead("summary")
    button = Pressed(hall.find("Post it in this channel"))
    assert "on its way" in hall.tell(button, LEAD)
    hall.lead("summary")
    later = Pressed(hall.find("Post it in this channel"))
    hall.clock.at += timedelta(days=7, minutes=1)
    assert "over a week old" in hall.tell(later, LEAD)
    assert rows(hall, "schedules") == 1
