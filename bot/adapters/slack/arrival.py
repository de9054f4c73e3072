"""A payload from its arrival to its acknowledgement: the time that all steps share, and when Slack has it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic

from bot.core.budget import CallBudget

# Slack waits three seconds for an acknowledgement: by then the last word is on its way.
ACK_SECONDS = 2.5
# The part of that in which a call that could not be answered is kept.
KEEP_SECONDS = 0.7
# An acknowledgement that takes longer has been given up by Slack.
SENT_SECONDS = 3.0


class Arrival:
    """Made when the payload arrives. Steps that answer it share `answering`, all of them the `budget`."""

    def __init__(self) -> None:
        self.budget = CallBudget(monotonic() + ACK_SECONDS, monotonic)
        self.answering = self.budget.before(KEEP_SECONDS)
        self._sent = asyncio.Event()

    def acknowledged(self) -> None:
        """The acknowledgement has been sent, or won't be."""
        self._sent.set()

    async def until_acknowledged(self) -> None:
        try:
            async with asyncio.timeout(SENT_SECONDS):
                await self._sent.wait()
        except TimeoutError:
            return


_CURRENT: ContextVar[Arrival] = ContextVar("arrival")


@contextmanager
def arriving() -> Iterator[None]:
    """Bolt hands nothing of ours on, so what is done about a payload within the block finds its arrival by
    `current_arrival`."""
    arrival = Arrival()
    token = _CURRENT.set(arrival)
    try:
        yield
    finally:
        arrival.acknowledged()
        _CURRENT.reset(token)


def current_arrival() -> Arrival:
    """That of the payload in hand. For one that came another way it begins now, and is acknowledged."""
    arrival = _CURRENT.get(None)
    if arrival is None:
        arrival = Arrival()
        arrival.acknowledged()
    return arrival
