"""Answers, brought to where they may go: into the message, beside it, or into the member's own messages."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.adapters.slack.errors import BROKEN, code_of, delivery_error
from bot.adapters.slack.origin import Origin, pack
from bot.adapters.slack.pictures import Pictures
from bot.adapters.slack.render import form_payload, message_payload
from bot.core.chat.call import Answer
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, charts_of
from bot.core.errors import RetryLater, Unreachable
from bot.core.views.calls import not_opened

TRIES = 3
# Two tries fit into the three seconds for which Slack lets a form be opened.
OPEN_SECONDS = 1.3
WAIT_MOST = 30.0  # seconds; after that nobody waits for an answer any more

Payload = dict[str, Any]
T = TypeVar("T")


class Replies:
    """Brings each answer to where its call came from. Nothing is raised: what can't be said is logged."""

    def __init__(self, client: AsyncWebClient, session: ClientSession, pictures: Pictures) -> None:
        self._client = client
        self._session = session
        self._pictures = pictures

    async def bring(self, origin: Origin, answer: Answer) -> None:
        """Shows the answer, whatever it is, and the charts of a message."""
        match answer.reply:
            case Form() as form:
                await self.open_form(origin, form)
            case Update(message) if origin.message:
                await self._replace(origin, message)
            case Update(message):
                await self._say(origin, message, answer.private)
            case message:
                await self._say(origin, message, answer.private)
        await self.show_pictures(origin, answer)

    async def open_form(self, origin: Origin, form: Form, searched: tuple[str, ...] = ()) -> None:
        """Opens the form, within three seconds of what asked for it. When that fails, the member is asked to
        try again: nobody else can."""
        view = form_payload(form, searched) | {"private_metadata": pack(origin)}
        for is_last in (False, True):
            try:
                async with asyncio.timeout(OPEN_SECONDS):
                    await self._client.views_open(trigger_id=origin.trigger, view=view)
            except BROKEN as error:
                if code_of(error) == "exchanged_trigger_id":
                    return  # the same request has opened its form already
                if not is_last and _may_pass(error):
                    continue
                _log("form not opened", error)
                await self._say(origin, not_opened(), private=True)
            return

    async def show_pictures(self, origin: Origin, answer: Answer) -> None:
        """The charts of a private answer go to the member's own messages, others where the answer is."""
        message = answer.reply.message if isinstance(answer.reply, Update) else answer.reply
        if isinstance(message, Form) or not charts_of(message.blocks):
            return
        try:
            direct = answer.private or not origin.channel
            channel = await self._open_direct(origin.user) if direct else origin.channel
        except BROKEN as error:
            _log("pictures not shown", error)
            return
        await self._pictures.show(channel, message)

    async def _replace(self, origin: Origin, message: Message) -> None:
        """Only the address can replace a message that one member alone sees. It may be used up."""
        payload = message_payload(message)
        if origin.url and await self._respond(origin.url, payload | {"replace_original": True}):
            return
        try:
            await _patiently(
                lambda: self._client.chat_update(channel=origin.channel, ts=origin.message, **payload)
            )
        except BROKEN as error:
            _log("message not replaced", error)
            await self._say_directly(origin.user, payload)

    async def _say(self, origin: Origin, message: Message, private: bool) -> None:
        payload = message_payload(message)
        kind = "ephemeral" if private else "in_channel"
        beside = payload | {"response_type": kind, "replace_original": False}
        if origin.url and await self._respond(origin.url, beside):
            return
        if origin.channel and await self._say_in_channel(origin, payload, private):
            return
        await self._say_directly(origin.user, payload)

    async def _say_in_channel(self, origin: Origin, payload: Payload, private: bool) -> bool:
        """Whether it could be said there: Cairn need not be a member of every channel."""
        place: Payload = {"channel": origin.channel, "thread_ts": origin.thread or None, **payload}
        alone = private and not origin.channel.startswith("D")
        try:
            if alone:
                await _patiently(lambda: self._client.chat_postEphemeral(user=origin.user, **place))
            else:
                await _patiently(lambda: self._client.chat_postMessage(**place))
        except BROKEN as error:
            _log("not said in channel", error)
            return False
        return True

    async def _say_directly(self, user: str, payload: Payload) -> None:
        try:
            channel = await self._open_direct(user)
            await _patiently(lambda: self._client.chat_postMessage(channel=channel, **payload))
        except BROKEN as error:
            _log("answer not said", error)

    async def _open_direct(self, user: str) -> str:
        opened = await _patiently(lambda: self._client.conversations_open(users=user))
        return str(opened["channel"]["id"])

    async def _respond(self, url: str, payload: Payload) -> bool:
        """Whether the address still took it: five times within half an hour."""
        hook = AsyncWebhookClient(url, session=self._session, retry_handlers=[], logger=self._client.logger)
        try:
            answer = await hook.send_dict(payload)
        except (*BROKEN, UnicodeError) as error:  # what answers there may be a proxy
            _log("address not reached", error)
            return False
        return answer.status_code == 200


def _may_pass(error: Exception) -> bool:
    """Whether the same may be done the next moment. Slack takes a trigger once, so nothing is done twice."""
    told = delivery_error(error)
    return not isinstance(told, Unreachable) and not getattr(told, "after", None)


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Asks again, a few times, while Slack says that it did not do it and to come back later."""
    for left in reversed(range(TRIES)):
        try:
            return await ask()
        except BROKEN as error:
            told = delivery_error(error)
            wait = told.after or 1.0 if isinstance(told, RetryLater) else None
            if wait is None or wait > WAIT_MOST or not left:
                raise
        await asyncio.sleep(wait)
    raise AssertionError("the last try returns or raises")


def _log(what: str, error: Exception) -> None:
    structlog.get_logger().warning(what, error=code_of(error) or type(error).__name__)
