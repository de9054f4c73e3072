"""How long the event loop stood still."""

import asyncio
import time
from types import TracebackType

STEP = 0.001


class Stall:
    """Looks at the clock each millisecond while its block lasts; `worst` is the longest delay, in seconds."""

    def __init__(self) -> None:
        self.worst = 0.0
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Stall":
        self._task = asyncio.create_task(self._look())
        await asyncio.sleep(0)
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await asyncio.sleep(2 * STEP)
        assert self._task is not None
        self._task.cancel()

    async def _look(self) -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(STEP)
            self.worst = max(self.worst, time.perf_counter() - began - STEP)
