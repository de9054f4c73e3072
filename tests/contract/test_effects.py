"""What a message changes is written when it was sent, once; making it changes nothing. On both databases."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from bot.core.catalog import Catalog
from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Later, Notice, Skip, Telling
from bot.core.chat.part import Plain
from bot.core.domain.ledger import TOO_LATE, Occurrence, Outcome
from bot.core.domain.reminders import KIND as REMINDER
from bot.core.domain.reminders import after_sent
from bot.core.domain.schedules import ALERT, SUMMARY, TIP
from bot.core.errors import Unknown, Unreachable
from bot.core.feature import Feature
from bot.core.handlers import FEATURES
from bot.core.request import Context
from bot.core.router import Router
from bot.core.time import monday_of
from bot.core.views import tips
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger, metadata, reminders
from tests.contract.gathering import LEAD, Hall
from tests.contract.planning import KIM, MONDAY, SAM

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
NEXT = MONDAY + WEEK
WEDNESDAY = MONDAY + timedelta(days=2, hours=1)

Scene = Callable[[Hall], Awaitable[datetime]]


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    hall = Hall(engine, store)
    hall.clock.at = MONDAY + HOUR
    hall.gather(SAM, KIM)
    return hall


def dump(hall: Hall) -> dict[str, list[Any]]:
    """Every row of every table."""
    with hall.engine.connect() as connection:
        return {
            name: sorted(map(repr, connection.execute(select(table))))
            for name, table in metadata.tables.items()
        }


def due_rows(hall: Hall, kind: str, at: datetime) -> list[Occurrence]:
    """The rows of a kind that would be claimed at that moment."""
    with hall.store.write() as tx:
        return [row for row in tx.ledger.next("playground", at, 50) if row.kind == kind]


def make(hall: Hall, row: Occurrence, at: datetime, times: int) -> list[Telling]:
    """The row's notice, made so many times in one transaction that is committed."""
    with hall.store.write() as tx:
        return [hall.router.notice(row, tx, at) for _ in range(times)]


async def reminded(hall: Hall, weeks: int = 1, caller: Any = SAM) -> datetime:
    """A reminder that is due after so many weeks in which nothing was heard."""
    hall.ask(caller, "reminders set", day="mon", hour="09:00")
    for number in range(weeks - 1):
        await hall.live(NEXT + number * WEEK)
    at = NEXT + (weeks - 1) * WEEK
    hall.planner.plan_due(at)
    return at


async def usual_reminder(hall: Hall) -> datetime:
    return await reminded(hall)


async def second_reminder(hall: Hall) -> datetime:
    return await reminded(hall, 2)


async def question(hall: Hall) -> datetime:
    return await reminded(hall, 3)


async def silence(hall: Hall) -> datetime:
    return await reminded(hall, 4)


async def done_already(hall: Hall) -> datetime:
    at = await reminded(hall)
    hall.clock.at = at - HOUR
    hall.ask(SAM, "goal")
    while "Done" in hall.labels():
        hall.press("Done")
    return at


async def late_reminder(hall: Hall) -> datetime:
    return await reminded(hall) + 3 * HOUR


async def reminder_at_night(hall: Hall) -> datetime:
    return await reminded(hall) + 14 * HOUR


async def reminder_a_day_late(hall: Hall) -> datetime:
    return await reminded(hall) + 25 * HOUR


async def snoozed_reminder(hall: Hall) -> datetime:
    at = await reminded(hall)
    await hall.live(at)
    hall.ask(SAM, "reminders snooze", later="3")
    return at + 3 * HOUR


async def weekly_summary(hall: Hall) -> datetime:
    hall.lead("schedule", day="wed", hour="10:00", zone="Europe/Lisbon")
    hall.planner.plan_due(WEDNESDAY)
    return WEDNESDAY


async def late_summary(hall: Hall) -> datetime:
    return await weekly_summary(hall) + 3 * HOUR


async def weekly_tip(hall: Hall) -> datetime:
    hall.lead("tips", action="set", day="wed", hour="10:00", zone="Europe/Lisbon")
    hall.planner.plan_due(WEDNESDAY)
    return WEDNESDAY


async def late_tip(hall: Hall) -> datetime:
    return await weekly_tip(hall) + 3 * HOUR


async def tip_preview(hall: Hall) -> datetime:
    hall.lead("tips", action="preview")
    return hall.clock.at


async def alert(hall: Hall) -> datetime:
    """A summary came too late, and its lead is about to hear of it."""
    late = await late_summary(hall)
    (row,) = due_rows(hall, SUMMARY, late)
    with hall.store.write() as tx:
        tx.ledger.lease([row], 1, late)
        assert tx.ledger.finish([(row.id, Outcome("skipped", TOO_LATE))], 1, late)
        assert hall.router.report_unsaid(row, tx, late)
    return late


async def alert_at_night(hall: Hall) -> datetime:
    return await alert(hall) + 10 * HOUR


# What is made, of which kind, and what comes of it.
SCENES: tuple[tuple[str, Scene, type[Telling]], ...] = (
    (REMINDER, usual_reminder, Notice),
    (REMINDER, second_reminder, Notice),
    (REMINDER, question, Notice),
    (REMINDER, silence, Skip),
    (REMINDER, done_already, Notice),
    (REMINDER, late_reminder, Notice),
    (REMINDER, reminder_at_night, Later),
    (REMINDER, reminder_a_day_late, Skip),
    (REMINDER, snoozed_reminder, Notice),
    (SUMMARY, weekly_summary, Notice),
    (SUMMARY, late_summary, Skip),
    (TIP, weekly_tip, Notice),
    (TIP, late_tip, Skip),
    (TIP, tip_preview, Notice),
    (ALERT, alert, Notice),
    (ALERT, alert_at_night, Later),
)
EACH = pytest.mark.parametrize(
    ("kind", "scene", "told"), SCENES, ids=[scene.__name__ for _, scene, _ in SCENES]
)


def test_every_kind_has_its_scenes() -> None:
    """A kind that nobody wrote a scene for is not known to be without effects."""
    kinds = {kind for kind, _, told in SCENES if told is Notice}
    assert kinds == set(Catalog(FEATURES).schedules)


@EACH
async def test_making_it_changes_nothing(hall: Hall, kind: str, scene: Scene, told: type[Telling]) -> None:
    at = await scene(hall)
    (row,) = due_rows(hall, kind, at)
    before = dump(hall)
    for times in (0, 1, 5):
        made = make(hall, row, at, times)
        assert [type(one) for one in made] == [told] * times
        assert made == made[:1] * times
        assert dump(hall) == before


@EACH
async def test_being_sent_counts_once(hall: Hall, kind: str, scene: Scene, told: type[Telling]) -> None:
    """Marks that come again, from a worker that lost its lease or from a recovery, change nothing more."""
    at = await scene(hall)
    await hall.live(at)
    sent = select(ledger.c.id).where(ledger.c.kind == kind, ledger.c.state == "sent")
    with hall.engine.connect() as connection:
        numbers = connection.execute(sent).scalars().all()
    space = hall.member().space_id
    with hall.store.read() as tx:
        said = [row for one in numbers if (row := tx.ledger.said(space, one)) is not None]
    assert bool(said) or told is not Notice
    once = dump(hall)
    for days in (0, 1, 8):
        with hall.store.write() as tx:
            for row in said:
                hall.router.report_sent(row, tx, at + timedelta(days=days))
        assert dump(hall) == once


class Meddler:
    """A kind whose handlers do what they are given to do."""

    def __init__(self, hall: Hall) -> None:
        self.hall = hall
        self.bugs: list[Exception] = []
        self.made: Callable[[Context], None] = lambda _ctx: None
        self.sent: Callable[[Context], None] = lambda _ctx: None
        feature = Feature("meddling", tips)

        def count(_occurrence: Occurrence, ctx: Context, _now: datetime) -> None:
            self.sent(ctx)

        @feature.schedule("meddling.weekly", late=timedelta(hours=24), sent=count)
        def tell(_occurrence: Occurrence, ctx: Context, _now: datetime) -> Telling:
            self.made(ctx)
            return Notice("direct", SAM.address, Message("Hello", (Text((Plain("again"),)),)))

        member = hall.member()
        self.router = Router(Catalog((*FEATURES, feature)), hall.store, hall.clock, hall.library, self.report)
        with hall.store.write() as tx:
            at = hall.clock.at
            tx.ledger.add(member.address, member.space_id, "meddling.weekly", member.id, at.date(), at, at)
            (self.row,) = tx.ledger.next("playground", at, 1)

    def report(self, error: Exception, call: object) -> str:
        del call
        self.bugs.append(error)
        return "4711"


def test_a_write_while_it_is_made_is_a_bug(hall: Hall) -> None:
    meddler = Meddler(hall)
    member = hall.member()
    before = dump(hall)
    meddler.made = lambda ctx: ctx.tx.tips.mark_seen(member, "tip", hall.clock.at)
    with hall.store.write() as tx, pytest.raises(Unreachable, match="4711"):
        meddler.router.notice(meddler.row, tx, hall.clock.at)
    with hall.store.write() as tx:
        meddler.made(Context(tx, hall.library))  # the rest of a transaction may write
    assert [type(one) for one in meddler.bugs] == [RuntimeError]
    assert dump(hall) != before


def break_python(_ctx: Context) -> None:
    raise KeyError("a bug")


def break_sql(ctx: Context) -> None:
    ctx.tx.connection.execute(text("SELECT no_such FROM members"))  # type: ignore[attr-defined]


@pytest.mark.parametrize("broken", [break_python, break_sql])
def test_a_bug_in_what_is_written_keeps_no_row_from_being_marked(
    hall: Hall, broken: Callable[[Context], None]
) -> None:
    meddler = Meddler(hall)
    member = hall.member()

    def count(ctx: Context) -> None:
        ctx.tx.tips.mark_seen(member, "tip", hall.clock.at)
        broken(ctx)

    meddler.sent = count
    with hall.store.write() as tx:
        tx.ledger.lease([meddler.row], 1, hall.clock.at)
        assert tx.ledger.finish([(meddler.row.id, Outcome("sent"))], 1, hall.clock.at)
        meddler.router.report_sent(meddler.row, tx, hall.clock.at)
    assert hall.states() == [("meddling.weekly", "sent", "")]
    assert len(meddler.bugs) == 1
    with hall.store.read() as tx:
        assert tx.tips.seen(member) == ()


def counts(hall: Hall) -> list[int]:
    with hall.engine.connect() as connection:
        return list(connection.execute(select(reminders.c.ignored).order_by(reminders.c.member_id)).scalars())


async def test_what_is_found_to_have_been_sent_counts_once(hall: Hall) -> None:
    """Its end was not seen; the member answered before it was found, and they are not asked whether to go
    on because of that."""
    hall.ask(SAM, "reminders set", day="mon", hour="09:00")
    await hall.live(NEXT)
    hall.ears.errors = [Unknown("reset")]
    await hall.live(NEXT + WEEK)
    assert counts(hall) == [0]
    hall.clock.at = NEXT + WEEK + HOUR
    hall.ask(SAM, "goal")
    await hall.live(NEXT + WEEK + timedelta(days=1))
    assert hall.states()[-1] == (REMINDER, "sent", "found")
    assert counts(hall) == [0]
    (told,) = await hall.live(NEXT + 2 * WEEK)
    assert "Your week: 4 of 22" in told
    assert counts(hall) == [0]


async def test_a_question_that_is_found_to_have_been_asked_leads_to_silence(hall: Hall) -> None:
    hall.ask(SAM, "reminders set", day="mon", hour="09:00")
    for week in range(2):
        await hall.live(NEXT + week * WEEK)
    hall.ears.errors = [Unknown("reset")]
    (asked,) = await hall.live(NEXT + 2 * WEEK)
    assert "Shall I go on?" in asked
    await hall.live(NEXT + 2 * WEEK + HOUR)
    assert counts(hall) == [2]
    assert await hall.live(NEXT + 3 * WEEK) == []


async def test_a_question_that_was_never_asked_is_asked_a_week_later(hall: Hall) -> None:
    hall.ask(SAM, "reminders set", day="mon", hour="09:00")
    for week in range(2):
        await hall.live(NEXT + week * WEEK)
    assert await hall.live(NEXT + 2 * WEEK + 25 * HOUR) == []  # too late
    (asked,) = await hall.live(NEXT + 3 * WEEK)
    assert "Shall I go on?" in asked
    assert await hall.live(NEXT + 4 * WEEK) == []


async def test_weeks_without_a_reminder_are_no_silence(hall: Hall) -> None:
    """However many came too late, they count for nothing."""
    hall.ask(SAM, "reminders set", day="mon", hour="09:00")
    await hall.live(NEXT)
    for week in range(1, 5):
        assert await hall.live(NEXT + week * WEEK + 25 * HOUR) == []
    assert counts(hall)[0] == 0
    titles = [(await hall.live(NEXT + week * WEEK) or [""])[0].split("\n")[0] for week in range(5, 8)]
    assert titles == ["@sam: Your week: 7 of 22", "@sam: Shall I go on?", ""]


async def test_a_snooze_counts_no_second_time(hall: Hall) -> None:
    hall.ask(SAM, "reminders set", day="mon", hour="09:00")
    await hall.live(NEXT)
    hall.ask(SAM, "reminders snooze", later="24")
    assert len(await hall.live(NEXT + 24 * HOUR)) == 1
    (told,) = await hall.live(NEXT + WEEK)
    assert "Your week: 3 of 22" in told
    assert counts(hall) == [0]


async def test_a_snooze_alone_counts_for_no_week(hall: Hall) -> None:
    """The reminder came too late to be sent, and the member asked for it again: they were heard."""
    hall.ask(SAM, "reminders set", day="mon", hour="09:00")
    await hall.live(NEXT)
    assert await hall.live(NEXT + WEEK + 25 * HOUR) == []
    hall.ask(SAM, "reminders snooze", later="24")
    assert len(await hall.live(hall.clock.at + 24 * HOUR)) == 1
    assert len(await hall.live(NEXT + 2 * WEEK)) == 1
    assert counts(hall) == [0]


async def test_a_snoozed_question_is_a_reminder_again(hall: Hall) -> None:
    """Whoever puts it off was heard."""
    hall.ask(SAM, "reminders set", day="mon", hour="09:00")
    for week in range(3):
        await hall.live(NEXT + week * WEEK)
    hall.clock.at += HOUR
    hall.ask(SAM, "reminders snooze", later="3")
    (told,) = await hall.live(hall.clock.at + 3 * HOUR)
    assert "Your week: 4 of 22" in told
    (told,) = await hall.live(NEXT + 3 * WEEK)
    assert "Your week: 5 of 22" in told


async def test_a_choice_made_while_a_reminder_is_marked_stays(
    postgres_engine: Engine, postgres_store: DatabaseStore
) -> None:
    """SQLite has one writer at a time: there, nothing is ever in between."""
    hall = Hall(postgres_engine, postgres_store)
    hall.clock.at = MONDAY + HOUR
    hall.gather(SAM)
    at = await reminded(hall)
    member = hall.member()
    with postgres_store.write() as marking:
        before = marking.reminders.of(member)
        assert before is not None
        hall.ask(SAM, "reminders off")
        after = after_sent(before, member.seen_on, at.date(), asked=False)
        marking.reminders.count(member, after, monday_of(at.date()))
    with postgres_store.read() as tx:
        kept = tx.reminders.of(member)
    assert kept is not None
    assert not kept.on
    assert kept.reminded_on == at.date()


async def test_a_lead_hears_once_of_what_came_too_late(hall: Hall) -> None:
    (told,) = await hall.live(await late_summary(hall))
    assert told.startswith(f"@{LEAD.address.id}: ")
    assert [(kind, state) for kind, state, _ in hall.states()] == [(SUMMARY, "skipped"), (ALERT, "sent")]
