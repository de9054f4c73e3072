"""Each scope of the manifest is needed, by something that has a name; and nothing needs another one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot import telemetry
from bot.adapters.slack.adapter import SlackAdapter, open_slack
from bot.adapters.slack.publish import SCOPES, manifest
from bot.app import App, build, open_clerk
from bot.core.chat.message import Message, Text
from bot.core.chat.notice import Found, Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence, OccurrenceId
from bot.core.errors import DeliveryError
from bot.core.ids import Address, SpaceId
from bot.settings import Settings
from tests.end_to_end.slack_bot import ELSEWHERE, GENERAL, connected
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_people import Person
from tests.end_to_end.slack_workspace import ApiError, Post, Workspace

pytestmark = pytest.mark.usefixtures("patient_slack")

NOTE = Message("Your week", (Text((Plain("Two goals are open."),)),))


class Scene:
    """Cairn, whole and in one workspace, where its app has some scopes."""

    def __init__(self, fake: SlackFake, workspace: Workspace, adapter: SlackAdapter, lead: Person) -> None:
        self.fake = fake
        self.workspace = workspace
        self.adapter = adapter
        self.lead = lead

    @property
    def is_stuck(self) -> bool:
        """Whether a scope is missing for an answer. What members are called is asked for behind it."""
        return any(method != "users.info" for method, _ in self.fake.lacking)

    async def types(self, command: str, text: str = "") -> None:
        await self.lead.type(command, text)

    async def sees(self, shown: Callable[[Post], bool]) -> bool:
        """Whether such a message comes, or a scope is missing before it does."""
        posts = self.workspace.posts
        await self.workspace.wait_for(lambda: self.is_stuck or any(map(shown, posts)))
        return not self.is_stuck

    async def sees_text(self, text: str) -> bool:
        return await self.sees(lambda post: text in str(post.payload))

    async def says(self, place: str, to: str) -> Occurrence | None:
        """Says something unasked; what was to be said, once it was."""
        now, space = datetime.now(UTC), Address("slack", self.workspace.id)
        row = Occurrence(OccurrenceId(1), SpaceId(1), space, "reminder.weekly", 1, date(2027, 3, 1), 0, now)
        row = replace(row, place=place, to_id=to)
        notice = Notice("channel" if place == "channel" else "direct", Address("slack", to), NOTE)
        try:
            await self.adapter.messenger.post(row, notice)
        except DeliveryError:
            return None
        return row

    async def finds(self, place: str, to: str) -> bool:
        row = await self.says(place, to)
        return row is not None and isinstance(await self.adapter.messenger.find(row), Found)


async def ask_by_mention(scene: Scene) -> bool:
    if not scene.workspace.reports("app_mention"):
        return False
    await scene.lead.mention("I run EKS")
    return await scene.sees_text("Container orchestration")


async def ask_directly(scene: Scene) -> bool:
    if not scene.workspace.reports("message.im"):
        return False
    await scene.lead.write("I run EKS")
    return await scene.sees_text("Container orchestration")


async def open_the_home(scene: Scene) -> bool:
    await scene.lead.open_home()
    await scene.workspace.wait_for(lambda: bool(scene.workspace.homes))
    return True


async def use_a_command(scene: Scene) -> bool:
    await scene.types("/skillgap", "I run EKS")
    return await scene.sees_text("Container orchestration")


async def use_a_lead_s_command(scene: Scene) -> bool:
    await scene.types("/lead", "create name:Autumn")
    return "Autumn" in str(scene.workspace.posts[-1].payload)


async def be_known_by_name(scene: Scene) -> bool:
    answered: list[str] = []
    scene.fake.watch = lambda method, done: answered.append(method) if done else None
    await scene.types("/cairn")
    await scene.workspace.wait_for(lambda: "users.info" in answered)
    return not scene.fake.lacking


async def look_at_a_chart(scene: Scene) -> bool:
    await scene.types("/plan", "start zone:Europe/Lisbon")
    await scene.types("/progress")
    return await scene.sees(lambda post: post.file is not None)


async def get_a_reminder(scene: Scene) -> bool:
    return await scene.says("direct", scene.lead.id) is not None


async def get_no_reminder_twice(scene: Scene) -> bool:
    return await scene.finds("direct", scene.lead.id)


async def see_a_posted_summary(scene: Scene) -> bool:
    return await scene.says("channel", GENERAL) is not None


async def see_no_summary_twice(scene: Scene) -> bool:
    return await scene.finds("channel", GENERAL)


async def hear_where_cairn_can_t_post(scene: Scene) -> bool:
    scene.lead.channel = ELSEWHERE
    await scene.types("/lead", "create name:Autumn")
    before = len(scene.workspace.posts)
    await scene.types("/lead", "schedule day:mon hour:9:00 zone:Lisbon")
    await scene.sees(lambda post: post in scene.workspace.posts[before:])
    return "I can't post here by myself" in str([post.payload for post in scene.workspace.posts])


FEATURES: dict[str, Callable[[Scene], Awaitable[bool]]] = {
    "a question by mention": ask_by_mention,
    "a question in a direct message": ask_directly,
    "the home tab": open_the_home,
    "commands, such as /skillgap": use_a_command,
    "commands for leads, such as /lead create": use_a_lead_s_command,
    "names and clocks that members need not tell": be_known_by_name,
    "charts, such as that of /progress": look_at_a_chart,
    "reminders": get_a_reminder,
    "no reminder twice": get_no_reminder_twice,
    "a summary that a lead has posted": see_a_posted_summary,
    "no summary twice": see_no_summary_twice,
    "a lead hears at once where Cairn can't post": hear_where_cairn_can_t_post,
}
NEEDED_BY = {
    "app_mentions:read": {"a question by mention"},
    "channels:history": {"no summary twice", "a lead hears at once where Cairn can't post"},
    "chat:write": {
        "a question by mention", "a question in a direct message", "reminders", "no reminder twice",
        "a summary that a lead has posted", "no summary twice",
    },
    "commands": {
        "commands, such as /skillgap", "commands for leads, such as /lead create",
        "names and clocks that members need not tell", "charts, such as that of /progress",
        "a lead hears at once where Cairn can't post",
    },
    "files:write": {"charts, such as that of /progress"},
    "im:history": {"a question in a direct message", "no reminder twice"},
    "im:write": {"charts, such as that of /progress", "reminders", "no reminder twice"},
    "users:read": {
        "names and clocks that members need not tell", "commands for leads, such as /lead create",
        "a lead hears at once where Cairn can't post",
    },
}  # fmt: skip


@asynccontextmanager
async def installed(app: App, without: str) -> AsyncIterator[Scene]:
    """Cairn where its app was installed from its manifest, but for one scope."""
    fake = SlackFake()
    await fake.start()
    workspace = fake.install("Cloud to AI", manifest(app.catalog))
    workspace.scopes.discard(without)
    lead = workspace.add_person("Lead", is_admin=True)
    workspace.add_channel(GENERAL, lead)
    workspace.channels[ELSEWHERE] = {lead}
    opened = open_slack(
        app.doors,
        app.catalog,
        app.painter,
        telemetry.report_bug,
        token=workspace.token,
        api_url=fake.api_url,
    )
    try:
        async with opened as adapter, connected(fake, workspace, adapter, "socket", 10.0) as line:
            clerk = open_clerk(app, {"slack": adapter.desk})
            yield Scene(fake, workspace, adapter, Person(workspace, line, lead, GENERAL))
            await clerk.finish()
    finally:
        await fake.stop()


async def broken_without(scope: str, data: Path) -> set[str]:
    """The features that don't work without the scope."""
    settings, broken = Settings(data=data), set()
    app = build(settings, settings.playground_url)
    for name, use in FEATURES.items():
        async with installed(app, scope) as scene:
            try:
                works = await use(scene)
            except ApiError:  # people find no such command
                works = False
        if not works or scene.is_stuck:
            broken.add(name)
    app.close()
    return broken


async def test_with_the_manifest_s_scopes_every_feature_works(tmp_path: Path) -> None:
    broken = await broken_without("", tmp_path)
    assert not broken, f"the manifest asks for too little: {broken}"


@pytest.mark.parametrize("scope", SCOPES)
async def test_a_scope_is_there_for_a_feature(scope: str, tmp_path: Path) -> None:
    broken = await broken_without(scope, tmp_path)
    assert broken == NEEDED_BY[scope], f"{scope} is what these need: {broken}"
