"""What an operator sees of the ledger and may change, on both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from bot.core.errors import InvalidInput, NotFound, Unreachable
from bot.operating import outbox
from bot.storage.outbox import Outbox
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.contract.test_reminders import NEXT, Listener


@pytest.fixture
async def stuck(engine: Engine, store: DatabaseStore) -> Listener:
    """A member whose reminder is dead."""
    listener = Listener(engine, store)
    listener.sink.errors = [Unreachable("closed")]
    assert await listener.hear(NEXT) == []
    return listener


def only_row(listener: Listener) -> int:
    with listener.engine.connect() as connection:
        return int(connection.execute(select(ledger.c.id)).scalar_one())


async def test_a_dead_row_is_listed_and_shown(stuck: Listener) -> None:
    box, number = Outbox(stuck.engine), only_row(stuck)
    listed = outbox(box, "list", None, NEXT)
    assert listed.startswith(f"{number}  dead since 2027-01-11 09:00Z  reminder.weekly  playground/Here")
    shown = outbox(box, "show", number, NEXT)
    assert "why: closed" in shown
    assert "Sam" not in listed + shown


async def test_a_retried_row_is_said(stuck: Listener) -> None:
    box, number = Outbox(stuck.engine), only_row(stuck)
    assert outbox(box, "retry", number, NEXT) == f"row {number}: dead -> retry"
    assert box.oldest() == NEXT
    assert len(await stuck.hear(NEXT + timedelta(minutes=1))) == 1
    assert outbox(box, "list", None, NEXT) == "Nothing is held, dead or in doubt."
    assert box.oldest() is None


async def test_a_cancelled_row_is_never_said(stuck: Listener) -> None:
    box, number = Outbox(stuck.engine), only_row(stuck)
    outbox(box, "cancel", number, NEXT)
    with pytest.raises(InvalidInput) as refused:
        outbox(box, "retry", number, NEXT)
    assert refused.value.facts["state"] == "cancelled"
    assert await stuck.hear(NEXT + timedelta(minutes=1)) == []


async def test_a_row_must_be_named_and_there(stuck: Listener) -> None:
    box = Outbox(stuck.engine)
    with pytest.raises(InvalidInput):
        outbox(box, "retry", None, NEXT)
    with pytest.raises(NotFound):
        outbox(box, "show", 999, NEXT)
