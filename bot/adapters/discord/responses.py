"""The ways in which an interaction takes its answer: as the first word, or after one that asks for time."""

from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import discord
import structlog

from bot.adapters.discord.drawn import calls_somebody, draw, draw_change, draw_for, flags_of
from bot.adapters.discord.invalid import Refused, Stopped
from bot.adapters.discord.patience import (
    ANSWERED_ALREADY,
    BROKEN_LINE,
    Patience,
)
from bot.adapters.discord.render import form_payload
from bot.adapters.discord.rest import Rest
from bot.adapters.discord.tickets import Ticket
from bot.core.chat.call import Answer, Call
from bot.core.chat.form import Form
from bot.core.chat.message import Update
from bot.core.views.errors import bug

# Discord takes the first word for three seconds from when it sent the interaction.
FIRST_SECONDS = 2.9
# What ends an answer without it being a bug: too late, refused, or the way to Discord is broken.
LOST = (discord.DiscordException, *BROKEN_LINE, Refused, Stopped)

_MESSAGE, _LATER, _LATER_UPDATE, _UPDATE, _SUGGESTIONS, _FORM = 4, 5, 6, 7, 8, 9
_INVALID_BODY, _UNKNOWN_MESSAGE = 50035, 10008

Payload = dict[str, Any]


class Responses:
    """Each method raises one of LOST when Discord did not take it, after it was tried with patience.

    `began`: the monotonic second in which the interaction arrived.
    """

    def __init__(self, rest: Rest, report: Callable[[Exception, Call], str], patience: Patience) -> None:
        self._rest = rest
        self._patience = patience
        self._report = report

    async def say(self, ticket: Ticket, answer: Answer, files: dict[str, bytes], began: float) -> None:
        """A message as the first word."""
        payload = {"type": _MESSAGE, "data": draw_for(ticket, answer, files)}
        await self._respond(ticket, payload, files, began)

    async def suggest(self, ticket: Ticket, choices: Payload, began: float) -> None:
        await self._respond(ticket, {"type": _SUGGESTIONS, "data": choices}, {}, began)

    async def answer(
        self, ticket: Ticket, call: Call, answer: Answer, files: dict[str, bytes], began: float
    ) -> None:
        """The answer, whatever it is, as the first word. One that Discord finds wrong becomes a reference."""
        reply = answer.reply
        try:
            if isinstance(reply, Form):
                opening = {"type": _FORM, "data": form_payload(reply)}
                await self._respond(ticket, opening, {}, began)
            elif isinstance(reply, Update) and call.reply_to.message is not None:
                changed = {"type": _UPDATE, "data": draw_change(ticket, reply, files)}
                await self._respond(ticket, changed, files, began)
            else:
                await self.say(ticket, answer, files, began)
        except discord.HTTPException as error:
            if error.code != _INVALID_BODY:
                raise
            # Discord found something wrong with our payload, so it has not been answered yet.
            await self.say(ticket, Answer(bug(self._report(error, call)), private=True), {}, began)

    async def defer(self, ticket: Ticket, call: Call, private: bool, began: float) -> None:
        """Asks for a quarter of an hour."""
        if call.reply_to.message is not None:
            payload: Payload = {"type": _LATER_UPDATE}
        else:
            payload = {"type": _LATER, "data": {"flags": flags_of(ticket, private=private)}}
        await self._respond(ticket, payload, {}, began)

    async def complete(
        self, ticket: Ticket, call: Call, private: bool, answer: Answer, files: dict[str, bytes]
    ) -> None:
        """The answer after it was deferred: an edit of what stands there already, or one more message."""
        reply = answer.reply
        if isinstance(reply, Form):
            raise TypeError("what opens a form is never deferred")
        at = (ticket.application, ticket.token)
        if call.reply_to.message is not None and isinstance(reply, Update):
            changed = draw_change(ticket, reply, files)
            await self._late(lambda: self._rest.edit_original(*at, changed, files))
            return
        if call.reply_to.message is None:
            stays = flags_of(ticket, private=answer.private) == flags_of(ticket, private=private)
            if stays and not calls_somebody(answer):
                drawn = draw(answer, files)
                await self._late(lambda: self._rest.edit_original(*at, drawn, files))
                return
            # An edit can't change whether a message is private, and notifies nobody who is mentioned, so
            # the waiting one makes room.
            await self._late(lambda: self._remove_original(*at))
        shown = draw_for(ticket, answer, files)
        await self._late(lambda: self._rest.follow_up(*at, shown, files))

    async def _late(self, ask: Callable[[], Awaitable[None]]) -> None:
        await self._patience.ask(ask, deferred=True)

    async def _remove_original(self, application: str, token: str) -> None:
        try:
            await self._rest.delete_original(application, token)
        except discord.NotFound as error:
            if error.code != _UNKNOWN_MESSAGE:
                raise
            # An earlier try removed it, or the member did.

    async def _respond(self, ticket: Ticket, payload: Payload, files: dict[str, bytes], began: float) -> None:
        try:
            await self._patience.ask(
                lambda: self._rest.respond(ticket.id, ticket.token, payload, files),
                FIRST_SECONDS - (monotonic() - began),
            )
        except discord.HTTPException as error:
            if error.code != ANSWERED_ALREADY:
                raise
            # An earlier try of the same got through, though its answer did not.
            structlog.get_logger().info("interaction answered already")
