"""The kill campaign once more, with Cairn's own adapters and the platforms' fakes as the sink.

A worker is killed at its own steps, and whenever the fake has been asked for something, before it does it and
before it answers. "discord, later": so late that Discord has forgotten the keys, and has to be asked.
"""

import asyncio
import random
import re
import signal
from bisect import bisect_left
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Protocol

import pytest

from bot.core.chat.call import Caller, Space
from bot.core.ids import Address
from bot.core.recurrence import next_due
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.store import DatabaseStore
from tests.end_to_end.discord_fake import FakeDiscord
from tests.end_to_end.discord_people import items
from tests.end_to_end.slack_fake import SlackFake
from tests.faults.field import KIND, LISBON, SOAK, WEEK, Worker, count_states
from tests.faults.worker import Orders
from tests.soak import at_length

# Long enough ago that all weeks of a campaign are: Slack stamps what it is told with the real time.
NINE = datetime(2016, 3, 7, 9, tzinfo=UTC)
BURST = 20
COMMITS = 3  # in which a burst is leased, or marked, at least
COMPONENTS_V2 = 1 << 15
# Requests that Discord takes in a second. A new worker waits for a second before its first one.
DISCORD_LIMIT = 50
ANY_RATE = 1_000.0
# Messages that Slack takes in a second in one channel; how much of that, and of a workspace's, is used.
SLACK_CHANNEL_LIMIT = 1.0
SLACK_CHANNEL_RATE = Settings.model_fields["slack_channel_rate"].default
SLACK_RATE = Settings.model_fields["slack_rate"].default
SLACK_FAST = 10
CHANNEL = "CGENERAL"
LEASE = 0.2
ROUNDS = 34 if SOAK else 1
STEPS = ("claimed", "made", "before post", "posted", "marked")
# What the fake is asked for, and whether it has done it already.
SLACK_ASKED = tuple(
    (what, done) for what in ("conversations.open", "chat.postMessage") for done in (False, True)
)
DISCORD_ASKED = tuple(
    (what, done)
    for what in ("GET /guilds", "POST /users/@me/channels", r"POST /channels/\d+/messages", "PATCH /channels")
    for done in (False, True)
)


class Sink(Protocol):
    """A fake platform, as the campaign needs it."""

    platform: str
    group: int
    asked: tuple[tuple[str, bool], ...]

    @property
    def api_url(self) -> str: ...

    def watch(self, hear: Callable[[str, bool], None]) -> None: ...

    def add_people(self, count: int) -> tuple[Space, list[Caller]]: ...

    def shown(self) -> Iterator[tuple[str, bool]]:
        """Each message that people see: its key, and whether its last form is there."""
        ...

    def forget_keys(self) -> None: ...


class OnSlack:
    platform, group, asked = "slack", 1, SLACK_ASKED

    def __init__(self, fake: SlackFake) -> None:
        self.fake = fake
        self.workspace = fake.install("Cloud to AI")

    @property
    def api_url(self) -> str:
        return self.fake.api_url

    def watch(self, hear: Callable[[str, bool], None]) -> None:
        self.fake.watch = hear

    def add_people(self, count: int) -> tuple[Space, list[Caller]]:
        users = [self.workspace.add_person(f"Member {number}") for number in range(count)]
        space = Space(Address("slack", self.workspace.id), self.workspace.name)
        return space, [Caller(Address("slack", user), user) for user in users]

    def shown(self) -> Iterator[tuple[str, bool]]:
        for post in self.workspace.posts:
            yield post.payload["metadata"]["event_payload"]["key"], "blocks" in post.payload

    def forget_keys(self) -> None:
        """Slack refuses nothing for its key anyway."""


class OnDiscord:
    platform, group, asked = "discord", 8, DISCORD_ASKED

    def __init__(self, fake: FakeDiscord, *, remembers: bool) -> None:
        self.fake = fake
        self.guild = fake.world.add_guild("Cloud to AI")
        self.remembers = remembers

    @property
    def api_url(self) -> str:
        return self.fake.api_url

    def watch(self, hear: Callable[[str, bool], None]) -> None:
        self.fake.watch = hear

    def add_people(self, count: int) -> tuple[Space, list[Caller]]:
        users = [self.fake.world.add_user(f"Member {number}") for number in range(count)]
        for user in users:
            self.guild.members[user.id] = 0
        space = Space(Address("discord", self.guild.id), self.guild.name)
        return space, [Caller(Address("discord", user.id), user.name) for user in users]

    def shown(self) -> Iterator[tuple[str, bool]]:
        for message in self.fake.world.messages.values():
            (key,) = {
                found[1]
                for item in items(message.body)
                if (found := re.search(r"([a-z2-7]{24})$", item.get("custom_id", "")))
            }
            yield key, bool(message.body.get("flags", 0) & COMPONENTS_V2)

    def forget_keys(self) -> None:
        if not self.remembers:
            for message in self.fake.world.messages.values():
                message.body.pop("nonce", None)


@asynccontextmanager
async def open_sink(name: str) -> AsyncIterator[Sink]:
    fake: SlackFake | FakeDiscord = SlackFake() if name == "slack" else FakeDiscord()
    await fake.start()
    try:
        yield OnSlack(fake) if isinstance(fake, SlackFake) else OnDiscord(fake, remembers=name == "discord")
    finally:
        await fake.stop()


class Campaign:
    """A database with members of one space, and workers that speak to the fake."""

    def __init__(self, url: str, sink: Sink, lease: float = LEASE) -> None:
        self.sink = sink
        self.engine = open_engine(url)
        self.alone = url.startswith("sqlite")
        self.orders = Orders(
            url, 0, NINE, platform=sink.platform, api_url=sink.api_url, group=sink.group, lease=lease
        )
        space, people = sink.add_people(BURST)
        due = next_due(LISBON, NINE - WEEK / 2)
        with DatabaseStore(self.engine, 30.0).write() as tx:
            for one in people:
                member = tx.members.enrol(space, one, NINE)
                tx.slots.point(member.space_id, KIND, member.id, LISBON, due)

    async def run(self, **changes: Any) -> int | None:
        """A worker, until it ends or is killed: its exit status."""
        orders = replace(self.orders, alone=self.alone, **changes)
        # The fake lives on this loop, so nothing here may wait without it.
        worker = await asyncio.to_thread(Worker, orders)
        try:
            return await asyncio.to_thread(worker.end)
        finally:
            worker.close()

    async def kill_when_asked(
        self, what: str, done: bool, time: int, heard: list[float] | None = None, **changes: Any
    ) -> int | None:
        """A worker that is killed when the fake is asked for this for the `time`th time. `heard`: when it was
        asked for anything."""
        left = time
        started: asyncio.Future[Worker] = asyncio.get_running_loop().create_future()

        def hear(asked: str, is_done: bool) -> None:
            nonlocal left
            if heard is not None and not is_done:
                heard.append(monotonic())
            if done == is_done and re.match(what, asked) and started.done():
                left -= 1
                if left == 0:
                    started.result().send(signal.SIGKILL)

        self.sink.watch(hear)
        worker = await asyncio.to_thread(Worker, replace(self.orders, alone=self.alone, **changes))
        started.set_result(worker)
        try:
            return await asyncio.to_thread(worker.end)
        finally:
            self.sink.watch(lambda _asked, _done: None)
            worker.close()

    async def finish(self, before: int, **changes: Any) -> None:
        """A worker that nobody disturbs; then everybody has heard of this week, once and completely."""
        self.sink.forget_keys()
        assert await self.run(**changes) == 0
        new = list(self.sink.shown())[before:]
        assert len({key for key, _ in new}) == BURST, "lost"
        assert len(new) == BURST, "twice"
        assert all(whole for _, whole in new), "half made"
        assert set(count_states(self.engine)) == {"sent"}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("sqlite", "slack"),
        ("sqlite", "discord, later"),
        ("postgres", "discord"),
        *at_length([("postgres", "slack"), ("postgres", "discord, later"), ("sqlite", "discord")]),
    ],
    indirect=["url"],
)
async def test_a_worker_killed_anywhere_loses_nothing_and_says_nothing_twice(url: str, name: str) -> None:
    dice = random.Random(f"{name} {url.partition(':')[0]}")
    async with open_sink(name) as sink:
        campaign = Campaign(url, sink)
        try:
            week = 0
            for step in STEPS * ROUNDS:
                before, start = len(list(sink.shown())), NINE + week * WEEK
                times = COMMITS if step in ("made", "marked") else BURST
                dies_at = (step, dice.randint(1, times))
                assert await campaign.run(start=start, dies_at=dies_at, owner=f"{week}") == -signal.SIGKILL
                await campaign.finish(before, start=start)
                week += 1
            for what, done in sink.asked * ROUNDS:
                before, start = len(list(sink.shown())), NINE + week * WEEK
                time = dice.randint(1, BURST // 2)
                ended = await campaign.kill_when_asked(what, done, time, start=start, owner=f"{week}")
                assert ended == -signal.SIGKILL
                await campaign.finish(before, start=start)
                week += 1
        finally:
            campaign.engine.dispose()


async def test_discord_is_asked_no_more_than_it_allows(url: str) -> None:
    dice = random.Random(url.partition(":")[0])
    asked: list[float] = []
    async with open_sink("discord") as sink:
        campaign = Campaign(url, sink, lease=2.0)
        try:
            # Killed in the middle: whoever takes over keeps to the limit as well.
            what, done, time = r"PATCH /channels", True, dice.randint(BURST // 4, BURST // 2)
            await campaign.kill_when_asked(what, done, time, rate=ANY_RATE, heard=asked)
            sink.watch(lambda _asked, is_done: None if is_done else asked.append(monotonic()))
            await campaign.finish(0, rate=ANY_RATE)
        finally:
            campaign.engine.dispose()
    assert len(asked) > 2 * BURST
    assert max(bisect_left(asked, at + 1.0) - number for number, at in enumerate(asked)) <= DISCORD_LIMIT


@pytest.mark.parametrize("channel", ["", CHANNEL], ids=["to members", "into a channel"])
async def test_slack_is_told_no_more_than_it_allows(url: str, channel: str) -> None:
    """Ten times as fast as with the defaults, which stay as far below what Slack allows."""
    dice = random.Random(f"{url.partition(':')[0]} {channel}")
    rates = {"rate": SLACK_FAST * SLACK_RATE, "channel_rate": SLACK_FAST * SLACK_CHANNEL_RATE}
    limit = SLACK_FAST * SLACK_CHANNEL_LIMIT if channel else SLACK_FAST * SLACK_RATE
    async with open_sink("slack") as sink:
        assert isinstance(sink, OnSlack)
        sink.workspace.add_channel(CHANNEL)
        campaign = Campaign(url, sink, lease=2.0)
        orders = {**rates, "channel": channel}
        try:
            time = dice.randint(BURST // 4, BURST // 2)
            await campaign.kill_when_asked("chat.postMessage", True, time, **orders)
            await campaign.finish(0, **orders)
        finally:
            campaign.engine.dispose()
    posts = [one.at for one in sink.fake.limits.asked if one.method == "chat.postMessage"]
    assert len(posts) == BURST
    assert max(bisect_left(posts, at + 1.0) - number for number, at in enumerate(posts)) <= limit
