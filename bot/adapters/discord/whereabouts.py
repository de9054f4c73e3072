"""In which community somebody acts: in a server that is clear, in direct messages it has to be found."""

import asyncio
from collections.abc import Callable

import discord

from bot.adapters.discord.failures import FAILURES
from bot.adapters.discord.fallback import log_lost, why
from bot.adapters.discord.memberships import Memberships
from bot.adapters.discord.patience import Patience
from bot.adapters.discord.receive import Payload, read_caller, read_space
from bot.adapters.discord.rest import Rest
from bot.core.budget import CallBudget
from bot.core.chat.call import Answer, Caller, Pressed, Space, Submitted, Typed
from bot.core.errors import DeliveryError, InvalidInput
from bot.core.ids import Address
from bot.core.ports import DirectDoors
from bot.core.views.errors import busy

# How long Discord may take to say whether somebody is a member, where no platform's clock runs.
MEMBER_SECONDS = 30.0
# So many communities that the caller has left are passed over at once.
LEFT_MOST = 5


class Whereabouts:
    """`connected`: the servers that the bot is in."""

    def __init__(
        self,
        doors: DirectDoors,
        rest: Rest,
        members: Memberships,
        connected: Callable[[], tuple[Space, ...]],
        patience: Patience,
    ) -> None:
        self._doors = doors
        self._members = members
        self._patience = patience
        self._rest = rest
        self._connected = connected

    async def find(
        self,
        payload: Payload,
        what: Typed | Pressed | Submitted,
        budget: CallBudget,
        patience: float | None = None,
    ) -> Space | Answer:
        """The server of the payload; in a direct message the one that is meant, or what is said instead.

        The database answers within `budget`, Discord within `patience` seconds (None: the budget, too).
        Raises InvalidInput when nobody can know the server.
        """
        space = read_space(payload)
        if space is not None:
            return space
        caller = read_caller(payload)
        located = await self._locate(caller, what, budget)
        if located is not None:
            return located
        connected = self._connected()
        if len(connected) != 1:
            raise InvalidInput("space.unclear")
        try:
            is_member = await self._is_member(
                connected[0], caller.address, budget.left() if patience is None else patience
            )
        except (*FAILURES, TimeoutError) as error:
            log_lost(why(error), "member")
            return Answer(busy(), private=True)
        if not is_member:
            raise InvalidInput("space.unclear")
        return connected[0]

    async def _locate(
        self, caller: Caller, what: Typed | Pressed | Submitted, budget: CallBudget
    ) -> Space | Answer | None:
        """What the doors say, of communities in which the caller still is: a direct message proves none."""
        located = await self._doors.locate(caller, what, budget)
        for _ in range(LEFT_MOST):
            if not isinstance(located, Space) or not await self._has_left(located, caller.address, budget):
                return located
            await self._doors.lost(located.address, caller.address)
            located = await self._doors.locate(caller, what, budget)
        return located

    async def _has_left(self, space: Space, user: Address, budget: CallBudget) -> bool:
        """Whether Discord says so twice. Where it says nothing in time, what was known stays."""
        try:
            async with asyncio.timeout(budget.left() / 2):
                return all([await self._members.is_gone(space.address, user) for _ in range(2)])
        except (DeliveryError, TimeoutError):
            return False

    async def _is_member(self, space: Space, user: Address, seconds: float) -> bool:
        try:
            async with asyncio.timeout(seconds):
                await self._patience.ask(lambda: self._rest.find_member(space.address.id, user.id), seconds)
        except discord.NotFound:
            return False
        return True
