"""Everything that is said unasked carries its occurrence's key in a button: a platform is asked for it."""

from datetime import timedelta

from sqlalchemy import Engine

from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message
from bot.core.chat.notice import Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.errors import Unreachable
from bot.storage.store import DatabaseStore
from tests.contract.gathering import LEAD, Ears, Hall, people
from tests.contract.planning import MONDAY

FRIDAY = MONDAY + timedelta(days=4)


class Keys(Ears):
    """Remembers beside each notice which occurrence it was for."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[tuple[Occurrence, Message]] = []

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        ref = await super().post(occurrence, notice)
        self.heard.append((occurrence, notice.message))
        return ref


def keys_in(message: Message) -> set[str]:
    rows = [block for block in message.blocks if isinstance(block, Actions)]
    return {arg for row in rows for one in row.items if isinstance(one, Button) for arg in one.action.args}


async def test_each_kind_of_notice_can_be_recognised(engine: Engine, store: DatabaseStore) -> None:
    hall = Hall(engine, store)
    hall.ears = hall.courier._sending.messenger = ears = Keys()
    hall.gather(*people(5))
    for caller in people(5):
        hall.ask(caller, "reminders on", day="friday", hour="9:00")
    hall.lead("tips", action="set", day="fri", zone="Europe/Lisbon")
    hall.lead("tips", action="preview")
    hall.lead("summary")
    hall.press("Post it in this channel", caller=LEAD)
    await hall.live(MONDAY + timedelta(hours=1))
    hall.lead("schedule", day="fri", zone="Europe/Lisbon")
    for week in range(4):  # reminders, the question after two weeks of silence, and what is posted
        await hall.live(FRIDAY + week * timedelta(weeks=1))
    ears.errors = [Unreachable("not_in_channel", "channel")]
    hall.lead("summary")
    hall.press("Post it in this channel", caller=LEAD)
    await hall.live(hall.clock.at + timedelta(hours=1))
    assert {row.kind for row, _ in ears.heard} == set(hall.router._catalog.schedules)
    for row, message in ears.heard:
        assert row.key in keys_in(message), message.title


async def test_an_alert_says_why_it_came(engine: Engine, store: DatabaseStore) -> None:
    hall = Hall(engine, store)
    hall.gather(*people(5))
    hall.lead("summary")
    hall.press("Post it in this channel", caller=LEAD)
    hall.ears.errors = [Unreachable("not_in_channel", "channel")]
    await hall.live(MONDAY + timedelta(hours=1))
    hall.reply = hall.ears.notices[-1].message
    assert "I say so once, to you alone" in hall.press("Why did I get this?", caller=LEAD)
