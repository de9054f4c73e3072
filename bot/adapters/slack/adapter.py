"""Slack, met in either of its two ways: over a socket that we open, for one workspace, or over HTTP."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import Any, Protocol

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.identity import Belonging, require_same
from bot.adapters.proofs import PROOF_SECONDS, ProvenMessenger
from bot.adapters.slack.arrival import arriving
from bot.adapters.slack.direct_messages import Memory, ProcessMemory
from bot.adapters.slack.guard import BODY_LIMIT, Guard
from bot.adapters.slack.hearing import Hearing
from bot.adapters.slack.install import Beginnings, Credentials, InstallDoor
from bot.adapters.slack.listeners import Report
from bot.adapters.slack.openings import MOST
from bot.adapters.slack.publish import REQUEST_PATH
from bot.adapters.slack.question import SlackQuestion
from bot.adapters.slack.receive import PLATFORM
from bot.adapters.slack.renewal import Renewal, Renewing
from bot.adapters.slack.sign_in import ask, compare_scopes
from bot.adapters.slack.socket import PING_SECONDS, Socket
from bot.adapters.slack.surroundings import API_URL, Surroundings, make_logger, open_session
from bot.adapters.slack.workspaces import (
    Leaving,
    ManyWorkspaces,
    Messengers,
    OneWorkspace,
    Workspace,
    Workspaces,
)
from bot.core.catalog import Catalog
from bot.core.chat.call import Space
from bot.core.domain.installs import Install
from bot.core.ids import Address
from bot.core.ports import Clock, Painter, PlatformDoors
from bot.platform_health import PlatformHealth
from bot.web.limits import HttpLimits
from bot.web.server import HttpServer

STRANGERS = HttpLimits()

_BROKEN = 500


class Installs(Beginnings, Renewing, Leaving, Protocol):
    """What `bot.storage.installs.Installs` does, awaited."""


class SlackAdapter:
    """`messenger` says in each workspace what is to be said unasked, `desk` answers calls that were kept.
    Through a `door`, more workspaces come."""

    def __init__(
        self,
        app: AsyncApp,
        client: AsyncWebClient,
        hearing: Hearing,
        messenger: ProvenMessenger,
        health: PlatformHealth,
        door: InstallDoor | None = None,
    ) -> None:
        self._app = app
        self._client = client
        self._hearing = hearing
        self._door = door
        self._health = health
        self.messenger = messenger
        self.desk = hearing

    def application(self, secret: str, clock: Clock, refuse: Callable[[], None]) -> web.Application:
        """The web application that takes Slack's requests at REQUEST_PATH, without a socket yet.

        `secret` signs them, `clock` is the machine's: a request that is old is refused. `refuse` is called
        for each that Slack did not sign: nothing else is kept of it.
        """
        guard = Guard(secret, clock)

        async def receive(request: web.Request) -> web.Response:
            headers = request.headers
            with arriving():
                body = await request.read() if guard.is_worth_reading(headers) else None
                if body is None or not guard.vouches_for(headers, body):
                    refuse()
                    return web.Response(status=401)
                answer = await self._dispatch(body, headers.get("Content-Type", ""))
                # Sent here instead of by the server, so that the end of the block is after it.
                await answer.prepare(request)
                await answer.write_eof()
                return answer

        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_post(REQUEST_PATH, receive)
        if self._door is not None:
            self._door.add_to(app)
        return app

    async def serve(
        self,
        host: str,
        port: int,
        secret: str,
        clock: Clock,
        *,
        ready: Callable[[str], None],
        limits: HttpLimits = STRANGERS,
    ) -> None:
        """Serves Slack's requests until cancelled, and calls `ready` with the address. Raises OSError when
        the port is taken."""
        server = HttpServer("Slack", limits)
        application = self.application(secret, clock, lambda: server.refusals.count("unsigned"))

        def serving(port: int) -> None:
            self._health.connected()
            ready(f"http://{host}:{port}{REQUEST_PATH}")

        try:
            await server.serve(application, host, port, ready=serving)
        finally:
            self._health.disconnected()
            await self._hearing.finish()

    async def listen(
        self, app_token: str, *, ready: Callable[[], None], ping_seconds: float = PING_SECONDS
    ) -> None:
        """Takes Slack's requests over a socket until cancelled; one that falls silent is opened again.

        Raises SettingsError for a token that Slack doesn't take, NotConnected when there is no first socket.
        """
        opened = await ask(self._client.apps_connections_open(app_token=app_token), "SLACK_APP_TOKEN")
        socket = Socket(
            self._app, self._client, app_token, self._hearing.finish, ping_seconds, health=self._health
        )
        await socket.hold(opened["url"], ready)

    async def _dispatch(self, body: bytes, content_type: str) -> web.Response:
        try:
            request = AsyncBoltRequest(body=body.decode(), headers={"content-type": content_type})
            answer = await self._app.async_dispatch(request)
        except Exception as error:  # noqa: BLE001  signed, but of no shape that Bolt can read
            structlog.get_logger().warning("slack request refused", error=type(error).__name__)
            return web.Response(status=400)
        # No bug of ours comes this far, so Bolt's own failures are about the request's shape as well.
        return web.Response(status=400) if answer.status == _BROKEN else await to_aiohttp_response(answer)


@asynccontextmanager
async def open_slack(
    doors: PlatformDoors,
    catalog: Catalog,
    painter: Painter,
    report: Report,
    *,
    token: str,
    prefix: str = "",
    api_url: str = API_URL,
    openings: int = MOST,
    rate: float | None = None,
    health: PlatformHealth | None = None,
    proof: float = PROOF_SECONDS,
    owner: Belonging | None = None,
    channels: Memory | None = None,
) -> AsyncIterator[SlackAdapter]:
    """The adapter of the workspace that the bot's token belongs to, for as long as the block lasts.

    `report` is told about bugs, `health` how the connection is. `proof`: after how many seconds a refusal is
    looked at a second time, before anything ends because of it. `owner`: which application the database
    belongs to; `openings`, `rate`, `channels`: see Surroundings. Raises SettingsError for a token of another
    application, or one that Slack doesn't take, and NotConnected when Slack can't be reached.
    """
    health, channels = health or PlatformHealth(), channels or ProcessMemory()
    async with open_session() as session:
        around = Surroundings(
            doors, catalog, painter, report, prefix, api_url, openings, session, health, channels, True, rate
        )
        client = around.client(token)
        told = await ask(client.auth_test(), "SLACK_BOT_TOKEN")
        identity = f"{told['team_id']} {told.get('bot_id') or told['user_id']}"
        await require_same(owner, identity, PLATFORM, "SLACK_BOT_TOKEN")
        compare_scopes(told)
        space = Space(Address(PLATFORM, told["team_id"]), told["team"])
        await doors.returned(space)
        one = OneWorkspace(around.speak(space, token, told["user_id"]), doors)
        yield _join(client, report, one, health, proof)


@asynccontextmanager
async def open_workspaces(
    doors: PlatformDoors,
    catalog: Catalog,
    painter: Painter,
    report: Report,
    installs: Installs,
    clock: Clock,
    *,
    app: Credentials,
    prefix: str = "",
    api_url: str = API_URL,
    openings: int = MOST,
    rate: float | None = None,
    health: PlatformHealth | None = None,
    proof: float = PROOF_SECONDS,
    channels: Memory | None = None,
) -> AsyncIterator[SlackAdapter]:
    """The adapter of all workspaces that have installed Cairn, and of those that will, for as long as the
    block lasts. `clock` is the machine's; the rest is as for `open_slack`."""
    health, channels = health or PlatformHealth(), channels or ProcessMemory()
    async with open_session() as session:
        around = Surroundings(
            doors, catalog, painter, report, prefix, api_url, openings, session, health, channels, False, rate
        )
        client = around.client(None)

        def speak(space: Space, install: Install) -> Workspace:
            return around.speak(space, install.token, install.user)

        renewal = Renewal(installs, clock, client, app.client_id, app.client_secret)
        workspaces = ManyWorkspaces(installs, renewal, clock, doors, around.client, speak)
        quiet = make_logger("slack.oauth", logging.ERROR)
        door = InstallDoor(installs, clock, doors, client, quiet, app)
        async with aclosing(renewal):
            yield _join(client, report, workspaces, health, proof, door)


def _join(
    client: AsyncWebClient,
    report: Report,
    workspaces: Workspaces,
    health: PlatformHealth,
    proof: float,
    door: InstallDoor | None = None,
) -> SlackAdapter:
    hearing, app = Hearing(workspaces, report), _make_app(client)
    hearing.register(app)
    messenger = ProvenMessenger(Messengers(workspaces), SlackQuestion(workspaces), proof)
    return SlackAdapter(app, client, hearing, messenger, health, door)


def _make_app(client: AsyncWebClient) -> AsyncApp:
    """Bolt, which only sorts here: `Guard` verifies in front of it, and `Hearing` finds the workspace."""

    async def authorize(**_: Any) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id=None)

    return AsyncApp(
        name="cairn",
        logger=make_logger("slack.bolt", logging.ERROR),  # it warns of settings that it found by itself
        client=AsyncWebClient(base_url=client.base_url, session=client.session, retry_handlers=[]),
        authorize=authorize,
        request_verification_enabled=False,
    )
