"""The database stops growing: with one hostile member, and over a year of many. On both databases."""

import os
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from bot.core.chat.call import Pressed, Submitted
from bot.core.chat.codec import encode
from bot.core.chat.form import Form
from bot.scheduling.retention import KEPT, OUTBOX, PERIODS
from bot.storage.expiry import Expiry
from bot.storage.store import DatabaseStore
from bot.storage.tables import metadata
from tests.contract.gathering import Hall, people
from tests.contract.planning import MONDAY, SAM
from tests.contract.storing import count_rows

SOAKS = bool(os.environ.get("CAIRN_SOAK"))
# The long form asks as often as a member may within a day: 3,000 times.
TIMES = 400 if SOAKS else 4
MEMBERS = 200 if SOAKS else 1
ROUNDS = 3
WEEKS = 52
SNOOZED = (4, 8, 12, 16)
HOUR = timedelta(hours=1)
LONG = "tomatoes beans squash " * 20


def size(hall: Hall) -> int:
    """Characters in all rows of all tables."""
    with hall.engine.connect() as connection:
        rows = (row for one in metadata.tables.values() for row in connection.execute(select(one)))
        return sum(len(repr(tuple(row))) for row in rows)


def expire(hall: Hall) -> None:
    while Expiry(hall.engine).step(hall.clock.at):
        pass


def ask_much(hall: Hall, number: int) -> None:
    hall.ask(SAM, "skillgap", question=f"I run EKS {number} {LONG}"[:500])


def ask_the_unanswerable(hall: Hall, number: int) -> None:
    hall.ask(SAM, "skillgap", question=f"{number} {LONG}"[:500])


def complain(hall: Hall, number: int) -> None:
    hall.ask(SAM, "skillgap", question=f"I run EKS {number} {LONG}"[:500])
    hall.press("This is wrong")
    assert isinstance(hall.reply, Form)
    hall.tell(Submitted(encode(hall.reply.action), {"expected": (), "note": f"{number} {LONG}"[:300]}))


def rate(hall: Hall, number: int) -> None:
    del number
    for step in (1, 2, 3):
        hall.tell(Pressed(f"assess.rate:{step}"))
        hall.send(first="1", second="1", third="1", fourth="1")


def give_up(hall: Hall, number: int) -> None:
    del number
    hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    hall.ask(SAM, "plan reset")
    ends = [one for one in hall.labels() if one.startswith("End")]
    if ends:
        hall.press(ends[0])


def change_their_mind(hall: Hall, number: int) -> None:
    hall.ask(SAM, "plan start", zone="Europe/Lisbon")
    hall.ask(SAM, "reminders set", day="tue", hour=f"{number % 24}:{number // 24 % 60:02}")


def preview(hall: Hall, number: int) -> None:
    hall.clock.at += timedelta(seconds=number % 7 + 1)
    hall.lead("tips", action="preview", cohort="Autumn")


ACTS: tuple[Callable[[Hall, int], None], ...] = (
    ask_much,
    ask_the_unanswerable,
    complain,
    change_their_mind,
    preview,
)
# Of these the newest are kept, which a short run doesn't reach (test_caps.py does).
NEWEST = (rate, give_up)
TRIED = (*ACTS, *NEWEST) if SOAKS else ACTS


async def never_stop(hall: Hall, acts: Sequence[Callable[[Hall, int], None]], times: int) -> None:
    """The same every day, or every few months: no round leaves more behind than the round before."""
    hall.clock.at = MONDAY + HOUR
    hall.gather(SAM, plans=False)
    sizes, counts = list[int](), list[dict[str, int]]()
    for _ in range(ROUNDS):
        for pause in (max(PERIODS.values()) + timedelta(days=1), timedelta()):
            for act in acts:
                for number in range(times):
                    act(hall, number)
            await hall.live(hall.clock.at)
            hall.clock.at += pause
        expire(hall)
        sizes.append(size(hall))
        counts.append(count_rows(hall.engine))
    grown = {name: [one[name] for one in counts] for name in counts[0] if counts[-1][name] > counts[-2][name]}
    assert not grown, grown
    assert sizes[-1] < sizes[-2] * 1.05, sizes
    assert sizes[-1] < 1_000_000, "of one member, whatever they do"


@pytest.mark.parametrize("act", TRIED, ids=lambda act: act.__name__)
async def test_one_who_never_stops_fills_no_database(
    sqlite_engine: Engine, sqlite_store: DatabaseStore, act: Callable[[Hall, int], None]
) -> None:
    await never_stop(Hall(sqlite_engine, sqlite_store), (act,), TIMES)


async def test_one_who_tries_everything_fills_no_database(
    postgres_engine: Engine, postgres_store: DatabaseStore
) -> None:
    await never_stop(Hall(postgres_engine, postgres_store), TRIED, TIMES if SOAKS else 1)


async def test_a_year_of_many_stays_small(sqlite_engine: Engine, sqlite_store: DatabaseStore) -> None:
    """Members study, ask and put off; a cohort gets its summaries and tips, all on Mondays at nine."""
    hall, members = Hall(sqlite_engine, sqlite_store), people(MEMBERS)
    hall.clock.at = MONDAY + HOUR
    hall.gather(*members)
    hall.lead("schedule", day="mon", hour="09:00", zone="Europe/Lisbon")
    hall.lead("tips", action="set", day="mon", hour="09:00", zone="Europe/Lisbon")
    for one in members:
        hall.ask(one, "reminders set", day="mon", hour="09:00")
    heard, rows = 0, list[dict[str, int]]()
    for week in range(1, WEEKS + 1):
        heard += len(await hall.live(MONDAY + timedelta(weeks=week)))
        hall.clock.at += HOUR
        for one in members:
            hall.ask(one, "skillgap", question=f"I run EKS, week {week}")
            if week % 2:
                hall.ask(one, "goal")
                if "Done" in hall.labels():
                    hall.press("Done", caller=one)
            if week in SNOOZED:
                hall.ask(one, "reminders snooze", later="1")
        if week in SNOOZED:
            heard += len(await hall.live(hall.clock.at + 2 * HOUR))
        if week % 4 == 0:
            expire(hall)
            rows.append(count_rows(hall.engine))
    last = rows[-1]
    most = (OUTBOX // timedelta(weeks=1) + 1) * (MEMBERS + 2) + MEMBERS * len(SNOOZED)
    assert last["ledger"] <= most
    assert last["ledger"] <= rows[4]["ledger"], "no more than after twenty weeks"
    assert last["questions"] <= MEMBERS * 27
    assert last["inbox"] <= MEMBERS * 8
    assert (last["slots"], last["tip_posts"]) == (3, WEEKS)
    assert heard >= MEMBERS * 26, "each week of the plan, and the snoozes"
    growing = ("plan_goals", "tip_views")  # with the curriculum, not with time
    kept = (last.keys() & KEPT.keys()).difference(growing)
    assert not {name for name in kept if last[name] > rows[0][name]}
    assert "done" in hall.ask(members[0], "progress"), "what they did is there, however long ago"
