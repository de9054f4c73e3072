"""Answers, brought to where they may go: into the message, beside it, or into the member's own messages."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

import structlog
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.answer_posts import AnswerPosts, Attempt
from bot.adapters.slack.errors import BROKEN, code_of, delivery_error
from bot.adapters.slack.origin import Origin, pack
from bot.adapters.slack.pictures import Pictures
from bot.adapters.slack.render import form_payload, message_payload
from bot.adapters.slack.response_urls import ResponseUrls
from bot.core.chat.call import Answer
from bot.core.chat.form import Form
from bot.core.chat.message import Message, Update, charts_of
from bot.core.errors import DeliveryError, RetryLater, Unknown, Unreachable
from bot.core.views.calls import not_opened, perhaps_posted

# Two tries fit into the three seconds for which Slack lets a form be opened.
OPEN_SECONDS = 1.3
# So long an answer is tried; one to a kept call for less than its lease, because that one is tried again.
TRY_SECONDS, TRY_KEPT_SECONDS = 180.0, 15.0
WAITING_MOST = 1_000

Payload = dict[str, Any]


@dataclass(slots=True)
class WaitingAnswer:
    """The answer to a kept call that could not be brought yet. `until`: Slack takes nothing before."""

    answer: Answer
    attempt: Attempt = field(default_factory=Attempt)
    until: float = 0.0


class Replies:
    """Brings each answer to where its call came from, once. What can't be said anywhere is logged."""

    def __init__(self, client: AsyncWebClient, session: ClientSession, pictures: Pictures) -> None:
        self._client = client
        self._posts = AnswerPosts(client)
        self._urls = ResponseUrls(client, session)
        self._pictures = pictures
        self._waiting: OrderedDict[str, WaitingAnswer] = OrderedDict()

    async def bring(self, origin: Origin, answer: Answer) -> None:
        """Shows the answer, whatever it is, and the charts of a message. Raises nothing."""
        try:
            await self._deliver(origin, answer, Attempt(), TRY_SECONDS)
        except DeliveryError as error:
            _log_lost(error)
            return
        await self.show_pictures(origin, answer)

    def check_turn(self, key: str) -> None:
        """Raises RetryLater while Slack takes no answer to this call."""
        waiting = self._waiting.get(key)
        if waiting is not None and (left := waiting.until - monotonic()) > 0:
            raise RetryLater("limited", left)

    async def bring_kept(self, key: str, origin: Origin, answer: Answer) -> None:
        """As `bring`, of a call that is kept under the key. Raises RetryLater when the answer can't be
        brought now. The next time the same answer is brought, whatever is given then."""
        waiting = self._waiting.setdefault(key, WaitingAnswer(answer))
        while len(self._waiting) > WAITING_MOST:
            self._waiting.popitem(last=False)
        try:
            await self._deliver(origin, waiting.answer, waiting.attempt, TRY_KEPT_SECONDS)
        except RetryLater as error:
            waiting.until = monotonic() + (error.after or 0.0)
            raise
        except DeliveryError as error:
            _log_lost(error)
        self._waiting.pop(key, None)
        await self.show_pictures(origin, waiting.answer)

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
                _log("form not opened", code_of(error) or type(error).__name__)
                await self.bring(origin, Answer(not_opened(), private=True))
            return

    async def show_pictures(self, origin: Origin, answer: Answer) -> None:
        """The charts of a private answer go to the member's own messages, others where the answer is."""
        message = answer.reply.message if isinstance(answer.reply, Update) else answer.reply
        if isinstance(message, Form) or not charts_of(message.blocks):
            return
        try:
            direct = answer.private or not origin.channel
            channel = await self._posts.open_direct(origin.user, TRY_SECONDS) if direct else origin.channel
        except DeliveryError as error:
            _log("pictures not shown", error.why)
            return
        await self._pictures.show(channel, message)

    async def _deliver(self, origin: Origin, answer: Answer, attempt: Attempt, seconds: float) -> None:
        """Raises DeliveryError when the answer could not be brought in so many seconds, or never can be."""
        match answer.reply:
            case Form() as form:
                await self.open_form(origin, form)
            case Update(message) if origin.message:
                await self._replace(origin, message, attempt, seconds)
            case Update(message):
                await self._say(origin, message, answer.private, attempt, seconds)
            case message:
                await self._say(origin, message, answer.private, attempt, seconds)

    async def _replace(self, origin: Origin, message: Message, attempt: Attempt, seconds: float) -> None:
        """Only the address can replace a message that one member alone sees. It may be used up."""
        payload = message_payload(message)
        url, place = origin.url, (origin.channel, origin.message)
        if url and await _is_said(
            attempt, "url", self._urls.respond, url, payload | {"replace_original": True}, seconds
        ):
            return
        if not await _is_said(attempt, "message", self._posts.replace, *place, payload, seconds):
            await self._say_directly(origin.user, payload, attempt, seconds)

    async def _say(
        self, origin: Origin, message: Message, private: bool, attempt: Attempt, seconds: float
    ) -> None:
        """Where nobody can look whether a private answer came, it comes again, by direct message. Others get
        no public answer twice, so the member is asked to look."""
        payload = message_payload(message)
        if not attempt.is_unseen:
            try:
                if await self._is_said_there(origin, payload, private, attempt, seconds):
                    return
            except Unknown as error:
                _log("answer perhaps said", error.why)
                attempt.is_unseen = True
        if attempt.is_unseen and not private:
            payload = message_payload(perhaps_posted())
        await self._say_directly(origin.user, payload, attempt, seconds)

    async def _is_said_there(
        self, origin: Origin, payload: Payload, private: bool, attempt: Attempt, seconds: float
    ) -> bool:
        """Whether it could be said where the call came from: Cairn need not be a member of every channel."""
        if origin.url:
            kind = "ephemeral" if private else "in_channel"
            beside = payload | {"response_type": kind, "replace_original": False}
            if await _is_said_unseen(attempt, "url", self._urls.respond, origin.url, beside, seconds):
                return True
        channel, thread = origin.channel, origin.thread
        if not channel:
            return False
        if private and not channel.startswith("D"):
            given = (channel, origin.user, payload, seconds, thread)
            return await _is_said_unseen(attempt, "channel", self._posts.show, *given)
        return await _is_said(
            attempt, "channel", self._posts.post, channel, payload, attempt, seconds, thread
        )

    async def _say_directly(self, user: str, payload: Payload, attempt: Attempt, seconds: float) -> None:
        channel = await self._posts.open_direct(user, seconds)
        await self._posts.post(channel, payload, attempt, seconds)


async def _is_said(attempt: Attempt, way: str, say: Callable[..., Awaitable[None]], *given: Any) -> bool:
    """Whether it was said this way. Raises RetryLater when it may be later, and Unknown."""
    if way in attempt.closed:
        return False
    try:
        await say(*given)
    except Unreachable as error:
        _log(f"not said by {way}", error.why)
        attempt.closed.add(way)
        return False
    return True


async def _is_said_unseen(
    attempt: Attempt, way: str, say: Callable[..., Awaitable[None]], *given: Any
) -> bool:
    """As `_is_said`, of a way on which nobody can look later: noted even if this task ends before."""
    attempt.is_unseen = True
    try:
        said = await _is_said(attempt, way, say, *given)
    except RetryLater:
        attempt.is_unseen = False
        raise
    attempt.is_unseen = False
    return said


def _may_pass(error: Exception) -> bool:
    """Whether the same may be done the next moment. Slack takes a trigger once, so nothing is done twice."""
    told = delivery_error(error)
    return not isinstance(told, Unreachable) and not getattr(told, "after", None)


def _log(what: str, why: str) -> None:
    structlog.get_logger().warning(what, error=why)


def _log_lost(error: DeliveryError) -> None:
    structlog.get_logger().error("answer not said", error=error.why)
