"""An HTTP server with limits in front of it: every server of Cairn is one of these."""

import asyncio
import errno
from collections.abc import Callable
from typing import Any

from aiohttp import web

from bot.web.connections import Connections
from bot.web.limits import HttpLimits, count_backlog
from bot.web.refusals import Refusals, make_quiet_logger

SWEEP_SECONDS = 1.0
# After an answer to a request whose body nobody wanted, so much of it is still read.
LINGER_SECONDS = 2.0
MAX_HEADERS = 64
SHUTDOWN_SECONDS = 3.0

_EXHAUSTED = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class HttpServer:
    """Serves one application. `refusals` counts what it refused, and the log calls the server `name`."""

    def __init__(self, name: str, limits: HttpLimits, *, shutdown_seconds: float = SHUTDOWN_SECONDS) -> None:
        self._limits = limits
        self._shutdown_seconds = shutdown_seconds
        self.refusals = Refusals(name)
        self._connections = Connections(limits, self.refusals)

    async def serve(
        self, application: web.Application, host: str, port: int, *, ready: Callable[[int], None]
    ) -> None:
        """Serves until cancelled, and calls `ready` with the port. Raises OSError when the port is taken."""
        application.middlewares.insert(0, self._connections.watch)
        runner = web.AppRunner(
            application,
            access_log=None,
            logger=make_quiet_logger(self.refusals),
            shutdown_timeout=self._shutdown_seconds,
            keepalive_timeout=self._limits.idle_seconds,
            lingering_time=LINGER_SECONDS,
            max_headers=MAX_HEADERS,
            # A body is signed as it was sent, and never grows while it is read.
            auto_decompress=False,
        )
        await runner.setup()
        assert runner.server is not None  # noqa: S101  it is set up
        self._connections.make_handler = runner.server
        loop = asyncio.get_running_loop()
        before = loop.get_exception_handler()
        listener: asyncio.Server | None = None

        def hear(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            # The loop reports each connection that it could not accept, a hundred times a second.
            if _is_out_of_descriptors(context):
                self.refusals.count("descriptors")
            elif before is not None:
                before(loop, context)
            else:
                loop.default_exception_handler(context)

        try:
            listener = await loop.create_server(self._connections.accept, host, port, backlog=count_backlog())
            loop.set_exception_handler(hear)
            ready(listener.sockets[0].getsockname()[1])
            await self._sweep()
        finally:
            if listener is not None:
                listener.close()
            if loop.get_exception_handler() is hear:
                loop.set_exception_handler(before)
            await self._connections.end()
            await runner.cleanup()
            self.refusals.report(is_last=True)

    async def _sweep(self) -> None:
        limits = self._limits
        shortest = min(limits.head_seconds, limits.body_seconds, limits.idle_seconds, limits.send_seconds)
        while True:
            await asyncio.sleep(min(SWEEP_SECONDS, shortest / 4))
            self._connections.sweep()
            self.refusals.report()


def _is_out_of_descriptors(context: dict[str, Any]) -> bool:
    error = context.get("exception")
    return "socket" in context and isinstance(error, OSError) and error.errno in _EXHAUSTED
