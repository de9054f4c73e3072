"""The workspaces that Cairn serves: the one of a bot's token, or all that have installed it."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

import structlog
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.envelope import Envelope
from bot.adapters.slack.errors import BROKEN, code_of, nothing_said
from bot.adapters.slack.listeners import Listeners
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.question import NOT_INSTALLED
from bot.adapters.slack.refusals import ENDS_SPACE
from bot.adapters.slack.renewal import Renewal
from bot.core.chat.call import Space
from bot.core.chat.notice import Finding, Notice, Ref
from bot.core.domain.installs import Install, Tenant
from bot.core.domain.ledger import Occurrence
from bot.core.errors import Outage, SealBroken, TryAgain, Unreachable
from bot.core.ids import Address, Platform
from bot.core.ports import Clock, PlatformDoors

OPEN_MOST = 2_000
# Slack's clock and ours may differ by this much: an event so near to an install may be about an older one.
UNSURE = timedelta(minutes=1)

SLACK: Platform = "slack"


@dataclass(frozen=True, slots=True)
class Workspace:
    """One workspace, with what speaks to it."""

    space: Space
    listeners: Listeners
    messenger: SlackMessenger
    client: AsyncWebClient


class Workspaces(Protocol):
    async def find(self, envelope: Envelope) -> Workspace | None:
        """The workspace that something was sent for; None when it has no install.

        Raises TryAgain and RetryLater when that can't be told now, SealBroken when its install can't be used.
        """
        ...

    async def at(self, space: Address) -> Workspace | None:
        """As `find`, of a space that is known already."""
        ...

    async def leave(self, envelope: Envelope, at: datetime) -> None:
        """Slack says that an install ended then: nothing more is sent there. Raises as `find` does."""
        ...


class OneWorkspace:
    """That of a bot's token. Another one's payload is for its reader to refuse."""

    def __init__(self, workspace: Workspace, doors: PlatformDoors) -> None:
        self._workspace = workspace
        self._doors = doors

    async def find(self, _envelope: Envelope) -> Workspace | None:
        return self._workspace

    async def at(self, space: Address) -> Workspace | None:
        return self._workspace if space == self._workspace.space.address else None

    async def leave(self, envelope: Envelope, at: datetime) -> None:
        """The token is the operator's: there is nothing of it to delete here."""
        space = self._workspace.space.address
        if envelope.team == space.id:
            await self._doors.left(space, at)


class Leaving(Protocol):
    """What `bot.storage.installs.Installs` does, awaited."""

    async def find(self, enterprise: str, team: str) -> Install | None: ...

    async def forget(self, install: Install) -> bool: ...

    async def teams(self, tenant: Tenant) -> tuple[str, ...]: ...


class ManyWorkspaces:
    """All that have installed Cairn. The install is looked at for each payload, so that what another process
    has changed holds at once; what speaks to a workspace is kept while its token is the same.

    `speak` makes what speaks to a space with a token, `client` what only has the token.
    """

    def __init__(
        self,
        installs: Leaving,
        renewal: Renewal,
        clock: Clock,
        doors: PlatformDoors,
        client: Callable[[str], AsyncWebClient],
        speak: Callable[[Space, Install], Workspace],
    ) -> None:
        self._installs = installs
        self._renewal = renewal
        self._clock = clock
        self._doors = doors
        self._client = client
        self._speak = speak
        self._open: OrderedDict[str, tuple[tuple[str, int], Workspace]] = OrderedDict()

    async def find(self, envelope: Envelope) -> Workspace | None:
        # Nothing that Slack waits for needs a token, so nobody waits for a renewal here.
        return await self._find(envelope.enterprise, envelope.team, waits=False)

    async def at(self, space: Address) -> Workspace | None:
        return await self._find("", space.id, waits=True)

    async def leave(self, envelope: Envelope, at: datetime) -> None:
        team = "" if envelope.everywhere else envelope.team
        install = await self._installs.find(envelope.enterprise, team)
        if install is None:
            # Said once more, perhaps because the doors were not reached the last time.
            await self._part(Tenant(envelope.enterprise, team), at)
            return
        now = self._clock.now()
        # What a single workspace says does not end the install of its whole organization. An install that is
        # later than now was made by a clock that was ahead.
        if install.tenant.team != team or at < min(install.installed_at, now) - UNSURE:
            return
        # Of a token that is renewed, an older one may have been revoked.
        in_doubt = bool(install.renewal) or at < install.installed_at + UNSURE
        if in_doubt and await self._works(install):
            return
        # An install anew that comes between is later than this, so it counts.
        now = self._clock.now()
        if await self._installs.forget(install):
            await self._part(install.tenant, now)
            structlog.get_logger().info("slack install ended")

    async def _part(self, tenant: Tenant, at: datetime) -> None:
        for team in await self._installs.teams(tenant):
            self._open.pop(team, None)
            await self._doors.left(Address(SLACK, team), at)

    async def _find(self, enterprise: str, team: str, *, waits: bool) -> Workspace | None:
        install = await self._installs.find(enterprise, team) if team else None
        if install is None:
            self._open.pop(team, None)
            return None
        if waits:
            install = await self._renewal.make_fresh(install)
        else:
            self._renewal.begin(install)
        key = (install.token, install.version)
        known = self._open.get(team)
        if known is None or known[0] != key:
            space = Space(Address(SLACK, team), install.name)
            await self._doors.returned(space, install.installed_at)
            known = key, self._speak(space, install)
            self._open[team] = known
            while len(self._open) > OPEN_MOST:
                self._open.popitem(last=False)
        self._open.move_to_end(team)
        return known[1]

    async def _works(self, install: Install) -> bool:
        """Whether Slack still takes the token. Raises RetryLater when it doesn't say."""
        try:
            await self._client(install.token).auth_test()
        except BROKEN as error:
            if code_of(error) in ENDS_SPACE:
                return False
            raise nothing_said(error) from None
        return True


class Messengers:
    """What is said unasked, each by the messenger of its workspace."""

    deduplicates = SlackMessenger.deduplicates

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        return await (await self._of(occurrence)).post(occurrence, notice)

    async def find(self, occurrence: Occurrence) -> Finding:
        return await (await self._of(occurrence)).find(occurrence)

    async def _of(self, occurrence: Occurrence) -> SlackMessenger:
        try:
            workspace = await self._workspaces.at(occurrence.space)
        except (SealBroken, TryAgain) as error:
            raise Outage("install not read") from error
        if workspace is None:
            # It may be taken in again at this moment, which a second look will show.
            raise Unreachable(NOT_INSTALLED, "space")
        return workspace.messenger
