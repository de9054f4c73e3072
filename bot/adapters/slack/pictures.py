"""The pictures of charts, as files: beside a message, because an answer to a command carries none."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable

from slack_sdk.web.async_client import AsyncWebClient

from bot.core.chat.chart import Chart, picture_name
from bot.core.chat.message import Message, charts_of
from bot.core.ports import Painter

PAINT_SECONDS = 10.0
SHOWN_LIMIT = 1_000


class Pictures:
    """Has charts painted and shows each once in a channel. `report` is told about those that fail."""

    def __init__(
        self, client: AsyncWebClient, painter: Painter, report: Callable[[Exception, Chart], object]
    ) -> None:
        self._client = client
        self._painter = painter
        self._report = report
        # Turning a page, or ticking off a goal, draws its message anew: the same picture is not sent again.
        self._shown: OrderedDict[tuple[str, str], None] = OrderedDict()

    async def show(self, channel: str, message: Message) -> None:
        """Uploads the message's pictures that the channel was not shown lately. A chart that fails is left
        to its alt text, which says the same."""
        for chart in charts_of(message.blocks):
            place = (channel, picture_name(chart))
            if place in self._shown:
                continue
            try:
                async with asyncio.timeout(PAINT_SECONDS):
                    await self._upload(channel, message.title, chart)
            except Exception as error:  # noqa: BLE001  whatever breaks: the answer is there already
                self._report(error, chart)
                continue
            self._shown[place] = None
            while len(self._shown) > SHOWN_LIMIT:
                self._shown.popitem(last=False)

    async def _upload(self, channel: str, title: str, chart: Chart) -> None:
        await self._client.files_upload_v2(
            channel=channel,
            file=await self._painter.paint(chart),
            filename=picture_name(chart),
            title=title,
            alt_txt=chart.alt,
        )
