"""A community in a channel: leads and members before one router, and what is posted and said to them."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Engine, select

from bot.core.chat.call import Call, Caller, Pressed, ReplyTo, Space, Submitted, Typed
from bot.core.chat.codec import encode
from bot.core.chat.form import Form
from bot.core.chat.message import plain_text
from bot.core.chat.notice import Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.errors import DeliveryError
from bot.core.ids import Address
from bot.core.views.presses import DONE
from bot.delivery.courier import Courier
from bot.scheduling.planner import Planner
from bot.storage.store import DatabaseStore
from bot.storage.tables import ledger
from tests.contract.delivering import UNPACED, Sink, hop
from tests.contract.planning import HERE, SAM, Desk

LEAD = Caller(Address("playground", "lead"), "Lea", is_lead=True)
CHANNEL = Address("playground", "general")
OPEN = ReplyTo(CHANNEL, can_post=True)


def people(count: int) -> tuple[Caller, ...]:
    return tuple(Caller(Address("playground", f"person-{one}"), f"Person {one}") for one in range(count))


class Ears(Sink):
    """Remembers beside each text where it was said: "#general: ..." or "@lead: ..."."""

    def __init__(self) -> None:
        super().__init__()
        self.places: list[str] = []
        self.notices: list[Notice] = []
        # Raised for every post to a channel.
        self.shut: DeliveryError | None = None

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        if self.shut and notice.place == "channel":
            raise self.shut
        before = len(self.texts)
        try:
            return await super().post(occurrence, notice)
        finally:
            if len(self.texts) > before:  # an end that nobody saw is one all the same
                self.places.append(("@" if notice.place == "direct" else "#") + notice.to.id)
                self.notices.append(notice)


class Hall(Desk):
    """A desk in a channel. `where` is where the next call comes from."""

    def __init__(self, engine: Engine, store: DatabaseStore) -> None:
        super().__init__(store)
        self.engine = engine
        self.where = OPEN
        self.private = True
        self.ears = Ears()
        self.planner = Planner(store)
        self.courier = Courier(store, self.router, self.ears, self.clock, hop, owner="one", pace=UNPACED)

    def tell(self, what: Typed | Pressed | Submitted, caller: Caller = SAM, space: Space = HERE) -> str:
        answer = self.router.answer(Call(self.key(), space, caller, what, self.where))
        assert answer is not None
        self.reply, self.private = answer.reply, answer.private
        return answer.reply.title if isinstance(answer.reply, Form) else plain_text(self.card)

    def lead(self, command: str, caller: Caller = LEAD, space: Space = HERE, **options: str | bool) -> str:
        """What a lead is answered to `/lead ...`."""
        return self.tell(Typed(f"lead {command}", options), caller, space)

    def ask(self, caller: Caller, command: str, space: Space = HERE, **options: str | int) -> str:
        return self.tell(Typed(command, options), caller, space)

    def gather(self, *members: Caller, name: str = "Autumn", plans: bool = True) -> None:
        """A cohort with these members, each with a plan."""
        self.lead("create", name=name)
        for caller in members:
            told = self.ask(caller, "cohort join", cohort=name)
            assert "You are in." in told, told
            if plans:
                self.ask(caller, "plan start", zone="Europe/Lisbon")

    def finish(self, caller: Caller, phase: str) -> None:
        """The member presses Done for every goal of the phase."""
        with self.store.read() as tx:
            member = tx.members.find(HERE, caller)
            assert member is not None
            plan = tx.plans.active(member)
            assert plan is not None
        for goal in plan.goals:
            if goal.phase_id == phase:
                self.tell(Pressed(encode(DONE(plan.id, goal.goal_id, 0, 1))), caller)

    async def live(self, at: datetime) -> list[str]:
        """What is said when it is `at`: where, and the text."""
        self.clock.at = at
        before = len(self.ears.texts)
        self.planner.plan_due(at)
        await self.courier.drain("playground")
        said = zip(self.ears.places[before:], self.ears.texts[before:], strict=True)
        return [f"{place}: {text}" for place, text in said]

    def states(self) -> list[tuple[str, str, str]]:
        with self.engine.connect() as connection:
            rows = connection.execute(
                select(ledger.c.kind, ledger.c.state, ledger.c.why).order_by(ledger.c.id)
            )
            return [(row.kind, row.state, row.why) for row in rows]

    def said(self) -> Iterator[Notice]:
        yield from self.ears.notices
