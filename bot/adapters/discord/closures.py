"""Why the gateway ended a connection for good, what to do about it, and whether to wait or to stop."""

import discord

from bot.adapters.discord.failures import read_failure
from bot.core.errors import DeliveryError, NotConnected, SettingsError

# Tokens are rotated, and settings mended, by people.
SLOWLY_SECONDS = 60.0

_INTENTS = "the bot's intents on its page in the developer portal; Cairn asks for none that is privileged"
_CLOSURES = {
    4004: (
        "DISCORD_TOKEN",
        "Discord's gateway doesn't take DISCORD_TOKEN (4004): copy it again from the developer portal",
    ),
    4010: (
        "DISCORD_SHARDS and DISCORD_SHARD_IDS",
        "Discord's gateway knows no such shard (4010): each of DISCORD_SHARD_IDS is below DISCORD_SHARDS",
    ),
    4011: (
        "DISCORD_SHARDS",
        "Discord's gateway wants more shards (4011): take DISCORD_SHARDS out, or make it larger",
    ),
    4012: ("the version of Cairn", "Discord's gateway speaks another version by now (4012): update Cairn"),
    4013: (
        _INTENTS,
        "Discord's gateway doesn't know the intents (4013): update Cairn",
    ),
    4014: (_INTENTS, f"Discord's gateway doesn't allow the intents (4014): check {_INTENTS}"),
}


def read_closure(error: discord.DiscordException, *, was_ready: bool) -> DeliveryError | SettingsError:
    """What the end of the connection means. A setting that is refused from the start is for a person to mend;
    one that worked before may work again, so that is waited for."""
    if isinstance(error, discord.PrivilegedIntentsRequired):
        code = 4014
    elif isinstance(error, discord.ConnectionClosed):
        code = error.code
    else:
        return read_failure(error)
    if code not in _CLOSURES:
        return NotConnected(f"the gateway closed the connection ({code})", "the network")
    check, says = _CLOSURES[code]
    if was_ready:
        return NotConnected(f"the gateway closed the connection ({code})", check, SLOWLY_SECONDS)
    return SettingsError(says)
