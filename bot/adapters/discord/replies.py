"""Answers to interactions: the first one within three seconds, whatever comes of it."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import aiohttp
import discord
import structlog

from bot.adapters.discord.invalid import Stopped
from bot.adapters.discord.pictures import Pictures
from bot.adapters.discord.render import form_payload, in_words, message_payload
from bot.adapters.discord.rest import Rest
from bot.adapters.discord.tickets import TOKEN_SECONDS, Ticket, pack
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Typed
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, mentions_of
from bot.core.errors import RetryLater, TryAgain
from bot.core.ports import PlatformDoors
from bot.core.views.errors import bug

# Longer than a transaction that is given up, and with all that then follows shorter than Discord waits.
DEFER_SECONDS = 1.6
EPHEMERAL = 1 << 6

_MESSAGE, _LATER, _LATER_UPDATE, _UPDATE, _SUGGESTIONS, _FORM = 4, 5, 6, 7, 8, 9
_INVALID_BODY = 50035

Payload = Mapping[str, Any]
Ask = Callable[[Call], Awaitable[Answer | None]]
# An answer and its pictures; None for a call that was here already.
Worked = tuple[Answer | None, dict[str, bytes]]
# What ends an answer without it being a bug: too late, answered already, or the way to Discord is broken.
LOST = (discord.HTTPException, aiohttp.ClientError, TimeoutError, OSError, Stopped)


class Replies:
    """Asks the doors and answers; asks Discord for more time when that takes long, unless a form may come."""

    def __init__(
        self,
        doors: PlatformDoors,
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
        private, can_wait = self._is_private(call), self._catalog.can_wait(call.what)
        working = asyncio.ensure_future(self._work(call, self._doors.answer))
        await asyncio.wait({working}, timeout=self._patience if can_wait else None)
        try:
            if can_wait and await self._is_kept(working, ticket, call):
                await self._defer(ticket, call, private)
            elif working.done():
                await self._first(ticket, call, *working.result())
            else:
                await self._defer(ticket, call, private)
                await self._second(ticket, call, private, *await working)
        except LOST as error:
            _log_lost(error)
        await asyncio.wait({working})  # what was asked for is done all the same

    async def work(self, ticket: Ticket, call: Call, ask: Ask) -> None:
        """Carries out a call that was kept, and answers what was deferred. Raises what `ask` raises, and
        RetryLater when the way to Discord is broken."""
        answer, files = await self._work(call, ask)
        try:
            await self._second(ticket, call, self._is_private(call), answer, files)
        except LOST as error:
            if not isinstance(error, discord.HTTPException):
                raise RetryLater("answer lost") from error
            _log_lost(error)

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

    async def _work(self, call: Call, ask: Ask) -> Worked:
        answer = await ask(call)
        if answer is None or isinstance(answer.reply, Form):
            return answer, {}
        message = answer.reply.message if isinstance(answer.reply, Update) else answer.reply
        return answer, await self._pictures.paint(message)

    async def _is_kept(self, working: asyncio.Future[Worked], ticket: Ticket, call: Call) -> bool:
        """Whether the call waits now, because it could not be answered in time."""
        if not _is_late(working):
            return False
        try:
            kept = await self._doors.keep(call, pack(ticket), TOKEN_SECONDS)
        except TryAgain:
            # Not acknowledged: what comes of it after all, if only a word to try again, is its answer.
            await asyncio.wait({working})
            return False
        return kept

    def _is_private(self, call: Call) -> bool:
        """Whether the answer is private as a rule."""
        if isinstance(call.what, Typed):
            command = self._catalog.commands.get(call.what.command)
            return command is None or command.private
        handler = self._catalog.actions.get(call.what.action.split(":")[0])
        return handler is None or handler.private

    async def _first(
        self, ticket: Ticket, call: Call, answer: Answer | None, files: dict[str, bytes]
    ) -> None:
        if answer is None:
            return  # it came before: the first one is answered
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
        self, ticket: Ticket, call: Call, private: bool, answer: Answer | None, files: dict[str, bytes]
    ) -> None:
        """The answer after it was deferred: an edit of what stands there already, or one more message."""
        if answer is None:
            return
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


def _is_late(working: asyncio.Future[Worked]) -> bool:
    answer = working.result()[0] if working.done() else None
    return not working.done() or (answer is not None and answer.given_up)


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
