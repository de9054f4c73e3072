"""What is said unasked on Discord: created as text, so that it notifies, then edited into its form."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic
from typing import Any

import discord
import structlog

from bot.adapters.discord.direct import DirectChannels
from bot.adapters.discord.failures import FAILURES, is_broken, read_failure
from bot.adapters.discord.memberships import Memberships
from bot.adapters.discord.pictures import Pictures
from bot.adapters.discord.refusals import NO_ACCESS, UNKNOWN_CHANNEL
from bot.adapters.discord.render import COMPONENTS_V2, in_words, message_payload, opening_payload
from bot.adapters.discord.rest import RECENT, Rest
from bot.adapters.met_limit import MetLimit
from bot.core.chat.codec import decode
from bot.core.chat.message import Message
from bot.core.chat.notice import Absent, CantTell, Finding, Found, Notice, Ref
from bot.core.domain.ledger import Occurrence
from bot.core.domain.refusals import why_of
from bot.core.errors import InvalidInput, Outage, RetryLater, Unknown, Unreachable

BEFORE = timedelta(minutes=5)  # our clock and Discord's may differ


class DiscordMessenger:
    """Discord as the courier sees it. It needs no gateway, only to be signed in.

    A key that comes again within minutes is recognised by Discord; after that it is looked for.
    """

    deduplicates = True

    def __init__(
        self, rest: Rest, pictures: Pictures, direct: DirectChannels, members: Memberships, bot: str = ""
    ) -> None:
        self._rest = rest
        self._pictures = pictures
        self.bot = bot  # the bot's own user id, known once it is signed in
        self._direct = direct
        self._members = members
        self._limit = MetLimit()

    async def post(self, occurrence: Occurrence, notice: Notice) -> Ref:
        """Says it. What an earlier try left half made is completed; the key is a nonce for Discord, so that
        a message that is minutes old is not made twice."""
        began = monotonic()
        try:
            if (ref := Ref.read(occurrence.ref)) is None:
                ref, complete = await self._create(occurrence, notice, began)
                if complete:
                    return ref
            self._limit.check(began, str(ref))
            await self._finish(ref, notice)
        except RetryLater as error:
            self._limit.note(error)
            raise
        return ref

    async def _finish(self, ref: Ref, notice: Notice) -> None:
        """Gives the message its last form. Whatever keeps it from that, the message is there."""
        try:
            await self._complete(ref, notice.message)
        except FAILURES as error:
            failure = read_failure(error, notice.place)
            if isinstance(failure, RetryLater) and failure.after is not None:
                raise RetryLater(failure.why, failure.after, ref=str(ref)) from error
            raise Outage(failure.why, ref=str(ref)) from error

    async def _create(self, occurrence: Occurrence, notice: Notice, began: float) -> tuple[Ref, bool]:
        """The message, and whether it is complete already because an earlier try had made it."""
        try:
            channel = await self._channel(occurrence, notice.place, notice.to.id)
            if monotonic() > notice.until:
                raise RetryLater("waited for too long", 0.0, alone=True)
            self._limit.check(began)
        except FAILURES as error:
            raise read_failure(error, notice.place) from error
        try:
            made = await self._rest.post(channel, opening_payload(notice.message, occurrence.key))
            return Ref(channel, str(made["id"])), _is_complete(made)
        except FAILURES as error:
            if is_broken(error):
                # A server in front of Discord may have passed it on, and a nonce is forgotten after minutes.
                raise Unknown(read_failure(error).why) from error
            if notice.place == "direct" and getattr(error, "code", 0) == UNKNOWN_CHANNEL:
                await self._direct.forget(notice.to.id)
                raise RetryLater("direct channel gone") from error
            raise read_failure(error, notice.place) from error

    async def find(self, occurrence: Occurrence) -> Finding:
        """Whether the message is among the newest at the place that the row names."""
        if not occurrence.place:
            return Absent()
        try:
            channel = await self._channel(occurrence, occurrence.place, occurrence.to_id)
            return await self._look(occurrence, channel)
        except FAILURES as error:
            raise read_failure(error, occurrence.place) from error

    async def _channel(self, occurrence: Occurrence, place: str, to: str) -> str:
        """The channel's id; for a user, of their direct messages, provided that they are still a member."""
        if place != "direct":
            return to
        known = await self._direct.find(to)
        try:
            await self._members.require(occurrence.space.id, to)
        except discord.Forbidden as error:
            code = str(error.code or NO_ACCESS)
            raise Unreachable(why_of("not in the community", code), "space", code) from error
        return known or await self._direct.open(to)

    async def _look(self, occurrence: Occurrence, channel: str) -> Finding:
        recent = await self._rest.recent(channel)
        for one in recent:
            if one["author"]["id"] == self.bot and occurrence.key in _keys(one.get("components", [])):
                return Found(Ref(channel, str(one["id"])), _is_complete(one))
        if not recent and occurrence.place != "direct":
            return CantTell()  # so it looks as well where the history may not be read
        # What was said since may have pushed it out of sight, unless that reaches back to before it was due.
        return Absent() if len(recent) < RECENT or _reaches_back(recent, occurrence.due_at) else CantTell()

    async def _complete(self, ref: Ref, message: Message) -> None:
        files = await self._pictures.paint(message)
        refused = await self._edit(ref, message, files)
        if refused is not None and files:
            # Perhaps only its pictures: their alt texts say the same.
            structlog.get_logger().warning("pictures refused", status=refused.status, code=refused.code)
            refused = await self._edit(ref, message, {})
        if refused is not None:
            # A message that can be read stands there already, and trying again would not make it better.
            structlog.get_logger().error("form refused", status=refused.status, code=refused.code)

    async def _edit(
        self, ref: Ref, message: Message, files: Mapping[str, bytes]
    ) -> discord.HTTPException | None:
        """Why Discord doesn't take the form; None when it did. Raises what may pass."""
        payload = message_payload(in_words(message, files)) | {"content": None, "attachments": []}
        try:
            await self._rest.edit(ref.channel, ref.id, payload, files)
        except discord.HTTPException as error:
            if error.status >= 500 or error.status in (401, 429):
                raise
            return error
        return None


def _reaches_back(recent: list[dict[str, Any]], due_at: datetime) -> bool:
    """Whether the oldest of these messages was there before anything was due."""
    return datetime.fromisoformat(recent[-1]["timestamp"]) < due_at - BEFORE


def _is_complete(message: dict[str, Any]) -> bool:
    return bool(message.get("flags", 0) & COMPONENTS_V2)


def _keys(components: list[dict[str, Any]]) -> Iterator[str]:
    """The arguments of every button and select."""
    for one in components:
        if "custom_id" in one:
            with suppress(InvalidInput):  # from a version that wrote ids in another way
                yield from decode(one["custom_id"]).args
        held = [*one.get("components", []), *filter(None, [one.get("accessory")])]
        yield from _keys(held)
