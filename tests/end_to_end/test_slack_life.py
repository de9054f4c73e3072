"""A workspace takes the app out, or its token back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.end_to_end.slack_bot import TRANSPORTS, Met, meeting
from tests.end_to_end.slack_people import Person

pytestmark = pytest.mark.usefixtures("patient_slack")

AT = datetime(2026, 11, 20, 9, tzinfo=UTC)


@pytest.fixture(params=TRANSPORTS)
async def met(request: pytest.FixtureRequest) -> AsyncIterator[Met]:
    async with meeting(request.param) as slack:
        yield slack


async def tell(person: Person, event: dict[str, Any], **change: Any) -> None:
    payload = person.event_payload(event) | {"event_time": int(AT.timestamp())} | change
    await person.line.send("events_api", payload)


async def test_at_the_start_the_workspace_is_there(met: Met) -> None:
    assert met.doors.lives == [(met.workspace.id, "returned", None)]


@pytest.mark.parametrize(
    "event",
    [
        {"type": "app_uninstalled"},
        {"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": ["UCAIRN"]}},
    ],
)
@pytest.mark.parametrize("authorised", [True, False])
async def test_the_doors_hear_when_it_left(met: Met, event: dict[str, Any], authorised: bool) -> None:
    await tell(met.member, event, **({} if authorised else {"authorizations": []}))
    await met.wait(lambda: len(met.doors.lives) == 2)
    assert met.doors.lives[-1] == (met.workspace.id, "left", AT)
    assert met.bugs == []


@pytest.mark.parametrize(
    ("event", "change"),
    [
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"]}}, {}),
        ({"type": "tokens_revoked", "tokens": {"oauth": ["U1"], "bot": []}}, {}),
        ({"type": "tokens_revoked", "tokens": "all"}, {}),
        ({"type": "app_uninstalled"}, {"event_time": "yesterday"}),
        ({"type": "app_uninstalled"}, {"event_time": -1}),
        ({"type": "app_uninstalled"}, {"event_time": 1 << 60}),
        ({"type": "app_uninstalled"}, {"team_id": "TOTHER", "authorizations": []}),
    ],
)
async def test_what_is_about_others_or_can_t_be_read_changes_nothing(
    met: Met, event: dict[str, Any], change: dict[str, Any]
) -> None:
    await tell(met.member, event, **change)
    await met.member.type("/whisper", "")  # answered, so what came before has had its turn
    assert [what for _, what, _ in met.doors.lives] == ["returned"]
    assert met.bugs == []
