"""How this process is, for whoever watches it: /livez while its loop and its beats move, /readyz while all
else holds."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from aiohttp import web

from bot.core.domain.curriculum import Content
from bot.core.domain.ledger import Refused
from bot.core.errors import TryAgain
from bot.core.ids import Platform
from bot.core.ports import Clock
from bot.delivery.hop import Hop
from bot.platform_health import PlatformHealth
from bot.recovery.watch import RecoveryWatch
from bot.storage.outbox import Outbox
from bot.storage.store import DatabaseStore, Status
from bot.web.limits import HttpLimits
from bot.web.server import HttpServer

# Without a beat for so long, the process stands still.
BEAT_AGE = 60.0
# Whether the database can be written is found out by writing, and no oftener than this.
PROBE_SECONDS = 5.0
BODY_LIMIT = 1024
STRANGERS = HttpLimits()


class Health:
    """`hop` leads to a thread that may wait for the database; `connections` holds what each platform that
    this process connects to reports."""

    def __init__(
        self,
        store: DatabaseStore,
        outbox: Outbox,
        content: Content,
        clock: Clock,
        hop: Hop,
        connections: Mapping[Platform, PlatformHealth],
        now: Callable[[], float] = monotonic,
        recovery: RecoveryWatch | None = None,
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._content = content
        self._clock = clock
        self._hop = hop
        self._recovery = recovery
        self._connections = connections
        self._now = now
        self._beat = now()
        self._oldest: datetime | None = None
        self._refused = Refused(0, 0)
        self._probed: tuple[float, str] | None = None

    async def beat(self) -> None:
        """Each beat of the heart. It waits for nothing, because a database that is away stops no heart."""
        self._beat = self._now()

    async def look(self) -> None:
        """Learns of the outbox what is shown until the next look."""
        with suppress(TryAgain):  # /readyz says so by itself
            self._oldest = await self._hop(self._outbox.oldest)
            if self._recovery is not None:
                await self._hop(self._recovery.look)

    def read_life(self) -> dict[str, Any]:
        """Answered without the database: a process that is not live is restarted, which mends no database."""
        return {"live": self._beats, **self._pulse()}

    async def read_readiness(self) -> dict[str, Any]:
        """Each thing that has to hold, and whether all of them do. What waits to be said is a figure only:
        another process that was ready would have as much to say."""
        database, unwritable = await self._look_at_database()
        checks = {
            "database": database is not None,
            "writable": not unwritable,
            "migrations": database is not None and database.works,
            "heartbeat": self._beats,
            "content": bool(self._content.version),
        }
        checks |= {str(platform): one.is_ready for platform, one in self._connections.items()}
        return {
            "ready": all(checks.values()),
            "checks": checks,
            "platforms": {platform: self._describe(one) for platform, one in self._connections.items()},
            "database": unwritable or "writable",
            # Communities whose platform refuses Cairn there: a figure only, as a restart mends none of them.
            "communities": asdict(self._refused),
            **self._pulse(),
            **(self._recovery.figures() if self._recovery else {}),
        }

    async def serve(
        self, host: str, port: int, *, ready: Callable[[str], None], limits: HttpLimits = STRANGERS
    ) -> None:
        """Serves until cancelled and tells `ready` the address. Raises OSError for a taken port."""
        app = web.Application(client_max_size=BODY_LIMIT)
        app.router.add_get("/livez", self._show_life)
        app.router.add_get("/readyz", self._show_readiness)
        server = HttpServer("health", limits, shutdown_seconds=1.0)
        await server.serve(app, host, port, ready=lambda port: ready(f"http://{host}:{port}"))

    async def _show_life(self, _request: web.Request) -> web.Response:
        told = self.read_life()
        return web.json_response(told, status=200 if told["live"] else 503)

    async def _show_readiness(self, _request: web.Request) -> web.Response:
        told = await self.read_readiness()
        return web.json_response(told, status=200 if told["ready"] else 503)

    async def _look_at_database(self) -> tuple[Status | None, str]:
        """What the database is, and why it can't be written to. One that isn't there is not tried."""
        try:
            database = await self._hop(self._store.status)
            if database.works:
                self._oldest = await self._hop(self._outbox.oldest)
                self._refused = await self._hop(self._store.count_refused)
                if self._recovery is not None:
                    await self._hop(self._recovery.look)
        except TryAgain as error:
            return None, str(error)
        if not database.works:
            return database, ""
        if self._probed is None or self._now() - self._probed[0] >= PROBE_SECONDS:
            self._probed = self._now(), await self._hop(self._store.write_trouble)
        return database, self._probed[1]

    @property
    def _beats(self) -> bool:
        return self._now() - self._beat < BEAT_AGE

    def _pulse(self) -> dict[str, Any]:
        oldest, age = self._oldest, self._now() - self._beat
        told: dict[str, Any] = {
            "last_beat_seconds": round(age, 1),
            "oldest_due": None if oldest is None else oldest.isoformat(),
        }
        return told if self._beats else {**told, "why": f"no beat for {age:.0f} s"}

    def _describe(self, one: PlatformHealth) -> dict[str, Any]:
        return {
            "hears": one.hears_for is not None,
            "hears_since": self._ago(one.hears_for),
            "speaks": one.speaks,
            "spoke_at": self._ago(one.spoke_ago),
            "why": one.trouble,
        }

    def _ago(self, seconds: float | None) -> str | None:
        """The instant so many seconds ago, by the clock as it is set now."""
        if seconds is None:
            return None
        return (self._clock.now() - timedelta(seconds=seconds)).isoformat(timespec="seconds")
