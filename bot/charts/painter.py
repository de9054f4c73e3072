"""Charts as PNG pictures."""

from bot.charts.palette import Theme
from bot.core.chat.chart import ChartData


def paint(data: ChartData, theme: Theme = "light") -> bytes:
    from bot.charts.drawing import draw

    return draw(data, theme).png()
