"""A small Discord on 127.0.0.1: its gateway and the part of its REST interface that Cairn uses.

It speaks over real sockets, so the bot under test is the real client with nothing but other addresses. It
keeps to the documented limits, and fails as it is told to.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import BodyPartReader, web

from tests.end_to_end import discord_answers as answers
from tests.end_to_end.discord_gateway import Gateway
from tests.end_to_end.discord_rules import check_commands, check_message
from tests.end_to_end.discord_world import (
    ATTACH,
    READ_HISTORY,
    SEND,
    SEND_IN_THREADS,
    VIEW,
    Message,
    Payload,
    Refusal,
    World,
)

HOST = "127.0.0.1"
API = "/api/v10"
TOKEN = "MTAwMDAwMDAwMDAwMDAwMDAx.fake.token"

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Fault:
    """What happens to the next `times` requests that match. `status` 0 cuts the line, -1 leaves the request
    without an answer; `after`: although the request was carried out. `raw`: the body that is sent instead of
    Discord's JSON, without the headers by which Discord is known."""

    method: str
    path: str
    status: int
    code: int = 0
    times: int = 1
    after: bool = False
    retry_after: float | None = None
    everywhere: bool = False
    raw: str | None = None

    def matches(self, request: web.Request) -> bool:
        return self.times > 0 and request.method == self.method and bool(re.search(self.path, request.path))


@dataclass
class Bucket:
    """So many requests in so many seconds for each route and channel; None: no limit."""

    limit: int
    seconds: float
    used: dict[str, list[float]] = field(default_factory=dict)


class FakeDiscord:
    """`requests`: everything that was asked, as (method, path, status), and `moments`: when. `watch` hears of
    each request twice: when it is asked, as "GET /users/@me", and when it is done and not yet answered.

    `bucket`: of the messages in each channel; `members_bucket`: of the members of each server. `latency`:
    the seconds that each answer takes.
    """

    def __init__(self) -> None:
        self.world = World()
        self.gateway = Gateway(self.world, TOKEN)
        self.faults: list[Fault] = []
        self.bucket: Bucket | None = None
        self.members_bucket: Bucket | None = None
        self.moments: list[float] = []
        self.requests: list[tuple[str, str, int]] = []
        self.watch: Callable[[str, bool], None] = lambda _request, _done: None
        self.latency: Callable[[str], float] = lambda _asked: 0.0
        self.limit = {"total": 1000, "remaining": 999, "reset_after": 14_400_000, "max_concurrency": 1}
        self._stopping = asyncio.Event()

    @property
    def api_url(self) -> str:
        return f"http://{HOST}:{self._port}{API}"

    @property
    def gateway_url(self) -> str:
        return f"ws://{HOST}:{self._port}/gateway/"

    async def start(self) -> None:
        app = web.Application(middlewares=[self._refuse])
        app.router.add_get("/gateway/", self.gateway.serve)
        for method, path, handler in (
            ("GET", "/users/@me", self._me),
            ("GET", "/oauth2/applications/@me", self._application),
            ("GET", "/gateway/bot", self._gateway),
            ("GET", "/applications/{application}/commands", self._list),
            ("GET", "/applications/{application}/guilds/{guild}/commands", self._list),
            ("PUT", "/applications/{application}/commands", self._commands),
            ("PUT", "/applications/{application}/guilds/{guild}/commands", self._commands),
            ("POST", "/interactions/{interaction}/{token}/callback", self._callback),
            ("POST", "/webhooks/{application}/{token}", self._follow_up),
            ("PATCH", "/webhooks/{application}/{token}/messages/@original", self._edit_original),
            ("DELETE", "/webhooks/{application}/{token}/messages/@original", self._delete_original),
            ("POST", "/users/@me/channels", self._open_direct),
            ("GET", "/guilds/{guild}", self._guild),
            ("GET", "/guilds/{guild}/members/{user}", self._member),
            ("GET", "/channels/{channel}", self._channel),
            ("POST", "/channels/{channel}/messages", self._say),
            ("GET", "/channels/{channel}/messages", self._recent),
            ("PATCH", "/channels/{channel}/messages/{message}", self._edit),
        ):
            app.router.add_route(method, API + path, handler)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        await web.TCPSite(self._runner, HOST, 0).start()
        self._port = self._runner.addresses[0][1]
        self.gateway.url = self.gateway_url

    async def stop(self) -> None:
        self._stopping.set()
        await self.gateway.drop()
        await self._runner.cleanup()

    @web.middleware
    async def _refuse(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if not request.path.startswith(API):
            return await handler(request)
        self.moments.append(time.monotonic())
        way = self.latency(f"{request.method} {request.path.removeprefix(API)}")
        await asyncio.sleep(way / 2)
        fault = next((one for one in self.faults if one.matches(request)), None)
        response: web.StreamResponse
        try:
            if fault is not None:
                fault.times -= 1
                if fault.after:
                    await handler(request)
                response = await self._fail(request, fault)
            else:
                self._count(request)
                asked = f"{request.method} {request.path.removeprefix(API)}"
                self.watch(asked, False)
                response = await handler(request)
                self.watch(asked, True)
        except Refusal as refusal:
            headers = {"Via": "1.1 fake"}
            if "retry_after" in refusal.body:
                headers["Retry-After"] = str(refusal.body["retry_after"])
            response = send_json(refusal.body, status=refusal.status, headers=headers)
        self.requests.append((request.method, request.path.removeprefix(API), response.status))
        await asyncio.sleep(way / 2)
        return response

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.status == 0:
            if request.transport is not None:
                request.transport.abort()
            raise web.HTTPInternalServerError
        if fault.status < 0:
            await self._stopping.wait()
            raise web.HTTPInternalServerError
        if fault.raw is not None:
            headers = {} if fault.retry_after is None else {"Retry-After": str(fault.retry_after)}
            kind = {"Content-Type": "text/html" if fault.raw.startswith("<") else "application/json"}
            return web.Response(body=fault.raw.encode(), status=fault.status, headers=headers | kind)
        if fault.status == 429:
            scope = {"global": True} if fault.everywhere else {}
            raise Refusal(
                429, 0, "You are being rate limited.", retry_after=fault.retry_after or 0.05, **scope
            )
        raise Refusal(fault.status, fault.code, "told to fail")

    def _bucket_of(self, request: web.Request) -> tuple[str, Bucket | None, str]:
        """The route's bucket: its name, its limit, and the channel or server that it is of."""
        if re.search(r"/channels/\d+/messages", request.path):
            return "messages", self.bucket, request.match_info["channel"]
        if re.search(r"/guilds/\d+/members/", request.path):
            return "members", self.members_bucket, request.match_info["guild"]
        return "", None, ""

    def _count(self, request: web.Request) -> None:
        """Keeps to the bucket of the route."""
        _, bucket, key = self._bucket_of(request)
        if bucket is None:
            return
        now = time.monotonic()
        used = [at for at in bucket.used.get(key, []) if at > now - bucket.seconds]
        if len(used) >= bucket.limit:
            after = round(used[0] + bucket.seconds - now, 3)
            raise Refusal(429, 0, "You are being rate limited.", retry_after=after)
        bucket.used[key] = [*used, now]

    def _limits(self, request: web.Request) -> dict[str, str]:
        name, bucket, key = self._bucket_of(request)
        if bucket is None:
            return {}
        used = bucket.used.get(key, [])
        left = used[0] + bucket.seconds - time.monotonic() if used else 0.0
        return {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.limit - len(used)),
            "X-RateLimit-Reset-After": f"{max(left, 0):.3f}",
            "X-RateLimit-Bucket": name,
        }

    def _authorise(self, request: web.Request) -> None:
        if request.headers.get("Authorization") != f"Bot {TOKEN}":
            raise Refusal(401, 0, "401: Unauthorized")

    async def _me(self, request: web.Request) -> web.Response:
        self._authorise(request)
        return send_json(self.world.bot.payload)

    async def _application(self, request: web.Request) -> web.Response:
        self._authorise(request)
        bot = self.world.bot.payload
        told: Payload = {
            "id": self.world.application,
            "name": "Cairn",
            "icon": None,
            "description": "",
            "summary": "",
        }
        told |= {"bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64}
        return send_json(told | {"owner": bot, "flags": 0, "team": None, "bot": bot})

    async def _gateway(self, request: web.Request) -> web.Response:
        self._authorise(request)
        return send_json({"url": self.gateway_url, "shards": 1, "session_start_limit": self.limit})

    async def _commands(self, request: web.Request) -> web.Response:
        self._authorise(request)
        commands = await request.json()
        guild = request.match_info.get("guild", "")
        if guild and guild not in self.world.guilds:
            raise Refusal(403, 50001, "Missing Access")
        check_commands(commands)
        self.world.commands[guild] = commands
        self.world.uploads += 1
        return send_json([one | {"id": self.world.number()} for one in commands])

    async def _list(self, request: web.Request) -> web.Response:
        """The commands as Discord gives them: with what it adds, and without what goes without saying."""
        self._authorise(request)
        there = self.world.commands.get(request.match_info.get("guild", ""), [])
        added = {"version": "1", "nsfw": False, "name_localizations": None, "dm_permission": True}
        return send_json([one | added | {"id": self.world.number()} for one in there])

    async def _callback(self, request: web.Request) -> web.Response:
        body, pictures = await read_body(request)
        answers.take_first(self.world, request.match_info["interaction"], body, pictures)
        return send_json({}, status=200)

    async def _follow_up(self, request: web.Request) -> web.Response:
        body, pictures = await read_body(request)
        told = answers.take_follow_up(self.world, request.match_info["token"], body, pictures)
        return send_json(told.payload)

    async def _edit_original(self, request: web.Request) -> web.Response:
        body, pictures = await read_body(request)
        told = answers.change_original(self.world, request.match_info["token"], body, pictures)
        return send_json(told.payload)

    async def _delete_original(self, request: web.Request) -> web.Response:
        answers.delete_original(self.world, request.match_info["token"])
        return web.Response(status=204)

    async def _open_direct(self, request: web.Request) -> web.Response:
        self._authorise(request)
        user = str((await request.json())["recipient_id"])
        return send_json({"id": self.world.open_direct(user), "type": 1})

    async def _guild(self, request: web.Request) -> web.Response:
        self._authorise(request)
        guild = self.world.guilds.get(request.match_info["guild"])
        if guild is None:
            raise Refusal(404, 10004, "Unknown Guild")
        return send_json({"id": guild.id, "name": guild.name})

    async def _channel(self, request: web.Request) -> web.Response:
        self._authorise(request)
        channel = request.match_info["channel"]
        self.world.require_channel(channel)
        self.world.require(channel, VIEW)
        guild = self.world.guild_of(channel)
        told: Payload = {"id": channel, "type": 0 if guild else 1}
        if guild is not None and channel in guild.threads:
            state = {"archived": channel in guild.archived, "locked": channel in guild.locked}
            told |= {"type": 11, "thread_metadata": state}
        return send_json(told)

    async def _member(self, request: web.Request) -> web.Response:
        self._authorise(request)
        guild = self.world.guilds.get(request.match_info["guild"])
        if guild is None:
            raise Refusal(404, 10004, "Unknown Guild")
        user = request.match_info["user"]
        if user not in guild.members:
            raise Refusal(404, 10007, "Unknown Member")
        told = {"user": self.world.users[user].payload, "roles": []}
        return send_json(told, headers=self._limits(request))

    async def _say(self, request: web.Request) -> web.Response:
        self._authorise(request)
        body, pictures = await read_body(request)
        channel = request.match_info["channel"]
        check_message(body, pictures)
        recipient = self.world.recipient(channel)
        if recipient is not None and recipient.closed:
            raise Refusal(403, 50007, "Cannot send messages to this user")
        guild = self.world.guild_of(channel)
        in_thread = guild is not None and channel in guild.threads
        if guild is not None and channel in guild.locked:
            raise Refusal(400, 160005, "Thread is locked")
        self.world.require(channel, SEND_IN_THREADS if in_thread else SEND)
        if pictures:
            self.world.require(channel, ATTACH)
        if "message_reference" in body:
            self.world.require(channel, READ_HISTORY, code=160002)
        told = self.world.say(channel, self.world.bot, body, pictures)
        return send_json(told.payload, headers=self._limits(request))

    async def _recent(self, request: web.Request) -> web.Response:
        self._authorise(request)
        channel = request.match_info["channel"]
        self.world.require_channel(channel)
        self.world.require(channel, VIEW)
        if not self.world.may(self.world.bot, channel, READ_HISTORY):
            return send_json([])  # not an error, but nothing to see
        there = [
            one for one in self.world.messages.values() if one.channel == channel and one.audience is None
        ]
        newest: list[Message] = there[::-1][: int(request.query.get("limit", "50"))]
        return send_json([one.payload for one in newest])

    async def _edit(self, request: web.Request) -> web.Response:
        self._authorise(request)
        body, pictures = await read_body(request)
        message = self.world.find_message(request.match_info["channel"], request.match_info["message"])
        check_message(body, pictures)
        self.world.require(message.channel, ATTACH if pictures else VIEW)
        self.world.change(message, body, pictures)
        return send_json(message.payload, headers=self._limits(request))


def send_json(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    """JSON as Discord labels it: the library reads none with a charset beside its type."""
    labelled = {**(headers or {}), "Content-Type": "application/json"}
    return web.Response(body=json.dumps(body).encode(), status=status, headers=labelled)


async def read_body(request: web.Request) -> tuple[Payload, dict[str, bytes]]:
    """The JSON of a request, and the files that came with it by their names."""
    if request.content_type != "multipart/form-data":
        return await request.json(), {}
    body: Payload = {}
    files: dict[str, bytes] = {}
    async for part in await request.multipart():
        assert isinstance(part, BodyPartReader)
        if part.name == "payload_json":
            body = json.loads(await part.text())
        else:
            assert re.fullmatch(r"files\[\d\]", part.name or "")
            files[str(part.filename)] = bytes(await part.read())
    attached: Any = (body.get("data") or body).get("attachments", [])
    assert [one["filename"] for one in attached] == list(files)
    return body, files


async def until(holds: Callable[[], bool], seconds: float = 10.0) -> None:
    """Waits for something that happens on another connection. Raises TimeoutError."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  what is waited for is any state of the fake's
            await asyncio.sleep(0.005)
