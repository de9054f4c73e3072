"""Who may talk to the playground: its own page, on this machine, and nobody else."""

import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from bot.core.errors import TryAgain

BODY_LIMIT = 64 * 1024
TOKEN_HEADER = "X-Cairn-Token"  # noqa: S105  the header's name, not a secret

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Refused(Exception):
    """A request that is not answered: the HTTP status, a word for the page, a sentence for people."""

    def __init__(self, status: int, code: str, says: str) -> None:
        super().__init__(status, code, says)
        self.status, self.code, self.says = status, code, says


class Guard:
    """Checks each request before anything reads it, and hardens each response.

    `open_paths` are the page's own files: they hold nobody's data, so any page may link to them.
    """

    def __init__(self, open_paths: frozenset[str]) -> None:
        self.token = secrets.token_urlsafe(32)
        self._open_paths = open_paths

    def check(self, request: web.Request) -> None:
        """Raises Refused for a request that the page itself can't have made."""
        port = request.transport.get_extra_info("sockname")[1] if request.transport else 0
        hosts = (f"127.0.0.1:{port}", f"localhost:{port}")
        if request.headers.getall("Host", []) not in ([host] for host in hosts):
            raise Refused(421, "host", f"Open the playground at http://{hosts[0]}, its only address.")
        if request.method == "POST":
            if request.headers.getall("Origin", []) != [f"http://{request.headers['Host']}"]:
                raise Refused(403, "origin", "Only the playground's own page may send this.")
            if not self._has_token(request):
                raise Refused(403, "token", "The page is older than Cairn's last start. Load it again.")
        elif request.path not in self._open_paths:
            own = request.headers.get("Sec-Fetch-Site") == "same-origin"
            if not own and not self._has_token(request):
                raise Refused(403, "origin", "Only the playground's own page may read this.")

    def _has_token(self, request: web.Request) -> bool:
        given = request.headers.get(TOKEN_HEADER, "")
        return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self.token.encode())


async def harden(_request: web.Request, response: web.StreamResponse) -> None:
    """Adds the headers that keep a browser from doing more than the page asks for.

    A handler chooses only how long its answer may be kept.
    """
    kept = response.headers.get("Cache-Control", HEADERS["Cache-Control"])
    response.headers.update({**HEADERS, "Cache-Control": kept})


def answer_refusals(guard: Guard) -> Any:
    """The middleware: checks, and tells every refusal as `{error: {code, says}}`."""

    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            guard.check(request)
            return await handler(request)
        except Refused as refused:
            return _tell(refused.status, refused.code, refused.says)
        except TryAgain:
            return _tell(503, "busy", "Cairn is busy. Please try again in a moment.")
        except web.HTTPException as error:
            # What aiohttp refuses by itself: no such path, another method, a body over the limit.
            return _tell(error.status, "http", f"{error.reason}.", error.headers.get("Allow"))

    return answer


async def read_json(request: web.Request) -> object:
    """The request's JSON body. Raises Refused for anything else, and HTTPRequestEntityTooLarge."""
    if request.content_type != "application/json":
        raise Refused(415, "json", "A body of type application/json is expected.")
    try:
        return json.loads(await request.read())
    except (ValueError, RecursionError):
        raise Refused(400, "json", "The body is not JSON that can be read.") from None


def _tell(status: int, code: str, says: str, allow: str | None = None) -> web.Response:
    headers = {"Allow": allow} if allow else None
    return web.json_response({"error": {"code": code, "says": says}}, status=status, headers=headers)
