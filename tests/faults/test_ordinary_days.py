"""Ordinary bad days: platforms that take their time, answer oddly now and then and are away for a moment, and
a database that is slow at times. Everything due is said once, and nobody who is active goes quiet or is asked
whether to go on.

Planner, router, courier and adapters are Cairn's own; the fakes speak the platforms' wire.
"""

import asyncio
import random
import sys
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from statistics import quantiles
from time import monotonic
from typing import Protocol, TypeVar

import pytest
from aiohttp import web
from sqlalchemy import Engine, select

from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Caller, ReplyTo, Space, Typed
from bot.core.handlers import FEATURES
from bot.core.ids import Address
from bot.core.outbox import Messenger
from bot.core.router import Router
from bot.delivery.courier import GROUP, Courier
from bot.delivery.pace import Pace, Rate
from bot.scheduling.planner import Planner
from bot.settings import Settings
from bot.storage.engine import open_engine
from bot.storage.ledger_tables import ledger
from bot.storage.store import DatabaseStore
from tests.conftest import DATABASES
from tests.contract.planning import Desk
from tests.end_to_end.discord_fake import FakeDiscord
from tests.end_to_end.discord_fake import Fault as DiscordFault
from tests.end_to_end.slack_fake import SlackFake
from tests.end_to_end.slack_faults import BROKEN, LOST, RESET, Fault
from tests.faults.field import SOAK, count_states
from tests.faults.platforms import open_messenger

T = TypeVar("T")

# Long enough ago: the fakes stamp with the real time what they are told. No clock changes in these weeks.
START = datetime(2016, 1, 6, 11, tzinfo=UTC)
REMINDED = datetime(2016, 1, 11, 9, tzinfo=UTC)
TIP = REMINDED + timedelta(days=2, hours=1)
WEEK = timedelta(weeks=1)
WEEKS = 6 if SOAK else 3
ACTIVE, IDLE = (40, 10) if SOAK else (4, 1)
PATIENCE = 600.0 if SOAK else 120.0
OUTAGE_SECONDS = 10.0 if SOAK else 0.4
# One run for each database and each platform is enough where there is little time.
CASES = (
    tuple(product(DATABASES, ("slack", "discord")))
    if SOAK
    else (("sqlite", "slack"), ("postgres", "discord"))
)
QUESTION, REMINDER = "Shall I go on?", "Your week"
# What part of the requests: answers of 5xx, limits, lines that break before and after the work was done.
ODD = 0.01
LATENCY = (0.03, 0.3)
SLOW_DATABASE, SLOW_SECONDS = 0.01, (0.3, 1.0)
SLACK_RATE = Settings.model_fields["slack_rate"].default
SLACK_CHANNEL_RATE = Settings.model_fields["slack_channel_rate"].default
DISCORD_LIMIT = 50
SLACK_METHODS = ("conversations.open", "chat.postMessage", "conversations.history")


class RunningClock:
    """Runs with real time from wherever it was set last."""

    def __init__(self) -> None:
        self.set(START)

    def set(self, at: datetime) -> None:
        self._at, self._began = at, monotonic()

    def now(self) -> datetime:
        return self._at + timedelta(seconds=monotonic() - self._began)


class Chance(DiscordFault):
    """A fault that comes with its share of all requests."""

    def __init__(self, share: float, dice: random.Random, status: int, *, after: bool = False) -> None:
        super().__init__("", "", status, after=after, retry_after=1.0 if status == 429 else None)
        self._share, self._dice = share, dice

    def matches(self, request: web.Request) -> bool:
        del request
        return self._dice.random() < self._share


class Sky(Protocol):
    """A platform with its weather."""

    platform: str
    group: int
    limit: int

    @property
    def api_url(self) -> str: ...

    def settle(self, count: int) -> tuple[Space, list[str], str]:
        """A community with so many people: their ids, and that of its channel."""
        ...

    def cloud(self) -> None:
        """The weather of ordinary days begins."""
        ...

    def storm(self) -> None:
        """Nothing is answered as it should be, until `cloud`."""
        ...

    def said(self) -> Iterator[tuple[str, str]]:
        """Each message that people see: its channel, and all that is in it."""
        ...

    def channel_of(self, user: str) -> str: ...

    def asked(self) -> list[float]:
        """When what is limited was asked for."""
        ...


class SlackSky:
    # The rate is ten percent less than what Slack takes.
    platform, group, limit = "slack", 1, round(SLACK_RATE / 0.9)

    def __init__(self, fake: SlackFake) -> None:
        self.fake = fake
        self.workspace = fake.install("Cloud to AI")

    @property
    def api_url(self) -> str:
        return self.fake.api_url

    def settle(self, count: int) -> tuple[Space, list[str], str]:
        users = [self.workspace.add_person(f"Member {number}") for number in range(count)]
        self.workspace.add_channel("CGENERAL", *users)
        return Space(Address("slack", self.workspace.id), self.workspace.name), users, "CGENERAL"

    def cloud(self) -> None:
        limited = Fault("refuse", 429, "ratelimited", retry_after=1)
        odd = [(BROKEN, ODD), (limited, ODD / 2), (RESET, ODD / 2), (LOST, ODD)]
        steps = 10
        slow = [
            (Fault("slow", seconds=LATENCY[0] + step * (LATENCY[1] - LATENCY[0]) / (steps - 1)), 1 / steps)
            for step in range(steps)
        ]
        self.fake.faults.calm()
        for number, method in enumerate(SLACK_METHODS):
            self.fake.faults.storm(method, number, *odd, *slow)

    def storm(self) -> None:
        for number, method in enumerate(SLACK_METHODS):
            self.fake.faults.storm(method, number, (Fault("refuse", 503), 0.5), (RESET, 0.5))

    def said(self) -> Iterator[tuple[str, str]]:
        for post in self.workspace.posts:
            yield post.channel, str(post.payload)

    def channel_of(self, user: str) -> str:
        return self.workspace.direct(user)

    def asked(self) -> list[float]:
        return [one.at for one in self.fake.limits.asked if one.method == "chat.postMessage"]


class DiscordSky:
    platform, group, limit = "discord", GROUP, DISCORD_LIMIT

    def __init__(self, fake: FakeDiscord) -> None:
        self.fake = fake
        self.guild = fake.world.add_guild("Cloud to AI")
        self._asked: list[float] = []
        self._dice = random.Random(7)

    @property
    def api_url(self) -> str:
        return self.fake.api_url

    def settle(self, count: int) -> tuple[Space, list[str], str]:
        users = [self.fake.world.add_user(f"Member {number}") for number in range(count)]
        for user in users:
            self.guild.members[user.id] = 0
        space = Space(Address("discord", self.guild.id), self.guild.name)
        return space, [user.id for user in users], self.guild.channels["general"]

    def cloud(self) -> None:
        self.fake.latency = self._measure
        self.fake.faults = [
            Chance(ODD, self._dice, 502),
            Chance(ODD / 2, self._dice, 429),
            Chance(ODD / 2, self._dice, 0),
            Chance(ODD, self._dice, 0, after=True),
        ]

    def storm(self) -> None:
        self.fake.faults = [Chance(0.5, self._dice, 503), Chance(1.0, self._dice, 0)]

    def said(self) -> Iterator[tuple[str, str]]:
        for message in self.fake.world.messages.values():
            yield message.channel, str(message.body)

    def channel_of(self, user: str) -> str:
        return self.fake.world.open_direct(user)

    def asked(self) -> list[float]:
        return self._asked

    def _measure(self, _asked: str) -> float:
        self._asked.append(monotonic())
        return self._dice.uniform(*LATENCY)


@asynccontextmanager
async def open_sky(platform: str) -> AsyncIterator[Sky]:
    fake: SlackFake | FakeDiscord = SlackFake() if platform == "slack" else FakeDiscord()
    await fake.start()
    try:
        yield SlackSky(fake) if isinstance(fake, SlackFake) else DiscordSky(fake)
    finally:
        await fake.stop()


@dataclass
class Days:
    """A community, its people's calls, and what becomes due for them."""

    sky: Sky
    store: DatabaseStore
    router: Router
    clock: RunningClock
    courier: Courier
    planner: Planner
    space: Space
    active: list[str]
    idle: list[str]
    channel: str
    calls: int = 0

    def ask(self, user: str, command: str, *, leads: bool = False, **options: str) -> None:
        self.calls += 1
        platform = self.space.address.platform
        caller = Caller(Address(platform, user), f"Member {user}", is_lead=leads)
        where = ReplyTo(Address(platform, self.channel), can_post=True)
        answer = self.router.answer(
            Call(f"call-{self.calls}", self.space, caller, Typed(command, options), where)
        )
        assert answer is not None
        assert not answer.refused, (command, answer)

    def begin(self) -> None:
        lead = self.active[0]
        self.ask(lead, "lead create", leads=True, name="Autumn")
        for user in self.active + self.idle:
            self.ask(user, "plan start", zone="Europe/Lisbon")
            self.ask(user, "reminders set", day="mon", hour="09:00")
            self.ask(user, "cohort join", cohort="Autumn")
        tips = {"action": "set", "day": "wed", "hour": "10:00", "zone": "Europe/Lisbon"}
        self.ask(lead, "lead tips", leads=True, **tips)

    async def live(self, at: datetime, *, storms: bool) -> None:
        """Everything that is due at this moment is said; halfway the platform may be away for a moment."""
        self.clock.set(at)
        await asyncio.to_thread(self.planner.plan_due, self.clock.now())
        outage = asyncio.create_task(self._be_away() if storms else asyncio.sleep(0))
        async with asyncio.timeout(PATIENCE):
            while await asyncio.to_thread(self._waits):
                for bucket in await self.courier.due_buckets():
                    await self.courier.drain(bucket)
                await asyncio.sleep(0.05)
        await outage

    async def _be_away(self) -> None:
        await asyncio.sleep(0.5)
        self.sky.storm()
        await asyncio.sleep(OUTAGE_SECONDS)
        self.sky.cloud()

    def _waits(self) -> bool:
        with self.store.read() as tx:
            return tx.ledger.next_at() is not None


def slowly(dice: random.Random) -> Callable[..., object]:
    """Hops to a thread, as the process does, where the database takes long now and then."""

    async def hop(work: Callable[..., T], *args: object) -> T:
        if dice.random() < SLOW_DATABASE:
            await asyncio.sleep(dice.uniform(*SLOW_SECONDS))
        return await asyncio.to_thread(work, *args)

    return hop


def make_days(sky: Sky, store: DatabaseStore, messenger: Messenger) -> Days:
    def fail(error: Exception, call: object) -> str:
        raise AssertionError(call) from error

    clock = RunningClock()
    router = Router(Catalog(FEATURES), store, clock, Desk(store).library, fail)
    courier = Courier(
        store,
        router,
        messenger,
        clock,
        slowly(random.Random(3)),  # type: ignore[arg-type]
        owner="one",
        pace=Pace({"slack": Rate(SLACK_RATE, SLACK_CHANNEL_RATE), "discord": Rate()}),
        group=sky.group,
    )
    space, users, channel = sky.settle(ACTIVE + IDLE)
    return Days(
        sky, store, router, clock, courier, Planner(store), space, users[:ACTIVE], users[ACTIVE:], channel
    )


def find_waits(engine: Engine) -> list[float]:
    """The seconds from when each message was due until it was marked as sent, the shortest first."""
    with engine.connect() as connection:
        sent = select(ledger.c.due_at, ledger.c.changed_at).where(ledger.c.state == "sent")
        return sorted((row.changed_at - row.due_at).total_seconds() for row in connection.execute(sent))


def name_of(text: str) -> str:
    """What it is that was said; all of it, where nothing of the kind was due."""
    return "question" if QUESTION in text else "said" if REMINDER in text else text


@pytest.mark.parametrize(("database", "platform"), CASES)
async def test_on_ordinary_bad_days_all_is_said_once_and_nobody_goes_quiet(
    request: pytest.FixtureRequest, database: str, platform: str
) -> None:
    engine = open_engine(request.getfixturevalue(f"{database}_url"))
    store = DatabaseStore(engine, 30.0)
    began = monotonic()
    try:
        async with (
            open_sky(platform) as sky,
            open_messenger(platform, sky.api_url, lambda _: None, SLACK_RATE) as messenger,
        ):
            days = make_days(sky, store, messenger)
            days.begin()
            sky.cloud()
            for week in range(WEEKS):
                for user in days.active:
                    days.clock.set(REMINDED + week * WEEK - timedelta(hours=1))
                    days.ask(user, "goal")
                await days.live(REMINDED + week * WEEK, storms=SOAK or week == 0)
                await days.live(TIP + week * WEEK, storms=False)
            heard = defaultdict[str, list[str]](list)
            for channel, text in sky.said():
                heard[channel].append(name_of(text))
            direct = {user: heard[sky.channel_of(user)] for user in days.active + days.idle}
            posted, asked = len(heard[days.channel]), sky.asked()
        states, waits = count_states(engine), find_waits(engine)
    finally:
        engine.dispose()
    busiest = max(bisect_left(asked, at + 1.0) - number for number, at in enumerate(asked))
    told = Counter(one for texts in direct.values() for one in texts)
    sys.stdout.write(
        f"\n{platform} on {database}: {sum(states.values())} due, {told['said'] + posted} said, "
        f"{told['question']} asked whether to go on; {len(asked)} requests in {monotonic() - began:.0f} s, "
        f"{busiest} in the busiest second; said after {quantiles(waits, n=2)[0]:.1f} s in the median, "
        f"{waits[-1]:.1f} s at most\n"
    )
    assert [direct[user] for user in days.active] == [["said"] * WEEKS] * ACTIVE
    # Who ignored two is asked once, and then left in peace.
    assert [direct[user] for user in days.idle] == [["said", "said", "question"]] * IDLE
    assert posted == WEEKS
    assert set(states) <= {"sent", "skipped"}
    assert busiest <= sky.limit
