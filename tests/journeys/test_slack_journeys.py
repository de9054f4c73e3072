from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.conversation import walk
from tests.journeys.slack import SlackSurface, Transport

pytestmark = pytest.mark.usefixtures("patient_slack")

JOURNEYS = tuple(sorted(Path(__file__).parent.glob("*.md")))
TRANSPORTS: tuple[Transport, ...] = ("socket", "http")


@pytest.fixture(params=TRANSPORTS)
async def surface(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[SlackSurface]:
    slack = SlackSurface(tmp_path, request.param)
    await slack.start()
    yield slack
    await slack.stop()


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda path: path.stem)
async def test_a_journey_comes_true_on_slack(journey: Path, surface: SlackSurface) -> None:
    await walk(journey, surface)
