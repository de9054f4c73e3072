"""A card to draw on, measured in logical pixels from its top left corner. The only matplotlib import."""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Literal

from matplotlib import get_data_path
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font, LoadFlags
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, Polygon
from matplotlib.patheffects import withStroke
from matplotlib.text import Text
from matplotlib.transforms import Affine2D
from PIL import Image

from bot.charts.palette import PALETTES, Palette, Theme

# A telephone shows the card about 390 pixels wide: 17 here are still 10 there.
WIDTH = 520.0
PAD = 24.0
BODY = 17.0
SMALL = 16.0

_SCALE = 2
_POINTS = 72
_ELLIPSIS = "…"
_MISSING = "□"
_HATCH_WIDTH = 1.5


class Sheet:
    """One card, `height` logical pixels high. Coordinates grow to the right and down."""

    def __init__(self, height: float, theme: Theme) -> None:
        self.height = height
        self.palette: Palette = PALETTES[theme]
        # At this resolution a point is a logical pixel, so fonts and lines need no arithmetic.
        self.figure = Figure(figsize=(WIDTH / _POINTS, height / _POINTS), dpi=_POINTS * _SCALE)
        self.figure.patch.set(facecolor=self.palette.card, edgecolor="none")
        self._pixels = Affine2D().scale(_SCALE, -_SCALE).translate(0, height * _SCALE)

    def png(self) -> bytes:
        """The card as a PNG at twice its logical size; the same drawing gives the same bytes.

        The card is empty afterwards.
        """
        width, height = round(WIDTH * _SCALE), round(self.height * _SCALE)
        renderer = RendererAgg(width, height, self.figure.dpi)  # type: ignore[no-untyped-call] # it has no hints
        self.figure.draw(renderer)
        # Texts and their figure hold on to each other and to 4 MB of pixels: parted, all go at once.
        for artist in tuple(self.figure.artists):
            artist.remove()
        pixels = renderer.buffer_rgba()  # type: ignore[no-untyped-call] # it has no hints
        picture = Image.frombuffer("RGBA", (width, height), pixels, "raw", "RGBA", 0, 1)
        drawn = BytesIO()
        # The card is opaque: without the fourth channel the file is smaller.
        picture.convert("RGB").save(drawn, "png")
        return drawn.getvalue()

    def write(
        self,
        x: float,
        y: float,
        text: str,
        *,
        size: float = BODY,
        bold: bool = False,
        color: str | None = None,
        align: Literal["left", "right"] = "left",
        halo: bool = False,
    ) -> None:
        """Draws one literal line of text whose baseline is at `y`."""
        drawn = Text(
            x,
            y,
            drawable(text),
            color=color or self.palette.ink,
            fontproperties=_font(size, bold),
            horizontalalignment=align,
            verticalalignment="baseline",
            parse_math=False,
            usetex=False,
            transform=self._pixels,
        )
        if halo:  # keeps a label readable where a line passes behind it
            drawn.set_path_effects([withStroke(linewidth=5, foreground=self.palette.card)])
        self.figure.add_artist(drawn)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        fill: str = "none",
        edge: str = "none",
        hatch: str | None = None,
        radius: float = 4,
        inside: FancyBboxPatch | None = None,
    ) -> FancyBboxPatch:
        """A box with round corners; `hatch` is the colour of its hatching. `inside` cuts it to another."""
        radius = max(min(radius, width / 2, height / 2), 0)
        drawn = FancyBboxPatch(
            (x, y),
            width,
            height,
            boxstyle=f"round,pad=0,rounding_size={radius}",
            facecolor=fill,
            edgecolor=edge,
            linewidth=1.25 if edge != "none" else 0,
            transform=self._pixels,
        )
        if hatch:
            drawn.set(hatch="///", hatchcolor=hatch, hatch_linewidth=_HATCH_WIDTH)
        self.figure.add_artist(drawn)
        if inside:
            drawn.set_clip_path(inside)
        return drawn

    def line(
        self, points: Sequence[tuple[float, float]], color: str, width: float = 2, dashed: bool = False
    ) -> None:
        """A line through all points."""
        drawn = Line2D(
            [x for x, _ in points],
            [y for _, y in points],
            color=color,
            linewidth=width,
            linestyle=(0, (3, 2)) if dashed else "-",
            solid_capstyle="round",
            solid_joinstyle="round",
            dash_capstyle="butt",
            transform=self._pixels,
        )
        self.figure.add_artist(drawn)

    def area(self, points: Sequence[tuple[float, float]], fill: str) -> None:
        """A filled shape with these corners."""
        self.figure.add_artist(
            Polygon(list(points), closed=True, facecolor=fill, edgecolor="none", transform=self._pixels)
        )

    def dot(self, x: float, y: float, color: str, radius: float = 5) -> None:
        """A disc with a rim in the card's colour, so that it stands apart from its line."""
        rim = radius + 2
        self.box(x - rim, y - rim, 2 * rim, 2 * rim, fill=self.palette.card, radius=rim)
        self.box(x - radius, y - radius, 2 * radius, 2 * radius, fill=color, radius=radius)


def measure(text: str, size: float = BODY, bold: bool = False) -> float:
    """How wide `text` is drawn; joined letters (as in Arabic) take a little less."""
    return sum(_advance(char, bold) for char in drawable(text)) * size


def clip(text: str, room: float, size: float = BODY, bold: bool = False) -> str:
    """`text`, cut with an ellipsis so that it is at most `room` wide."""
    if measure(text, size, bold) <= room:
        return text
    room -= measure(_ELLIPSIS, size, bold)
    taken = 0.0
    for index, char in enumerate(text):
        taken += measure(char, size, bold)
        if taken > room:
            return text[:index].rstrip() + _ELLIPSIS
    return text


def drawable(text: str) -> str:
    """`text` with a box for each character that the font lacks; marks and joiners it lacks are left out."""
    known = _characters()
    return "".join(char if ord(char) in known else _stand_in(char) for char in _one_line(text))


def _one_line(text: str) -> str:
    # The font knows Unicode's own line breaks, and would break there.
    return text.replace("\u2028", " ").replace("\u2029", " ")


def _stand_in(char: str) -> str:
    kind = unicodedata.category(char)
    if kind.startswith("Z"):
        return " "
    return "" if kind in ("Cf", "Mn", "Me", "Cc") else _MISSING


@lru_cache(maxsize=1)
def _characters() -> frozenset[int]:
    regular, bold = (_face(bold).get_charmap() for bold in (False, True))
    return frozenset(regular) & frozenset(bold)


@lru_cache(maxsize=1024)
def _advance(char: str, bold: bool) -> float:
    """How far the pen moves for a character, in sizes of its font."""
    font = _face(bold)
    # Unhinted and large, so that the figure holds at every size.
    font.set_size(_POINTS, _POINTS)
    return font.load_char(ord(char), flags=LoadFlags.NO_HINTING).linearHoriAdvance / 65536 / _POINTS


@lru_cache(maxsize=2)
def _face(bold: bool) -> FT2Font:
    return FT2Font(_file(bold))


@lru_cache(maxsize=16)
def _font(size: float, bold: bool) -> FontProperties:
    # By file, not by family: the system's own fonts must not change the picture.
    return FontProperties(fname=_file(bold), size=size)


def _file(bold: bool) -> str:
    return f"{get_data_path()}/fonts/ttf/DejaVuSans{'-Bold' if bold else ''}.ttf"
