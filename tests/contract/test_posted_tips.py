"""Tips for a cohort: when, which, once, and who has met the mistake; on both databases."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from bot.core.chat.call import Caller, Pressed
from bot.core.chat.codec import encode
from bot.core.chat.message import Message, Update, actions_of
from bot.core.chat.notice import Notice
from bot.core.domain.ledger import Occurrence, Outcome
from bot.storage.store import DatabaseStore
from bot.storage.tables import tip_posts
from tests.contract.delivering import lease_next
from tests.contract.gathering import LEAD, Hall, people
from tests.contract.planning import CONTENT, KIM, MONDAY, SAM, THERE

pytestmark = pytest.mark.one_database

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
WEDNESDAY = MONDAY + timedelta(days=2, hours=1)  # 6 January 2027, 10:00 in Lisbon
TITLES = {tip.title: tip for tip in CONTENT.tips}
CHALLENGES = {challenge.id: challenge for challenge in CONTENT.challenges}


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    hall = Hall(engine, store)
    hall.clock.at = MONDAY + HOUR
    hall.gather(SAM, KIM)
    return hall


def set_tips(hall: Hall, caller: Caller = LEAD) -> str:
    return hall.lead("tips", caller, action="set", day="wed", hour="10:00", zone="Europe/Lisbon")


def title_of(said: str) -> str:
    return said.removeprefix("#general: ").split("\n")[0]


def press(hall: Hall, name: str, number: int = -1) -> Pressed:
    """The button of the newest posted message with that action."""
    ids = [encode(one) for one in actions_of(hall.ears.notices[number].message.blocks)]
    return Pressed(next(one for one in ids if one.startswith(name)))


async def test_it_comes_at_its_hour_and_once(hall: Hall) -> None:
    told = set_tips(hall)
    assert "Wednesdays at 10:00, by the clocks of Europe/Lisbon, in this channel" in told
    assert await hall.live(WEDNESDAY - timedelta(seconds=1)) == []
    (said,) = await hall.live(WEDNESDAY)
    assert title_of(said) in TITLES
    assert "Met this one? Nobody has said yet." in said
    assert TITLES[title_of(said)].instead not in said
    assert await hall.live(WEDNESDAY + HOUR) == []


async def test_the_way_out_is_for_who_asks(hall: Hall) -> None:
    set_tips(hall)
    (said,) = await hall.live(WEDNESDAY)
    told = hall.tell(press(hall, "tip.look"), KIM)
    assert "Do this instead" in told
    assert isinstance(hall.reply, Message)
    assert hall.private
    assert title_of(said) in told


async def test_each_member_counts_once_and_may_change_their_mind(hall: Hall) -> None:
    set_tips(hall)
    await hall.live(WEDNESDAY)
    post = press(hall, "tip.said").action.removesuffix(":yes")
    yes, not_yet = Pressed(f"{post}:yes"), Pressed(f"{post}:not_yet")
    assert "Yes 1, not yet 0." in hall.tell(yes, SAM)
    assert isinstance(hall.reply, Update)
    assert "Yes 1, not yet 0." in hall.tell(yes, SAM)
    assert "Yes 1, not yet 1." in hall.tell(not_yet, KIM)
    told = hall.tell(not_yet, SAM)
    assert "Yes 0, not yet 2." in told
    assert "Sam" not in told
    assert [encode(one) for one in actions_of(hall.card.blocks)] == [
        encode(one) for one in actions_of(hall.ears.notices[-1].message.blocks)
    ]
    assert "not one I can use" in hall.tell(Pressed(f"{post}:maybe"), SAM)
    assert "not there any more" in hall.tell(yes, SAM, THERE)
    assert "Yes 1, not yet 1." in hall.tell(yes, SAM)


async def test_none_comes_twice_until_all_are_used_up(hall: Hall) -> None:
    set_tips(hall)
    said = [title_of((await hall.live(WEDNESDAY + number * WEEK))[0]) for number in range(len(TITLES) + 3)]
    assert set(said[: len(TITLES)]) == set(TITLES)
    assert said[len(TITLES) :] == said[:3]


async def test_the_tips_of_the_phase_come_first(hall: Hall) -> None:
    set_tips(hall)
    fitting = {t for t, tip in TITLES.items() if "fundamentals" in CHALLENGES[tip.challenge].phases}
    assert title_of((await hall.live(WEDNESDAY + WEEK))[0]) in fitting
    for caller in (SAM, KIM):
        hall.finish(caller, "fundamentals")
    fitting = {t for t, tip in TITLES.items() if "patterns" in CHALLENGES[tip.challenge].phases}
    assert title_of((await hall.live(WEDNESDAY + 6 * WEEK))[0]) in fitting


async def test_another_try_says_the_same_tip(hall: Hall) -> None:
    set_tips(hall)
    hall.planner.plan_due(WEDNESDAY)
    with hall.store.write() as tx:
        row = lease_next(tx, "playground", 0, WEDNESDAY)
        assert row is not None
    told = []
    for _ in range(3):
        with hall.store.write() as tx:
            told.append(hall.router.notice(row, tx, WEDNESDAY))
    assert isinstance(told[0], Notice)
    assert told[0] == told[1] == told[2]


def claim_and_make(hall: Hall) -> tuple[Occurrence, Notice]:
    """The row that is due, with what is about to be posted."""
    hall.planner.plan_due(WEDNESDAY)
    with hall.store.write() as tx:
        (row,) = tx.ledger.next("playground", WEDNESDAY, 1)
        notice = hall.router.notice(row, tx, WEDNESDAY)
        assert isinstance(notice, Notice)
        row = replace(row, place=notice.place, to_id=notice.to.id, memo=notice.memo)
        tx.ledger.lease([row], 0, WEDNESDAY)
    return row, notice


async def test_an_answer_counts_before_the_post_is_marked(hall: Hall) -> None:
    set_tips(hall)
    row, notice = claim_and_make(hall)
    yes, not_yet = (encode(one) for one in actions_of(notice.message.blocks) if one.name == "tip.said")
    assert title_of(notice.message.title) in hall.tell(Pressed(yes), SAM)
    assert "not there any more" in hall.tell(Pressed(yes), SAM, THERE)
    with hall.store.write() as tx:
        hall.router.report_sent(row, tx, WEDNESDAY)
        hall.router.report_sent(row, tx, WEDNESDAY)
    assert "Yes 1, not yet 1." in hall.tell(Pressed(not_yet), KIM)


async def test_an_answer_to_what_was_never_posted_counts_nothing(hall: Hall) -> None:
    set_tips(hall)
    row, notice = claim_and_make(hall)
    yes = next(encode(one) for one in actions_of(notice.message.blocks) if one.name == "tip.said")
    with hall.store.write() as tx:
        assert tx.ledger.finish([(row.id, Outcome("dead", "refused"))], 0, WEDNESDAY)
    assert "not there any more" in hall.tell(Pressed(yes), SAM)
    with hall.engine.connect() as connection:
        assert connection.execute(select(tip_posts)).all() == []


async def test_buttons_of_the_first_releases_still_count(hall: Hall) -> None:
    set_tips(hall)
    (said,) = await hall.live(WEDNESDAY)
    with hall.engine.connect() as connection:
        number = connection.execute(select(tip_posts.c.id)).scalar_one()
    told = hall.tell(Pressed(f"tip.met:{number}:yes"), SAM)
    assert title_of(said) in told
    assert "Yes 1, not yet 0." in told
    redrawn = [one for one in actions_of(hall.card.blocks) if one.name == "tip.said"]
    assert "Yes 0, not yet 1." in hall.tell(Pressed(encode(redrawn[1])), SAM)


async def test_a_preview_goes_to_the_lead_alone_and_uses_nothing_up(hall: Hall) -> None:
    assert "on its way to you" in hall.lead("tips", action="preview")
    assert hall.private
    (preview,) = await hall.live(MONDAY + HOUR)
    assert preview.startswith("@lead: ")
    assert "A preview, for Autumn." in preview
    assert "tip.said" not in str(hall.ears.notices[-1].message)
    set_tips(hall)
    hall.clock.at += timedelta(minutes=1)
    hall.lead("tips", action="preview")
    (again,) = await hall.live(MONDAY + 2 * HOUR)
    (posted,) = await hall.live(WEDNESDAY)
    titles = {one.split(": ", 1)[1].split("\n")[0] for one in (preview, again, posted)}
    assert len(titles) == 1


async def test_a_demoted_lead_gets_no_preview(hall: Hall) -> None:
    hall.lead("promote", member="Sam")
    hall.lead("tips", SAM, action="preview")
    hall.lead("demote", member="Sam")
    assert await hall.live(MONDAY + HOUR) == []
    assert hall.states() == [("tip.weekly", "skipped", "no lead any more")]


async def test_late_is_skipped_and_reported(hall: Hall) -> None:
    set_tips(hall)
    (said,) = await hall.live(WEDNESDAY + 2 * HOUR + timedelta(seconds=1))
    assert said.startswith("@lead: Not posted")
    assert "the tip of Wed 6 Jan, 10:00 for Autumn" in said
    assert len(await hall.live(WEDNESDAY + WEEK + HOUR)) == 1


async def test_off_and_list(hall: Hall) -> None:
    assert "No cohort gets a tip each week" in hall.lead("tips", action="list")
    set_tips(hall)
    told = hall.lead("tips", action="list")
    assert "Autumn: Wednesdays at 10:00" in told
    assert "Next: Wed 6 Jan, 10:00." in told
    assert "Off: nothing more comes" in hall.press("Off", caller=LEAD)
    set_tips(hall)
    assert "Off: nothing more comes" in hall.lead("tips", action="off")
    assert await hall.live(WEDNESDAY) == []
    assert "takes one of these" in hall.lead("tips", action="dance")


async def test_many_cohorts_still_fit_a_list(hall: Hall) -> None:
    for number in range(9):
        hall.lead("create", name=f"{number}" + "_" * 59)
        hall.lead("tips", action="set", zone="Europe/Lisbon", cohort=f"{number}" + "_" * 59)
    assert "And 3 more; name a cohort" in hall.lead("tips", action="list")


async def test_why_says_that_a_lead_has_it_posted(hall: Hall) -> None:
    set_tips(hall)
    await hall.live(WEDNESDAY)
    assert "A lead of this community" in hall.tell(press(hall, "notice.why"), KIM)


def test_a_cohort_of_nobody_may_get_any_tip(engine: Engine, store: DatabaseStore) -> None:
    hall = Hall(engine, store)
    hall.gather(*people(2), plans=False)
    assert "Set." in set_tips(hall)
