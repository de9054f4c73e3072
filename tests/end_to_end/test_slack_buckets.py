"""What is said unasked in many workspaces: each has a bucket of its own, and its own trouble."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Notice, Telling
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence, bucket_of
from bot.core.ids import Address
from bot.core.ports import Transaction
from bot.delivery.courier import Courier
from bot.storage.engine import open_engine
from bot.storage.tables import installs, ledger, spaces
from tests.contract.delivering import UNPACED, Unheard
from tests.end_to_end.slack_bot import GENERAL
from tests.end_to_end.slack_faults import Fault
from tests.end_to_end.slack_many import Many, many, settings_for
from tests.end_to_end.slack_people import Person

ROWS = 5
NOTE = Message("Your week", (Text((Plain("Two goals are open."),)),))


class Weekly(Unheard):
    """Says one thing in the channel."""

    def notice(self, occurrence: Occurrence, tx: Transaction, now: datetime) -> Telling:
        return Notice("channel", Address("slack", GENERAL), NOTE)


@pytest.fixture(params=["sqlite", "postgres"])
async def met(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Many]:
    async with many(settings_for(tmp_path), request.getfixturevalue(f"{request.param}_url")) as cairn:
        yield cairn


async def settle(met: Many, *names: str) -> list[Person]:
    """Workspaces in which some things are due."""
    people = []
    for name in names:
        workspace = met.found(name)
        await met.install(workspace)
        people.append(met.person(workspace, "Member A"))
        await people[-1].type("/cairn", "")
        now, space = datetime.now(UTC), Address("slack", workspace.id)
        with met.app.store.write() as tx:
            number = tx.members.space(space)
            assert number is not None
            for subject in range(ROWS):
                tx.ledger.add(space, number, "weekly", subject, date(2027, 3, 1), now, now)
    return people


def courier_of(met: Many) -> Courier:
    app = met.app
    return Courier(app.store, Weekly(), met.adapter.messenger, app.time, app.hop, owner="test", pace=UNPACED)


def said(person: Person) -> int:
    return sum("Your week" in str(post.payload) for post in person.workspace.posts)


def states(met: Many, person: Person) -> Counter[str]:
    engine = open_engine(met.app.url)
    of = select(ledger.c.state).join(spaces, spaces.c.id == ledger.c.space_id)
    with engine.connect() as connection:
        found = Counter(connection.scalars(of.where(spaces.c.foreign_id == person.workspace.id)))
    engine.dispose()
    return found


def bucket(person: Person) -> str:
    return bucket_of(Address("slack", person.workspace.id))


async def test_a_limit_rests_the_bucket_of_its_workspace_alone(met: Many) -> None:
    ridge, valley = await settle(met, "Ridge", "Valley")
    courier = courier_of(met)
    met.fake.faults.plan("chat.postMessage", Fault("refuse", 429, "ratelimited", retry_after=30))
    await courier.drain(bucket(ridge))
    assert await courier.drain(bucket(ridge)) == 0
    assert met.fake.calls["chat.postMessage"] == 1
    await courier.drain(bucket(valley))
    assert (said(ridge), said(valley)) == (0, ROWS)
    assert states(met, ridge) == Counter({"retry": 1, "pending": ROWS - 1})


async def test_a_token_that_was_taken_back_stops_no_other_workspace(met: Many) -> None:
    ridge, valley = await settle(met, "Ridge", "Valley")
    courier = courier_of(met)
    met.fake.oauth.revoke(ridge.workspace)
    for person in (ridge, valley):
        await courier.drain(bucket(person))
    assert (said(ridge), said(valley)) == (0, ROWS)
    assert states(met, ridge)["sent"] == 0


async def test_a_row_that_was_moved_is_used_for_nobody(met: Many) -> None:
    """Somebody with the database alone gives one tenant's token to another."""
    ridge, valley = await settle(met, "Ridge", "Valley")
    engine = open_engine(met.app.url)
    with engine.begin() as connection:
        theirs = select(installs.c.sealed).where(installs.c.tenant == valley.workspace.id)
        mine = update(installs).where(installs.c.tenant == ridge.workspace.id)
        connection.execute(mine.values(sealed=connection.scalar(theirs)))
    engine.dispose()
    courier = courier_of(met)
    for person in (ridge, valley):
        await courier.drain(bucket(person))
    assert (said(ridge), said(valley)) == (0, ROWS)
    # Nothing is lost: the operator puts it right, and the bucket rests until then.
    waiting = states(met, ridge)
    assert set(waiting) <= {"retry", "pending"}
    assert waiting.total() == ROWS
    told = await ridge.type("/cairn", "")
    assert told["blocks"][0]["text"]["text"] == "One moment"
    assert len(valley.workspace.posts) == ROWS + 1
