"""Answers to messages that were said to the bot: each below its message, or as near as Discord lets it."""

import functools
from collections.abc import Callable
from typing import Any

import discord

from bot.adapters.discord.drawn import draw, message_of
from bot.adapters.discord.fallback import Fallback, log_lost, nonce, why
from bot.adapters.discord.patience import Patience
from bot.adapters.discord.pictures import Pictures
from bot.adapters.discord.responses import LOST
from bot.adapters.discord.rest import Rest
from bot.adapters.discord.tickets import TOKEN_SECONDS, Below, pack
from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Call
from bot.core.errors import RetryLater, TryAgain
from bot.core.ports import PlatformDoors
from bot.core.views.errors import bug

_INVALID_BODY = 50035
_REFUSED = (400, 403, 404)


class Answers:
    """Asks the doors and says what comes of it."""

    def __init__(
        self,
        doors: PlatformDoors,
        rest: Rest,
        pictures: Pictures,
        fallback: Fallback,
        report: Callable[[Exception, Call | None], str],
        patience: Patience,
    ) -> None:
        self._doors = doors
        self._rest = rest
        self._pictures = pictures
        self._fallback = fallback
        self._report = report
        self._patience = patience

    async def ask(self, call: Call, below: Below, answering: CallBudget, budget: CallBudget) -> Answer | None:
        """The answer; None when there is nothing to say, or not yet: then the call is kept."""
        answer = await self._doors.answer(call, budget=answering)
        if answer is None or not answer.given_up:
            return answer
        try:
            kept = await self._doors.keep(call, pack(below), TOKEN_SECONDS, budget)
        except TryAgain:
            return answer
        if kept:
            await self._doors.wake(call)
        return None

    async def say(self, below: Below, asker: str, answer: Answer | None) -> None:
        """Posts the answer. Raises RetryLater when the way to Discord stays broken."""
        if answer is None:
            return
        files = await self._pictures.paint(message_of(answer))
        drawn = draw(answer, files)
        try:
            if (error := await self._try(below, drawn, files)) is None:
                return
            if error.code == _INVALID_BODY:
                drawn, files = draw(Answer(bug(self._report(error, None)), private=True), {}), {}
                if await self._try(below, drawn, files) is None:
                    return
        except LOST as broken:
            log_lost(why(broken), "message")
            raise RetryLater("answer lost") from broken
        log_lost(why(error), "message")
        await self._fallback.tell(asker, below.message, drawn, files, besides=below.channel)

    async def announce(self, channel: str, drawn: dict[str, Any]) -> None:
        """Posts something that nobody asked for; what Discord doesn't take is logged."""
        try:
            await self._patience.ask(lambda: self._rest.post(channel, drawn, {}))
        except LOST as error:
            log_lost(why(error), "message")

    async def _try(
        self, below: Below, drawn: dict[str, Any], files: dict[str, bytes]
    ) -> discord.HTTPException | None:
        """Posts below the message; where that is refused, such as to a bot that may not read the history,
        into its channel. What Discord refused in the end. Raises the others of LOST."""
        reference = {"message_reference": {"message_id": below.message, "fail_if_not_exists": False}}
        refusal: discord.HTTPException | None = None
        for more in (reference, {}):
            payload = drawn | nonce(below.message) | more
            post = functools.partial(self._rest.post, below.channel, payload, files)
            try:
                await self._patience.ask(post)
            except discord.HTTPException as error:
                if error.status not in _REFUSED:
                    raise
                refusal = error
            else:
                return None
        return refusal
