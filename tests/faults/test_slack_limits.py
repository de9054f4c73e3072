"""What Slack allows a workspace, over the wire: its own bucket obeys Retry-After, and no other has to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from bot.adapters.slack import openings
from bot.adapters.slack.surroundings import Surroundings, open_session
from bot.adapters.slack.workspaces import Messengers, Workspace
from bot.core.catalog import Catalog
from bot.core.chat.call import Caller, Space
from bot.core.ids import Address
from bot.core.recurrence import next_due
from bot.delivery.courier import Courier
from bot.delivery.pace import Pace, Rate
from bot.scheduling.planner import Planner
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_faults import LOST, Asked, Fault
from tests.faults.field import KIND, LISBON, WEEK, count_states
from tests.faults.platforms import MANY, Unpainted
from tests.faults.worker import FastClock, Keys, hop

pytestmark = pytest.mark.one_database

# Slack stamps what it is told with the real time, so what is due has been so for long.
NINE = datetime(2016, 3, 7, 9, tzinfo=UTC)
PEOPLE = 8
NAMES = ("Ridge", "Valley")
# A request that was on its way when another one was refused has not disobeyed. Several are at once.
ON_ITS_WAY = 0.2


class Fixed:
    """Workspaces that are known from the start."""

    def __init__(self, *workspaces: Workspace) -> None:
        self._known = {one.space.address: one for one in workspaces}

    async def at(self, space: Address) -> Workspace | None:
        return self._known.get(space)

    async def find(self, envelope: object) -> Workspace | None:
        raise AssertionError(envelope)

    async def leave(self, envelope: object, at: datetime) -> None:
        raise AssertionError(envelope, at)


@dataclass
class Post:
    """Two workspaces with members who are all due, and one courier for both."""

    fake: SlackFake
    store: DatabaseStore
    courier: Courier
    clock: FastClock

    async def deliver(self) -> None:
        """Until everybody was told, each bucket in a task of its own, as the runner does."""
        await hop(Planner(self.store).plan_due, self.clock.now())
        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            draining: dict[str, asyncio.Task[int]] = {}
            while not await hop(self._is_done):
                for bucket in await self.courier.due_buckets():
                    if bucket not in draining or draining[bucket].done():
                        draining[bucket] = group.create_task(self.courier.drain(bucket))
                await asyncio.sleep(0.01)

    def _is_done(self) -> bool:
        with self.store.read() as tx:
            return tx.ledger.next_at() is None

    def asked(self, workspace: str) -> list[Asked]:
        return [one for one in self.fake.limits.asked if one.workspace == workspace]


@pytest.fixture
async def post(url: str) -> AsyncIterator[Post]:
    async with _open(url) as opened:
        yield opened
        for workspace in opened.fake.workspaces.values():
            told = [one.payload["metadata"]["event_payload"]["key"] for one in workspace.posts]
            assert len(told) == len(set(told)) == PEOPLE, workspace.name


@asynccontextmanager
async def _open(url: str, people: int = PEOPLE, most: int = MANY) -> AsyncIterator[Post]:
    fake = SlackFake()
    await fake.start()
    engine = open_engine(url)
    store = DatabaseStore(engine, 30.0)
    clock = FastClock(NINE, 1.0)
    unpainted = Unpainted()
    try:
        async with open_session() as session:
            around = Surroundings(
                unpainted, Catalog(()), unpainted, unpainted, "", fake.api_url, most, session
            )
            speaking = []
            for name in NAMES:
                workspace = fake.install(name)
                space = Space(Address("slack", workspace.id), name)
                speaking.append(around.speak(space, workspace.token, workspace.bot))
                with store.write() as tx:
                    for number in range(people):
                        user = workspace.add_person(f"Member {number}")
                        member = tx.members.enrol(space, Caller(Address("slack", user), user), NINE)
                        due = next_due(LISBON, NINE - WEEK / 2)
                        tx.slots.point(member.space_id, KIND, member.id, LISBON, due)
            courier = Courier(
                store,
                Keys(lambda _step: None, "slack"),
                Messengers(Fixed(*speaking)),
                clock,
                hop,
                owner="one",
                pace=Pace({"slack": Rate(100.0, 9.0)}),
            )
            yield Post(fake, store, courier, clock)
        assert set(count_states(engine)) == {"sent"}
    finally:
        engine.dispose()
        await fake.stop()


def check_obeyed(asked: list[Asked]) -> int:
    """How often a workspace was told to wait: it then was asked for nothing until the time was over."""
    refused = [one for one in asked if one.retry_after is not None]
    for told in refused:
        assert told.retry_after is not None
        until = told.at + told.retry_after
        early = [one for one in asked if told.at + ON_ITS_WAY < one.at < until - ON_ITS_WAY]
        assert not early
    return len(refused)


@pytest.mark.parametrize("method", ["chat.postMessage", "conversations.open"])
async def test_a_limit_of_slack_is_obeyed_by_the_whole_workspace(post: Post, method: str) -> None:
    post.fake.limits.limit(method, 3, 1.0)
    await post.deliver()
    for workspace in post.fake.workspaces:
        assert check_obeyed(post.asked(workspace)) >= 1


async def test_no_more_is_opened_than_slack_takes(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty times as fast as real minutes."""
    monkeypatch.setattr(openings, "MINUTE", 3.0)
    people = 70
    async with _open(url, people, openings.MOST) as post:
        post.fake.limits.limit("conversations.open", 50, 3.0)
        await post.deliver()
        for name, workspace in post.fake.workspaces.items():
            asked = [one for one in post.asked(name) if one.method == "conversations.open"]
            assert [one.retry_after for one in asked] == [None] * people
            assert len(workspace.posts) == people


async def test_another_workspace_is_not_kept_waiting(post: Post) -> None:
    post.fake.faults.plan("chat.postMessage", Fault("refuse", 429, "ratelimited", retry_after=4))
    await post.deliver()
    posts = {
        one: [asked.at for asked in post.asked(one) if asked.method == "chat.postMessage"]
        for one in post.fake.workspaces
    }
    refused = next(one for one in post.fake.limits.asked if one.method == "chat.postMessage")
    (other,) = (one for one in posts if one != refused.workspace)
    following = [at for at in posts[refused.workspace] if at > refused.at + ON_ITS_WAY]
    assert following[0] - refused.at >= 4 - ON_ITS_WAY
    assert posts[other][-1] < following[0]


async def test_who_may_not_look_yet_waits_before_looking_or_saying_anything(post: Post) -> None:
    """A message of which nobody knows whether it was said, and a platform that lets nobody look now."""
    post.fake.faults.plan("chat.postMessage", LOST)
    post.fake.faults.plan("conversations.history", Fault("refuse", 429, "ratelimited", retry_after=2))
    await post.deliver()
    (refused, *_) = (one for one in post.fake.limits.asked if one.method == "conversations.history")
    following = [one.at for one in post.asked(refused.workspace) if one.at > refused.at]
    assert min(following) - refused.at >= 2 - ON_ITS_WAY
