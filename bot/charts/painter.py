"""Charts as PNG pictures: 520 x 450 logical pixels at most, drawn at twice that size."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache, partial

from bot.charts.palette import Theme
from bot.core.chat.chart import Chart, ChartData


def paint(data: ChartData, theme: Theme = "light") -> bytes:
    """A PNG of `data` on an opaque card. The same arguments give the same bytes.

    The first call loads matplotlib, which takes a second or two.
    """
    from bot.charts.drawing import draw  # on first use: Cairn starts, and mostly runs, without matplotlib

    return draw(data, theme).png()


class ThreadPainter:
    """Paints off the event loop, one chart after the other, and remembers the last `kept` pictures.

    A thread and not a process, by measurement on two busy cores, in 19 runs of 53 to 66 pictures each: a
    picture takes about 80 ms when the cores are free; the event loop waits 6 ms at most for the interpreter's
    lock, 99 of 100 times. The longest wait of a run was 14 ms (median), 25 ms while matplotlib is loaded;
    two of the runs had a single wait of 53 and 55 ms. Memory stays at 85 MB from the 150th picture to the
    1,500th, so nothing calls for a process that can be thrown away.
    """

    def __init__(self, theme: Theme = "light", kept: int = 32) -> None:
        self._thread = ThreadPoolExecutor(1, "paint")
        # Looked up on the thread, too: who asks for a picture that is being painted waits for that one.
        self._paint = lru_cache(maxsize=kept)(partial(paint, theme=theme))

    async def paint(self, chart: Chart) -> bytes:
        """The PNG of a chart."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._paint, chart.data)

    def close(self) -> None:
        """Waits for the picture in hand; those that wait behind it are cancelled."""
        self._thread.shutdown(cancel_futures=True)
