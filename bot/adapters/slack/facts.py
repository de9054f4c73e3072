"""What Slack doesn't send with a call: who the caller is, and whether Cairn may post there. It is asked."""

import asyncio
from dataclasses import replace

from slack_sdk.web.async_client import AsyncWebClient

from bot.adapters.slack.errors import BROKEN, code_of, nothing_said
from bot.adapters.slack.people import is_guest, user_of
from bot.adapters.slack.receive import asked_for
from bot.core.catalog import Catalog
from bot.core.chat.call import Call, Caller
from bot.core.ids import Address

# No message is as old as that: only the kind of answer is wanted.
LONG_AGO = "1"
# What only spares a lead a detour must not keep them waiting.
ADVICE_SECONDS = 1.0

_OUTSIDE = frozenset({"channel_not_found", "not_in_channel"})


class Facts:
    """Completes calls by asking Slack."""

    def __init__(self, client: AsyncWebClient, catalog: Catalog) -> None:
        self._client = client
        self._catalog = catalog

    async def complete(self, call: Call) -> Call:
        """The call with everything that what it asks for needs, asked just now. Raises DeliveryError when
        who the caller is can't be told."""
        asked = asked_for(call, self._catalog)
        identify = not call.caller.name or (asked is not None and asked.lead)
        channel = call.reply_to.channel if asked is not None and asked.posts else None
        caller, can_post = await asyncio.gather(
            self._identify(call.caller, identify), self._can_post(channel)
        )
        return replace(call, caller=caller, reply_to=replace(call.reply_to, can_post=can_post))

    async def _identify(self, caller: Caller, needed: bool) -> Caller:
        if not needed:
            return caller
        try:
            told = await self._client.users_info(user=user_of(caller.address.id))
        except BROKEN as error:
            raise nothing_said(error) from None
        user = told["user"]
        # Who administers another workspace administers nothing here.
        leads = user.get("is_admin") is True or user.get("is_owner") is True
        lead = leads and not is_guest(caller.address.id)
        return Caller(caller.address, str(user.get("name") or caller.name), lead)

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
            return False if code_of(error) in _OUTSIDE else None
        return True
