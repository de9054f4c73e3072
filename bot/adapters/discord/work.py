"""What is being answered at this moment, so that a process that ends can wait for it."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

STOP_SECONDS = 3.0


class WorkInHand:
    """The tasks that are within a `with` block of this."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    @contextmanager
    def __call__(self) -> Iterator[None]:
        """The running task counts as work while the block lasts."""
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("the gateway hears within a task")
        self._tasks.add(task)
        try:
            yield
        finally:
            self._tasks.discard(task)

    async def finish(self) -> None:
        """Returns once all of it has ended, or after STOP_SECONDS."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=STOP_SECONDS)
