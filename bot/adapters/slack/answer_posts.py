"""The messages of answers: each is posted once, also when nobody saw how a request ended."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any, TypeVar
from uuid import UUID, uuid4

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN, code_of, delivery_error, nothing_said
from bot.core.errors import DeliveryError, Outage, RetryLater, Unknown, Unreachable

# Seconds between two tries where Slack names none: doubled each time, up to the longest.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0
EVENT_TYPE = "cairn_answer"
BEFORE_SECONDS = 120.0  # our clock and Slack's may differ
LOOKED_AT = 100  # an answer stands among the newest messages

Payload = dict[str, Any]
T = TypeVar("T")
Read = Callable[[Exception], DeliveryError]


@dataclass(slots=True)
class Attempt:
    """What is known about bringing one answer, over all tries.

    `doubts`: channels in which it may stand already, `closed`: ways that refused it. `is_unseen`: it was
    perhaps shown where nobody can look.
    """

    id: UUID = field(default_factory=uuid4)
    began: float = field(default_factory=time)
    doubts: set[str] = field(default_factory=set)
    closed: set[str] = field(default_factory=set)
    is_unseen: bool = False


class AnswerPosts:
    """Posts in one workspace.

    All methods try again for `seconds` while Slack limits them or is broken, and obey its Retry-After. They
    raise RetryLater when that is not enough, Unreachable when Slack refuses, and Unknown when the message may
    have been posted and Slack doesn't say.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client

    async def post(
        self, channel: str, payload: Payload, attempt: Attempt, seconds: float, thread: str = ""
    ) -> None:
        """Posts a message that others may see. Where nobody saw how a request ended, the channel is searched
        before the message is posted again."""
        marked = payload | {
            "client_msg_id": str(attempt.id),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": attempt.id.hex}},
        }

        async def go() -> None:
            if channel in attempt.doubts and await self._is_posted(channel, thread, attempt):
                return
            attempt.doubts.add(channel)
            try:
                await self._client.chat_postMessage(channel=channel, thread_ts=thread or None, **marked)
            except BROKEN as error:
                told = delivery_error(error)
                if isinstance(told, Unknown):
                    raise Outage(told.why) from None
                attempt.doubts.discard(channel)
                raise told from None

        await patiently(go, seconds, delivery_error)

    async def show(self, channel: str, user: str, payload: Payload, seconds: float, thread: str = "") -> None:
        """Shows a message to one member. Slack tells nobody later whether it did."""
        place: Payload = {"channel": channel, "user": user, "thread_ts": thread or None}
        await patiently(lambda: self._client.chat_postEphemeral(**place, **payload), seconds, unless_cut)

    async def replace(self, channel: str, message: str, payload: Payload, seconds: float) -> None:
        """Puts the payload into the message's place. To do it twice changes nothing."""
        await patiently(
            lambda: self._client.chat_update(channel=channel, ts=message, **payload), seconds, nothing_said
        )

    async def open_direct(self, user: str, seconds: float) -> str:
        """Returns the channel of the user's direct messages."""
        opened = await patiently(lambda: self._client.conversations_open(users=user), seconds, nothing_said)
        return str(opened["channel"]["id"])

    async def _is_posted(self, channel: str, thread: str, attempt: Attempt) -> bool:
        """Raises what the SDK raises, and Unknown where the app may not look."""
        since: Payload = {"oldest": f"{attempt.began - BEFORE_SECONDS:.6f}", "include_all_metadata": True}
        try:
            if thread:
                page = await self._client.conversations_replies(
                    channel=channel, ts=thread, limit=LOOKED_AT, **since
                )
            else:
                page = await self._client.conversations_history(channel=channel, limit=LOOKED_AT, **since)
        except BROKEN as error:
            told = nothing_said(error)
            if isinstance(told, Unreachable) or code_of(error) == "missing_scope":
                raise Unknown(f"not found out: {told.why}") from None
            raise told from None
        if any(_key_of(one) == attempt.id.hex for one in page.get("messages") or ()):
            return True
        if page.get("has_more"):
            raise Unknown("not found out: too many messages")
        return False


async def patiently(ask: Callable[[], Awaitable[T]], seconds: float, read: Read) -> T:
    """Returns what `ask` returns. It is asked again for so many seconds while Slack says to come back later.

    `read` makes a DeliveryError of what the SDK raises: only for a RetryLater it is asked again.
    """
    began, pause = monotonic(), FIRST_PAUSE
    while True:
        try:
            return await ask()
        except BROKEN as error:
            told = read(error)
        except DeliveryError as error:
            told = error
        if not isinstance(told, RetryLater):
            raise told
        wait = pause if told.after is None else told.after
        if monotonic() - began + wait > seconds:
            raise RetryLater(told.why, wait)
        await asyncio.sleep(wait)
        pause = min(2 * pause, LONGEST_PAUSE)


def unless_cut(error: Exception) -> DeliveryError:
    """Returns the error of a request that can't be looked up later. What Slack answers, if only that it is
    broken, counts as not done; Unknown is left for a connection that ended without an answer."""
    told = delivery_error(error)
    return Outage(told.why) if isinstance(told, Unknown) and isinstance(error, SlackApiError) else told


def _key_of(message: Payload) -> object:
    metadata = message.get("metadata") or {}
    return (
        (metadata.get("event_payload") or {}).get("key") if metadata.get("event_type") == EVENT_TYPE else None
    )
