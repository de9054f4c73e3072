"""From data to a drawn card."""

from typing import assert_never

from bot.charts.burnup import draw_burnup
from bot.charts.palette import Theme
from bot.charts.rows import draw_counts, draw_levels
from bot.charts.sheet import Sheet
from bot.charts.timeline import draw_timeline
from bot.core.chat.chart import Burnup, ChartData, Counts, Levels, Timeline


def draw(data: ChartData, theme: Theme) -> Sheet:
    """The card that shows `data`."""
    match data:
        case Levels():
            return draw_levels(data, theme)
        case Timeline():
            return draw_timeline(data, theme)
        case Burnup():
            return draw_burnup(data, theme)
        case Counts():
            return draw_counts(data, theme)
        case _:
            assert_never(data)
