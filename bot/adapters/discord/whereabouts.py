"""In which community somebody acts: in a server that is clear, in direct messages it has to be found."""

from collections.abc import Callable

import discord

from bot.adapters.discord.receive import Payload, read_caller, read_space
from bot.adapters.discord.rest import Rest
from bot.core.chat.call import Answer, Pressed, Space, Submitted, Typed
from bot.core.errors import InvalidInput
from bot.core.ids import Address
from bot.core.ports import DirectDoors


class Whereabouts:
    """`connected`: the servers that the bot is in."""

    def __init__(self, doors: DirectDoors, rest: Rest, connected: Callable[[], tuple[Space, ...]]) -> None:
        self._doors = doors
        self._rest = rest
        self._connected = connected

    async def find(self, payload: Payload, what: Typed | Pressed | Submitted) -> Space | Answer:
        """The server of the payload; in a direct message the one that is meant, or what is said instead.

        Raises InvalidInput when that can't be known.
        """
        space = read_space(payload)
        if space is not None:
            return space
        caller = read_caller(payload)
        located = await self._doors.locate(caller, what)
        if located is not None:
            return located
        connected = self._connected()
        if len(connected) != 1 or not await self._is_member(connected[0], caller.address):
            raise InvalidInput("space.unclear")
        return connected[0]

    async def _is_member(self, space: Space, user: Address) -> bool:
        try:
            await self._rest.find_member(space.address.id, user.id)
        except discord.NotFound:
            return False
        return True
