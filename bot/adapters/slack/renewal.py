"""Tokens that end are renewed before they do, by one process at a time: Slack takes what a renewal is asked
for with only once, and whoever loses the answer has lost the token."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import Protocol

import structlog
from slack_sdk.errors import SlackTokenRotationError
from slack_sdk.oauth.installation_store import Bot
from slack_sdk.oauth.token_rotation.async_rotator import AsyncTokenRotator
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN, code_of
from bot.core.domain.installs import Install
from bot.core.errors import RetryLater, TryAgain
from bot.core.ports import Clock

# Slack's tokens last for twelve hours. So long before its end one is renewed.
AHEAD = timedelta(hours=2)
# One that seems to last longer was renewed by a clock that was ahead, and is renewed again. Should Slack hand
# out longer ones, that happens no oftener than this.
LONGEST = timedelta(hours=13)
ASK_SECONDS = 3_600.0
PATIENCE = 10.0
LOOK_SECONDS = 0.1
KEEP_TRIES = 20
KEEP_SECONDS = 0.5
_ANY_AGE = 60 * 24 * 365  # minutes: we know already that it is time


class Renewing(Protocol):
    """What `bot.storage.installs.Installs` does, awaited."""

    async def find(self, enterprise: str, team: str) -> Install | None: ...

    async def begin_renewal(self, install: Install, now: datetime) -> bool: ...

    async def renew(self, install: Install) -> bool: ...


class Renewal:
    """Renews with the app's own secret."""

    def __init__(
        self, installs: Renewing, clock: Clock, client: AsyncWebClient, client_id: str, client_secret: str
    ) -> None:
        self._installs = installs
        self._clock = clock
        self._asked: dict[str, float] = {}
        self._renewing: dict[str, asyncio.Task[Install]] = {}
        self._rotator = AsyncTokenRotator(client_id=client_id, client_secret=client_secret, client=client)

    async def make_fresh(self, install: Install) -> Install:
        """Returns the install with a token that can be used now. Raises RetryLater when there is none yet."""
        if not self._is_due(install):
            return install
        # Cut off, a renewal could lose the token.
        return await asyncio.shield(self._begin(install))

    def begin(self, install: Install) -> None:
        """Begins to renew a token that ends soon or has ended. Nobody waits for it."""
        if self._is_due(install):
            self._begin(install)

    async def aclose(self) -> None:
        """Waits a little for what is being renewed."""
        if self._renewing:
            await asyncio.wait(self._renewing.values(), timeout=PATIENCE)

    def _is_due(self, install: Install) -> bool:
        end = install.expires_at
        if end is None or self._has_asked(install):
            return False
        return not AHEAD < end - self._clock.now() <= LONGEST

    def _begin(self, install: Install) -> "asyncio.Task[Install]":
        key = install.tenant.key
        if (running := self._renewing.get(key)) is not None:
            return running
        task = self._renewing[key] = asyncio.create_task(self._renew(install))

        def end(done: "asyncio.Task[Install]") -> None:
            del self._renewing[key]
            error = None if done.cancelled() else done.exception()
            if error is not None:
                _log(type(error).__name__)

        task.add_done_callback(end)
        return task

    async def _renew(self, install: Install) -> Install:
        now = self._clock.now()
        end = install.expires_at or now
        if await self._installs.begin_renewal(install, now):
            self._asked[install.tenant.key] = monotonic()
            renewed = await self._ask(install, end)
            if renewed is not None and await self._keep(renewed):
                return replace(renewed, version=install.version + 1)
        return install if end > now else await self._wait(install)

    def _has_asked(self, install: Install) -> bool:
        """Whether the token was renewed a short time ago, though it seems to last too long."""
        asked = self._asked.get(install.tenant.key)
        end = install.expires_at
        lasts = end is not None and end - self._clock.now() > LONGEST
        return lasts and asked is not None and monotonic() - asked < ASK_SECONDS

    async def _wait(self, install: Install) -> Install:
        """What another process, or an install anew, has brought in the place of a token that has ended."""

        async def look() -> Install:
            while (found := await self._installs.find(tenant.enterprise, tenant.team)) is not None:
                if found.version > install.version:
                    return found
                await asyncio.sleep(LOOK_SECONDS)
            raise RetryLater("not installed")

        tenant = install.tenant
        try:
            async with asyncio.timeout(PATIENCE):
                return await look()
        except TimeoutError:
            raise RetryLater("token ended") from None

    async def _ask(self, install: Install, end: datetime) -> Install | None:
        """Slack's answer; None when it gave no other token."""
        bot = Bot(
            bot_token=install.token,
            bot_id="",
            bot_user_id=install.user,
            bot_refresh_token=install.renewal,
            bot_token_expires_at=int(end.timestamp()),
            installed_at=install.installed_at.timestamp(),
        )
        try:
            renewed = await self._rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=_ANY_AGE
            )
        except SlackTokenRotationError as error:
            _log(code_of(error.api_error))
            return None
        except BROKEN as error:
            _log(type(error).__name__)
            return None
        if renewed is None or renewed.bot_token_expires_at is None:
            _log("no token of a bot")
            return None
        return replace(
            install,
            token=renewed.bot_token,
            renewal=renewed.bot_refresh_token or install.renewal,
            expires_at=datetime.fromtimestamp(renewed.bot_token_expires_at, UTC),
        )

    async def _keep(self, renewed: Install) -> bool:
        """Whether it is kept. The old one can't be renewed again, so this does not give up soon."""
        for left in reversed(range(KEEP_TRIES)):
            try:
                return await self._installs.renew(renewed)
            except TryAgain:
                if not left:
                    raise
            await asyncio.sleep(KEEP_SECONDS)
        raise AssertionError("the last try returns or raises")


def _log(why: str) -> None:
    structlog.get_logger().warning(
        "slack token not renewed", error=why, do="when this goes on, install Cairn again at /slack/install"
    )
