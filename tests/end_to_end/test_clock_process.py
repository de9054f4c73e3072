"""The process that members meet, on a machine whose clock is set: by an hour, a day, a month, a year."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.recurrence import Recurrence, next_due
from tests.conftest import PATIENCE
from tests.end_to_end.clockwork import HOLD_SECONDS
from tests.end_to_end.discord_fake import FakeDiscord, until
from tests.end_to_end.test_discord_process import Scene, read
from tests.soak import at_length

DAY = timedelta(days=1)
REMINDED = Recurrence("Europe/Lisbon", 0, 9 * 60)


class Wall:
    """The clock on the wall, and what became of it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "wall"
        self.database = folder / "cairn.sqlite3"
        self.set(timedelta(0))

    def set(self, ahead: timedelta) -> None:
        file = self.file.with_suffix(".new")
        file.write_text(str(ahead.total_seconds()), encoding="utf-8")
        file.replace(self.file)
        self.ahead = ahead

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def stand_before(self, at: datetime, by: timedelta) -> None:
        self.set(at - by - datetime.now(UTC))

    def next_at(self) -> datetime:
        """When the one slot is due next."""
        with sqlite3.connect(self.database) as connection:
            (told,) = connection.execute("SELECT next_at FROM slots").fetchone()
        return datetime.fromisoformat(told).replace(tzinfo=UTC)


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    fake = FakeDiscord()
    await fake.start()
    made = Scene(fake, tmp_path)
    made.program = ("-m", "tests.end_to_end.clockwork")
    made.settings["WALL_CLOCK"] = str(tmp_path / "wall")
    await made.people.join(made.guild, made.user)
    yield made
    await fake.stop()


@pytest.mark.parametrize("jump", [-timedelta(hours=1), 366 * DAY, *at_length([DAY, 30 * DAY])], ids=str)
async def test_a_reminder_comes_once_and_in_its_hour(scene: Scene, tmp_path: Path, jump: timedelta) -> None:
    """The clock is set, is believed, and is put right again."""
    wall = Wall(tmp_path)
    due = next_due(REMINDED, wall.now() + 7 * DAY).at
    wall.stand_before(due, timedelta(hours=2))
    async with scene.running():
        await scene.type("plan start", zone="Europe/Lisbon")
        await scene.type("reminders on")
        said = scene.fake.world.seen_by(scene.user, scene.direct)
        assert wall.next_at() == due
        right = wall.ahead

        wall.set(right + jump)
        await asyncio.sleep(HOLD_SECONDS * 3)
        early = len(scene.fake.world.seen_by(scene.user, scene.direct))
        assert early == len(said) == 0 or jump == DAY
        wall.set(right)
        await until(lambda: wall.next_at() <= wall.now() + 7 * DAY, PATIENCE)

        wall.stand_before(due, timedelta(seconds=1))
        await until(lambda: bool(scene.fake.world.seen_by(scene.user, scene.direct)), PATIENCE)
        wall.stand_before(due + timedelta(hours=1), timedelta(0))
        await until(lambda: wall.next_at() > due, PATIENCE)
        (reminder,) = scene.fake.world.seen_by(scene.user, scene.direct)
        await until(lambda: not reminder.body.get("content"))
        assert "Your week" in read(reminder)


async def test_a_moment_a_year_ahead_makes_nothing_due(scene: Scene, tmp_path: Path) -> None:
    wall = Wall(tmp_path)
    due = next_due(REMINDED, wall.now() + 7 * DAY).at
    wall.stand_before(due, timedelta(hours=2))
    async with scene.running():
        await scene.type("plan start", zone="Europe/Lisbon")
        await scene.type("reminders on")
        right = wall.ahead
        wall.set(right + 366 * DAY)
        await asyncio.sleep(HOLD_SECONDS / 2)
        wall.set(right)
        await scene.type("reminders view")
        assert wall.next_at() == due
        assert not scene.fake.world.seen_by(scene.user, scene.direct)
