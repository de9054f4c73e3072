"""The way that is left when an answer can't go where it should: to the asker alone."""

from collections.abc import Mapping
from typing import Any

import discord
import structlog

from bot.adapters.discord.direct import DirectChannels
from bot.adapters.discord.failures import FAILURES
from bot.adapters.discord.patience import Patience
from bot.adapters.discord.render import message_payload
from bot.adapters.discord.rest import Rest
from bot.core.errors import RetryLater
from bot.core.views.calls import elsewhere

NONCE_LIMIT = 25


class Fallback:
    """Raises nothing: what can't be said there either is logged."""

    def __init__(self, rest: Rest, direct: DirectChannels, patience: Patience) -> None:
        self._rest = rest
        self._patience = patience
        self._direct = direct

    async def tell(
        self, user: str, key: str, drawn: dict[str, Any], files: Mapping[str, bytes], besides: str = ""
    ) -> None:
        """Says it in the user's direct messages, with a word about why it comes there. `key` lets Discord
        know a message that comes again; `besides` is a channel in which it was tried already."""
        try:
            channel = await self._patience.ask(lambda: self._open(user))
            if channel == besides:
                log_lost("refused", "direct messages")
                return
            await self._post(channel, message_payload(elsewhere()) | nonce(f"{key}w"), {})
            await self._post(channel, drawn | nonce(key), files)
        except (*FAILURES, RetryLater) as error:
            log_lost(why(error), "direct messages")
        else:
            structlog.get_logger().info("answer sent by direct message")

    async def _open(self, user: str) -> str:
        return await self._direct.find(user) or await self._direct.open(user)

    async def _post(self, channel: str, payload: dict[str, Any], files: Mapping[str, bytes]) -> None:
        await self._patience.ask(lambda: self._rest.post(channel, payload, files))


def nonce(key: str) -> dict[str, Any]:
    """What makes Discord recognise a message that is posted twice within minutes."""
    return {"nonce": key[-NONCE_LIMIT:], "enforce_nonce": True}


def why(error: BaseException) -> str:
    """An error in a word or two for the operator, without anything that was said."""
    if isinstance(error, discord.HTTPException):
        return f"{error.status} {error.code}"
    return str(error) if isinstance(error, RetryLater) else type(error).__name__


def log_lost(reason: str, way: str) -> None:
    structlog.get_logger().warning("answer lost", why=reason, way=way)
