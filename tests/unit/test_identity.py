"""A token of another application than the database's changes nothing, and says what to do."""

import pytest

from bot.adapters.identity import require_same
from bot.core.errors import SettingsError
from tests.end_to_end.discord_bot import Stub, StubMemory
from tests.end_to_end.discord_fake import TOKEN, FakeDiscord


async def test_the_first_start_decides_and_another_application_is_refused() -> None:
    memory = StubMemory()
    for _ in range(2):
        await require_same(memory, "T1 B1", "slack", "SLACK_BOT_TOKEN")
    with pytest.raises(SettingsError, match="cairn tokens accept slack") as raised:
        await require_same(memory, "T2 B2", "slack", "SLACK_BOT_TOKEN")
    assert "nothing was changed" in str(raised.value)
    assert memory.kept == "T1 B1"


async def test_discord_s_commands_and_servers_stay_as_they_are() -> None:
    fake, owner = FakeDiscord(), StubMemory()
    await fake.start()
    owner.kept = "another"
    bot = Stub(fake, owner=owner)
    try:
        with pytest.raises(SettingsError, match="DISCORD_TOKEN belongs to another application"):
            await bot.adapter.sign_in(TOKEN)
        assert (fake.world.uploads, bot.doors.lives, owner.kept) == (0, [], "another")
    finally:
        await bot.adapter.close()
        await fake.stop()
