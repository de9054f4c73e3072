"""The pages on which somebody takes Cairn into a workspace. Only our own words get in, and one link."""

import base64
import hashlib
import html

from bot.core.chat.message import Message, plain_text

_STYLE = (
    "body{font:1.1rem/1.5 system-ui,sans-serif;max-width:34rem;margin:12vh auto;padding:0 1rem;"
    "color:#1d1c1d;background:#fff}"
    "a{display:inline-block;padding:.6rem 1rem;border-radius:.4rem;background:#2f5d50;color:#fff}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#1a1d21}}"
)
_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_HASH}'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    # The address of the page that Slack leads back to holds a code.
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def draw_page(message: Message, link: tuple[str, str] | None = None) -> str:
    """A whole page: the message, and below it a link, which is a label and an address."""
    title, _, text = plain_text(message).partition("\n")
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in text.split("\n") if line)
    below = f'<p><a href="{html.escape(link[1])}">{html.escape(link[0])}</a></p>' if link else ""
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="robots" content="noindex">'
        f"<title>{html.escape(title)}</title><style>{_STYLE}</style>"
        f"<h1>{html.escape(title)}</h1>{lines}{below}</html>"
    )
