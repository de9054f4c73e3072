"""The channels of a workspace's direct messages: each is opened once and then posted to directly."""

from collections import OrderedDict
from typing import Protocol

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN, nothing_said
from bot.adapters.slack.openings import Openings
from bot.adapters.slack.people import user_of

KNOWN_MOST = 10_000


class Memory(Protocol):
    """Stores the channel in which somebody is written to."""

    async def find(self, user: str) -> str | None: ...

    async def keep(self, user: str, channel: str) -> None: ...

    async def forget(self, user: str) -> None: ...


class ProcessMemory:
    """Lasts as long as the process."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, str] = OrderedDict()

    async def find(self, user: str) -> str | None:
        return self._known.get(user)

    async def keep(self, user: str, channel: str) -> None:
        self._known[user] = channel
        if len(self._known) > KNOWN_MOST:
            self._known.popitem(last=False)

    async def forget(self, user: str) -> None:
        self._known.pop(user, None)


class DirectMessages:
    """Those of one workspace, which is noted beside each channel: two people in two workspaces can have one
    id. `openings` says when another one may be opened."""

    def __init__(self, client: AsyncWebClient, openings: Openings, memory: Memory, team: str) -> None:
        self._client = client
        self._openings = openings
        self._memory = memory
        self._team = team

    async def find(self, user: str) -> str | None:
        """Returns the channel if it was opened before."""
        team, _, channel = (await self._memory.find(user) or "").partition("/")
        return channel if channel and team == self._team else None

    async def open(self, user: str) -> str:
        """Opens the channel, and returns it. Raises RetryLater, for this user alone, when it is not their
        turn, and Unreachable when Slack opens none: the account was closed."""
        self._openings.take(user)
        try:
            opened = await self._client.conversations_open(users=user_of(user))
        except BROKEN as error:
            raise nothing_said(error) from None
        channel = str(opened["channel"]["id"])
        await self._memory.keep(user, f"{self._team}/{channel}")
        return channel

    async def forget(self, user: str) -> None:
        """The channel takes nothing any more."""
        await self._memory.forget(user)
