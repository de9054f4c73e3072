"""How this process is, for whoever watches it: /livez while its loop moves, /readyz while all else holds."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

from aiohttp import web

from bot.core.domain.curriculum import Content
from bot.core.errors import TryAgain
from bot.core.ports import Clock
from bot.delivery.courier import Hop
from bot.storage.outbox import Outbox
from bot.storage.store import DatabaseStore, Status

BEAT_AGE = 60.0
DUE_AGE = timedelta(minutes=5)


class Health:
    """`hop` leads to a thread that may wait for the database."""

    def __init__(
        self, store: DatabaseStore, outbox: Outbox, content: Content, clock: Clock, hop: Hop
    ) -> None:
        self._store = store
        self._outbox = outbox
        self._content = content
        self._clock = clock
        self._hop = hop
        self._beat = monotonic()
        self._oldest: datetime | None = None

    async def beat(self) -> None:
        """Each beat of the heart. What it learns of the ledger is shown until the next one."""
        self._beat = monotonic()
        with suppress(TryAgain):  # /readyz says so by itself
            self._oldest = await self._hop(self._outbox.oldest)

    def read_life(self) -> dict[str, Any]:
        """Answered without the database: whoever asks restarts a process that doesn't answer."""
        return {"live": True, **self._pulse()}

    async def read_readiness(self) -> dict[str, Any]:
        """Each thing that has to hold, and whether all of them do."""
        database: Status | None = None
        try:
            database = await self._hop(self._store.status)
            if database.is_current:
                self._oldest = await self._hop(self._outbox.oldest)
        except TryAgain:
            database = None
        checks = {
            "database": database is not None,
            "migrations": database is not None and database.is_current,
            "heartbeat": monotonic() - self._beat < BEAT_AGE,
            "due": self._oldest is None or self._clock.now() - self._oldest < DUE_AGE,
            "content": bool(self._content.version),
        }
        return {"ready": all(checks.values()), "checks": checks, **self._pulse()}

    async def serve(self, host: str, port: int, *, ready: Callable[[str], None]) -> None:
        """Serves until cancelled and tells `ready` the address. Raises OSError for a taken port."""
        app = web.Application()
        app.router.add_get("/livez", self._show_life)
        app.router.add_get("/readyz", self._show_readiness)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
            ready(f"http://{host}:{runner.addresses[0][1]}")
            await asyncio.Event().wait()
        finally:
            await runner.cleanup()

    async def _show_life(self, _request: web.Request) -> web.Response:
        return web.json_response(self.read_life())

    async def _show_readiness(self, _request: web.Request) -> web.Response:
        told = await self.read_readiness()
        return web.json_response(told, status=200 if told["ready"] else 503)

    def _pulse(self) -> dict[str, Any]:
        oldest = self._oldest
        return {
            "last_beat_seconds": round(monotonic() - self._beat, 1),
            "oldest_due": None if oldest is None else oldest.isoformat(),
        }
