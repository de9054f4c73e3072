"""What somebody wanted since the backup holds after a restore: the journal is replayed, on both databases."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from bot.core.chat.call import Caller
from bot.core.domain.installs import Install, Tenant
from bot.core.errors import Unreachable
from bot.core.ids import Role
from bot.storage.installs import Installs
from bot.storage.purge import Purge
from bot.storage.replay import Noted
from bot.storage.sealing import Seal, make_key
from bot.storage.store import DatabaseStore
from bot.storage.tables import cohort_members, evidence, installs, lead_roles, leads, spaces
from tests.contract.gathering import LEAD, people
from tests.contract.planning import HERE, MONDAY, THERE
from tests.contract.storing import count_rows
from tests.contract.test_restored import EVERYBODY, FIRST, HOUR, WEEK, Scene

pytestmark = pytest.mark.one_database

ANN, BOB, CY = people(3)
WITHOUT_ANN = EVERYBODY[1:]
SERVER_ROLE = Role("78")
LONG_GONE = timedelta(days=31)


@pytest.fixture
def scene(engine: Engine, store: DatabaseStore) -> Scene:
    made = Scene(engine, store)
    made.back_up()
    return made


async def told_after(scene: Scene, wish: Callable[[Scene], object]) -> list[str]:
    """Who gets the first reminder if the wish was uttered after the backup, which is restored then."""
    scene.hall.clock.at = scene.notebook.at = MONDAY + HOUR
    wish(scene)
    scene.restore(MONDAY + 2 * HOUR)
    assert await scene.confirm(MONDAY + 2 * HOUR) == []
    return await scene.live(FIRST)


def ask(caller: Caller, command: str, **options: Any) -> Callable[[Scene], object]:
    return lambda scene: scene.hall.ask(caller, command, **options)


def ask_all(*commands: tuple[str, dict[str, Any]]) -> Callable[[Scene], object]:
    return lambda scene: [scene.hall.ask(ANN, command, **options) for command, options in commands]


def end_plan(scene: Scene) -> None:
    scene.hall.ask(ANN, "plan reset")
    scene.hall.press("End it", caller=ANN)


PAUSED: tuple[str, dict[str, Any]] = ("plan pause", {"until": "2027-02-01"})


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (lambda _scene: None, EVERYBODY),
        (ask(ANN, "reminders off"), WITHOUT_ANN),
        (ask_all(("reminders off", {}), ("reminders on", {})), EVERYBODY),
        (ask_all(("reminders off", {}), ("reminders on", {}), ("reminders off", {})), WITHOUT_ANN),
        (ask(ANN, "reminders skip"), WITHOUT_ANN),
        (ask_all(("reminders skip", {}), ("reminders unskip", {})), EVERYBODY),
        (end_plan, WITHOUT_ANN),
        (ask(ANN, "plan pause", until="2027-02-01"), WITHOUT_ANN),
        (ask_all(PAUSED, ("plan resume", {})), EVERYBODY),
        (ask_all(("plan zone", {"zone": "Europe/Lisbon"}), ("goal", {})), EVERYBODY),
    ],
    ids=["nothing", "off", "off, on", "off, on, off", "skip", "unskip", "reset", "pause", "resume", "others"],
)
async def test_who_wanted_no_reminder_gets_none(
    scene: Scene, wish: Callable[[Scene], object], told: list[str]
) -> None:
    assert await told_after(scene, wish) == told


async def test_what_was_turned_off_says_so(scene: Scene) -> None:
    await told_after(scene, ask(ANN, "reminders off"))
    assert "Reminders are off" in scene.hall.ask(ANN, "reminders view")
    assert "Reminders are off" not in scene.hall.ask(BOB, "reminders view")


@pytest.mark.parametrize("cut", ["member", "direct"])
async def test_who_could_not_be_written_to_is_not_tried_again(scene: Scene, cut: str) -> None:
    scene.hall.ears.errors = [Unreachable("no", cut)]  # type: ignore[arg-type]
    assert await scene.live(FIRST) == WITHOUT_ANN
    scene.restore(FIRST + HOUR)
    await scene.confirm(FIRST + HOUR)
    assert await scene.live(FIRST + WEEK) == WITHOUT_ANN


@pytest.mark.parametrize("cut", ["member", "direct"])
async def test_who_came_back_since_is_written_to(scene: Scene, cut: str) -> None:
    scene.hall.ears.errors = [Unreachable("no", cut)]  # type: ignore[arg-type]
    await scene.live(FIRST)
    scene.hall.ask(ANN, "reminders on")
    scene.restore(FIRST + HOUR)
    await scene.confirm(FIRST + HOUR)
    assert await scene.live(FIRST + WEEK) == EVERYBODY


async def test_a_space_that_took_cairn_out_hears_nothing(scene: Scene) -> None:
    assert await told_after(scene, lambda scene: scene.hall.router.left(HERE.address)) == []
    scene.hall.router.returned(HERE)
    assert await scene.live(FIRST + WEEK) == EVERYBODY


async def test_a_space_that_is_back_is_back(scene: Scene) -> None:
    def wish(scene: Scene) -> None:
        scene.hall.router.left(HERE.address)
        scene.hall.clock.at += timedelta(seconds=1)
        scene.hall.router.returned(HERE)

    assert await told_after(scene, wish) == EVERYBODY


async def test_a_space_that_was_deleted_stays_deleted(scene: Scene) -> None:
    scene.hall.ask(ANN, "plan start", space=THERE, zone="Europe/Lisbon")
    scene.back_up()

    def wish(scene: Scene) -> None:
        scene.hall.router.left(HERE.address)
        purge = Purge(scene.engine)
        while purge.step(scene.hall.clock.at + LONG_GONE):
            pass

    assert await told_after(scene, wish) == []
    with scene.engine.connect() as connection:
        assert connection.execute(select(spaces.c.foreign_id)).scalars().all() == [THERE.address.id]
    assert count_rows(scene.engine)["members"] == count_rows(scene.engine)["plans"] == 1


async def test_one_that_came_anew_after_its_deletion_is_not_mixed_up(scene: Scene) -> None:
    def wish(scene: Scene) -> None:
        scene.hall.router.left(HERE.address)
        purge = Purge(scene.engine)
        while purge.step(scene.hall.clock.at + LONG_GONE):
            pass
        scene.hall.ask(BOB, "plan start", zone="Europe/Lisbon")

    assert await told_after(scene, wish) == []
    assert count_rows(scene.engine)["members"] == 0
    assert "22 weeks" in scene.hall.ask(BOB, "plan start", zone="Europe/Lisbon")


async def test_what_a_lead_turned_off_is_not_posted(scene: Scene) -> None:
    hall = scene.hall
    hall.gather(*people(5))
    hall.lead("schedule", day="Monday", hour="9:00", zone="Europe/Lisbon")
    hall.lead("tips", action="set", day="Monday", hour="9:00", zone="Europe/Lisbon")
    scene.back_up()
    posted = await told_after(scene, lambda scene: scene.hall.lead("schedule", off=True))
    assert posted.count("#general") == 1


async def test_a_cohort_that_was_closed_is_posted_for_no_more(scene: Scene) -> None:
    hall = scene.hall
    hall.gather(*people(5))
    hall.lead("schedule", day="Monday", hour="9:00", zone="Europe/Lisbon")
    scene.back_up()

    def wish(scene: Scene) -> None:
        hall.lead("close")
        hall.press("Close it", caller=LEAD)

    assert "#general" not in await told_after(scene, wish)


async def test_who_leads_no_more_leads_no_more(scene: Scene) -> None:
    ann, bob = scene.hall.member(ANN), scene.hall.member(BOB)
    with scene.store.write() as tx:
        for one in (ann, bob):
            tx.leads.add(one, MONDAY)
        tx.leads.add_role(ann.space_id, SERVER_ROLE, MONDAY)
    scene.back_up()

    def wish(scene: Scene) -> None:
        with scene.store.write() as tx:
            tx.leads.remove(ann)
            tx.leads.remove_role(ann.space_id, SERVER_ROLE)

    await told_after(scene, wish)
    with scene.engine.connect() as connection:
        assert connection.execute(select(leads.c.member_id)).scalars().all() == [bob.id]
        assert connection.scalar(select(func.count()).select_from(lead_roles)) == 0


async def test_evidence_that_was_withdrawn_and_a_cohort_that_was_left_do_not_come_back(scene: Scene) -> None:
    scene.hall.gather(ANN, BOB, plans=False)
    ann = scene.hall.member(ANN)
    with scene.store.write() as tx:
        both = [tx.evidence.add(ann, "a0", "notebook", "https://one.example", "", MONDAY) for _ in range(2)]
    scene.back_up()

    def wish(scene: Scene) -> None:
        with scene.store.write() as tx:
            tx.evidence.withdraw(ann, both[0])
        scene.hall.ask(ANN, "cohort leave")

    await told_after(scene, wish)
    bob = scene.hall.member(BOB)
    with scene.engine.connect() as connection:
        assert connection.execute(select(evidence.c.id)).scalars().all() == [both[1]]
        assert connection.execute(select(cohort_members.c.member_id)).scalars().all() == [bob.id]


async def test_a_token_that_was_deleted_is_not_kept_again(scene: Scene) -> None:
    kept = Installs(scene.engine, Seal([make_key()]))
    one = Install(Tenant("", "T1"), "One", "U1", "xoxb-1", MONDAY)
    other = replace(one, tenant=Tenant("", "T2"))
    for install in (one, other):
        kept.keep(install)
    scene.back_up()
    await told_after(scene, lambda _scene: kept.forget(one))
    with scene.engine.connect() as connection:
        assert connection.execute(select(installs.c.tenant)).scalars().all() == ["T2"]


async def test_notes_of_what_the_backup_does_not_know_change_nothing(scene: Scene) -> None:
    """Members and spaces that came since, and notes that make no sense."""
    foolish = [
        ("sent", 999, "reminder.weekly", 1, "2027-01-11", 0),
        ("space-left", 999, MONDAY.isoformat()),
        ("space-back", 999, MONDAY.isoformat()),
        ("purged", 999),
        ("uninstalled", "0" * 32, MONDAY.isoformat()),
        ("cut", 999, "member"),
        ("uncut", 999),
        ("unslotted", 999, "reminder.weekly", 999),
        ("slotted", 999, "reminder.weekly", 999),
        ("plan", 999, "ended", "[]"),
        ("reminder", 999, "[]"),
        ("dropped", "evidence", 999),
        ("dropped", "members", 1),
        ("later than this version", 1),
        ("cut",),
        ("sent", 1),
        ("plan", 1, "ended", "no json"),
        ("reminder", 1, "{"),
        ("unslotted", 1),
        ("dropped", "leads", 1),
    ]
    before = count_rows(scene.engine)
    scene.notebook.notes += [Noted(MONDAY, did, tuple(facts)) for did, *facts in foolish]  # type: ignore[arg-type]
    scene.restore(MONDAY + HOUR)
    after = count_rows(scene.engine)
    assert after == before | {"restores": 1}
    assert await scene.confirm(MONDAY + HOUR) == []
    assert await scene.live(FIRST) == EVERYBODY


def test_notes_hold_numbers_and_no_text_of_people(scene: Scene) -> None:
    hall = scene.hall
    hall.gather(*people(2), name="Secret cohort")
    hall.ask(ANN, "reminders off")
    hall.ask(ANN, "cohort leave")
    hall.ask(BOB, "plan pause", until="2027-02-01")
    hall.router.left(HERE.address)
    written = json.dumps([(one.did, *one.facts) for one in scene.notebook.notes])
    for text in ("Secret", "person", "Person", HERE.address.id, HERE.name, "general"):
        assert text not in written
    assert len({one.did for one in scene.notebook.notes}) >= 5


def test_a_transaction_that_is_rolled_back_notes_nothing(scene: Scene) -> None:
    ann = scene.hall.member(ANN)

    def leave_and_break() -> None:
        with scene.store.write() as tx:
            tx.slots.leave(ann.space_id, "reminder.weekly", ann.id)
            raise KeyError

    with pytest.raises(KeyError):
        leave_and_break()
    assert scene.notebook.notes == []
