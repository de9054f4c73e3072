"""What may have been sent before a restore, looked up by Cairn's own adapters at the platforms' fakes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.clock import SystemClock
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.notice import Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.errors import PerhapsSent
from bot.core.ids import SpaceId
from bot.core.time import monday_of
from bot.core.views.reminders import WHY
from bot.delivery.restored import RestoredMessenger
from tests.faults.field import KIND
from tests.faults.platforms import open_messenger
from tests.faults.test_platform_kills import OnDiscord, Sink, open_sink

PLATFORMS = ("slack", "discord, later")


def occurrence_of(sink: Sink, now: datetime) -> tuple[Occurrence, Notice]:
    """A message to somebody, as a row that was planned and not yet claimed has it, and what it says."""
    space, (caller,) = sink.add_people(1)
    made = Occurrence(
        OccurrenceId(1), SpaceId(1), space.address, KIND, 1, monday_of(now.date()), 0, now, restored=True
    )
    why = Actions((Button("Why did I get this?", WHY(KIND, made.key)),))
    return made, Notice("direct", caller.address, Message("Due", (Text((Plain("Due"),)), why)))


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_is_there_is_found_and_what_is_not_is_sent(platform: str) -> None:
    async with (
        open_sink(platform) as sink,
        open_messenger(sink.platform, sink.api_url, lambda _step: None) as plain,
    ):
        messenger = RestoredMessenger(plain)
        occurrence, notice = occurrence_of(sink, SystemClock().now())
        first = await messenger.post(occurrence, notice)
        sink.forget_keys()
        assert await messenger.post(occurrence, notice) == first
        assert len(list(sink.shown())) == 1
        await messenger.post(replace(occurrence, ordinal=1), notice)
        assert len(list(sink.shown())) == 2


async def test_what_discord_shows_no_more_is_left_out() -> None:
    """More was said there since than a look shows."""
    async with (
        open_sink("discord, later") as sink,
        open_messenger(sink.platform, sink.api_url, lambda _step: None) as plain,
    ):
        assert isinstance(sink, OnDiscord)
        messenger = RestoredMessenger(plain)
        occurrence, notice = occurrence_of(sink, datetime(2026, 1, 5, 9, tzinfo=UTC))
        await messenger.post(occurrence, notice)
        world = sink.fake.world
        user = next(one for one in world.users.values() if one.id == notice.to.id)
        channel = world.open_direct(user.id)
        for number in range(120):
            world.say(channel, user, {"content": str(number)}, {})
        with pytest.raises(PerhapsSent):
            await messenger.post(occurrence, notice)
        # Another one that is due only after the oldest of those surely is not among what can't be seen.
        before = len(world.messages)
        for message in world.messages.values():
            message.at = (occurrence.due_at - timedelta(minutes=6)).isoformat()
        await messenger.post(replace(occurrence, ordinal=1), notice)
        assert len(world.messages) == before + 1
