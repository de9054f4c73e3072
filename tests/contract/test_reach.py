"""Who left, and who takes no direct messages: nothing more goes to them, until they say that it may."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine, select

from bot.core.chat.call import Typed
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message, Text, plain_text
from bot.core.chat.part import Markdown
from bot.core.errors import Unreachable
from bot.core.views.reach import with_closed_note
from bot.storage.store import DatabaseStore
from bot.storage.tables import members
from tests.contract.gathering import LEAD, Hall
from tests.contract.planning import MONDAY, SAM

NOTE = "I could not write to you."
CLOSED = Unreachable("direct messages closed", "direct")


@pytest.fixture
def hall(engine: Engine, store: DatabaseStore) -> Hall:
    made = Hall(engine, store)
    made.ask(SAM, "plan start", zone="Europe/Lisbon")
    made.ask(SAM, "reminders on", day="Monday", hour="9:00")
    return made


async def week(hall: Hall, number: int) -> int:
    """How many messages come on that Monday."""
    return len(await hall.live(MONDAY + timedelta(weeks=number)))


async def test_closed_messages_are_told_of_once_and_tried_no_more(hall: Hall) -> None:
    hall.ears.errors = [CLOSED]
    assert await week(hall, 1) == 0
    assert NOTE in hall.ask(SAM, "reminders view")
    assert NOTE not in hall.ask(SAM, "reminders view")
    assert await week(hall, 2) == 0
    assert hall.states()[-1][1:] == ("skipped", "direct messages closed")
    assert hall.ears.errors == []  # and not one try more was made


@pytest.mark.parametrize("way", ["button", "command"])
async def test_who_opens_them_again_is_written_to_again(hall: Hall, way: str) -> None:
    hall.ears.errors = [CLOSED]
    assert await week(hall, 1) == 0
    assert NOTE in hall.ask(SAM, "reminders view")
    if way == "button":
        assert "I write to you again" in hall.press("They are open now")
    else:
        assert NOTE not in hall.ask(SAM, "reminders on")
    assert await week(hall, 2) == 1
    hall.ears.errors = [CLOSED]
    assert await week(hall, 3) == 0
    assert NOTE in hall.ask(SAM, "reminders view")  # closed once more, so told once more


async def test_what_everybody_sees_says_nothing_of_it(hall: Hall) -> None:
    hall.ears.errors = [CLOSED]
    await week(hall, 1)
    hall.lead("create", name="Autumn")
    as_lead = replace(SAM, is_lead=True)
    assert NOTE not in hall.tell(Typed("lead invite", {}), as_lead)
    assert not hall.private
    assert NOTE in hall.lead("members", as_lead)


async def test_nobody_else_is_told(hall: Hall) -> None:
    hall.ears.errors = [CLOSED]
    await week(hall, 1)
    assert NOTE not in hall.ask(LEAD, "cairn")
    assert NOTE in hall.ask(SAM, "cairn")


async def test_who_left_and_comes_back_is_a_member_as_before(hall: Hall) -> None:
    hall.ears.errors = [Unreachable("left the server", "member")]
    assert await week(hall, 1) == 0
    assert await week(hall, 2) == 0
    assert NOTE not in hall.ask(SAM, "reminders view")
    with hall.engine.connect() as connection:
        assert connection.execute(select(members.c.left_at)).scalars().all() == [None]
    assert await week(hall, 3) == 1


async def test_a_dead_row_of_a_channel_closes_nobody_s_messages(hall: Hall) -> None:
    hall.gather()
    hall.lead("schedule", day="Monday", hour="9:00", zone="Europe/Lisbon")
    hall.ears.errors = [None, Unreachable("permission missing", "channel")]
    await week(hall, 1)
    assert NOTE not in hall.ask(SAM, "reminders view")


def test_a_message_without_room_stays_as_it_is() -> None:
    full = Message("Full", tuple(Text((Markdown(f"Line {number}."),)) for number in range(19)))
    assert with_closed_note(full) is None
    short = with_closed_note(Message("Short", (Text((Markdown("Line."),)),)))
    assert short is not None
    assert NOTE in plain_text(short)
    (row,) = (block for block in short.blocks if isinstance(block, Actions))
    assert [item.label for item in row.items if isinstance(item, Button)] == ["They are open now"]
