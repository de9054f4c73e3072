from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.conversation import walk
from tests.journeys.discord import DiscordSurface
from tests.journeys.simulated import SimulatedSurface

JOURNEYS = tuple(sorted(Path(__file__).parent.glob("*.md")))
# In these somebody sends what Discord's own client would not let them type, such as a command for leads, and
# simcord lets nobody.
PAST_THE_CLIENT = ("a-cohort", "assess", "plan-wrong-input", "wrong-input")


@pytest.fixture
async def surface(tmp_path: Path) -> AsyncIterator[DiscordSurface]:
    discord = DiscordSurface(tmp_path)
    await discord.start()
    yield discord
    await discord.stop()


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda path: path.stem)
async def test_a_journey_comes_true_on_discord(journey: Path, surface: DiscordSurface) -> None:
    await walk(journey, surface)


@pytest.mark.parametrize(
    "journey",
    [one for one in JOURNEYS if one.stem not in PAST_THE_CLIENT],
    ids=lambda path: path.stem,
)
async def test_a_journey_comes_true_on_a_simulated_discord(journey: Path, tmp_path: Path) -> None:
    async with SimulatedSurface(tmp_path) as surface:
        await walk(journey, surface)
