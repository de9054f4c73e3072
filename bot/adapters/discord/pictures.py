"""The pictures of a message's charts, as files that travel with it."""

import asyncio
from collections.abc import Callable

from bot.core.chat.chart import Chart, picture_name
from bot.core.chat.message import Message, charts_of
from bot.core.ports import Painter

PAINT_SECONDS = 10.0


class Pictures:
    """Has charts painted within `patience` seconds. `report` is told about those that fail."""

    def __init__(
        self, painter: Painter, report: Callable[[Exception, Chart], object], patience: float = PAINT_SECONDS
    ) -> None:
        self._painter = painter
        self._report = report
        self._patience = patience

    async def paint(self, message: Message) -> dict[str, bytes]:
        """PNGs by their names. A chart that can't be painted is left out: its alt text says the same."""
        return {
            picture_name(chart): png
            for chart in charts_of(message.blocks)
            if (png := await self._try(chart)) is not None
        }

    async def _try(self, chart: Chart) -> bytes | None:
        try:
            async with asyncio.timeout(self._patience):
                return await self._painter.paint(chart)
        except Exception as error:  # noqa: BLE001  whatever breaks: the answer is worth more than its picture
            self._report(error, chart)
            return None
