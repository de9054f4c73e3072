"""Slack says, while something is sent, that a channel or a member is not to be had any more."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_workspace import Workspace
from tests.journeys.conversation import HOME, Speaker
from tests.journeys.slack import GENERAL, LEAD, SlackSurface

pytestmark = pytest.mark.usefixtures("patient_slack")

LEADER, MEMBER = Speaker(LEAD, HOME), Speaker("Member A", HOME)
WEEK = timedelta(weeks=1)


class Scene(SlackSurface):
    """A workspace with Cairn behind it, whole, and with the time that the clock shows there."""

    @property
    def fake(self) -> SlackFake:
        return self._fake

    @property
    def home(self) -> Workspace:
        return self._workspaces[HOME]

    async def live_for(self, span: timedelta) -> int:
        """How many messages Slack was asked to take meanwhile."""
        before = self._fake.calls["chat.postMessage"]
        await self.live_until(self._app.time.now() + span)
        return self._fake.calls["chat.postMessage"] - before

    def user(self, speaker: Speaker) -> str:
        return self._enter(speaker).id


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    made = Scene(tmp_path, "socket")
    await made.start()
    yield made
    await made.stop()


@pytest.mark.parametrize("how", ["not_in_channel", "channel_not_found"])
async def test_a_channel_that_is_closed_ends_what_comes_there(scene: Scene, how: str) -> None:
    await scene.type(LEADER, "lead create", {"name": "Autumn"})
    await scene.type(LEADER, "lead schedule", {"day": "Monday", "zone": "Europe/Lisbon"})
    assert await scene.live_for(WEEK) == 1
    if how == "not_in_channel":
        scene.home.channels[GENERAL].discard(scene.home.bot)
    else:
        del scene.home.channels[GENERAL]
    assert await scene.live_for(WEEK) == 2  # the summary, and what the lead is told of it
    assert scene.fake.refused == {how: 2}  # a message, and the question whether that is so
    told = "\n".join(await scene.hear(LEADER) or ())
    assert "ype /invite @Cairn in that channel" in told
    assert how in told
    assert await scene.live_for(3 * WEEK) == 0


async def test_a_member_who_was_deleted_is_left_in_peace(scene: Scene) -> None:
    await scene.type(MEMBER, "plan start", {"zone": "Europe/Lisbon"})
    await scene.type(MEMBER, "reminders on", {"day": "Monday"})
    assert await scene.live_for(WEEK) == 1
    scene.home.people[scene.user(MEMBER)]["deleted"] = True
    assert await scene.live_for(3 * WEEK) == 1, "what Slack refuses is asked of it once"
    assert await scene.live_for(WEEK) == 0
    assert scene.fake.refused == {"channel_not_found": 1, "user_disabled": 1}
