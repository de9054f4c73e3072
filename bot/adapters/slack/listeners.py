"""What is done with each thing that Slack sends: read, asked at the doors, acknowledged, answered."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.acknowledged import draw_command, draw_refusal
from bot.adapters.slack.arrival import current_arrival
from bot.adapters.slack.errors import BROKEN, code_of
from bot.adapters.slack.facts import Facts
from bot.adapters.slack.naming import Naming
from bot.adapters.slack.origin import Malformed, Origin, pack, unpack
from bot.adapters.slack.people import user_of
from bot.adapters.slack.receive import Reader, Received
from bot.adapters.slack.render import entries_payload, home_payload
from bot.adapters.slack.replies import Replies
from bot.core.budget import CallBudget
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Typed, Typing
from bot.core.chat.command import Command
from bot.core.errors import TryAgain
from bot.core.given import read_typed
from bot.core.ports import PlatformDoors
from bot.core.views.asking import ask_missing
from bot.core.views.calls import unchecked

# So long Slack is asked who somebody is who wants to lead: before the acknowledgement, and behind it.
FACTS_SECONDS, FACTS_KEPT_SECONDS = 0.7, 10.0
# So long an answer can be brought to where a command was typed.
HOOK_SECONDS = 1_800.0

Payload = Mapping[str, Any]
Report = Callable[[Exception, Any], object]
Draw = Callable[[Answer], dict[str, Any] | None]
Ask = Callable[[Call], Awaitable[Answer | None]]


class Listeners:
    """Carries what Slack sends to the doors, and the answers back."""

    def __init__(
        self,
        doors: PlatformDoors,
        catalog: Catalog,
        reader: Reader,
        client: AsyncWebClient,
        replies: Replies,
        naming: Naming,
        report: Report,
    ) -> None:
        self._doors = doors
        self._catalog = catalog
        self._reader = reader
        self._client = client
        self._facts = Facts(client, catalog, doors)
        self._replies = replies
        self._naming = naming
        self._report = report
        self._kinds: dict[
            str, tuple[Callable[[Payload], Any], Callable[[AsyncAck, Any], Awaitable[None]]]
        ] = {
            "command": (reader.command, self._run_command),
            "action": (reader.action, self._run_action),
            "view": (reader.submission, self._submit),
            "options": (reader.suggestion, self._suggest),
            "home": (reader.opened, self._show_home),
        }

    async def hear(self, kind: str, ack: AsyncAck, body: Payload) -> None:
        """Does what this kind of payload asks for."""
        read, carry = self._kinds[kind]
        asked = _read(read, body)
        if asked is None:
            await ack()
            return
        try:
            await carry(ack, asked)
        except Exception as error:  # noqa: BLE001  a bug of ours: Bolt would log what was typed
            self._report(error, getattr(asked, "call", asked))

    async def keep(self, body: Payload) -> Coroutine[Any, Any, None] | None:
        """Keeps a question. What is left to do beside the acknowledgement is given back: to have it carried
        out once that was sent, or to tell somebody that they ask too often. Raises TryAgain when it could
        not be kept."""
        received: Received | None = _read(self._reader.question, body)
        if received is None:
            return None
        if (told := self._admit(received.call)) is not None:
            return self._replies.bring(received.origin, told)
        budget = current_arrival().budget
        await self._doors.keep(received.call, pack(received.origin), HOOK_SECONDS, budget)
        return self._wake(received.call)

    async def _run_command(self, ack: AsyncAck, received: Received) -> None:
        what = received.call.what
        command = self._catalog.commands.get(what.command) if isinstance(what, Typed) else None
        form = ask_missing(command, what.options) if isinstance(what, Typed) else None
        if command is None or form is None:
            await self._answer(ack, received, draw_command, self._catalog.can_wait(what))
            return
        if (
            told := self._admit(received.call) or await self._refuse_early(command, received.call)
        ) is not None:
            await ack(draw_command(told) or "")
            return
        searched = tuple(option.name for option in command.options if option.suggest)
        # Slack waits for the acknowledgement no longer than for the form: neither waits for the other.
        opening = asyncio.ensure_future(
            self._replies.open_form(received.origin, self._naming.form(form), searched)
        )
        await ack()
        await opening

    async def _refuse_early(self, command: Command, call: Call) -> Answer | None:
        """Why the command would be refused whatever the form said; None too where that can't be told now."""
        if not (command.lead or command.plan):
            return None
        budget = current_arrival().answering
        complete = await self._facts.complete_within(call, min(FACTS_SECONDS, budget.left()))
        if complete is None:
            return None
        answer = await self._doors.check(complete, budget)
        return None if answer is None else self._naming.answer(answer)

    async def _run_action(self, ack: AsyncAck, received: Received) -> None:
        await self._answer(ack, received, lambda _: None, self._catalog.can_wait(received.call.what))

    async def _submit(self, ack: AsyncAck, received: Received) -> None:
        # Never kept: until it is acknowledged, the form is open with all that was typed.
        draw = functools.partial(draw_refusal, inputs=received.inputs)
        await self._answer(ack, received, draw, can_wait=False)

    async def _suggest(self, ack: AsyncAck, typing: Typing) -> None:
        typing = await self._facts.complete_typing(typing)
        choices = await self._doors.suggest(typing, current_arrival().budget)
        await ack(options=entries_payload(choices, typing.text))

    async def _show_home(self, ack: AsyncAck, caller: Caller) -> None:
        await ack()
        await self._publish_home(caller)
        await self._learn(caller)

    async def _publish_home(self, caller: Caller) -> None:
        blocks = self._naming.blocks(await self._doors.home(self._reader.space, caller))
        try:
            await self._client.views_publish(user_id=user_of(caller.address.id), view=home_payload(blocks))
        except BROKEN as error:
            structlog.get_logger().warning("home not shown", error=code_of(error) or type(error).__name__)

    async def work(self, call: Call, back: str, ask: Ask) -> None:
        """Carries out a call that was kept, and answers it. Raises what `ask` raises, and RetryLater when
        Slack doesn't take the answer."""
        self._replies.check_turn(call.key)
        origin = unpack(back, user_of(call.caller.address.id), self._reader.hooks)
        complete = await self._facts.complete_within(call, FACTS_KEPT_SECONDS)
        answer = _unchecked(call) if complete is None else await ask(complete)
        if answer is not None:
            await self._replies.bring_kept(call.key, origin, self._naming.answer(answer))
            await self._finish(origin, call.caller)

    async def _answer(self, ack: AsyncAck, received: Received, draw: Draw, can_wait: bool) -> None:
        """Acknowledges once the answer is there, or the call is kept. What `draw` makes of an answer travels
        in the acknowledgement, and everything else by itself."""
        arrival = current_arrival()
        budget = arrival.answering if can_wait else arrival.budget
        asking = asyncio.ensure_future(self._ask(received.call, budget))
        await asyncio.wait({asking}, timeout=budget.left() if can_wait else None)
        if can_wait and await self._is_kept(asking, received, arrival.budget):
            await ack()
            await self._wake(received.call)
            await asking  # it finds the call kept, and does nothing
            return
        answer = asking.result() if asking.done() else None
        drawn = None if answer is None else draw(answer)
        await ack(drawn or "")
        answer, origin = await asking, received.origin
        if answer is None:
            return  # it came before: the first one is answered
        if drawn is None:
            await self._replies.bring(origin, answer)
        else:
            await self._replies.show_pictures(origin, answer)
        await self._finish(origin, received.call.caller)

    async def _finish(self, origin: Origin, caller: Caller) -> None:
        if origin.home:
            await self._publish_home(caller)
        await self._learn(caller)

    async def _learn(self, caller: Caller) -> None:
        """Once an hour, behind the answer: nobody waits for it."""
        await self._facts.nudge(self._reader.space.address)
        news = await self._facts.news(caller)
        if news is not None:
            await self._doors.learn(self._reader.space, news)

    async def _wake(self, call: Call) -> None:
        """Has a kept call carried out, once Slack has the acknowledgement: an answer must not overtake it."""
        await current_arrival().until_acknowledged()
        await self._doors.wake(call)

    async def _is_kept(
        self, asking: asyncio.Future[Answer | None], received: Received, budget: CallBudget
    ) -> bool:
        """Whether the call waits now, because it could not be answered in time."""
        if not _is_late(asking):
            return False
        kept = await self._keep(received, budget)
        if kept is None:
            # It could still be lost, so it is not acknowledged before there is an answer.
            await asyncio.wait({asking})
        # Known, and yet not by this delivery: it was kept before. Else it is being carried out right now.
        return kept is True or (kept is False and asking.done() and _is_late(asking))

    async def _keep(self, received: Received, budget: CallBudget) -> bool | None:
        """Whether the call is kept now; False when it was here already, None when it could not be kept."""
        try:
            return await self._doors.keep(received.call, pack(received.origin), HOOK_SECONDS, budget)
        except TryAgain:
            return None

    async def _ask(self, call: Call, budget: CallBudget) -> Answer | None:
        """The doors' answer. What Slack doesn't tell by itself is fetched before."""
        if (told := self._admit(call)) is not None:
            return told
        complete = await self._facts.complete_within(call, min(FACTS_SECONDS, budget.left()))
        if complete is None:
            return _unchecked(call)
        call = complete
        answer = await self._doors.answer(call, budget=budget)
        return None if answer is None else self._naming.answer(answer)

    def _admit(self, call: Call) -> Answer | None:
        return self._doors.admit(call.caller.address, call.space.address)


def _unchecked(call: Call) -> Answer:
    return Answer(unchecked(read_typed(call.what)), private=True, refused=True, given_up=True)


def _read(read: Callable[[Payload], Any], body: Payload) -> Any:
    """What was read; None for what asks for nothing, or can't be read."""
    try:
        return read(body)
    except Malformed as error:
        structlog.get_logger().warning("slack payload refused", why=str(error))
        return None


def _is_late(asking: asyncio.Future[Answer | None]) -> bool:
    answer = asking.result() if asking.done() else None
    return not asking.done() or (answer is not None and answer.given_up)
