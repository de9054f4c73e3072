from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.conversation import walk
from tests.journeys.core import CoreSurface

JOURNEYS = tuple(sorted(Path(__file__).parent.glob("*.md")))


@pytest.fixture
async def surface(tmp_path: Path) -> AsyncIterator[CoreSurface]:
    core = CoreSurface(tmp_path)
    await core.start()
    yield core
    await core.stop()


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda path: path.stem)
async def test_a_journey_comes_true_in_the_core(journey: Path, surface: CoreSurface) -> None:
    await walk(journey, surface)
