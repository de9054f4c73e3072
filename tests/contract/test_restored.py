"""After a restore: nothing is sent before somebody confirms it, and then nothing twice, on both databases."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, insert, select, update

from bot.core.chat.notice import Absent, CantTell
from bot.core.domain.ledger import PERHAPS_SENT
from bot.core.errors import Unknown
from bot.delivery.courier import Courier
from bot.delivery.restored import RestoredMessenger
from bot.storage.outbox import Outbox
from bot.storage.restores import Restores
from bot.storage.store import DatabaseStore
from bot.storage.tables import inbox, ledger, members, reminders
from tests.contract.delivering import UNPACED, hop
from tests.contract.gathering import Hall, people
from tests.contract.planning import MONDAY
from tests.contract.rewinding import Notebook, Rows, restore, save

HOUR = timedelta(hours=1)
WEEK = timedelta(weeks=1)
FIRST = MONDAY + WEEK  # the first reminder, at nine in Lisbon
COUNT = 3


class Scene:
    """Three members with reminders, a journal, and a backup that was made at `made_at`."""

    def __init__(self, engine: Engine, store: DatabaseStore) -> None:
        self.notebook = Notebook(MONDAY)
        self.engine = engine.execution_options(journal=self.notebook)
        self.store = DatabaseStore(self.engine, 30.0)
        self.hall = Hall(self.engine, self.store)
        self.hall.courier = Courier(
            self.store,
            self.hall.router,
            RestoredMessenger(self.hall.ears),
            self.hall.clock,
            hop,
            owner="one",
            pace=UNPACED,
        )
        for caller in people(COUNT):
            self.hall.ask(caller, "plan start", zone="Europe/Lisbon")
            self.hall.ask(caller, "reminders on", day="Monday", hour="9:00")
        self.restores = Restores(self.engine)
        self.made_at = MONDAY
        self.rows: Rows = {}

    def back_up(self) -> None:
        self.made_at = self.hall.clock.at
        self.rows = save(self.engine)
        self.notebook.notes.clear()

    def restore(self, at: datetime, *, journal: bool = True) -> None:
        self.hall.clock.at = at
        restore(self.engine, self.rows, self.notebook.notes if journal else [], self.made_at, at)

    async def live(self, at: datetime) -> list[str]:
        """To whom something is said by then, and at which of their weeks."""
        self.notebook.at = at
        return sorted(line.partition(":")[0] for line in await self.hall.live(at))

    async def confirm(self, at: datetime) -> list[str]:
        self.hall.clock.at = at
        assert self.restores.confirm(at)
        return await self.live(at)

    def outcomes(self) -> list[tuple[str, str]]:
        with self.engine.connect() as connection:
            rows = connection.execute(select(ledger.c.state, ledger.c.why).order_by(ledger.c.id))
            return [(row.state, row.why) for row in rows]


@pytest.fixture
def scene(engine: Engine, store: DatabaseStore) -> Scene:
    made = Scene(engine, store)
    made.back_up()
    return made


EVERYBODY = [f"@person-{number}" for number in range(COUNT)]


async def test_nothing_is_planned_or_sent_before_it_is_confirmed(scene: Scene) -> None:
    scene.hall.planner.plan_due(FIRST)  # three rows wait in the backup
    scene.back_up()
    scene.restore(FIRST + WEEK, journal=False)
    assert scene.hall.planner.plan_due(FIRST + 2 * WEEK) == 0
    assert await scene.live(FIRST + 2 * WEEK) == []
    assert len(scene.outcomes()) == COUNT
    with scene.store.write() as tx:
        assert tx.ledger.buckets(FIRST + 2 * WEEK) == ()
        assert tx.leases.take("playground", "one", 30.0) is None
    last = scene.restores.last()
    assert last is not None
    assert (last.backup_at, last.restored_at, last.confirmed_at) == (FIRST - WEEK, FIRST + WEEK, None)


def test_members_are_answered_meanwhile(scene: Scene) -> None:
    scene.restore(FIRST)
    assert "09:00 (Europe/Lisbon)" in scene.hall.ask(people(1)[0], "reminders view")
    assert "Reminders" in scene.hall.ask(people(1)[0], "reminders off")


async def test_what_the_journal_knows_as_sent_is_not_sent_again(scene: Scene) -> None:
    assert await scene.live(FIRST) == EVERYBODY
    scene.hall.ears.finds = Absent()  # the platform would be asked in vain
    scene.restore(FIRST + HOUR)
    assert await scene.confirm(FIRST + HOUR) == []
    assert {state for state, _ in scene.outcomes()} == {"sent"}
    assert await scene.live(FIRST + WEEK) == EVERYBODY


async def test_what_waited_in_the_backup_and_was_sent_since_is_not_sent_again(scene: Scene) -> None:
    scene.hall.planner.plan_due(FIRST)
    scene.back_up()
    assert await scene.live(FIRST) == EVERYBODY
    scene.hall.ears.finds = Absent()
    scene.restore(FIRST + HOUR)
    assert await scene.confirm(FIRST + HOUR) == []
    assert len(scene.outcomes()) == COUNT


@pytest.mark.parametrize("waits", [True, False], ids=["a row in the backup", "a slot that passed since"])
async def test_without_a_journal_the_platform_decides(scene: Scene, waits: bool) -> None:
    """Two were told before the database was lost, the third was not."""
    if waits:
        scene.hall.planner.plan_due(FIRST)
        scene.back_up()
    scene.hall.ears.errors, scene.hall.ears.accepts = [None, None, Unknown("lost")], False
    assert len(await scene.live(FIRST)) == COUNT - 1
    scene.restore(FIRST + HOUR, journal=False)
    (told,) = await scene.confirm(FIRST + HOUR)
    assert sorted([*scene.hall.ears.places[:2], told]) == EVERYBODY
    assert len(set(scene.hall.ears.told)) == len(scene.hall.ears.told) == COUNT
    assert {state for state, _ in scene.outcomes()} == {"sent"}
    assert scene.restores.left_out(10) == ()


@pytest.mark.parametrize("waits", [True, False], ids=["a row in the backup", "a slot that passed since"])
async def test_what_the_platform_can_not_tell_is_left_out_and_reported(scene: Scene, waits: bool) -> None:
    if waits:
        scene.hall.planner.plan_due(FIRST)
        scene.back_up()
    await scene.live(FIRST)
    scene.hall.ears.finds = CantTell()
    scene.restore(FIRST + HOUR, journal=False)
    assert await scene.confirm(FIRST + HOUR) == []
    assert set(scene.outcomes()) == {("held", PERHAPS_SENT)}
    assert len(scene.restores.left_out(10)) == COUNT
    assert scene.restores.doubts(FIRST + HOUR).left_out == COUNT
    scene.hall.ears.finds = None
    assert await scene.live(FIRST + WEEK) == EVERYBODY, "what was due after the restore is sent as ever"


async def test_an_operator_may_have_it_sent_all_the_same(scene: Scene) -> None:
    scene.hall.ears.finds = CantTell()
    scene.restore(FIRST + HOUR, journal=False)
    await scene.confirm(FIRST + HOUR)
    box = Outbox(scene.engine)
    row = box.stuck(1)[0]
    assert box.retry(row.id, FIRST + HOUR)
    assert len(await scene.live(FIRST + HOUR)) == 1


async def test_what_is_too_late_is_left_out_without_a_look(scene: Scene) -> None:
    await scene.live(FIRST)
    scene.hall.ears.finds = Absent()
    scene.restore(FIRST + 2 * 24 * HOUR, journal=False)
    assert await scene.confirm(FIRST + 2 * 24 * HOUR) == []
    assert set(scene.outcomes()) == {("skipped", f"late, {PERHAPS_SENT}")}
    assert len(scene.restores.left_out(10)) == COUNT
    assert all(kind != "lead.alert" for kind, _, _ in scene.hall.states())


async def test_who_was_told_and_who_was_not_is_looked_up_in_the_same_way_after_a_wait_for_confirmation(
    scene: Scene,
) -> None:
    """What falls due between the restore and its confirmation may have been sent by the old process still."""
    scene.restore(FIRST - HOUR, journal=False)
    scene.hall.ears.finds = CantTell()
    assert await scene.confirm(FIRST + HOUR) == []
    assert {state for state, _ in scene.outcomes()} == {"held"}


async def test_numbers_that_were_given_out_since_are_not_given_again(scene: Scene) -> None:
    later = people(COUNT + 2)
    since = scene.hall.member(later[COUNT])
    scene.restore(FIRST)
    again = scene.hall.member(later[COUNT + 1])
    assert again.id > since.id
    assert again.id > since.id + 1_000
    scene.restore(FIRST + HOUR)
    assert scene.hall.member(later[COUNT]).id > again.id, "nor are those between two restores"


async def test_calls_that_waited_in_the_backup_are_not_carried_out_again(scene: Scene) -> None:
    row: dict[str, object] = {
        "platform": "slack",
        "space": "T1",
        "key": "k",
        "caller": "U1",
        "state": "waiting",
        "written": "{}",
    }
    row |= {"back": "somewhere", "token": 0, "attempts": 0}
    instants = dict.fromkeys(("until", "not_before", "came_at"), MONDAY)
    with scene.engine.begin() as connection:
        connection.execute(insert(inbox), row | instants)
    scene.back_up()
    scene.restore(FIRST)
    with scene.engine.connect() as connection:
        asked = select(inbox.c.state, inbox.c.written, inbox.c.back).where(inbox.c.platform == "slack")
        (left,) = connection.execute(asked)
    assert tuple(left) == ("done", "", "")


async def test_nobody_is_counted_as_silent_for_weeks_that_are_lost(scene: Scene) -> None:
    """They were reminded twice before the backup, answered since, and are not asked whether to go on."""
    assert await scene.live(FIRST) == EVERYBODY
    assert await scene.live(FIRST + WEEK) == EVERYBODY
    scene.back_up()
    with scene.engine.connect() as connection:
        assert connection.scalar(select(func.max(reminders.c.ignored))) == 1
    scene.restore(FIRST + 2 * WEEK - HOUR, journal=False)
    await scene.confirm(FIRST + 2 * WEEK - HOUR)
    assert await scene.live(FIRST + 2 * WEEK) == EVERYBODY
    assert not any("go on" in text for text in scene.hall.ears.texts[-COUNT:])


async def test_who_went_silent_before_stays_silent(scene: Scene) -> None:
    with scene.engine.begin() as connection:
        connection.execute(update(reminders).values(ignored=3, reminded_on=FIRST.date()))
        connection.execute(update(members).values(seen_on=MONDAY.date()))
    scene.back_up()
    scene.restore(FIRST)
    assert await scene.confirm(FIRST + HOUR) == []
