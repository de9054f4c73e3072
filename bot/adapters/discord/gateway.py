"""The library's websocket, kept alive through what it can't read."""

import logging
import zlib
from typing import Any

import aiohttp
import discord
import discord.shard
import structlog
from discord.gateway import DiscordWebSocket, ReconnectWebSocket, WebSocketClosure

# What the library itself makes something of.
_MEANT = (
    ReconnectWebSocket,
    WebSocketClosure,
    discord.DiscordException,
    aiohttp.ClientError,
    OSError,
    TimeoutError,
)


class TolerantWebSocket(DiscordWebSocket):
    """Skips what can't be read, with one line in the log, where the library would end the bot."""

    async def received_message(self, msg: Any, /) -> None:
        try:
            await super().received_message(msg)
        except _MEANT:
            raise
        except zlib.error:
            # Each part is compressed with what came before it, so nothing after this can be read either.
            structlog.get_logger().warning("gateway sent what can't be unpacked", shard=self.shard_id)
            await self.close()
            raise ReconnectWebSocket(self.shard_id) from None
        except Exception as error:  # noqa: BLE001  whatever the library stumbles over
            structlog.get_logger().warning(
                "gateway event skipped", kind=_kind(msg), why=type(error).__name__, shard=self.shard_id
            )


def use_tolerant_sockets() -> None:
    """From now on the library's shards read with these; and it logs nothing by itself, because it logs traces
    for what passes, and what people typed."""
    discord.shard.DiscordWebSocket = TolerantWebSocket  # type: ignore[misc]  # there is no other way in
    logging.getLogger("discord").setLevel(logging.CRITICAL + 1)


def _kind(msg: Any) -> str:
    """The type that an event gives itself, as far as it can be told without reading it all."""
    text = msg if isinstance(msg, str) else ""
    _, found, rest = text.partition('"t":')
    name = rest.strip().removeprefix('"').split('"')[0] if found else ""
    return name if name.isupper() and len(name) < 60 else "unreadable"
