"""Cairn's own messengers in the place of the sink's: a worker speaks through them to a fake platform."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.slack.direct_messages import DirectMessages, ProcessMemory
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.naming import Naming
from bot.adapters.slack.openings import Openings
from bot.adapters.slack.pictures import Pictures
from bot.adapters.slack.surroundings import TRAVEL_SECONDS
from bot.core.catalog import Catalog
from bot.core.chat.chart import Chart
from bot.core.chat.notice import Finding, Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.outbox import Messenger
from bot.rate_limit import RateLimiter
from tests.end_to_end import discord_fake
from tests.end_to_end.discord_bot import StubChannels
from tests.journeys.discord import Remembered

SLACK_TOKEN = "xoxb-T0000000"


MANY = 100_000  # nobody counts here how many direct messages are opened


class Stepping:
    """A messenger that tells of what stands around a post."""

    def __init__(self, messenger: Messenger, step: Callable[[str], None]) -> None:
        self._messenger = messenger
        self._step = step

    @property
    def deduplicates(self) -> bool:
        return self._messenger.deduplicates

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        self._step("before post")
        ref = await self._messenger.post(occurrence, notice)
        self._step("posted")
        return ref

    async def find(self, occurrence: Occurrence) -> Finding:
        return await self._messenger.find(occurrence)


class Unpainted:
    """No message here has a chart, nobody is answered, and a bug is raised."""

    async def paint(self, chart: Chart) -> bytes:
        raise AssertionError(chart)

    def __call__(self, error: Exception, about: object) -> str:
        del about
        raise error

    def __getattr__(self, door: str) -> Any:
        raise AssertionError(door)


@asynccontextmanager
async def open_messenger(
    platform: str, api_url: str, step: Callable[[str], None], rate: float | None = None
) -> AsyncIterator[Messenger]:
    """The messenger of "slack" or "discord", which knows the fake's token. `rate`: messages a second that it
    lets through on Slack."""
    unpainted = Unpainted()
    if platform == "slack":
        async with ClientSession() as session:
            client = AsyncWebClient(SLACK_TOKEN, api_url, session=session, retry_handlers=[])
            pictures = Pictures(client, unpainted, unpainted)
            direct = DirectMessages(client, Openings(MANY), ProcessMemory(), "T0000000")
            yield Stepping(
                SlackMessenger(
                    client,
                    pictures,
                    Naming("", ()),
                    direct,
                    RateLimiter(rate, margin=TRAVEL_SECONDS) if rate else None,
                ),
                step,
            )
        return
    adapter = DiscordAdapter(
        unpainted,
        Catalog(()),
        unpainted,
        Remembered(),
        StubChannels(),
        unpainted,
        api_url=api_url,
        openings=MANY,
    )
    await adapter.sign_in(discord_fake.TOKEN)
    yield Stepping(adapter.messenger, step)
    await adapter.close()
