"""The gateway's connection: whatever somebody asks the bot comes out of it as Discord's own JSON."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import discord
import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.adapters.discord.gateway import use_tolerant_sockets
from bot.adapters.discord.receive import PLATFORM
from bot.adapters.discord.starts import RecentActs, Starts
from bot.core.chat.call import Space
from bot.core.errors import NotConnected
from bot.core.ids import Address
from bot.platform_health import PlatformHealth

# None of these is privileged: what mentions the bot, or is sent to it, comes with its text all the same.
INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
# Where a limit makes a request wait longer, it fails instead; the library takes nothing shorter.
PATIENCE = 30.0
MAY_POST = discord.Permissions(view_channel=True, send_messages=True)

Payload = Mapping[str, Any]


class Listener(Protocol):
    async def prepare(self) -> None:
        """Called once: signed in, and not yet connected."""
        ...

    async def hear_interaction(self, payload: Payload) -> None: ...

    async def hear_message(self, payload: Payload) -> None: ...

    async def hear_arrival(self, space: Space, channel: str | None) -> None:
        """The bot is in a server. `channel`: where it may say so, when it has just been invited."""
        ...

    async def hear_removal(self, server: str) -> None:
        """The bot was taken out of a server."""
        ...

    async def hear_roll(self, is_here: Callable[[str], bool], is_mine: Callable[[str], bool]) -> None:
        """All servers of a shard are known: of those that are its own, others have taken the bot out."""
        ...


class Connection(discord.AutoShardedClient):
    """Hands to `listener` every interaction and message, and keeps nothing of them. Reports to `health`
    which shards are connected.

    It has no command tree and no views, so the library answers nothing by itself.
    """

    def __init__(
        self,
        listener: Listener,
        report: Callable[[Exception], object],
        *,
        trace: Any,
        shard_count: int | None = None,
        shard_ids: Sequence[int] | None = None,
        health: PlatformHealth | None = None,
        starts: Starts | None = None,
    ) -> None:
        use_tolerant_sockets()
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            http_trace=trace,
            max_ratelimit_timeout=PATIENCE,
            shard_count=shard_count,
        )
        self.shard_ids = None if shard_ids is None else list(shard_ids)
        self._listener = listener
        self._report = report
        self._health = health or PlatformHealth()
        self._starts = starts or Starts(RecentActs(), self._health)
        self.was_ready = False

    @property
    def spaces(self) -> tuple[Space, ...]:
        """The servers that this process is connected to."""
        return tuple(map(_space, self.guilds))

    async def setup_hook(self) -> None:
        await self._listener.prepare()

    async def count_shards(self) -> None:
        """Asks Discord how many shards there should be, unless a setting says it, and waits until as many
        sessions may begin.

        The library would ask as well, but then connect to the address that comes with the answer.
        """
        while True:
            try:
                told = await self.http.request(Route("GET", "/gateway/bot"))
                self.shard_count = self.shard_count or int(told["shards"])
                limit = dict(told.get("session_start_limit") or {})
            except (AttributeError, LookupError, TypeError, ValueError) as error:
                check = "DISCORD_API_URL, and what stands between Cairn and Discord"
                raise NotConnected("no answer of Discord's", check) from error
            shards = self.shard_ids or range(self.shard_count)
            self._health.expect([str(one) for one in shards])
            room = self._starts.room(limit, len(shards))
            if not room:
                return
            await self._starts.hold("Discord allows no more sessions today", room)

    async def launch_shards(self) -> None:
        """As many at once as Discord takes, where the library begins one after another."""
        if self.is_closed():
            return
        count = self.shard_count or 1
        shards = list(self.shard_ids or range(count))
        self._connection.shard_count, self._connection.shard_ids = count, shards
        many = self._starts.concurrency
        for first in range(0, len(shards), many):
            group = shards[first : first + many]
            await asyncio.gather(
                *(self.launch_shard(DiscordWebSocket.DEFAULT_GATEWAY, one, initial=True) for one in group)
            )

    async def launch_shard(self, gateway: yarl.URL, shard_id: int, *, initial: bool = False) -> None:
        await self._starts.wait(shard_id)
        await super().launch_shard(gateway, shard_id, initial=initial)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        del initial  # the library's own way to space them out
        await self._starts.begin(shard_id or 0)

    async def on_interaction(self, interaction: discord.Interaction) -> None:
        await self._listener.hear_interaction(_interaction_payload(interaction))

    async def on_message(self, message: discord.Message) -> None:
        await self._listener.hear_message(_message_payload(message))

    async def on_guild_available(self, guild: discord.Guild) -> None:
        """Also when an outage is over, during which the library takes no server for gone."""
        await self._listener.hear_arrival(_space(guild), None)

    async def on_guild_join(self, guild: discord.Guild) -> None:
        await self._listener.hear_arrival(_space(guild), _open_channel(guild))

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        await self._listener.hear_removal(str(guild.id))

    async def on_shard_connect(self, shard_id: int) -> None:
        self._health.connected(str(shard_id))

    async def on_shard_ready(self, shard_id: int) -> None:
        self.was_ready = True
        shards, here = self.shard_count or 1, {str(one.id) for one in self.guilds}
        await self._listener.hear_roll(here.__contains__, lambda one: (int(one) >> 22) % shards == shard_id)

    async def on_error(self, _event: str, /, *_args: Any, **_kwargs: Any) -> None:
        """The library would log the trace with what was typed; this logs it without."""
        error = sys.exc_info()[1]
        if isinstance(error, Exception):
            self._report(error)

    async def on_shard_disconnect(self, shard_id: int) -> None:
        self._health.disconnected(str(shard_id))
        structlog.get_logger().warning("gateway lost", shard=shard_id)

    async def on_shard_resumed(self, shard_id: int) -> None:
        self._health.connected(str(shard_id))
        structlog.get_logger().info("gateway resumed", shard=shard_id)


def point_at(api_url: str, gateway_url: str) -> None:
    """Sends the library to other addresses than Discord's own; an empty one changes nothing."""
    if api_url:
        Route.BASE = api_url.rstrip("/")
    if gateway_url:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)


def _space(guild: discord.Guild) -> Space:
    return Space(Address(PLATFORM, str(guild.id)), guild.name or str(guild.id))


def _open_channel(guild: discord.Guild) -> str | None:
    """The channel in which a server wants newcomers announced, if the bot may post there."""
    channel = guild.system_channel
    if channel is None or not channel.permissions_for(guild.me).is_superset(MAY_POST):
        return None
    return str(channel.id)


def _interaction_payload(interaction: discord.Interaction) -> Payload:
    """The library's object as the JSON it was made from, as far as anybody reads it."""
    told: dict[str, Any] = {
        "id": str(interaction.id),
        "application_id": str(interaction.application_id),
        "type": interaction.type.value,
        "token": interaction.token,
        "data": interaction.data,
        "app_permissions": str(interaction.app_permissions.value),
    }
    if interaction.channel_id is not None:
        told["channel_id"] = str(interaction.channel_id)
    if (kind := getattr(interaction.channel, "type", None)) is not None:
        told["channel"] = {"type": kind.value}
    if isinstance(interaction.channel, discord.Thread):
        told["channel"]["thread_metadata"] = {"locked": interaction.channel.locked}
    if interaction.message is not None:
        message = interaction.message
        told["message"] = {"id": str(message.id), "flags": message.flags.value}
    user = interaction.user
    if interaction.guild_id is None:
        return told | {"user": _user_payload(user)}
    member: dict[str, Any] = {"user": _user_payload(user), "permissions": str(interaction.permissions.value)}
    if isinstance(user, discord.Member):
        member["nick"] = user.nick
        member["roles"] = [str(role.id) for role in user.roles if not role.is_default()]
    guild = interaction.guild
    named = {"id": str(interaction.guild_id), "name": guild.name if guild else ""}
    return told | {"guild_id": str(interaction.guild_id), "guild": named, "member": member}


def _message_payload(message: discord.Message) -> Payload:
    told: dict[str, Any] = {
        "id": str(message.id),
        "type": message.type.value,
        "channel_id": str(message.channel.id),
        "content": message.content,
        "author": _user_payload(message.author)
        | {"bot": message.author.bot or message.webhook_id is not None},
    }
    if message.guild is None:
        return told
    guild = {"id": str(message.guild.id), "name": message.guild.name}
    return told | {"guild_id": str(message.guild.id), "guild": guild}


def _user_payload(user: discord.User | discord.Member) -> dict[str, Any]:
    return {"id": str(user.id), "username": user.name, "global_name": user.global_name}
