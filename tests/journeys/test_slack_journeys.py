from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.journeys.conversation import walk
from tests.journeys.slack import SlackSurface, Transport
from tests.soak import SOAK

pytestmark = pytest.mark.usefixtures("patient_slack")

JOURNEYS = tuple(sorted(Path(__file__).parent.glob("*.md")))
TRANSPORTS: tuple[Transport, ...] = ("socket", "http")
# Each journey by both; in short by one of them, in turn.
WALKS = [
    pytest.param(journey, transport, id=f"{journey.stem}-{transport}")
    for number, journey in enumerate(JOURNEYS)
    for turn, transport in enumerate(TRANSPORTS)
    if SOAK or number % len(TRANSPORTS) == turn
]


@pytest.fixture
async def surface(tmp_path: Path, transport: Transport) -> AsyncIterator[SlackSurface]:
    slack = SlackSurface(tmp_path, transport)
    await slack.start()
    yield slack
    await slack.stop()


@pytest.mark.parametrize(("journey", "transport"), WALKS)
async def test_a_journey_comes_true_on_slack(journey: Path, surface: SlackSurface) -> None:
    await walk(journey, surface)
