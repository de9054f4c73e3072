"""Slack: one workspace, met in either of Slack's two ways: over a socket that we open, or over HTTP."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import structlog
from aiohttp import ClientSession, ClientTimeout, web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.slack.errors import BROKEN, code_of, nothing_said
from bot.adapters.slack.guard import BODY_LIMIT, Guard
from bot.adapters.slack.listeners import Listeners, Report
from bot.adapters.slack.messenger import SlackMessenger
from bot.adapters.slack.origin import hooks_of
from bot.adapters.slack.pictures import Pictures
from bot.adapters.slack.publish import REQUEST_PATH, SCOPES
from bot.adapters.slack.receive import PLATFORM, Reader
from bot.adapters.slack.replies import Replies
from bot.core.catalog import Catalog
from bot.core.chat.call import Space
from bot.core.errors import SettingsError
from bot.core.ids import Address
from bot.core.ports import Clock, Doors, Painter

API_URL = "https://slack.com/api/"
CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
PING_SECONDS = 10.0  # a socket that is silent for four of these is given up
SHUTDOWN_SECONDS = 3.0

_BROKEN = 500


class SlackAdapter:
    """One workspace. `messenger` says there what is to be said unasked."""

    def __init__(
        self, app: AsyncApp, client: AsyncWebClient, listeners: Listeners, messenger: SlackMessenger
    ) -> None:
        self._app = app
        self._client = client
        self._listeners = listeners
        self.messenger = messenger

    def application(self, secret: str, clock: Clock) -> web.Application:
        """The web application that takes Slack's requests at REQUEST_PATH, without a socket yet.

        `secret` signs them, `clock` is the machine's: a request that is old is refused.
        """
        guard = Guard(secret, clock)

        async def receive(request: web.Request) -> web.Response:
            body = await request.read()
            if not guard.vouches_for(request.headers, body):
                return web.Response(status=401)
            return await self._dispatch(body, request.headers.get("Content-Type", ""))

        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_post(REQUEST_PATH, receive)
        return app

    async def serve(
        self, host: str, port: int, secret: str, clock: Clock, *, ready: Callable[[str], None]
    ) -> None:
        """Serves Slack's requests until cancelled, and tells `ready` the address. Raises OSError when the
        port is taken."""
        application = self.application(secret, clock)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            ready(f"http://{host}:{runner.addresses[0][1]}{REQUEST_PATH}")
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()
            await self._listeners.finish()

    async def listen(
        self, app_token: str, *, ready: Callable[[], None], ping_seconds: float = PING_SECONDS
    ) -> None:
        """Takes Slack's requests over a socket until cancelled; one that falls silent is opened anew.

        Raises SettingsError for a token that Slack doesn't take.
        """
        opened = await _ask(self._client.apps_connections_open(app_token=app_token), "SLACK_APP_TOKEN")
        handler = AsyncSocketModeHandler(
            self._app, app_token, self._client.logger, self._client, ping_interval=ping_seconds
        )
        handler.client.wss_uri = opened["url"]
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
            ready()
            await asyncio.Event().wait()
        finally:
            await self._listeners.finish()
            await handler.close_async()  # type: ignore[no-untyped-call]

    async def _dispatch(self, body: bytes, content_type: str) -> web.Response:
        try:
            request = AsyncBoltRequest(body=body.decode(), headers={"content-type": content_type})
            answer = await self._app.async_dispatch(request)
        except Exception as error:  # noqa: BLE001  signed, but of no shape that Bolt can read
            structlog.get_logger().warning("slack request refused", error=type(error).__name__)
            return web.Response(status=400)
        # No bug of ours comes this far, so Bolt's own failures are about the request's shape as well.
        return web.Response(status=400) if answer.status >= _BROKEN else await to_aiohttp_response(answer)


@asynccontextmanager
async def open_slack(
    doors: Doors,
    catalog: Catalog,
    painter: Painter,
    report: Report,
    *,
    token: str,
    prefix: str = "",
    api_url: str = API_URL,
) -> AsyncIterator[SlackAdapter]:
    """The adapter of the workspace that the bot's token belongs to, for as long as the block lasts.

    `report` is told about bugs. Raises SettingsError for a token that Slack doesn't take, RetryLater when
    Slack can't be reached.
    """
    timeout = ClientTimeout(total=READ_SECONDS, sock_connect=CONNECT_SECONDS)
    async with ClientSession(timeout=timeout) as session:
        # Never sent twice by itself: a message whose end nobody saw may have been said.
        logger = _make_logger("slack", logging.WARNING)
        client = AsyncWebClient(token, api_url, session=session, logger=logger, retry_handlers=[])
        told = await _ask(client.auth_test(), "SLACK_BOT_TOKEN")
        _compare_scopes(told)
        space = Space(Address(PLATFORM, told["team_id"]), told["team"])
        reader = Reader(space, told["user_id"], prefix, hooks_of(client.base_url), catalog.commands)
        pictures = Pictures(client, painter, report)
        replies = Replies(client, session, pictures)
        listeners = Listeners(doors, catalog, reader, client, replies, report)
        app = _make_app(client, told, token)
        listeners.register(app)
        yield SlackAdapter(app, client, listeners, SlackMessenger(client, pictures))


def _make_app(client: AsyncWebClient, told: AsyncSlackResponse, token: str) -> AsyncApp:
    """Bolt, which only sorts here: `Guard` verifies in front of it, and `Reader` knows the workspace."""
    known = AuthorizeResult(
        enterprise_id=told.get("enterprise_id"),
        team_id=told["team_id"],
        bot_id=told.get("bot_id"),
        bot_user_id=told["user_id"],
        bot_token=token,
    )

    async def authorize(**_: Any) -> AuthorizeResult:
        return known

    return AsyncApp(
        name="cairn",
        logger=_make_logger("slack.bolt", logging.ERROR),  # it warns of settings that it found by itself
        client=AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[]),
        authorize=authorize,
        request_verification_enabled=False,
    )


def _make_logger(name: str, level: int) -> logging.Logger:
    """Slack's libraries write what people say into their log when it is set to DEBUG, so it never is."""
    logger = logging.getLogger(name)
    logger.setLevel(level)
    return logger


async def _ask(call: Any, setting: str) -> AsyncSlackResponse:
    """The answer to a call that a wrong setting makes fail."""
    try:
        answer: AsyncSlackResponse = await call
    except BROKEN as error:
        code = code_of(error)
        if isinstance(error, SlackApiError) and code.endswith(("auth", "token_type", "inactive", "revoked")):
            raise SettingsError(f"{setting} is not a token that Slack takes now: {code}") from None
        raise nothing_said(error) from None
    return answer


def _compare_scopes(told: AsyncSlackResponse) -> None:
    """Tells the operator what the installed app may not do yet, as its manifest is older than Cairn."""
    granted = told.headers.get("x-oauth-scopes", "")
    missing = sorted(SCOPES.keys() - {scope.strip() for scope in granted.split(",")})
    if missing:
        do = "paste `cairn manifest slack` at the app's page App Manifest, then install the app again"
        structlog.get_logger().warning("slack scopes missing", scopes=missing, do=do)
