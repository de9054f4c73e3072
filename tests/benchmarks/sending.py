"""How fast a burst of reminders goes out, with a platform's latency, and how soon a lead's post behind it.

Cairn's own adapters, outbox worker and database, on the platforms' stand-ins: every answer takes as long as
to a real platform, and their limits are kept, or the figure is worth nothing.
"""

import asyncio
import tempfile
from bisect import bisect_left
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Any

from bot.core.chat.call import Caller, Space
from bot.core.chat.control import Button
from bot.core.chat.message import Actions, Message, Text
from bot.core.chat.notice import Notice
from bot.core.chat.part import Plain
from bot.core.domain.ledger import Occurrence
from bot.core.ids import Address, Platform
from bot.core.outbox import Messenger
from bot.core.ports import Transaction
from bot.core.views.reminders import WHY
from bot.delivery.courier import GROUP, Courier
from bot.delivery.pace import Pace, Rate
from bot.rate_limit import WINDOW
from bot.storage.engine import open_engine
from bot.storage.migrate import upgrade
from bot.storage.store import DatabaseStore
from bot.threads import hop
from tests.contract.delivering import Unheard
from tests.end_to_end.discord_bot import Stub
from tests.end_to_end.discord_fake import TOKEN, Bucket, FakeDiscord
from tests.end_to_end.slack_bot import GENERAL
from tests.end_to_end.slack_fake import SlackFake

LATENCIES = (0.06, 0.12)
BURST = 90
# The stand-in's limits in so many seconds: of messages in a channel, and of looks at a server's members.
MESSAGES, MEMBERS = (5, 5.0), (40, 1.0)
DISCORD_LIMIT, SLACK_RATE, SLACK_CHANNEL_RATE = 50, 5.0, 0.9
AFTER = 2.0  # seconds into the burst, in which the lead asks
NINE = datetime(2016, 3, 7, 9, tzinfo=UTC)
REMINDER, POST = "reminder.weekly", "cohort.summary"


@dataclass(frozen=True, slots=True)
class Sent:
    """Messages a second; requests for each; the fullest second; and after how long the lead's post came."""

    rate: float
    requests: float
    fullest: int
    lead: float


class Clock:
    def now(self) -> datetime:
        return NINE


class Everybody(Unheard):
    """A reminder to each member, and posts into a channel."""

    def __init__(self, platform: Platform, channel: str) -> None:
        self._platform, self._channel = platform, channel

    def notice(self, occurrence: Occurrence, tx: Transaction, _now: datetime) -> Notice:
        why = Actions((Button("Why did I get this?", WHY(occurrence.kind, occurrence.key)),))
        message = Message("Due", (Text((Plain(occurrence.key),)), why))
        if occurrence.kind == POST:
            return Notice("channel", Address(self._platform, self._channel), message)
        member = tx.reminders.member(occurrence.space_id, occurrence.subject)
        assert member is not None
        return Notice("direct", member.address, message)


def report() -> None:
    print(f"\n{'a burst of reminders, ' + str(BURST) + ' members':52} {'goal':20} {'measured':>14}")
    for latency in LATENCIES:
        goal = {0.06: "14 a second", 0.12: "12 a second"}[latency]
        sent = asyncio.run(measure_discord(latency))
        show(f"Discord, {latency * 1e3:.0f} ms a request", goal, DISCORD_LIMIT, sent)
    for latency in LATENCIES:
        sent = asyncio.run(measure_slack(latency))
        show(f"Slack, {latency * 1e3:.0f} ms a request", "5 a second", int(SLACK_RATE), sent)


def show(name: str, goal: str, limit: int, sent: Sent) -> None:
    print(f"{name:52} {goal:20} {sent.rate:>12.1f}/s")
    print(f"{'  requests for each message':52} {'at most 3':20} {sent.requests:>14.1f}")
    print(f"{'  the fullest second holds':52} {f'at most {limit}':20} {sent.fullest:>14}")
    print(f"{'  a post that a lead asks for comes after':52} {'within 2 s':20} {sent.lead:>12.2f} s")


async def measure_discord(latency: float, burst: int = BURST) -> Sent:
    fake = FakeDiscord()
    fake.bucket, fake.members_bucket = Bucket(*MESSAGES), Bucket(*MEMBERS)
    await fake.start()
    bot = Stub(fake, member_seconds=30.0)
    await bot.adapter.sign_in(TOKEN)
    try:
        guild = fake.world.add_guild("Cloud to AI")
        people = [fake.world.add_user(f"Member {number}").id for number in range(burst)]
        for one in people:
            guild.members[one] = 0
            bot.channels.kept[one] = fake.world.open_direct(one)
        channel, told = guild.channels["general"], fake.world.messages
        place = Space(Address("discord", guild.id), guild.name)

        def moments() -> Sequence[float]:
            return sorted(fake.moments)

        def posted() -> bool:
            return any(one.channel == channel for one in told.values())

        fake.latency = lambda _asked: latency
        work = partial(_send, place, people, bot.adapter.messenger, channel, GROUP, {"discord": Rate()})
        return await _measure(work, moments, posted, lambda: len(told))
    finally:
        fake.latency = lambda _asked: 0.0
        await bot.adapter.close()
        await fake.stop()


async def measure_slack(latency: float, burst: int = BURST) -> Sent:
    # Imported here: it needs what the stand-in of Discord does not.
    from tests.faults.platforms import open_messenger

    fake = SlackFake()
    await fake.start()
    try:
        workspace = fake.install("Cloud to AI")
        people = [workspace.add_person(f"Member {number}") for number in range(burst)]
        workspace.add_channel(GENERAL)
        place = Space(Address("slack", workspace.id), workspace.name)

        def moments() -> Sequence[float]:
            return sorted(one.at for one in fake.limits.asked if one.method == "chat.postMessage")

        def posted() -> bool:
            return any(one.channel == GENERAL for one in workspace.posts)

        async with open_messenger("slack", fake.api_url, lambda _step: None, SLACK_RATE) as messenger:
            for one in people:
                await messenger._messenger._direct._memory.keep(  # type: ignore[attr-defined]
                    one, f"{workspace.id}/{workspace.direct(one)}"
                )
            fake.latency = latency
            rates = {"slack": Rate(SLACK_RATE, SLACK_CHANNEL_RATE)}
            work = partial(_send, place, people, messenger, GENERAL, 1, rates)
            return await _measure(work, moments, posted, lambda: len(workspace.posts))
    finally:
        fake.latency = 0.0
        await fake.stop()


async def _measure(
    work: Callable[[Callable[[], Awaitable[float]]], Awaitable[None]],
    moments: Callable[[], Sequence[float]],
    posted: Callable[[], bool],
    told: Callable[[], int],
) -> Sent:
    async def lead() -> float:
        asked = monotonic()
        while not posted():  # noqa: ASYNC110
            await asyncio.sleep(0.005)
        return monotonic() - asked

    waited: list[float] = []

    async def note() -> float:
        waited.append(await lead())
        return waited[-1]

    before = len(moments())
    await work(note)
    went = moments()[before:]
    fullest = max(bisect_left(went, at + 1.0) - number for number, at in enumerate(went))
    return Sent((told() - 1) / (went[-1] - went[0]), len(went) / told(), fullest, waited[0])


async def _send(
    place: Space,
    people: Sequence[str],
    messenger: Messenger,
    channel: str,
    group: int,
    rates: dict[str, Rate],
    lead: Callable[[], Awaitable[float]],
) -> None:
    """Sends a reminder to each of the people; some seconds later, a lead asks for a post."""
    async with _open_database() as (store, threads, look):
        with store.write() as tx:
            members = [
                tx.members.enrol(place, Caller(Address(place.address.platform, one), one), NINE)
                for one in people
            ]
            for member in members:
                due = NINE - timedelta(minutes=1)
                tx.ledger.add(place.address, member.space_id, REMINDER, member.id, NINE.date(), due, NINE)
        space = members[0].space_id
        courier = Courier(
            store,
            Everybody(place.address.platform, channel),
            messenger,
            Clock(),
            threads,
            owner="bench",
            pace=Pace(rates),
            group=group,
            look=look,
        )
        (bucket,) = await courier.due_buckets()

        def ask() -> None:
            with store.write() as tx:
                tx.ledger.add(place.address, space, POST, 1, NINE.date(), NINE, NINE, urgent=True)

        async def press() -> None:
            await asyncio.sleep(WINDOW + AFTER)
            await threads(ask)
            await lead()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(press())
            tasks.create_task(courier.drain(bucket))


@asynccontextmanager
async def _open_database() -> AsyncIterator[tuple[DatabaseStore, Any, Any]]:
    with (
        tempfile.TemporaryDirectory(prefix="cairn-bench-") as folder,
        ThreadPoolExecutor(1) as writers,
        ThreadPoolExecutor(1) as makers,
    ):
        engine = open_engine(str(Path(folder) / "cairn.db"))
        upgrade(engine)
        yield DatabaseStore(engine, 30.0), partial(hop, writers), partial(hop, makers)
        engine.dispose()
