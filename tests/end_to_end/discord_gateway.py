"""The fake's gateway: a websocket for each shard, and all that Discord's own makes a client live through."""

import asyncio
import contextlib
import json
from dataclasses import dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from tests.end_to_end.discord_world import Guild, Payload, World

DISPATCH, HEARTBEAT, IDENTIFY, RESUME, RECONNECT, INVALID, HELLO, ACK = 0, 1, 2, 6, 7, 9, 10, 11
AUTHENTICATION_FAILED, UNKNOWN_ERROR = 4004, 4000


@dataclass
class Session:
    """One identified shard; `events` are kept so that they can be told again."""

    id: str
    shard: tuple[int, int]
    intents: int
    socket: web.WebSocketResponse | None
    events: list[Payload] = field(default_factory=list)


class Gateway:
    """`heard`: the opcodes that clients sent, in order. `identified`: how often a client began anew."""

    def __init__(self, world: World, token: str) -> None:
        self._world = world
        self._token = token
        self.url = ""
        self.sessions: dict[str, Session] = {}
        self.heard: list[int] = []
        self.ready = asyncio.Event()
        self.heartbeat_ms = 41_250
        self.refuses = 0  # the code with which whoever begins a session is sent away
        self.opened = 0
        self.away: set[str] = set()  # servers in an outage

    @property
    def identified(self) -> int:
        return self.heard.count(IDENTIFY)

    @property
    def resumed(self) -> int:
        return self.heard.count(RESUME)

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(max_msg_size=0)
        await socket.prepare(request)
        self.opened += 1
        await socket.send_json(
            {"op": HELLO, "d": {"heartbeat_interval": self.heartbeat_ms}, "s": None, "t": None}
        )
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    await self._hear(socket, json.loads(frame.data))
        finally:
            for session in self.sessions.values():
                if session.socket is socket:
                    session.socket = None
        return socket

    async def tell(self, event: str, data: Payload, guild: str | None = None) -> None:
        """Dispatches an event to the shard it belongs to. A client that is away gets it when it resumes."""
        for session in list(self.sessions.values()):
            number, shards = session.shard
            if (int(guild) >> 22) % shards == number if guild else number == 0:
                await self._dispatch(session, event, data)

    async def ask_to_reconnect(self) -> None:
        self.ready.clear()
        for socket in self._sockets():
            await socket.send_json({"op": RECONNECT, "d": None, "s": None, "t": None})

    async def invalidate(self, *, resumable: bool) -> None:
        self.ready.clear()
        sockets = self._sockets()
        if not resumable:
            self.sessions.clear()
        for socket in sockets:
            await socket.send_json({"op": INVALID, "d": resumable, "s": None, "t": None})

    async def drop(self, code: int = UNKNOWN_ERROR) -> None:
        """Closes every connection, as a broken server does; sessions can be resumed."""
        self.ready.clear()
        for socket in self._sockets():
            await socket.close(code=code)

    async def blurt(self, frame: str | bytes) -> None:
        """Sends what no client can be expected to read."""
        for socket in self._sockets():
            await (socket.send_bytes(frame) if isinstance(frame, bytes) else socket.send_str(frame))

    async def forget(self) -> None:
        """All sessions are gone, and so are the connections: what tries to resume is told to begin anew."""
        sockets = self._sockets()
        self.sessions.clear()
        self.ready.clear()
        for socket in sockets:
            await socket.close(code=UNKNOWN_ERROR)

    async def join(self, guild: Guild) -> None:
        """The bot was invited into the server just now."""
        told = self._guild(guild)
        del told["unavailable"]
        await self.tell("GUILD_CREATE", told, guild.id)

    async def lose(self, guild: Guild, *, outage: bool = False) -> None:
        """The server has taken the bot out, or `outage`: nobody reaches it for a while."""
        if not outage:
            del self._world.guilds[guild.id]
        gone = {"id": guild.id} | ({"unavailable": True} if outage else {})
        await self.tell("GUILD_DELETE", gone, guild.id)

    async def recover(self, guild: Guild) -> None:
        """The outage is over."""
        await self.tell("GUILD_CREATE", self._guild(guild), guild.id)

    def _sockets(self) -> list[web.WebSocketResponse]:
        return [one.socket for one in self.sessions.values() if one.socket is not None]

    async def _hear(self, socket: web.WebSocketResponse, told: Payload) -> None:
        self.heard.append(told["op"])
        if told["op"] == HEARTBEAT:
            await socket.send_json({"op": ACK, "d": None, "s": None, "t": None})
        elif told["op"] == IDENTIFY:
            await self._identify(socket, told["d"])
        elif told["op"] == RESUME:
            await self._resume(socket, told["d"])

    async def _identify(self, socket: web.WebSocketResponse, given: Payload) -> None:
        if given["token"] != self._token or self.refuses:
            await socket.close(code=self.refuses or AUTHENTICATION_FAILED)
            return
        number, shards = given.get("shard", (0, 1))
        session = Session(self._world.number(), (number, shards), given["intents"], socket)
        self.sessions[session.id] = session
        mine = [one for one in self._world.guilds.values() if (int(one.id) >> 22) % shards == number]
        ready = {
            "v": 10,
            "user": self._world.bot.payload,
            "session_id": session.id,
            "shard": [number, shards],
        }
        ready |= {
            "resume_gateway_url": self.url,
            "guilds": [{"id": one.id, "unavailable": True} for one in mine],
        }
        ready |= {"application": {"id": self._world.application, "flags": 0}}
        await self._dispatch(session, "READY", ready)
        for guild in mine:
            if guild.id in self.away:
                continue
            await self._dispatch(session, "GUILD_CREATE", self._guild(guild))
        self.ready.set()

    async def _resume(self, socket: web.WebSocketResponse, given: Payload) -> None:
        session = self.sessions.get(given["session_id"])
        if session is None:
            await socket.send_json({"op": INVALID, "d": False, "s": None, "t": None})
            return
        session.socket = socket
        for missed in session.events:
            if missed["s"] > given["seq"]:
                await socket.send_json(missed)
        await self._dispatch(session, "RESUMED", {})
        self.ready.set()

    async def _dispatch(self, session: Session, event: str, data: Payload) -> None:
        told = {"op": DISPATCH, "t": event, "s": len(session.events) + 1, "d": data}
        session.events.append(told)
        if session.socket is not None:
            with contextlib.suppress(ConnectionError):
                await session.socket.send_json(told)

    def _guild(self, guild: Guild) -> dict[str, Any]:
        channels = [
            {"id": its, "name": name, "type": 0, "position": 0, "permission_overwrites": []}
            for name, its in guild.channels.items()
            if its not in guild.threads
        ]
        rights = str(guild.members[self._world.bot.id])
        role = {"id": guild.id, "name": "@everyone", "permissions": rights, "position": 0, "color": 0}
        role |= {"hoist": False, "managed": False, "mentionable": False, "colors": {"primary_color": 0}}
        return {
            "id": guild.id,
            "name": guild.name,
            "owner_id": "1",
            "unavailable": False,
            "member_count": len(guild.members),
            "channels": channels,
            "roles": [role, *(role | {"id": one, "name": "Guides"} for one in guild.roles)],
            "members": [self._me()],
            "system_channel_id": guild.system,
            "features": [],
        }

    def _me(self) -> dict[str, Any]:
        joined = "2026-12-01T00:00:00+00:00"
        told = {"user": self._world.bot.payload, "roles": [], "joined_at": joined, "flags": 0}
        return told | {"deaf": False, "mute": False}
