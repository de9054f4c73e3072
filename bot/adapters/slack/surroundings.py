"""What every workspace shares: Cairn's doors, and one session to speak to Slack with."""

import logging
from dataclasses import dataclass, field

from aiohttp import ClientSession, ClientTimeout
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.client import ReportingClient
from bot.adapters.slack.direct_messages import DirectMessages, Memory, ProcessMemory
from bot.adapters.slack.listeners import Listeners, Report
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.naming import Naming
from bot.adapters.slack.openings import Openings
from bot.adapters.slack.origin import hooks_of
from bot.adapters.slack.pictures import Pictures
from bot.adapters.slack.receive import Reader
from bot.adapters.slack.replies import Replies
from bot.adapters.slack.workspaces import Workspace
from bot.core.catalog import Catalog
from bot.core.chat.call import Space
from bot.core.ports import Painter, PlatformDoors
from bot.platform_health import PlatformHealth
from bot.rate_limit import RateLimiter

API_URL = "https://slack.com/api/"
CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
# Not all messages travel equally long, and Slack counts them where they arrive.
TRAVEL_SECONDS = 0.04


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What every workspace shares. `openings`: direct messages that each takes unasked in a minute, `rate`:
    messages in a second (None: any number), `channels`: where the direct messages that were opened are kept.
    `alone`: there is one workspace, so a token that is refused is the platform's trouble."""

    doors: PlatformDoors
    catalog: Catalog
    painter: Painter
    report: Report
    prefix: str
    api_url: str
    openings: int
    session: ClientSession
    health: PlatformHealth = field(default_factory=PlatformHealth)
    channels: Memory = field(default_factory=ProcessMemory)
    alone: bool = True
    rate: float | None = None

    def client(self, token: str | None) -> AsyncWebClient:
        # Never sent twice by itself: a message whose end nobody saw may have been said.
        logger = make_logger("slack", logging.WARNING)
        return ReportingClient(
            token,
            self.api_url,
            session=self.session,
            logger=logger,
            retry_handlers=[],
            health=self.health,
            alone=self.alone,
        )

    def speak(self, space: Space, token: str, user: str) -> Workspace:
        """What speaks to one workspace, where Cairn is the user."""
        client = self.client(token)
        reader = Reader(space, user, self.prefix, hooks_of(client.base_url), self.catalog.commands)
        pictures = Pictures(client, self.painter, self.report)
        naming = Naming(self.prefix, self.catalog.roots)
        replies = Replies(client, self.session, pictures)
        listeners = Listeners(self.doors, self.catalog, reader, client, replies, naming, self.report)
        direct = DirectMessages(client, Openings(self.openings), self.channels, space.address.id)
        limiter = None if self.rate is None else RateLimiter(self.rate, margin=TRAVEL_SECONDS)
        messenger = SlackMessenger(client, pictures, naming, direct, limiter)
        return Workspace(space, listeners, messenger, client)


def open_session() -> ClientSession:
    return ClientSession(timeout=ClientTimeout(total=READ_SECONDS, sock_connect=CONNECT_SECONDS))


def make_logger(name: str, level: int) -> logging.Logger:
    """Slack's libraries write what people say into their log when it is set to DEBUG, so it never is."""
    logger = logging.getLogger(name)
    logger.setLevel(level)
    return logger
