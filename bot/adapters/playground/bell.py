"""Tells open pages that something is new."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

WAITING_LIMIT = 32

# What happened, and in which community; the time is everybody's, so there it is the new instant.
Ring = tuple[Literal["message", "cleared", "time"], str]
Rings = asyncio.Queue[Ring | None]


class Bell:
    """Rings for every listener; None is the last ring."""

    def __init__(self) -> None:
        self._listeners: set[Rings] = set()

    @contextmanager
    def listen(self) -> Iterator[Rings]:
        rings: Rings = asyncio.Queue(WAITING_LIMIT)
        self._listeners.add(rings)
        try:
            yield rings
        finally:
            self._listeners.discard(rings)

    def ring(self, ring: Ring | None) -> None:
        for rings in self._listeners:
            if rings.full():
                # The oldest ring can go: a page answers any ring by asking for everything that is new.
                rings.get_nowait()
            rings.put_nowait(ring)
