"""What Cairn asks of Discord's REST interface. Bodies are Discord's own JSON, as `render` makes them.

Everything goes through the library, which keeps to the limits of each route. Answers to interactions take its
path for webhooks: on the other one they would wait for each other.
"""

import io
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
import discord
from discord.http import Route
from discord.webhook.async_ import async_context

from bot.adapters.discord.invalid import IMPATIENT, InvalidRequests, OddAnswer

RECENT = 100
# Discord allows 50 in a second.
RATE = 45.0
TIMEOUT = aiohttp.ClientTimeout(total=10, sock_connect=3)

Payload = dict[str, Any]
Files = Mapping[str, bytes]


class Rest:
    """Raises discord.HTTPException and aiohttp's errors; what is said unasked also raises Refused at once,
    where an answer would be tried again, and keeps to the limit of the whole bot; answers count for nothing.
    `invalid` counts what is refused."""

    def __init__(self, client: discord.Client, invalid: InvalidRequests) -> None:
        self._client = client
        self._invalid = invalid
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def respond(self, interaction: str, token: str, payload: Payload, files: Files) -> None:
        """The first answer to an interaction, within three seconds of it."""
        route = Route(
            "POST",
            "/interactions/{webhook_id}/{webhook_token}/callback",
            webhook_id=interaction,
            webhook_token=token,
        )
        await self._answer(route, payload, "data", files)

    async def follow_up(self, application: str, token: str, payload: Payload, files: Files) -> None:
        """One more message for an interaction that has its first answer."""
        route = Route(
            "POST", "/webhooks/{webhook_id}/{webhook_token}", webhook_id=application, webhook_token=token
        )
        await self._answer(route, payload, None, files)

    async def edit_original(self, application: str, token: str, payload: Payload, files: Files) -> None:
        """Replaces the first answer, or the message whose button was pressed."""
        await self._answer(_original("PATCH", application, token), payload, None, files)

    async def delete_original(self, application: str, token: str) -> None:
        await self._answer(_original("DELETE", application, token), None, None, {})

    async def open_direct(self, user: str) -> str:
        """The id of the channel of direct messages with the user."""
        opened = await self._ask(Route("POST", "/users/@me/channels"), {"recipient_id": user})
        with _readable():
            return str(opened["id"])

    async def find_member(self, guild: str, user: str) -> None:
        """Raises discord.NotFound when the user is not in the server."""
        await self._ask(
            Route("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild, user_id=user), None
        )

    async def find_guild(self, guild: str) -> Payload:
        """The server. Raises discord.NotFound or discord.Forbidden where the bot isn't in it."""
        told: Payload = await self._ask(Route("GET", "/guilds/{guild_id}", guild_id=guild), None)
        return told

    async def find_channel(self, channel: str) -> Payload:
        """The channel or thread, if the bot may see it."""
        told: Payload = await self._ask(Route("GET", "/channels/{channel_id}", channel_id=channel), None)
        return told

    async def post(self, channel: str, payload: Payload, files: Files | None = None) -> Payload:
        """The message as Discord has it now."""
        route = Route("POST", "/channels/{channel_id}/messages", channel_id=channel)
        told: Payload = await self._ask(route, payload, files or {})
        return told

    async def edit(self, channel: str, message: str, payload: Payload, files: Files) -> None:
        path = "/channels/{channel_id}/messages/{message_id}"
        await self._ask(Route("PATCH", path, channel_id=channel, message_id=message), payload, files)

    async def recent(self, channel: str) -> list[Payload]:
        """The newest messages of a channel, the newest first, at most RECENT."""
        route = Route("GET", "/channels/{channel_id}/messages", channel_id=channel)
        messages: list[Payload] = await self._ask(route, None, params={"limit": RECENT})
        return messages

    async def commands(self, application: str, guild: str | None) -> list[Payload]:
        """The commands that stand at Discord: everywhere, or in one server."""
        place = "/guilds/{guild_id}" if guild else ""
        named = {"guild_id": guild} if guild else {}
        path = f"/applications/{{application_id}}{place}/commands"
        there: list[Payload] = await self._ask(Route("GET", path, application_id=application, **named), None)
        return there

    async def overwrite_commands(self, application: str, guild: str | None, commands: list[Payload]) -> None:
        """Replaces all commands: of everywhere, or of one server."""
        place = "/guilds/{guild_id}" if guild else ""
        named = {"guild_id": guild} if guild else {}
        path = f"/applications/{{application_id}}{place}/commands"
        await self._client.http.request(
            Route("PUT", path, application_id=application, **named), json=commands
        )

    async def _ask(
        self, route: Route, payload: Payload | None, files: Files | None = None, **given: Any
    ) -> Any:
        given |= {"timeout": TIMEOUT, "trace_request_ctx": IMPATIENT}
        with _readable():
            if files:
                held, form = _multipart(payload, None, files)
                return await self._client.http.request(route, files=held, form=form, **given)
            if payload is not None:
                given["json"] = payload
            return await self._client.http.request(route, **given)

    async def _answer(self, route: Route, payload: Payload | None, within: str | None, files: Files) -> None:
        """`within`: where in the payload the message stands, if not as a whole."""
        if self._session is None:
            named = {"User-Agent": self._client.http.user_agent}
            trace = self._invalid.trace(impatient=True)
            self._session = aiohttp.ClientSession(headers=named, trace_configs=[trace], timeout=TIMEOUT)
        adapter = async_context.get()
        with _readable():
            if files:
                held, form = _multipart(payload, within, files)
                await adapter.request(route, self._session, multipart=form, files=held)
            else:
                await adapter.request(route, self._session, payload=payload)


@contextmanager
def _readable() -> Iterator[None]:
    """Raises OddAnswer for what the library can't read: it raises whatever it stumbles over."""
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise OddAnswer(type(error).__name__) from error


def _original(method: str, application: str, token: str) -> Route:
    path = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"
    return Route(method, path, webhook_id=application, webhook_token=token)


def _multipart(
    payload: Payload | None, within: str | None, files: Files
) -> tuple[list[discord.File], list[Payload]]:
    """The files, and the fields of the form that carries them beside the payload."""
    held = [discord.File(io.BytesIO(png), filename=name) for name, png in files.items()]
    attachments = [{"id": index, "filename": one.filename} for index, one in enumerate(held)]
    body = dict(payload or {})
    if within:
        body[within] = {**body[within], "attachments": attachments}
    else:
        body["attachments"] = attachments
    form: list[Payload] = [{"name": "payload_json", "value": json.dumps(body)}]
    form += [
        {"name": f"files[{index}]", "value": one.fp, "filename": one.filename, "content_type": "image/png"}
        for index, one in enumerate(held)
    ]
    return held, form
