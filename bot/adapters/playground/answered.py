"""Remembers what was done for which key, so that what comes twice is done once."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from typing import Any


class Answered:
    """Results by key, so that a call that comes twice is carried out once. Keeps the latest `limit`."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._tasks: OrderedDict[object, asyncio.Task[Any]] = OrderedDict()

    async def once(self, key: object, work: Callable[[], Awaitable[Any]]) -> Any:
        """The result of `work`, or of the same key's earlier work, even while that goes on.

        Work that raised is forgotten, so the same key may try again.
        """
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.ensure_future(_run(work))
            task.add_done_callback(lambda done: self._forget_failure(key, done))
            while len(self._tasks) > self._limit:
                self._tasks.popitem(last=False)
        # Shielded: one of two waiting requests may go away without taking the work with it.
        return await asyncio.shield(task)

    def _forget_failure(self, key: object, task: asyncio.Task[Any]) -> None:
        if (task.cancelled() or task.exception() is not None) and self._tasks.get(key) is task:
            del self._tasks[key]


async def _run(work: Callable[[], Awaitable[Any]]) -> Any:
    return await work()
