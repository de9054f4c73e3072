"""Who is active is reminded, and who is idle is asked before silence, however often a row is claimed."""

import asyncio
from collections import defaultdict
from datetime import datetime, timedelta

from bot.core.chat.call import Caller, Typed
from bot.core.chat.notice import Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.errors import RetryLater
from bot.delivery.courier import GROUP, Courier
from bot.scheduling.planner import Planner
from bot.storage.store import DatabaseStore
from tests.contract.delivering import UNPACED, Sink, hop
from tests.contract.gathering import people
from tests.contract.planning import MONDAY, Desk

NEXT = MONDAY + timedelta(weeks=1)
WEEK = timedelta(weeks=1)
ACTIVE, LATENCY = 32, 0.15


class Slowly(Sink):
    """A platform that takes its time, and knows a key that it has seen: rows are claimed eight at a time."""

    deduplicates = True

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        await asyncio.sleep(LATENCY)
        return await super().post(occurrence, notice)


class Doorkeeper(Sink):
    """A workspace that opens so many direct messages a minute; a message that has to wait waits alone."""

    def __init__(self, crowd: "Crowd", openings: int) -> None:
        super().__init__()
        self.crowd, self.openings = crowd, openings
        self.opened: defaultdict[datetime, int] = defaultdict(int)
        self.heard: defaultdict[str, list[str]] = defaultdict(list)

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        minute = self.crowd.desk.clock.at.replace(second=0)
        if self.opened[minute] == self.openings:
            raise RetryLater("openings", after=60.0, alone=True)
        self.opened[minute] += 1
        self.heard[notice.to.id].append(notice.message.title.split(":")[0])
        return await super().post(occurrence, notice)


class Crowd:
    """Members who asked for a reminder on Mondays at 09:00."""

    def __init__(self, store: DatabaseStore, members: tuple[Caller, ...]) -> None:
        self.store = store
        self.desk = Desk(store)
        self.desk.clock.at = MONDAY + timedelta(hours=1)
        self.members = members
        self.planner = Planner(store)
        for one in members:
            self.desk.tell(Typed("plan start", {"zone": "Europe/Lisbon"}), one)
            self.desk.tell(Typed("reminders set", {"day": "mon", "hour": "09:00"}), one)

    async def hear(self, sink: Sink, at: datetime, group: int = GROUP) -> None:
        """Everything that is due is said, minute by minute."""
        self.desk.clock.at = at
        self.planner.plan_due(at)
        courier = Courier(
            self.store, self.desk.router, sink, self.desk.clock, hop, owner="one", pace=UNPACED, group=group
        )
        while await courier.due_buckets():
            await courier.drain("playground")
            self.desk.clock.at += timedelta(minutes=1)


async def test_32_active_members_at_150_ms_get_32_reminders(sqlite_store: DatabaseStore) -> None:
    """What isn't sent within a second of its claim is put back, and claimed again."""
    crowd = Crowd(sqlite_store, people(ACTIVE))
    sink = Slowly()
    await crowd.hear(sink, NEXT)
    assert len(sink.texts) == ACTIVE
    assert {text.split(":")[0] for text in sink.texts} == {"Your week"}


async def be_idle(store: DatabaseStore, members: int, openings: int) -> None:
    """Nobody answers for four weeks, and each reminder may have to wait for its opening."""
    crowd = Crowd(store, people(members))
    sink = Doorkeeper(crowd, openings)
    for week in range(4):
        await crowd.hear(sink, NEXT + week * WEEK)
    assert len(sink.heard) == members
    for told in sink.heard.values():
        assert told == ["Your week", "Your week", "Shall I go on?"]
    assert max(sink.opened.values()) == openings


async def test_200_idle_members_at_45_openings_a_minute_are_asked_first(sqlite_store: DatabaseStore) -> None:
    await be_idle(sqlite_store, 200, 45)


async def test_idle_members_are_asked_first_on_postgres_too(postgres_store: DatabaseStore) -> None:
    await be_idle(postgres_store, 30, 7)
