"""Many members on a few slots, as rows, and everybody's courier to a platform that costs nothing."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Engine, insert

from bot.core.chat.call import Caller, Space
from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Absent, Finding, Notice, Ref
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence
from bot.core.ids import Address
from bot.core.ports import Store, Transaction
from bot.core.recurrence import Recurrence, next_due
from bot.delivery.courier import Courier
from bot.storage.store import DatabaseStore
from bot.storage.tables import members, slot_subjects
from bot.threads import hop
from tests.contract.delivering import UNPACED, Unheard

KIND = "reminder.weekly"
BEFORE = datetime(2027, 2, 28, tzinfo=UTC)
NINE = datetime(2027, 3, 1, 9, tzinfo=UTC)
SLOTS = 10
CHUNK = 20_000
HOME = Space(Address("playground", "home"), "Home")
MESSAGE = Message("Due", (Text((Plain("Your week"),)),))


class Instantly(Unheard):
    """A platform and its notices, without a cost of their own."""

    deduplicates = True

    def __init__(self, now: datetime) -> None:
        self.at = now
        self.told = 0

    def now(self) -> datetime:
        return self.at

    def notice(self, occurrence: Occurrence, _tx: Transaction, _now: datetime) -> Notice:
        return Notice("direct", Address("playground", str(occurrence.subject)), MESSAGE)

    async def post(self, occurrence: Occurrence, _notice: Notice) -> Ref:
        self.told += 1
        return Ref("dm", occurrence.key)

    async def find(self, _occurrence: Occurrence) -> Finding:
        return Absent()


@contextmanager
def open_courier(store: Store, platform: Instantly, group: int) -> Iterator[Courier]:
    """A courier with one database thread, as on SQLite."""
    with ThreadPoolExecutor(1) as threads:
        one: Callable[..., Any] = partial(hop, threads)
        yield Courier(store, platform, platform, platform, one, owner="bench", pace=UNPACED, group=group)


def enrol(engine: Engine, store: DatabaseStore, count: int) -> tuple[int, range]:
    """`count` members of one space; the space, and their numbers."""
    with store.write() as tx:
        first = tx.members.enrol(HOME, Caller(Address("playground", "user-0"), "User 0"), BEFORE)
    base = {"space_id": first.space_id, "created_at": BEFORE}
    for begin in range(1, count, CHUNK):
        numbers = range(begin, min(begin + CHUNK, count))
        rows = [{**base, "foreign_id": f"user-{number}", "name": f"User {number}"} for number in numbers]
        with engine.begin() as connection:
            connection.execute(insert(members), rows)
    return first.space_id, range(first.id, first.id + count)


def point(engine: Engine, store: DatabaseStore, space: Any, subjects: range) -> None:
    """Spreads the members over SLOTS hours of Monday: the first of them is due at NINE."""
    ids = []
    for hour in range(SLOTS):
        wanted = Recurrence("Europe/Lisbon", 0, (9 + hour) * 60)
        with store.write() as tx:
            ids.append(tx.slots.point(space, KIND, subjects[hour], wanted, next_due(wanted, BEFORE)).id)
    rest = subjects[SLOTS:]
    for begin in range(0, len(rest), CHUNK):
        rows = [
            {"slot_id": ids[number % SLOTS], "space_id": space, "subject": number, "kind": KIND}
            for number in rest[begin : begin + CHUNK]
        ]
        with engine.begin() as connection:
            connection.execute(insert(slot_subjects), rows)


def later(weeks: int) -> datetime:
    return NINE + timedelta(weeks=weeks)
