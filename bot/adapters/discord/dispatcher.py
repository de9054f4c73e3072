"""What is done with each interaction and message: read, its community found, asked at the doors, answered."""

import structlog

from bot.adapters.discord.below import Answers
from bot.adapters.discord.fallback import log_lost
from bot.adapters.discord.receive import (
    AUTOCOMPLETE,
    QUESTION,
    Malformed,
    Payload,
    is_said_to,
    read_asked,
    read_call,
    read_caller,
    read_question,
    read_said,
    read_typing,
    types_integer,
)
from bot.adapters.discord.render import suggestions_payload
from bot.adapters.discord.replies import Arrival, Ask, Replies
from bot.adapters.discord.tickets import Below, read_ticket, unpack
from bot.adapters.discord.whereabouts import MEMBER_SECONDS, Whereabouts
from bot.adapters.roll_call import RollCall
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Space, Typed
from bot.core.errors import InvalidInput, RetryLater, UserError
from bot.core.given import read_typed, typed_again
from bot.core.ports import DirectDoors
from bot.core.views.errors import refusal
from bot.core.views.typed_back import with_typed


class Dispatcher:
    """`patience`: the seconds after which Discord is asked for more time."""

    def __init__(
        self,
        doors: DirectDoors,
        catalog: Catalog,
        replies: Replies,
        below: Answers,
        whereabouts: Whereabouts,
        roll: RollCall,
        patience: float,
    ) -> None:
        self._doors = doors
        self._catalog = catalog
        self._replies = replies
        self._below = below
        self._whereabouts = whereabouts
        self._roll = roll
        self._patience = patience

    async def hear_interaction(self, payload: Payload) -> None:
        arrival = Arrival(self._patience)
        await (self._suggest if payload["type"] == AUTOCOMPLETE else self._carry_out)(payload, arrival)

    async def hear_message(self, payload: Payload, bot: str) -> None:
        """A message to the bot, or with its mention, is a question; it is answered where it was asked."""
        if is_said_to(payload, bot):
            await self._reply(payload, bot, Arrival(self._patience))

    async def work(self, call: Call, back: str, ask: Ask) -> None:
        """Carries out a call that was kept, and answers it. Raises what `ask` raises, and RetryLater when the
        way to Discord is broken."""
        place = unpack(back)
        if isinstance(place, Below):
            await self._below.say(place, call.caller.address.id, await ask(call))
        else:
            await self._replies.work(place, call, ask)

    async def _carry_out(self, payload: Payload, arrival: Arrival) -> None:
        ticket = read_ticket(payload)
        try:
            what = read_asked(payload, self._catalog.actions)
            place = self._admit(payload) or await self._whereabouts.find(payload, what, arrival.answering)
            call = read_call(payload, place, what) if isinstance(place, Space) else None
        except UserError as error:
            told = refusal(error, read_typed(what))
            await self._replies.refuse(ticket, Answer(told, private=True), arrival)
        except Malformed as error:
            structlog.get_logger().error("malformed interaction", part=str(error))
            unreadable = refusal(InvalidInput("call.unreadable"))
            await self._replies.refuse(ticket, Answer(unreadable, private=True), arrival)
        else:
            if call is not None:
                if self._catalog.is_for_leads(call.what):
                    await self._roll.check(call.space.address, arrival.answering.left() / 2)
                await self._replies.carry_out(ticket, call, arrival)
            elif isinstance(place, Answer):
                # The form is gone, and so is the line: neither was carried out.
                await self._replies.refuse(ticket, with_typed(place, typed_again(what)), arrival)

    async def _suggest(self, payload: Payload, arrival: Arrival) -> None:
        ticket = read_ticket(payload)
        try:
            # What is typed so far names no plan, so any word will do to find out where.
            place = await self._whereabouts.find(payload, Typed(QUESTION), arrival.answering)
            if isinstance(place, Answer):
                raise InvalidInput("space.unclear")
            choices = await self._doors.suggest(read_typing(payload, place), arrival.budget)
            drawn = suggestions_payload(choices, integers=types_integer(payload))
        except (UserError, Malformed):
            drawn = suggestions_payload((), integers=False)  # who goes on and sends it is told why
        await self._replies.suggest(ticket, drawn, arrival)

    async def _reply(self, payload: Payload, bot: str, arrival: Arrival) -> None:
        below = Below(str(payload["channel_id"]), str(payload["id"]))
        asker = read_caller(payload).address.id
        try:
            answer = await self._ask(payload, bot, below, arrival)
        except UserError as error:
            answer = Answer(refusal(error), private=True)
        except Malformed as error:
            structlog.get_logger().error("malformed message", part=str(error))
            return
        try:
            await self._below.say(below, asker, answer)
        except RetryLater as error:
            log_lost(error.why, "every way")

    async def _ask(self, payload: Payload, bot: str, below: Below, arrival: Arrival) -> Answer | None:
        question = read_question(payload, bot)
        if (told := self._admit(payload)) is not None:
            return told
        # Nobody counts three seconds for a message, so Discord may take its time to say who is a member.
        place = await self._whereabouts.find(payload, question, arrival.answering, MEMBER_SECONDS)
        if isinstance(place, Answer):
            return place
        call = read_said(payload, place, question)
        return await self._below.ask(call, below, arrival.answering, arrival.budget)

    def _admit(self, payload: Payload) -> Answer | None:
        return self._doors.admit(read_caller(payload).address)
