"""Answers to interactions: the first word within three seconds, whatever comes of it."""

import asyncio
import functools
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import Any

import discord

from bot.adapters.discord.drawn import draw, message_of
from bot.adapters.discord.fallback import Fallback, log_lost, why
from bot.adapters.discord.pictures import Pictures
from bot.adapters.discord.responses import LOST, Responses
from bot.adapters.discord.tickets import TOKEN_SECONDS, Ticket, pack
from bot.core.budget import CallBudget
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Typed
from bot.core.chat.form import Form
from bot.core.errors import RetryLater, TryAgain
from bot.core.ports import PlatformDoors

# Longer than a transaction that is given up. What was not answered by then is kept.
DEFER_SECONDS = 1.6
# Within these it is kept, or that is given up too; a word on its way then comes in time.
KEEP_SECONDS = 0.9

Ask = Callable[[Call], Awaitable[Answer | None]]
# An answer and its pictures; None for a call that was here already.
Worked = tuple[Answer | None, dict[str, bytes]]


class Arrival:
    """When something was heard. All steps until the first word about it share the `budget`; those that
    answer it share `answering`, which leaves time to keep the call."""

    def __init__(self, patience: float) -> None:
        self.began = monotonic()
        self.budget = CallBudget(self.began + patience + KEEP_SECONDS, monotonic)
        self.answering = self.budget.before(KEEP_SECONDS)


class Replies:
    """Asks the doors and answers; asks Discord for more time when that takes long, unless a form may come."""

    def __init__(
        self,
        doors: PlatformDoors,
        catalog: Catalog,
        responses: Responses,
        pictures: Pictures,
        fallback: Fallback,
    ) -> None:
        self._doors = doors
        self._catalog = catalog
        self._responses = responses
        self._pictures = pictures
        self._fallback = fallback

    async def carry_out(self, ticket: Ticket, call: Call, arrival: Arrival) -> None:
        """Never raises for what Discord refuses."""
        can_wait, began = self._catalog.can_wait(call.what), arrival.began
        private = self._is_private(call)
        budget = arrival.answering if can_wait else arrival.budget
        asking = functools.partial(self._doors.answer, budget=budget)
        working = asyncio.ensure_future(self._work(call, asking))
        await asyncio.wait({working}, timeout=budget.left() if can_wait else None)
        if can_wait and await self._is_kept(working, ticket, call, arrival.budget):
            try:
                await self._responses.defer(ticket, call, private, began)
            except LOST as error:
                log_lost(why(error), "deferral")  # the answer is brought all the same
            finally:
                await self._doors.wake(call)
        else:
            await self._answer(ticket, call, private, working, began)
        await asyncio.wait({working})  # what was asked for is done all the same

    async def work(self, ticket: Ticket, call: Call, ask: Ask) -> None:
        """Carries out a call that was kept, and answers what was deferred. Raises what `ask` raises, and
        RetryLater when the way to Discord is broken."""
        answer, files = await self._work(call, ask)
        if answer is None:
            return
        try:
            await self._responses.complete(ticket, call, self._is_private(call), answer, files)
        except LOST as error:
            if not isinstance(error, discord.HTTPException):
                raise RetryLater("answer lost") from error
            await self._go_round(ticket, call, answer, files, error)

    async def refuse(self, ticket: Ticket, answer: Answer, arrival: Arrival) -> None:
        """Says at once what needs no door."""
        try:
            await self._responses.say(ticket, answer, {}, arrival.began)
        except LOST as error:
            log_lost(why(error), "first word")

    async def suggest(self, ticket: Ticket, choices: dict[str, Any], arrival: Arrival) -> None:
        try:
            await self._responses.suggest(ticket, choices, arrival.began)
        except LOST as error:
            log_lost(why(error), "suggestions")

    async def _answer(
        self, ticket: Ticket, call: Call, private: bool, working: "asyncio.Future[Worked]", began: float
    ) -> None:
        """The answer to a call that is not kept: at once, or as soon as it is there."""
        is_late = not working.done()
        deferred: BaseException | None = None
        if is_late:
            try:
                await self._responses.defer(ticket, call, private, began)
            except LOST as error:
                deferred = error
        answer, files = await working
        if answer is None:
            return  # it came before: the first one is answered
        try:
            if is_late:
                await self._responses.complete(ticket, call, private, answer, files)
            else:
                await self._responses.answer(ticket, call, answer, files, began)
        except LOST as error:
            await self._go_round(ticket, call, answer, files, deferred or error)

    async def _go_round(
        self, ticket: Ticket, call: Call, answer: Answer, files: dict[str, bytes], error: BaseException
    ) -> None:
        """The interaction takes nothing more."""
        log_lost(why(error), "interaction")
        if isinstance(answer.reply, Form):
            return  # the member sees that nothing opened, and presses again
        await self._fallback.tell(call.caller.address.id, ticket.id, draw(answer, files), files)

    async def _work(self, call: Call, ask: Ask) -> Worked:
        answer = await ask(call)
        if answer is None or isinstance(answer.reply, Form):
            return answer, {}
        return answer, await self._pictures.paint(message_of(answer))

    async def _is_kept(
        self, working: "asyncio.Future[Worked]", ticket: Ticket, call: Call, budget: CallBudget
    ) -> bool:
        """Whether the call waits now, because it could not be answered in time."""
        if not _is_late(working):
            return False
        try:
            return await self._doors.keep(call, pack(ticket), TOKEN_SECONDS, budget)
        except TryAgain:
            # Not acknowledged: what comes of it after all, if only a word to try again, is its answer.
            await asyncio.wait({working}, timeout=budget.left())
            return False

    def _is_private(self, call: Call) -> bool:
        """Whether the answer is private as a rule."""
        if isinstance(call.what, Typed):
            command = self._catalog.commands.get(call.what.command)
            return command is None or command.private
        handler = self._catalog.actions.get(call.what.action.split(":")[0])
        return handler is None or handler.private


def _is_late(working: "asyncio.Future[Worked]") -> bool:
    answer = working.result()[0] if working.done() else None
    return not working.done() or (answer is not None and answer.given_up)
