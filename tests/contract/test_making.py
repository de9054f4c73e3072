"""Messages are made one by one: a slow one, or one that breaks, stops no other."""

from datetime import timedelta
from time import sleep

import pytest
from sqlalchemy import Engine, text

from bot.core.chat.notice import Notice, Skip
from bot.core.domain.ledger import Occurrence
from bot.core.errors import TryAgain, Unreachable
from bot.core.ports import Transaction
from bot.storage.store import DatabaseStore
from tests.conftest import PATIENCE
from tests.contract.test_delivery import BUCKET, NINE, House, Notices

DEADLINE = 1.5


class Slow(Notices):
    """Takes `seconds` for each of some subjects, and `fails` then. `made` counts for each of them."""

    def __init__(self, seconds: float, *, fails: bool = False) -> None:
        super().__init__()
        self.seconds = seconds
        self.fails = fails
        self.slow: set[int] = set()
        self.made: dict[int, int] = {}

    def notice(self, occurrence: Occurrence, tx: Transaction, now: object) -> Notice | Skip:
        self.made[occurrence.subject] = self.made.get(occurrence.subject, 0) + 1
        if occurrence.subject in self.slow:
            sleep(self.seconds)
            if self.fails:
                raise TryAgain("a statement after the deadline")
        return super().notice(occurrence, tx, now)  # type: ignore[arg-type]


def open_house(engine: Engine, notices: Notices, deadline: float = PATIENCE) -> House:
    house = House(engine, DatabaseStore(engine, deadline))
    house.notices = notices
    return house


async def test_eight_slow_messages_take_longer_than_a_transaction(engine: Engine) -> None:
    house = open_house(engine, slow := Slow(DEADLINE / 4), DEADLINE)
    house.enrol(8)
    slow.slow.update(member.id for member in house.members)
    house.planner.plan_due(NINE)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 8}


async def test_one_that_takes_too_long_is_put_off_alone(engine: Engine) -> None:
    house = open_house(engine, slow := Slow(0.0, fails=True))
    house.enrol(10)
    slow.slow.add(house.members[3].id)
    house.planner.plan_due(NINE)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 9, "retry": 1}
    assert "not made in time" in house.whys()
    slow.fails = False
    house.clock.time += timedelta(minutes=1)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 10}


async def test_it_is_put_off_as_often_as_it_takes(engine: Engine) -> None:
    house = open_house(engine, slow := Slow(0.0, fails=True))
    house.enrol(1)
    slow.slow.add(house.members[0].id)
    house.planner.plan_due(NINE)
    for _ in range(10):
        await house.courier().drain(BUCKET)
        assert house.states() == {"retry": 1}
        house.clock.time += timedelta(minutes=1)


async def test_a_slow_one_starves_nobody(engine: Engine) -> None:
    """What was made before it is not fresh any more when it is done, and is made again."""
    house = open_house(engine, slow := Slow(1.1))
    house.enrol(6)
    slow.slow.add(house.members[3].id)
    house.planner.plan_due(NINE)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 6}
    assert slow.made[house.members[3].id] == 1


@pytest.mark.parametrize("fault", ["bug", "statement"])
async def test_a_bug_in_the_middle_is_one_row_s(engine: Engine, fault: str) -> None:
    """A statement that fails makes PostgreSQL refuse what comes after it in the transaction."""

    class Broken(Notices):
        def notice(self, occurrence: Occurrence, tx: Transaction, now: object) -> Notice | Skip:
            if occurrence.subject == house.members[2].id:
                if fault == "statement":
                    try:
                        tx.connection.execute(text("SELECT nothing FROM nowhere"))  # type: ignore[attr-defined]
                    except Exception as error:
                        raise Unreachable("bug 1") from error
                raise Unreachable("bug 1")
            tx.ledger.next_at()
            return super().notice(occurrence, tx, now)  # type: ignore[arg-type]

    house = open_house(engine, Broken())
    house.enrol(8)
    house.planner.plan_due(NINE)
    await house.courier().drain(BUCKET)
    assert house.states() == {"sent": 7, "dead": 1}


async def test_making_writes_nothing(engine: Engine) -> None:
    class Writing(Notices):
        def notice(self, occurrence: Occurrence, tx: Transaction, now: object) -> Notice | Skip:
            del occurrence, now
            tx.leases.void()
            raise AssertionError("was written")

    house = open_house(engine, Writing())
    house.enrol(1)
    house.planner.plan_due(NINE)
    with pytest.raises(Exception, match=r"read-?only"):
        await house.courier().drain(BUCKET)
    assert house.states() == {"pending": 1}
