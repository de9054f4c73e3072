"""What Slack doesn't send with a call: who the caller is, and whether Cairn may post there. It is asked."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import replace
from time import monotonic
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.roll_call import RollCall
from bot.adapters.slack.answer_posts import patiently
from bot.adapters.slack.errors import BROKEN, code_of, nothing_said
from bot.adapters.slack.people import is_guest, user_of
from bot.adapters.slack.receive import asked_for
from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Caller, Typing
from bot.core.chat.command import Command
from bot.core.domain.refusals import Reason
from bot.core.errors import DeliveryError, Unreachable
from bot.core.ids import Address
from bot.core.ports import PlatformDoors

# No message is as old as that: only the kind of answer is wanted.
LONG_AGO = "1"
# What only spares a lead a detour must not keep them waiting.
ADVICE_SECONDS = 0.5
# So long a profile is taken to be as it was.
FRESH_SECONDS = 3_600.0
KEPT_MOST = 10_000
# So long somebody who types is taken to lead, or not, as they did.
TYPING_SECONDS = 60.0

# Said of public channels alone. Of a private one Slack says the same whether Cairn is in it or not.
_OUTSIDE = "not_in_channel"
_NO_USER = "user_not_found"
OUTSIDE: Reason = "not in the channel"


class Facts:
    """Asks Slack about the people and channels of one workspace."""

    def __init__(self, client: AsyncWebClient, catalog: Catalog, doors: PlatformDoors) -> None:
        self._client = client
        self._roll = RollCall(doors, self.is_gone)
        self._catalog = catalog
        self._asked: OrderedDict[str, float] = OrderedDict()
        self._told: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    async def complete(self, call: Call) -> Call:
        """The call with everything that what it asks for needs, asked just now. Raises DeliveryError when
        it can't be told whether the caller is a lead."""
        asked = asked_for(call, self._catalog)
        if isinstance(asked, Command) and asked.clock:
            return replace(call, caller=await self._profile(call.caller, FRESH_SECONDS))
        if asked is None or not asked.lead:
            return call
        channel = call.reply_to.channel if asked.posts else None
        caller, can_post, _ = await asyncio.gather(
            self._identify(call.caller),
            self._can_post(channel),
            self._roll.check(call.space.address, ADVICE_SECONDS),
        )
        shut = OUTSIDE if can_post is False else ""
        return replace(call, caller=caller, reply_to=replace(call.reply_to, can_post=can_post, shut=shut))

    async def complete_typing(self, typing: Typing) -> Typing:
        """The question for suggestions with whether the caller leads, where only leads may ask. While they
        type, what was told a moment ago will do: nothing is done with it."""
        command = self._catalog.commands.get(typing.command)
        if command is None or not command.lead:
            return typing
        return replace(typing, caller=await self._profile(typing.caller, TYPING_SECONDS))

    async def complete_within(self, call: Call, seconds: float) -> Call | None:
        """As `complete`, tried for so many seconds. Returns None when Slack doesn't say now; and the call as
        it is when Slack never will: its caller then leads only what Cairn knows of by itself."""
        try:
            async with asyncio.timeout(seconds):
                return await patiently(lambda: self.complete(call), seconds, nothing_said)
        except Unreachable:
            return call
        except (DeliveryError, TimeoutError):
            return None

    async def news(self, caller: Caller) -> Caller | None:
        """What Slack says of somebody who has just called; None when it was asked within the hour, or says
        nothing now."""
        asked_at = self._asked.get(caller.address.id)
        if asked_at is not None and monotonic() - asked_at < FRESH_SECONDS:
            return None
        try:
            return await self._identify(caller)
        except DeliveryError:
            return None

    async def nudge(self, space: Address) -> None:
        """Has the members asked about whose turn it is, once an hour, while nobody waits."""
        await self._roll.nudge(space)

    async def is_gone(self, _space: Address, user: Address) -> bool:
        """Whether Slack says that the member's account was closed, or that there is none. Raises
        DeliveryError when it says nothing now."""
        try:
            told = (await self._client.users_info(user=user_of(user.id)))["user"]
        except BROKEN as error:
            if code_of(error) == _NO_USER:
                return True
            raise nothing_said(error) from None
        return told.get("deleted") is True

    async def _profile(self, caller: Caller, seconds: float) -> Caller:
        """The caller as Slack told within the last `seconds`, else as it tells now; as they came when it
        doesn't."""
        told = self._told.get(caller.address.id)
        if told is not None and monotonic() - told[0] < seconds:
            return told[1]
        try:
            async with asyncio.timeout(ADVICE_SECONDS):
                return await self._identify(caller)
        except (DeliveryError, TimeoutError):
            return caller

    async def _identify(self, caller: Caller) -> Caller:
        member = caller.address.id
        self._asked[member] = monotonic()
        self._asked.move_to_end(member)
        if len(self._asked) > KEPT_MOST:
            self._asked.popitem(last=False)
        try:
            told = await self._client.users_info(user=user_of(member))
        except BROKEN as error:
            if code_of(error) == "missing_scope":
                raise Unreachable("missing_scope") from None  # it will be missing the next time as well
            raise nothing_said(error) from None
        known = _read_user(caller, told["user"])
        self._told[member] = monotonic(), known
        self._told.move_to_end(member)
        if len(self._told) > KEPT_MOST:
            self._told.popitem(last=False)
        return known

    async def _can_post(self, channel: Address | None) -> bool | None:
        """Whether Cairn is in the channel: an app that isn't may not read there. None when Slack doesn't say,
        as of private channels, which Cairn has no scope to read."""
        if channel is None:
            return None
        if channel.id.startswith("D"):
            return False
        try:
            async with asyncio.timeout(ADVICE_SECONDS):
                await self._client.conversations_history(channel=channel.id, latest=LONG_AGO, limit=1)
        except BROKEN as error:
            return False if code_of(error) == _OUTSIDE else None
        return True


def _read_user(caller: Caller, user: Mapping[str, Any]) -> Caller:
    # Who administers another workspace administers nothing here.
    leads = user.get("is_admin") is True or user.get("is_owner") is True
    profile = user.get("profile")
    shown = profile if isinstance(profile, dict) else {}
    names = (shown.get("display_name"), shown.get("real_name"), user.get("real_name"))
    return Caller(
        caller.address,
        next((one for one in names if isinstance(one, str) and one.strip()), ""),
        leads and not is_guest(caller.address.id),
        _text(user.get("name")) or caller.handle,
        _text(user.get("tz")),
    )


def _text(told: object) -> str:
    return told if isinstance(told, str) else ""
