"""A small Slack on 127.0.0.1 that speaks the wire: Web API, response_url, uploads, Socket Mode."""

import asyncio
import base64
import json
from collections import Counter
from collections.abc import Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.adapters.slack.publish import SCOPES
from tests.end_to_end.slack_faults import Fault, Faults, Limits
from tests.end_to_end.slack_lines import HttpLine, SocketLine
from tests.end_to_end.slack_methods import call_method
from tests.end_to_end.slack_oauth import OAuth, Org
from tests.end_to_end.slack_workspace import ApiError, Payload, Workspace

JSON_ARGS = frozenset({"blocks", "view", "metadata", "files"})
TEST_PORT = 0


class SlackFake:
    """Workspaces in which the app is installed, and the servers that a bot speaks to.

    `calls` counts what the Web API was asked, and `refused` why it did not do it; `faults` makes it go wrong
    and `limits` too much;
    `watch` hears of each method twice: when it is asked, and when it is done and not yet answered.
    """

    def __init__(self) -> None:
        self.faults = Faults()
        self.limits = Limits()
        self.watch: Callable[[str, bool], None] = lambda _method, _done: None
        self.calls: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.lacking: Counter[tuple[str, str]] = Counter()
        self.workspaces: dict[str, Workspace] = {}
        self.sockets: dict[str, SocketLine] = {}
        self.https: dict[str, HttpLine] = {}
        self.oauth = OAuth()
        self.agreeing: Workspace | Org | None = None
        self.latency = 0.0  # the seconds that each answer takes
        self._tickets: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def api_url(self) -> str:
        return f"{self.url}/api/"

    async def start(self) -> None:
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/api/{method}", self._call)
        app.router.add_get("/oauth/v2/authorize", self._agree)
        app.router.add_post("/response/{token}", self._respond)
        app.router.add_post("/upload/{workspace}/{file}", self._upload)
        app.router.add_get("/socket/{ticket}", self._connect)
        self._server = TestServer(app, host="127.0.0.1")
        await self._server.start_server()

    async def stop(self) -> None:
        for line in self.sockets.values():
            await line.drop()
        await self._server.close()

    def install(self, name: str, manifest: Payload | None = None) -> Workspace:
        """Another workspace with the app in it, as its manifest says; without one, with all scopes."""
        number = f"T{len(self.workspaces):07d}"
        made = Workspace(self.url, number, name, f"xoxb-{number}", f"xapp-{number}", set(SCOPES))
        if manifest is not None:
            made.scopes = set(manifest["oauth_config"]["scopes"]["bot"])
            made.events = frozenset(manifest["settings"]["event_subscriptions"]["bot_events"])
            made.commands = frozenset(one["command"] for one in manifest["features"]["slash_commands"])
        self.workspaces[number] = made
        self.sockets[number] = SocketLine()
        return made

    async def _call(self, request: web.Request) -> web.StreamResponse:
        method, args = request.match_info["method"], await _read_args(request)
        self.calls[method] += 1
        token = request.headers.get("Authorization", "").removeprefix("Bearer ")

        def work() -> Payload:
            if method == "apps.connections.open":
                return self._give_ticket(token)
            if method == "oauth.v2.access":
                return self.oauth.access(_with_basic(request, args))
            return call_method(self._workspace(token, args), method, args)

        known = next((one for one in self.workspaces.values() if one.token == token), None)
        after = self.limits.take(known.id if known else "", method)
        if after is not None:
            refused = {"ok": False, "error": "ratelimited"}
            return web.json_response(refused, status=429, headers={"Retry-After": str(after)})
        scopes = known.scopes if known else set()
        await asyncio.sleep(self.latency)
        return await self._answer(request, method, work, {"x-oauth-scopes": ",".join(sorted(scopes))})

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        token, payload = request.match_info["token"], await request.json()

        def work() -> Payload:
            self.workspaces[token.split("-")[0]].respond(token, payload)
            return {}

        return await self._answer(request, "response_url", work, {}, refused=404)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        workspace = self.workspaces[request.match_info["workspace"]]
        workspace.files[request.match_info["file"]]["content"] = await request.read()
        return web.Response(text="OK")

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        workspace = self._tickets.pop(request.match_info["ticket"], None)
        fault = self.faults.next("socket")
        if fault is not None and fault.kind == "slow":
            await asyncio.sleep(fault.seconds)
        elif fault is not None:
            return _break(request)
        if workspace is None:
            return web.Response(status=404)
        return await self.sockets[workspace].hold(request)

    async def _answer(
        self, request: web.Request, method: str, work: Any, headers: dict[str, str], refused: int = 200
    ) -> web.StreamResponse:
        fault = self.faults.next(method) or Fault("slow")
        if fault.kind == "refuse":
            if fault.retry_after is not None:
                headers = headers | {"Retry-After": str(fault.retry_after)}
            if not fault.error:
                return web.Response(status=fault.status, text="<html>Sorry</html>", content_type="text/html")
            return web.json_response(
                {"ok": False, "error": fault.error}, status=fault.status, headers=headers
            )
        if fault.kind == "reset":
            return _break(request)
        self.watch(method, False)
        try:
            told: Payload = {"ok": True, **work()}
            status = 200
        except ApiError as error:
            self.refused[str(error)] += 1
            told, status = {"ok": False, "error": str(error)}, refused
            if error.needed:
                self.lacking[method, error.needed] += 1
                told |= {"needed": error.needed, "provided": headers["x-oauth-scopes"]}
        self.watch(method, True)
        if fault.kind == "lose":
            return _break(request)
        if fault.kind == "odd":
            return web.Response(body=fault.error.encode("latin-1"), content_type="application/json")
        await asyncio.sleep(fault.seconds)
        return web.json_response(told, status=status, headers=headers)

    async def _agree(self, request: web.Request) -> web.StreamResponse:
        """The page on which somebody of `agreeing` agrees; nobody: they say no."""
        asked = dict(request.query)
        if self.agreeing is None:
            no = f"{self.oauth.redirect_url}?error=access_denied&state={asked['state']}"
            return web.Response(status=302, headers={"Location": no})
        return web.Response(status=302, headers={"Location": self.oauth.agree(self.agreeing, asked)})

    def _workspace(self, token: str, args: Payload) -> Workspace:
        for one in self.workspaces.values():
            if token and one.token == token:
                return one
        if token and (org := self.oauth.find_org(token)) is not None:
            return org.serving(args)
        raise ApiError("invalid_auth")

    def _give_ticket(self, app_token: str) -> Payload:
        for one in self.workspaces.values():
            if one.app_token == app_token:
                ticket = f"{one.id}-{one.number()}"
                self._tickets[ticket] = one.id
                return {"url": f"ws://127.0.0.1:{self._server.port}/socket/{ticket}"}
        raise ApiError("invalid_auth")


def _break(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


def _with_basic(request: web.Request, args: Payload) -> Payload:
    """The app's credentials may come as HTTP's basic authentication, as Slack advises."""
    given = request.headers.get("Authorization", "")
    if not given.startswith("Basic "):
        return args
    client_id, _, secret = base64.b64decode(given.removeprefix("Basic ")).decode().partition(":")
    return {**args, "client_id": client_id, "client_secret": secret}


async def _read_args(request: web.Request) -> Payload:
    if request.content_type == "application/json":
        told: Payload = await request.json()
        return told
    given = {**request.query, **await request.post()}
    return {name: json.loads(str(one)) if name in JSON_ARGS else one for name, one in given.items()}
