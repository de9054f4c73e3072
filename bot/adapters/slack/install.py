"""How a workspace, or a whole organization, takes Cairn in: Slack's OAuth flow, as Bolt walks it, over a
store of our own. A state is good once, for ten minutes, and only in the browser that began."""

import asyncio
import logging
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.error import BoltError
from slack_bolt.oauth.async_callback_options import (
    AsyncCallbackOptions,
    AsyncFailureArgs,
    AsyncSuccessArgs,
)
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.oauth.async_oauth_settings import AsyncOAuthSettings
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.oauth.installation_store import Installation
from slack_sdk.oauth.installation_store.async_installation_store import AsyncInstallationStore
from slack_sdk.oauth.state_store.async_state_store import AsyncOAuthStateStore
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN
from bot.adapters.slack.pages import HEADERS, draw_page
from bot.adapters.slack.publish import INSTALL_PATH, REDIRECT_PATH, SCOPES
from bot.core.chat.call import Space
from bot.core.domain.installs import Install, Tenant
from bot.core.errors import TryAgain
from bot.core.ids import Address
from bot.core.ports import Clock, PlatformDoors
from bot.core.views import installs as views

# Anybody may open these pages as often as they like. So many are made at once, and the others wait: then a
# member's call waits for these few alone. The end of an install waits for Slack, so it takes longer.
MAX_BEGINNING = 2
MAX_ENDING = 8

_BUSY = 503
_BAD_GATEWAY = 502


@dataclass(frozen=True, slots=True)
class Credentials:
    """The app's own, from its page Basic Information; and where Slack asks people whether they agree."""

    client_id: str
    client_secret: str = field(repr=False)
    authorize_url: str


class Beginnings(Protocol):
    """What `bot.storage.installs.Installs` does, awaited."""

    async def keep(self, install: Install) -> None: ...

    async def teams(self, tenant: Tenant) -> tuple[str, ...]: ...

    def issue(self, now: datetime) -> str:
        """At once: it costs nothing that anybody could use up."""
        ...

    async def consume(self, state: str, now: datetime) -> bool: ...


class InstallDoor:
    """The two pages. `quiet` is a logger that hears of errors only: Bolt warns with the code in its words."""

    def __init__(
        self,
        installs: Beginnings,
        clock: Clock,
        doors: PlatformDoors,
        client: AsyncWebClient,
        quiet: logging.Logger,
        app: Credentials,
    ) -> None:
        self._flow = _Flow(
            client=client,
            logger=quiet,
            settings=AsyncOAuthSettings(
                client_id=app.client_id,
                client_secret=app.client_secret,
                scopes=list(SCOPES),
                user_scopes=[],
                install_path=INSTALL_PATH,
                redirect_uri_path=REDIRECT_PATH,
                authorization_url=app.authorize_url,
                installation_store=_Store(installs, clock, doors),
                state_store=_States(installs, clock),
                callback_options=AsyncCallbackOptions(success=_succeed, failure=_fail),
                logger=quiet,
            ),
        )

        self._beginning = asyncio.Semaphore(MAX_BEGINNING)
        self._ending = asyncio.Semaphore(MAX_ENDING)

    def add_to(self, app: web.Application) -> None:
        app.router.add_get(INSTALL_PATH, self._begin, allow_head=False)
        app.router.add_get(REDIRECT_PATH, self._end, allow_head=False)

    async def _begin(self, request: web.Request) -> web.Response:
        return await self._walk(request, self._flow.handle_installation, self._beginning)

    async def _end(self, request: web.Request) -> web.Response:
        return await self._walk(request, self._flow.handle_callback, self._ending)

    async def _walk(
        self, request: web.Request, step: Callable[[AsyncBoltRequest], Any], turns: asyncio.Semaphore
    ) -> web.Response:
        try:
            async with turns:
                told = await step(await to_bolt_request(request))
                await asyncio.sleep(0)  # who waits for a turn lets everything else go first
        except TryAgain:
            told = _page(views.failed("busy"), _BUSY)
        except BROKEN as error:
            structlog.get_logger().warning("slack install not finished", error=type(error).__name__)
            told = _page(views.failed("unreachable"), _BAD_GATEWAY)
        answer = await to_aiohttp_response(told)
        answer.headers.update(HEADERS)
        for cookie in answer.cookies.values():
            # Sent when Slack leads the browser back, and never from within another site's page.
            cookie["samesite"] = "Lax"
        return answer


class _Flow(AsyncOAuthFlow):
    async def build_install_page_html(self, url: str, request: AsyncBoltRequest) -> str:
        del request
        return draw_page(views.invitation(), (views.ADD, url))


class _States(AsyncOAuthStateStore):
    def __init__(self, installs: Beginnings, clock: Clock) -> None:
        self._installs = installs
        self._clock = clock

    async def async_issue(self, *_: Any, **__: Any) -> str:
        return self._installs.issue(self._clock.now())

    async def async_consume(self, state: str) -> bool:
        return await self._installs.consume(state, self._clock.now())


class _Store(AsyncInstallationStore):
    def __init__(self, installs: Beginnings, clock: Clock, doors: PlatformDoors) -> None:
        self._installs = installs
        self._clock = clock
        self._doors = doors

    async def async_save(self, installation: Installation) -> None:
        """Raises BoltError when it can't be kept."""
        try:
            install = _read(installation, self._clock.now())
            await self._installs.keep(install)
            for team in await self._installs.teams(install.tenant):
                await self._doors.returned(Space(Address("slack", team), install.name))
        except (TryAgain, ValueError) as error:
            structlog.get_logger().warning("slack install not kept", error=type(error).__name__)
            raise BoltError("not kept") from None
        _compare(installation.bot_scopes or ())


def _read(told: Installation, now: datetime) -> Install:
    """Raises ValueError for an install without a token, or of nobody."""
    if not told.bot_token or not told.bot_user_id:
        raise ValueError("a bot's token is expected")
    whole = told.is_enterprise_install
    tenant = Tenant(told.enterprise_id or "", "" if whole else told.team_id or "")
    ends = told.bot_token_expires_at
    return Install(
        tenant,
        (told.enterprise_name if whole else told.team_name) or tenant.key,
        told.bot_user_id,
        told.bot_token,
        now,
        told.bot_refresh_token or "",
        None if ends is None else datetime.fromtimestamp(ends, UTC),
    )


def _compare(granted: Collection[str]) -> None:
    missing = sorted(SCOPES.keys() - set(granted))
    if missing:
        structlog.get_logger().warning("slack scopes missing", scopes=missing)


async def _succeed(args: AsyncSuccessArgs) -> BoltResponse:
    return _page(views.installed(), 200, args.settings.state_utils.build_set_cookie_for_deletion())


async def _fail(args: AsyncFailureArgs) -> BoltResponse:
    forget = args.settings.state_utils.build_set_cookie_for_deletion()
    return _page(views.failed(args.reason), args.suggested_status_code, forget)


def _page(message: Any, status: int, cookie: str | None = None) -> BoltResponse:
    link = None if status == 200 and message == views.installed() else (views.AGAIN, INSTALL_PATH)
    headers: dict[str, Any] = {"Content-Type": "text/html; charset=utf-8"}
    if cookie is not None:
        headers["Set-Cookie"] = [cookie]
    return BoltResponse(status=status, body=draw_page(message, link), headers=headers)
