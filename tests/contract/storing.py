"""Who and what the tests of the store keep."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Engine, func, select

from bot.core.chat.call import Caller, Space
from bot.core.domain.asked import OpenQuestion
from bot.core.domain.members import Member
from bot.core.ids import Address
from bot.core.ports import Store, Transaction
from bot.storage.tables import metadata

NOW = datetime(2027, 3, 1, 9, 30, 0, 123_456, tzinfo=UTC)
RIDGE = Space(Address("slack", "T1"), "Ridge")
VALLEY = Space(Address("slack", "T2"), "Valley")
ADA = Caller(Address("slack", "U1"), "Ada")
BEN = Caller(Address("slack", "U2"), "Ben")


Write = Callable[[Transaction, Member], object]

WRITES: dict[str, Write] = {
    "questions.keep": lambda tx, member: tx.questions.keep(member, "x", (), NOW),
    "tips.mark_seen": lambda tx, member: tx.tips.mark_seen(member, "tip", NOW),
}


def enrol(store: Store, space: Space = RIDGE, caller: Caller = ADA) -> Member:
    with store.write() as tx:
        return tx.members.enrol(space, caller, NOW)


def count_rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        # That one comes with the schema.
        tables = [one for one in metadata.sorted_tables if one.name != "schema_support"]
        return {one.name: connection.scalar(select(func.count()).select_from(one)) or 0 for one in tables}


def asked(text: str = "Why is my index slow?", **changes: Any) -> OpenQuestion:
    entry = OpenQuestion(text, "unanswered", ("search",), (), "", 1, NOW, NOW)
    return replace(entry, **changes)
