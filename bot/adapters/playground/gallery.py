"""The pictures of charts: painted when a message is said, kept, and shown from then on."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from bot.adapters.playground.answered import Answered
from bot.core.chat.chart import Chart, picture_name
from bot.core.ports import Clock, Painter

HUNG_LIMIT = 256
PAINT_SECONDS = 10.0

Size = tuple[int, int]


class Pictures(Protocol):
    """What the playground needs from storage: pictures by name, so that they outlive a restart."""

    async def keep(self, name: str, png: bytes, now: datetime) -> None: ...

    async def find(self, name: str) -> bytes | None: ...


class Gallery:
    """Has charts painted, once each, within `patience` seconds. `report` is told about those that fail."""

    def __init__(
        self,
        painter: Painter,
        pictures: Pictures,
        clock: Clock,
        report: Callable[[Exception, Chart], object],
        patience: float = PAINT_SECONDS,
    ) -> None:
        self._painter = painter
        self._pictures = pictures
        self._clock = clock
        self._report = report
        self._patience = patience
        self._hung = Answered(HUNG_LIMIT)

    async def hang(self, charts: Iterable[Chart]) -> dict[str, Size]:
        """The names of the pictures that can be shown now, each with its width and height in pixels.

        A chart that can't be painted or kept is left out: its alt text says the same.
        """
        return {picture_name(chart): size for chart in charts if (size := await self._try(chart))}

    async def find(self, name: str) -> bytes | None:
        """The PNG of that name."""
        return await self._pictures.find(name)

    async def _try(self, chart: Chart) -> Size | None:
        try:
            async with asyncio.timeout(self._patience):
                size: Size = await self._hung.once(picture_name(chart), lambda: self._paint(chart))
                return size
        except Exception as error:  # noqa: BLE001  whatever breaks: the answer is worth more than its picture
            self._report(error, chart)
            return None

    async def _paint(self, chart: Chart) -> Size:
        png = await self._painter.paint(chart)
        await self._pictures.keep(picture_name(chart), png, self._clock.now())
        return _size(png)


def _size(png: bytes) -> Size:
    # A PNG's first chunk begins with these two, right after the signature and the chunk's own head.
    return int.from_bytes(png[16:20], "big"), int.from_bytes(png[20:24], "big")
