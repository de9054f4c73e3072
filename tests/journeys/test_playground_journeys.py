from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.conversation import read_journey, walk
from tests.journeys.playground import PlaygroundSurface

JOURNEYS = tuple(sorted(Path(__file__).parent.glob("*.md")))


@pytest.fixture
async def surface(tmp_path: Path) -> AsyncIterator[PlaygroundSurface]:
    playground = PlaygroundSurface(tmp_path)
    await playground.start()
    yield playground
    await playground.stop()


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda path: path.stem)
async def test_a_journey_comes_true_in_the_playground(journey: Path, surface: PlaygroundSurface) -> None:
    await walk(journey, surface)


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda path: path.stem)
def test_every_step_is_followed_by_what_is_seen(journey: Path) -> None:
    steps = [type(step).__name__ for _, step in read_journey(journey)]
    assert "Answered" in steps


def test_a_line_that_is_no_step_is_refused(tmp_path: Path) -> None:
    journey = tmp_path / "odd.md"
    journey.write_text("**Member A** dances\n")
    with pytest.raises(ValueError, match=r"odd\.md:1"):
        read_journey(journey)


async def test_a_journey_that_does_not_come_true_names_its_line(
    tmp_path: Path, surface: PlaygroundSurface
) -> None:
    journey = tmp_path / "odd.md"
    journey.write_text("**Member A** types `/cairn`\n\n**Cairn** answers Member A alone:\n\n> Good night\n")
    with pytest.raises(AssertionError, match=r"odd\.md:3: 'Good night' is not in the answer"):
        await walk(journey, surface)
