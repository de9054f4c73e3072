"""Answers to messages that were said to the bot: each below its message."""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import structlog

from bot.adapters.discord.failures import FAILURES
from bot.adapters.discord.pictures import Pictures
from bot.adapters.discord.render import in_words, message_payload
from bot.adapters.discord.rest import Rest
from bot.adapters.discord.tickets import TOKEN_SECONDS, Below, pack
from bot.core.chat.call import Answer, Call
from bot.core.chat.form import Form
from bot.core.chat.message import Update
from bot.core.errors import TryAgain
from bot.core.ports import PlatformDoors


class Answers:
    """Asks the doors and says what comes of it. Never raises for what Discord refuses."""

    def __init__(self, doors: PlatformDoors, rest: Rest, pictures: Pictures) -> None:
        self._doors = doors
        self._rest = rest
        self._pictures = pictures

    async def ask(self, call: Call, below: Below) -> Answer | None:
        """The answer; None when there is nothing to say, or not yet: then the call is kept."""
        answer = await self._doors.answer(call)
        if answer is not None and answer.given_up:
            with suppress(TryAgain):
                await self._doors.keep(call, pack(below), TOKEN_SECONDS)
                return None
        return answer

    async def say(self, below: Below, answer: Answer | None) -> None:
        if answer is None:
            return
        reply = answer.reply
        if isinstance(reply, Form):
            raise TypeError("a message can't be answered with a form")
        message = reply.message if isinstance(reply, Update) else reply
        files = await self._pictures.paint(message)
        drawn = message_payload(in_words(message, files))
        drawn["message_reference"] = {"message_id": below.message, "fail_if_not_exists": False}
        await self.post(below.channel, drawn, files)

    async def post(self, channel: str, drawn: dict[str, Any], files: Mapping[str, bytes]) -> None:
        try:
            await self._rest.post(channel, drawn, files)
        except FAILURES as error:
            structlog.get_logger().warning("answer lost", why=type(error).__name__)
