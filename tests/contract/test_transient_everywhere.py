"""A database that is too slow for one statement is never taken for a bug, whichever statement that is."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select, update

from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Pressed, Typed, Typing
from bot.core.chat.codec import encode
from bot.core.domain.ledger import Outcome
from bot.core.errors import TryAgain
from bot.core.handlers import FEATURES
from bot.core.locator import Locator
from bot.core.router import Router
from bot.core.views.errors import busy
from bot.core.views.reminders import WHY
from bot.delivery.claims import Claims
from bot.delivery.courier import Courier
from bot.delivery.inbox import Inbox
from bot.storage.clock import ClockRow
from bot.storage.direct_channels import KeptChannels
from bot.storage.downtimes import Pulse
from bot.storage.expiry import Expiry
from bot.storage.install_states import InstallStates
from bot.storage.installs import Installs
from bot.storage.outbox import Outbox
from bot.storage.pictures import Pictures
from bot.storage.playground import Transcript
from bot.storage.purge import Purge
from bot.storage.sealing import Seal
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger, plans
from bot.storage.uploads import Uploads
from tests.contract.delivering import UNPACED, hop
from tests.contract.faulty import Faulty
from tests.contract.planning import HERE, SAM
from tests.contract.test_installs import NEW_KEY, install
from tests.contract.test_reminders import NEXT, Listener

BUCKET = "playground"
DAY = timedelta(days=1)

Act = Callable[[], object]


def each(*acts: Act) -> Act:
    """One after the other."""

    def act() -> None:
        for one in acts:
            one()

    return act


class World:
    """A member with a plan and a reminder that is due, all that opens a transaction, and the bugs."""

    def __init__(self, engine: Engine, store: DatabaseStore) -> None:
        self.engine, self.listener = engine, Listener(engine, store)
        self.desk = self.listener.desk
        catalog, self.bugs = Catalog(FEATURES), list[Exception]()
        self.router = Router(catalog, store, self.desk.clock, self.desk.library, self.report)
        self.desk.clock.at = NEXT
        self.listener.planner.plan_due(NEXT)
        self.claims = Claims(
            store, self.router, self.desk.clock, owner="one", lease_seconds=30.0, platforms=None
        )
        self.store = store

    def report(self, error: Exception, call: object) -> str:
        del call
        self.bugs.append(error)
        return "ref"

    def call(self, what: Typed | Pressed) -> Act:
        def act() -> None:
            answer = self.router.answer(Call(self.desk.key(), HERE, SAM, what))
            assert answer is not None
            if answer.given_up:
                raise TryAgain

        return act

    def notice(self) -> None:
        token = self.claims.take(BUCKET)
        assert token is not None
        (one,) = self.claims.prepare(BUCKET, 8, (), ()).made
        if isinstance(one.made, Outcome):
            assert (one.made.state, one.made.tried) == ("retry", False)
            raise TryAgain
        assert self.claims.lease(BUCKET, token, [], [one]) == {one.row.id}

    def locate(self) -> None:
        answer = Locator(self.store, frozenset()).locate(SAM, Typed("goal"))
        if isinstance(answer, Answer) and answer.reply == busy():
            raise TryAgain

    def keep_and_claim(self) -> None:
        box = Inbox(self.store, self.desk.clock)
        box.keep(Call(self.desk.key(), HERE, SAM, Typed("goal")), "back", 60.0)
        kept = box.claim((BUCKET,), ())
        assert kept is not None
        box.release(kept)
        box.finish(kept)
        box.free((BUCKET,))
        Expiry(self.engine).step(NEXT)

    def quiet(self, act: Act, silence: object) -> Act:
        """An act that answers with `silence` where others raise TryAgain."""

        def loud() -> None:
            if act() == silence:
                raise TryAgain

        return loud

    def acts(self) -> dict[str, Act]:
        storage = self.engine
        kept, seal = KeptChannels(storage, "discord"), Seal([NEW_KEY])
        installs, states = Installs(storage, seal), InstallStates(storage, seal)
        transcript, uploads = Transcript(storage), Uploads(storage, "slack")
        pictures, outbox = Pictures(storage), Outbox(storage)
        typing = Typing(HERE, SAM, "plan zone", "zone", "Lis")
        return {
            "notice": self.notice,
            "a call": self.call(Typed("goal")),
            "a call that writes": self.call(Typed("reminders skip")),
            "a press": self.call(Pressed(encode(WHY("reminder.weekly", "x")))),
            "suggest": self.quiet(lambda: self.router.suggest(typing), ()),
            "home": self.quiet(lambda: self.router.home(HERE, SAM), busy().blocks),
            "zone": self.quiet(lambda: self.router.zone(HERE, SAM), "UTC"),
            "left": lambda: self.router.left(HERE.address, NEXT - DAY),
            "returned": lambda: self.router.returned(HERE, NEXT),
            "known": lambda: self.router.known("playground"),
            "locate": self.locate,
            "buckets": self.claims.buckets,
            "plan": lambda: self.listener.planner.plan_due(NEXT + 7 * DAY),
            "resolve": lambda: self.listener.planner.resolve_anew(NEXT),
            "inbox": self.keep_and_claim,
            "clock": lambda: ClockRow(storage).move(DAY),
            "pulse": lambda: Pulse(storage).wake(NEXT + 9 * DAY, DAY),
            "channels": each(
                lambda: kept.keep("u", "c", NEXT), lambda: kept.find("u"), lambda: kept.forget("u")
            ),
            "installs": each(
                lambda: installs.keep(install()), lambda: installs.find("", "T1"), installs.reseal
            ),
            "states": lambda: states.consume(states.issue(NEXT), NEXT),
            "transcript": lambda: transcript.tell("k", "s", "c", "x", None, "{}", NEXT),
            "pictures": each(lambda: pictures.keep("p", b"x", NEXT), lambda: pictures.find("p")),
            "uploads": each(lambda: uploads.keep("digest"), uploads.digest),
            "outbox": each(lambda: outbox.stuck(9), outbox.oldest, lambda: outbox.retry(1, NEXT)),
            "purge": each(
                lambda: self.router.left(HERE.address, NEXT), lambda: Purge(storage).step(NEXT + DAY)
            ),
            "status": self.store.status,
        }


def test_whichever_statement_it_is(engine: Engine, store: DatabaseStore) -> None:
    world, faulty = World(engine, store), Faulty(engine)
    for name, act in world.acts().items():
        number = 0
        while True:
            number += 1
            faulty.arm(number)
            try:
                act()
            except TryAgain:
                assert (faulty.fired, world.bugs) == (True, []), f"{name}, statement {number}"
                continue
            except Exception as error:
                raise AssertionError(f"{name}, statement {number}") from error
            finally:
                was_fired = faulty.fired
                faulty.arm(0)
            assert not was_fired, f"{name}, statement {number}: swallowed"
            assert not world.bugs, f"{name}, statement {number}"
            break
        assert number > 1, name


@contextmanager
def held(engine: Engine, seconds: float) -> Iterator[None]:
    """Somebody else holds every plan for so long, on a thread of their own."""
    holds, release = threading.Event(), threading.Event()

    def hold() -> None:
        with engine.connect() as connection, connection.begin():
            connection.execute(update(plans).values(version=plans.c.version))
            holds.set()
            release.wait(seconds)

    holder = threading.Thread(target=hold)
    holder.start()
    assert holds.wait(30)
    try:
        yield
    finally:
        release.set()
        holder.join(30)


def tries(engine: Engine) -> list[tuple[str, int]]:
    with engine.connect() as connection:
        rows = connection.execute(select(ledger.c.state, ledger.c.attempts).order_by(ledger.c.id))
        return [(row.state, row.attempts) for row in rows]


async def test_a_plan_that_is_locked_for_4_s_while_its_notice_is_made(
    engine: Engine, store: DatabaseStore
) -> None:
    listener = Listener(engine, store)
    slow = DatabaseStore(engine, 1.5)
    courier = Courier(
        slow, listener.desk.router, listener.sink, listener.desk.clock, hop, owner="one", pace=UNPACED
    )
    listener.desk.clock.at = NEXT
    listener.planner.plan_due(NEXT)
    with held(engine, 4.0):
        for _ in range(2):
            # On PostgreSQL, making a notice waits for nobody.
            with pytest.raises(TryAgain) if engine.dialect.name == "sqlite" else nullcontext():
                await courier.drain(BUCKET)
    waits = engine.dialect.name == "sqlite"
    assert tries(engine) == ([("pending", 0)] if waits else [("sent", 1)])
    assert len(await listener.hear(NEXT)) == waits
    assert tries(engine) == [("sent", 1)]
