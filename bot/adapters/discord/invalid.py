"""Requests that Discord refused. Ten thousand within ten minutes shut an address out, so Cairn stops long
before; and some requests would rather fail at once than be tried again by the library. Those also keep to the
limit of the whole bot, at the moment at which they really go."""

import json
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace

import aiohttp

from bot.platform_health import PlatformHealth
from bot.rate_limit import RateLimiter

WINDOW_SECONDS = 600.0
INVALID_LIMIT = 1_000
IMPATIENT = "impatient"
LONGEST_WAIT = 7 * 86_400.0

_INVALID = (401, 403, 429)
# These carry an interaction's token, which ends; what they answer says nothing about the bot's own.
_OF_INTERACTIONS = ("/webhooks/", "/interactions/")


class Stopped(aiohttp.ClientError):
    """Nothing is sent for `after` seconds: too much was refused. The library takes it for a broken line."""

    def __init__(self, after: float) -> None:
        super().__init__("too many refused requests")
        self.after = after


class OddAnswer(aiohttp.ClientError):
    """Discord, or something in front of it, answered with what can't be read."""


class Refused(Exception):
    """An impatient request met a limit or a broken server. `after`: the seconds that Discord wants; `code`:
    its own word for why, 0 where it gave none."""

    def __init__(self, status: int, after: float | None, code: int = 0) -> None:
        super().__init__(f"status {status}")
        self.status = status
        self.after = after
        self.code = code


class Patient(SimpleNamespace):
    """What is known of a request while it is under way."""

    impatient = False


class Impatient(Patient):
    """Of one that would rather fail at once."""

    impatient = True


class InvalidRequests:
    """Counts what was refused within the last ten minutes, of everything that is sent under its trace, and
    reports to `health` how requests go. `pace` lets impatient requests through."""

    def __init__(
        self,
        limit: int = INVALID_LIMIT,
        now: Callable[[], float] = time.monotonic,
        health: PlatformHealth | None = None,
        pace: RateLimiter | None = None,
    ) -> None:
        self._limit = limit
        self._now = now
        self._health = health or PlatformHealth()
        self._pace = pace
        self._refused: deque[float] = deque()

    def trace(self, *, impatient: bool = False) -> aiohttp.TraceConfig:
        """What a session needs so that its requests are counted, and stopped. `impatient`: all of them are,
        not only those that say so."""
        trace = aiohttp.TraceConfig(Impatient if impatient else Patient)
        trace.on_request_start.append(self._before)
        trace.on_request_end.append(self._after)
        trace.on_request_exception.append(self._lost)
        return trace

    def check(self) -> None:
        """Raises Stopped when the limit is reached."""
        now = self._now()
        while self._refused and self._refused[0] <= now - WINDOW_SECONDS:
            self._refused.popleft()
        if len(self._refused) >= self._limit:
            raise Stopped(self._refused[0] + WINDOW_SECONDS - now)

    def count(self, status: int, scope: str | None = None) -> None:
        """Notes an answer. A 429 that others caused (`scope` is "shared") is not held against the bot."""
        if status in _INVALID and scope != "shared":
            self._refused.append(self._now())

    async def _before(
        self, _session: aiohttp.ClientSession, ctx: SimpleNamespace, _params: aiohttp.TraceRequestStartParams
    ) -> None:
        self.check()
        if ctx.trace_request_ctx == IMPATIENT and self._pace is not None:
            await self._pace.acquire()

    async def _after(
        self, _session: aiohttp.ClientSession, ctx: SimpleNamespace, params: aiohttp.TraceRequestEndParams
    ) -> None:
        status, headers = params.response.status, params.response.headers
        self.count(status, headers.get("X-RateLimit-Scope"))
        self._report(status, params.url.path)
        # While the library signs in it asks who the bot is; back-off is then the business of the connection.
        asked = ctx.impatient or ctx.trace_request_ctx == IMPATIENT or params.url.path.endswith("/@me")
        if asked and (status == 429 or status >= 500):
            code = _code_of(await params.response.read())
            raise Refused(status, seconds(headers.get("Retry-After")), code)

    async def _lost(
        self,
        _session: aiohttp.ClientSession,
        _ctx: SimpleNamespace,
        params: aiohttp.TraceRequestExceptionParams,
    ) -> None:
        if not isinstance(params.exception, Stopped):
            self._health.failed(type(params.exception).__name__)

    def _report(self, status: int, path: str) -> None:
        if status == 429 or status >= 500:
            self._health.failed(str(status))
        elif status != 401:
            self._health.spoke()
        elif not any(one in path for one in _OF_INTERACTIONS):
            self._health.refused("401")


def seconds(text: str | None) -> float | None:
    """What a Retry-After says; None where it says nothing that can be used."""
    try:
        told = float(text or "")
    except ValueError:
        return None
    return told if 0 <= told < LONGEST_WAIT else None


def _code_of(body: bytes) -> int:
    with suppress(ValueError):  # no JSON: what stands in front of Discord has answered
        told = json.loads(body)
        code = told.get("code") if isinstance(told, dict) else None
        return code if isinstance(code, int) else 0
    return 0
