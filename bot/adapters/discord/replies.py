"""Answers to interactions: the first one within three seconds, whatever comes of it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import discord
import structlog

from bot.adapters.discord.invalid import Stopped
from bot.adapters.discord.pictures import Pictures
from bot.adapters.discord.render import COMPONENTS_V2, form_payload, in_words, message_payload
from bot.adapters.discord.rest import Rest
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Typed
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, mentions_of
from bot.core.ports import Doors
from bot.core.views.errors import bug

DEFER_SECONDS = 1.2
EPHEMERAL = 1 << 6

_MESSAGE, _LATER, _LATER_UPDATE, _UPDATE, _SUGGESTIONS, _FORM = 4, 5, 6, 7, 8, 9
_INVALID_BODY = 50035

Payload = Mapping[str, Any]
# What ends an answer without it being a bug: too late, answered already, or the way to Discord is broken.
LOST = (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError, Stopped)


@dataclass(frozen=True, slots=True)
class Ticket:
    """Where an interaction is answered. `hides`: a private answer can be hidden here, as in a server;
    `legacy`: the message under the button still has the form in which it was created."""

    id: str
    application: str
    token: str
    hides: bool
    legacy: bool


def read_ticket(payload: Payload) -> Ticket:
    """The ticket of an interaction that `receive` could read."""
    source = payload.get("message")
    legacy = source is not None and not source["flags"] & COMPONENTS_V2
    hides = payload.get("guild_id") is not None
    return Ticket(str(payload["id"]), str(payload["application_id"]), str(payload["token"]), hides, legacy)


class Replies:
    """Asks the doors and answers; asks Discord for more time when that takes long, unless a form may come."""

    def __init__(
        self,
        doors: Doors,
        catalog: Catalog,
        rest: Rest,
        pictures: Pictures,
        report: Callable[[Exception, Call], str],
        patience: float,
    ) -> None:
        self._doors = doors
        self._catalog = catalog
        self._rest = rest
        self._pictures = pictures
        self._report = report
        self._patience = patience

    async def carry_out(self, ticket: Ticket, call: Call) -> None:
        """Never raises for what Discord refuses: then there is nobody left to tell."""
        private, may_wait = self._habits(call)
        working = asyncio.ensure_future(self._work(call))
        await asyncio.wait({working}, timeout=self._patience if may_wait else None)
        try:
            if working.done():
                await self._first(ticket, call, *working.result())
            else:
                await self._defer(ticket, call, private)
                await self._second(ticket, call, private, *await working)
        except LOST as error:
            _log_lost(error)
            await asyncio.wait({working})  # what was asked for is done all the same

    async def refuse(self, ticket: Ticket, answer: Answer) -> None:
        """Says at once what needs no door."""
        try:
            await self._send(ticket, answer, {})
        except LOST as error:
            _log_lost(error)

    async def suggest(self, ticket: Ticket, choices: dict[str, Any]) -> None:
        try:
            await self._rest.respond(ticket.id, ticket.token, {"type": _SUGGESTIONS, "data": choices}, {})
        except LOST as error:
            _log_lost(error)

    async def _work(self, call: Call) -> tuple[Answer, dict[str, bytes]]:
        answer = await self._doors.answer(call)
        reply = answer.reply
        if isinstance(reply, Form):
            return answer, {}
        message = reply.message if isinstance(reply, Update) else reply
        return answer, await self._pictures.paint(message)

    def _habits(self, call: Call) -> tuple[bool, bool]:
        """Whether the answer is private as a rule, and whether it may be deferred."""
        if isinstance(call.what, Typed):
            command = self._catalog.commands.get(call.what.command)
            return command is None or command.private, True
        handler = self._catalog.actions.get(call.what.action.split(":")[0])
        return handler is None or handler.private, handler is not None and not handler.opens_form

    async def _first(self, ticket: Ticket, call: Call, answer: Answer, files: dict[str, bytes]) -> None:
        reply = answer.reply
        try:
            if isinstance(reply, Form):
                opening = {"type": _FORM, "data": form_payload(reply)}
                await self._rest.respond(ticket.id, ticket.token, opening, {})
            elif isinstance(reply, Update) and call.reply_to.message is not None:
                changed = {"type": _UPDATE, "data": _changed(ticket, reply, files)}
                await self._rest.respond(ticket.id, ticket.token, changed, files)
            else:
                await self._send(ticket, answer, files)
        except discord.HTTPException as error:
            if error.code != _INVALID_BODY:
                raise
            # Discord found something wrong with our payload, so it has not been answered yet.
            await self._send(ticket, Answer(bug(self._report(error, call)), private=True), {})

    async def _defer(self, ticket: Ticket, call: Call, private: bool) -> None:
        if call.reply_to.message is not None:
            payload: dict[str, Any] = {"type": _LATER_UPDATE}
        else:
            payload = {"type": _LATER, "data": {"flags": _flags(ticket, private)}}
        await self._rest.respond(ticket.id, ticket.token, payload, {})

    async def _second(
        self, ticket: Ticket, call: Call, private: bool, answer: Answer, files: dict[str, bytes]
    ) -> None:
        """The answer after it was deferred: an edit of what stands there already, or one more message."""
        reply = answer.reply
        if isinstance(reply, Form):
            raise TypeError("what opens a form is never deferred")
        at = (ticket.application, ticket.token)
        pressed = call.reply_to.message is not None
        if pressed and isinstance(reply, Update):
            await self._rest.edit_original(*at, _changed(ticket, reply, files), files)
        elif (
            not pressed and not _mentions(reply) and _flags(ticket, answer.private) == _flags(ticket, private)
        ):
            await self._rest.edit_original(*at, _drawn(answer, files), files)
        else:
            if not pressed:
                # An edit can't change whether a message is private, and notifies nobody who is mentioned, so
                # the waiting one makes room.
                await self._rest.delete_original(*at)
            await self._rest.follow_up(*at, _shown(ticket, answer, files), files)

    async def _send(self, ticket: Ticket, answer: Answer, files: dict[str, bytes]) -> None:
        payload = {"type": _MESSAGE, "data": _shown(ticket, answer, files)}
        await self._rest.respond(ticket.id, ticket.token, payload, files)


def _mentions(reply: Message | Update) -> bool:
    message = reply.message if isinstance(reply, Update) else reply
    return next(mentions_of(message.blocks), None) is not None


def _drawn(answer: Answer, files: Mapping[str, bytes]) -> dict[str, Any]:
    reply = answer.reply
    if isinstance(reply, Form):
        raise TypeError("a form is no message")
    return message_payload(in_words(reply.message if isinstance(reply, Update) else reply, files))


def _shown(ticket: Ticket, answer: Answer, files: Mapping[str, bytes]) -> dict[str, Any]:
    drawn = _drawn(answer, files)
    return drawn | {"flags": drawn["flags"] | _flags(ticket, answer.private)}


def _changed(ticket: Ticket, reply: Update, files: Mapping[str, bytes]) -> dict[str, Any]:
    """What takes the place of a message: of its pictures, too."""
    drawn = message_payload(in_words(reply.message, files)) | {"attachments": []}
    return drawn | {"content": None} if ticket.legacy else drawn


def _flags(ticket: Ticket, private: bool) -> int:
    # In a direct message nobody else reads along, and a hidden message would be gone after a while.
    return EPHEMERAL if private and ticket.hides else 0


def _log_lost(error: BaseException) -> None:
    told = (
        f"{error.status} {error.code}" if isinstance(error, discord.HTTPException) else type(error).__name__
    )
    structlog.get_logger().warning("answer lost", why=told)
