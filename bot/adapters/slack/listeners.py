"""What is done with each thing that Slack sends: read, asked at the doors, acknowledged, answered."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any

import structlog
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN, code_of
from bot.adapters.slack.facts import Facts
from bot.adapters.slack.origin import Malformed
from bot.adapters.slack.people import user_of
from bot.adapters.slack.receive import Reader, Received
from bot.adapters.slack.render import entries_payload, home_payload, message_payload, notice_payload
from bot.adapters.slack.replies import Replies
from bot.core.catalog import Catalog
from bot.core.chat.call import Answer, Call, Caller, Typed, Typing
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, first_text
from bot.core.errors import DeliveryError
from bot.core.ports import PlatformDoors
from bot.core.views.asking import ask_missing
from bot.core.views.errors import busy

# Slack waits three seconds for an acknowledgement.
ACK_SECONDS = 2.0

Payload = Mapping[str, Any]
Report = Callable[[Exception, Any], object]
Draw = Callable[[Answer], dict[str, Any] | None]


class Listeners:
    """Carries what Slack sends to the doors, and the answers back."""

    def __init__(
        self,
        doors: PlatformDoors,
        catalog: Catalog,
        reader: Reader,
        client: AsyncWebClient,
        replies: Replies,
        report: Report,
    ) -> None:
        self._doors = doors
        self._catalog = catalog
        self._reader = reader
        self._client = client
        self._facts = Facts(client, catalog)
        self._replies = replies
        self._report = report
        self._kinds: dict[
            str, tuple[Callable[[Payload], Any], Callable[[AsyncAck, Any], Awaitable[None]]]
        ] = {
            "command": (reader.command, self._run_command),
            "action": (reader.action, self._run_action),
            "view": (reader.submission, self._submit),
            "options": (reader.suggestion, self._suggest),
            "home": (reader.opened, self._show_home),
            "question": (reader.question, self._run_action),
        }

    async def hear(self, kind: str, ack: AsyncAck, body: Payload) -> None:
        """Does what this kind of payload asks for."""
        read, carry = self._kinds[kind]
        try:
            asked = read(body)
        except Malformed as error:
            structlog.get_logger().warning("slack payload refused", why=str(error))
            asked = None
        if asked is None:
            await ack()
            return
        try:
            await carry(ack, asked)
        except Exception as error:  # noqa: BLE001  a bug of ours: Bolt would log what was typed
            self._report(error, getattr(asked, "call", asked))

    async def _run_command(self, ack: AsyncAck, received: Received) -> None:
        what = received.call.what
        command = self._catalog.commands.get(what.command) if isinstance(what, Typed) else None
        form = ask_missing(command, what.options) if isinstance(what, Typed) else None
        if command is None or form is None:
            await self._answer(ack, received, _draw_command)
            return
        searched = tuple(option.name for option in command.options if option.suggest)
        await self._replies.open_form(received.origin, form, searched)
        await ack()

    async def _run_action(self, ack: AsyncAck, received: Received) -> None:
        await self._answer(ack, received, lambda _: None)

    async def _submit(self, ack: AsyncAck, received: Received) -> None:
        await self._answer(ack, received, lambda answer: _draw_refusal(answer, received.inputs))

    async def _suggest(self, ack: AsyncAck, typing: Typing) -> None:
        choices = await self._doors.suggest(typing)
        await ack(options=entries_payload(choices, typing.text))

    async def _show_home(self, ack: AsyncAck, caller: Caller) -> None:
        await ack()
        await self._publish_home(caller)
        await self._learn(caller)

    async def _publish_home(self, caller: Caller) -> None:
        blocks = await self._doors.home(self._reader.space, caller)
        try:
            await self._client.views_publish(user_id=user_of(caller.address.id), view=home_payload(blocks))
        except BROKEN as error:
            structlog.get_logger().warning("home not shown", error=code_of(error) or type(error).__name__)

    async def _answer(self, ack: AsyncAck, received: Received, draw: Draw) -> None:
        """Acknowledges once the answer is there, or Slack would not wait longer. What `draw` makes of it
        travels in the acknowledgement, and everything else by itself."""
        asking = asyncio.ensure_future(self._ask(received.call))
        await asyncio.wait({asking}, timeout=ACK_SECONDS)
        drawn = draw(asking.result()) if asking.done() else None
        await ack(drawn or "")
        answer, origin = await asking, received.origin
        if drawn is None:
            await self._replies.bring(origin, answer)
        else:
            await self._replies.show_pictures(origin, answer)
        if origin.home:
            await self._publish_home(received.call.caller)
        await self._learn(received.call.caller)

    async def _learn(self, caller: Caller) -> None:
        """Once an hour, behind the answer: nobody waits for it."""
        news = await self._facts.news(caller)
        if news is not None:
            await self._doors.learn(self._reader.space, news)

    async def _ask(self, call: Call) -> Answer:
        """The doors' answer. What Slack doesn't tell by itself is fetched before."""
        try:
            call = await self._facts.complete(call)
        except DeliveryError:
            return Answer(busy(), private=True, refused=True)
        return await self._doors.answer(call)


def _draw_command(answer: Answer) -> dict[str, Any] | None:
    """What a command's acknowledgement can carry: any message, but no form."""
    if isinstance(answer.reply, Form):
        return None
    message = answer.reply.message if isinstance(answer.reply, Update) else answer.reply
    return message_payload(message) | {"response_type": "ephemeral" if answer.private else "in_channel"}


def _draw_refusal(answer: Answer, inputs: Collection[str]) -> dict[str, Any] | None:
    """In place, or on top of the form when it is about no single input: the form keeps what was typed.
    Anything else closes the form and is said outside."""
    if not answer.refused or not isinstance(answer.reply, Message):
        return None
    if answer.about in inputs:
        return {"response_action": "errors", "errors": {answer.about: first_text(answer.reply)}}
    return {"response_action": "push", "view": notice_payload(answer.reply)}
