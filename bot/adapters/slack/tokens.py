"""Slack's own codes in what people write: mentions, channels, links and its three control characters."""

import re

from bot.core.chat.picked import write_picked

_TOKEN = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")
_SIGILS = {"@": "@", "#": "#", "!": "@"}
_USER = re.compile(r"@([UW][A-Z0-9]{1,30})")


def read_said(text: str, bot: str) -> str:
    """A message as its writer saw it; the mention of the user `bot` is left out."""

    def read(found: re.Match[str]) -> str:
        return "" if found[1] == f"@{bot}" else _as_seen(found)

    return _plain(_TOKEN.sub(read, text))


def read_typed(text: str) -> str:
    """A command's text as its writer saw it, but for people: each of them as one who was chosen. Slack writes
    them, and everything else here, as codes only for commands that are declared to be escaped."""

    def read(found: re.Match[str]) -> str:
        user = _USER.fullmatch(found[1])
        return write_picked(user[1]) if user else _as_seen(found)

    return _plain(_TOKEN.sub(read, text))


def _as_seen(found: re.Match[str]) -> str:
    target, label = found[1], found[2]
    sigil = _SIGILS.get(target[:1])
    if sigil:
        return sigil + (label or target[1:]).removeprefix(sigil)
    return label or target


def _plain(text: str) -> str:
    """Slack writes its three control characters as entities when it passes on what people type."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
