"""The page's own files, read once."""

from pathlib import Path

from aiohttp import web

from bot.adapters.playground.guard import Handler

PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}


def page_files() -> dict[str, Handler]:
    """What serves each file, by its path on the server."""
    return {_url(path): _serve(path) for path in sorted(PAGE.iterdir()) if path.suffix in TYPES}


def _url(path: Path) -> str:
    return "/" if path.name == "index.html" else f"/{path.name}"


def _serve(path: Path) -> Handler:
    content, kind = path.read_bytes(), TYPES[path.suffix]

    async def serve(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type=kind, charset="utf-8")

    return serve
