"""What is said unasked on Slack, each under its key; and whether Slack has it already."""

from datetime import timedelta
from time import monotonic
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.met_limit import MetLimit
from bot.adapters.slack.direct_messages import DirectMessages
from bot.adapters.slack.errors import BROKEN, code_of, delivery_error, nothing_said
from bot.adapters.slack.naming import Naming
from bot.adapters.slack.pictures import Pictures
from bot.adapters.slack.render import message_payload
from bot.core.chat.notice import Absent, CantTell, Finding, Found, Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.errors import RetryLater, Unreachable
from bot.rate_limit import RateLimiter

EVENT_TYPE = "cairn_notice"
BEFORE = timedelta(minutes=5)  # our clock and Slack's may differ
PAGE_LIMIT = 200
PAGES_MOST = 10
REACHED_MOST = 1_000

Payload = dict[str, Any]


class SlackMessenger:
    """One workspace as the courier sees it. `limiter` lets so many messages a second through."""

    # Slack stores the key with a message, but nowhere promises to refuse the same one twice.
    deduplicates = False

    def __init__(
        self,
        client: AsyncWebClient,
        pictures: Pictures,
        naming: Naming,
        direct: DirectMessages,
        limiter: RateLimiter | None = None,
    ) -> None:
        self._client = client
        self._pictures = pictures
        self._naming = naming
        self._direct = direct
        self._limiter = limiter
        self._limit = MetLimit()
        # How far a search went that was told to wait: the next page, and how many were read.
        self._reached: dict[str, tuple[str, int]] = {}

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        """Says it, and shows its charts below. A direct channel that is known is posted to directly; if it
        refuses, it is opened again, which tells whether the account was closed."""
        payload = {
            **message_payload(self._naming.message(notice.message)),
            "client_msg_id": str(occurrence.uuid),
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"key": occurrence.key}},
        }
        try:
            ref = await self._deliver(notice, payload)
        except RetryLater as error:
            self._limit.note(error)
            raise
        await self._pictures.show(ref.channel, notice.message)
        return ref

    async def _deliver(self, notice: Notice, payload: Payload) -> Ref:
        to, began = notice.to.id, monotonic()
        known = await self._direct.find(to) if notice.place == "direct" else to
        channel = known or await self._open(to, began)
        try:
            return await self._say(channel, payload, notice.until)
        except Unreachable:
            if notice.place != "direct" or known is None:
                raise
            self._limit.check(began)
            await self._direct.forget(to)
            return await self._say(await self._open(to, began), payload, notice.until)

    async def find(self, occurrence: Occurrence) -> Finding:
        """Looks for the key in what was said there since shortly before it was due. Told to wait, it goes on
        from there the next time: some are shown one page a minute only."""
        if not occurrence.to_id:
            return Absent()
        try:
            to = occurrence.to_id
            if occurrence.place != "direct":
                return await self._search(to, occurrence)
            channel = await self._direct.find(to) or await self._direct.open(to)
            return await self._search(channel, occurrence)
        except Unreachable as error:  # not allowed to look, or no longer there
            if error.cut == "space":
                raise  # a token that is refused for a moment says nothing of the message
            return CantTell()

    async def _search(self, channel: str, occurrence: Occurrence) -> Finding:
        oldest = f"{(occurrence.due_at - BEFORE).timestamp():.6f}"
        begun = cursor, first = self._reached.pop(occurrence.key, ("", 0))
        for number in range(first, PAGES_MOST):
            try:
                page = await self._read(channel, oldest, cursor)
            except RetryLater:
                self._remember(occurrence.key, cursor, number)
                raise
            except Unreachable as error:
                if cursor and (cursor, number) == begun:
                    raise RetryLater(error.why) from None  # perhaps only the bookmark is too old
                raise
            for message in page.get("messages", ()):
                if _key_of(message) == occurrence.key:
                    return Found(Ref(channel, message["ts"]))
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return Absent()
        return CantTell()

    def _remember(self, key: str, cursor: str, page: int) -> None:
        if len(self._reached) >= REACHED_MOST:
            self._reached.clear()
        self._reached[key] = cursor, page

    async def _open(self, user: str, began: float) -> str:
        channel = await self._direct.open(user)
        self._limit.check(began)
        return channel

    async def _say(self, channel: str, payload: Payload, until: float) -> Ref:
        """To open a channel takes some time, so the pace of messages is kept here as well."""
        if self._limiter is not None:
            await self._limiter.acquire()
        if monotonic() > until:
            raise RetryLater("waited for too long", 0.0, alone=True)
        try:
            said = await self._client.chat_postMessage(channel=channel, **payload)
        except BROKEN as error:
            raise delivery_error(error) from None
        return Ref(channel, str(said["ts"]))

    async def _read(self, channel: str, oldest: str, cursor: str) -> Payload:
        try:
            page = await self._client.conversations_history(
                channel=channel,
                oldest=oldest,
                limit=PAGE_LIMIT,
                include_all_metadata=True,
                cursor=cursor or None,
            )
        except BROKEN as error:
            if code_of(error) == "missing_scope":
                raise Unreachable("missing_scope") from None  # it will be missing the next time as well
            raise nothing_said(error) from None
        return page.data if isinstance(page.data, dict) else {}


def _key_of(message: Payload) -> str | None:
    metadata = message.get("metadata") or {}
    if metadata.get("event_type") != EVENT_TYPE:
        return None
    key = (metadata.get("event_payload") or {}).get("key")
    return key if isinstance(key, str) else None
