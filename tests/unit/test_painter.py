"""Pictures: their form, words inside the card and apart, and colours that every eye tells apart."""

import asyncio
import math
import os
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from bot.charts.drawing import draw
from bot.charts.painter import ThreadPainter, paint
from bot.charts.palette import PALETTES, Palette, Theme
from bot.charts.sheet import clip, drawable, measure
from bot.core.chat.chart import (
    Bar,
    Burnup,
    Chart,
    ChartData,
    Counts,
    LevelRow,
    Levels,
    Point,
    Stretch,
    Timeline,
)

MONDAY = date(2026, 11, 23)
SOAK = "CAIRN_SOAK" in os.environ
LONG = "A name that goes on and on, long past the place where any row of a chart would still have room for it"
THEMES: tuple[Theme, ...] = ("light", "dark")


def stretch(label: str, start: int, end: int, done: float | None = 0.0) -> Stretch:
    """Weeks `start` to `end` of a phase, or of a pause when nothing can be done."""
    first, last = MONDAY + timedelta(weeks=start), MONDAY + timedelta(weeks=end)
    if done is None:
        return Stretch(label, first, last, "pause", 0)
    return Stretch(label, first, last, "phase", done)


def burnup(weeks: int, done: int, today: int) -> Burnup:
    points = (
        Point(MONDAY + timedelta(weeks=week), 2 * week + 1, week if week < done else None)
        for week in range(weeks)
    )
    return Burnup(tuple(points), MONDAY + timedelta(days=today))


CASES: dict[str, ChartData] = {
    "levels": Levels(tuple(LevelRow(f"Gap number {n}", n % 4, 3 - n % 3) for n in range(6))),
    "one level": Levels((LevelRow("Gap", 0, 0),)),
    "twelve long levels": Levels(tuple(LevelRow(f"{n} {LONG}"[:100], n % 4, 3) for n in range(12))),
    "wide words": Levels((LevelRow("W" * 100, 1, 2),), ("W" * 20, "W" * 20)),
    "markup": Levels((LevelRow(r"$\frac{1}{2}$ $x^2 \alpha & <b>", 1, 3), LevelRow("$", 0, 1))),
    "other scripts": Levels((LevelRow("日本語 🚀 👩‍🚀", 1, 3), LevelRow("שלום مرحبا", 0, 1))),
    "plan": Timeline(
        (
            stretch("One", 0, 4, 1),
            stretch("Two", 4, 10, 0.4),
            stretch("Break", 6, 7, None),
            stretch("Three", 10, 16),
            stretch("Four", 16, 22),
        ),
        MONDAY + timedelta(days=50),
    ),
    "plan of one week": Timeline((stretch("One", 0, 1),), MONDAY),
    "plan of twelve": Timeline(
        tuple(stretch(LONG[:90], n, n + 1, None if n % 3 else 1) for n in range(12)), MONDAY
    ),
    "plan of the past": Timeline((stretch("One", 0, 150, 0.01),), date(2100, 1, 1), "W" * 20),
    "burnup": burnup(22, 9, 58),
    "burnup at its start": burnup(22, 0, 0),
    "burnup at its end": burnup(14, 14, 98),
    "burnup of nothing": Burnup((Point(MONDAY, 0, 0),), MONDAY),
    "burnup ahead": Burnup((Point(MONDAY, 1, 100_000),), MONDAY, ("W" * 20, "W" * 20), "W" * 20),
    "burnup level": Burnup((Point(MONDAY, 100_000, 100_000),), MONDAY),
    "burnup at the end of time": Burnup((Point(date(9999, 12, 27), 3, 2),), date.max),
    "counts": Counts(tuple(Bar(f"Phase {n}", n * 7) for n in range(4)), "members"),
    "twelve large counts": Counts(tuple(Bar(LONG[:90], 100_000 - n) for n in range(12)), "W" * 20),
    "counts of nothing": Counts((Bar("Phase", 0),), "members"),
}  # fmt: skip
DATA = pytest.mark.parametrize("data", CASES.values(), ids=CASES.keys())


def read_chunks(png: bytes) -> Iterator[tuple[str, bytes]]:
    """The chunks of a PNG, their checksums verified."""
    assert png[:8] == b"\x89PNG\r\n\x1a\n"
    place = 8
    while place < len(png):
        length, kind = struct.unpack(">I4s", png[place : place + 8])
        end = place + 8 + length
        body = png[place + 8 : end]
        assert int.from_bytes(png[end : end + 4]) == zlib.crc32(kind + body)
        yield kind.decode(), body
        place = end + 4


@pytest.mark.parametrize("theme", THEMES)
@DATA
def test_picture_is_a_small_opaque_png_without_metadata(data: ChartData, theme: Theme) -> None:
    png = paint(data, theme)
    chunks = list(read_chunks(png))
    assert {kind for kind, _ in chunks} == {"IHDR", "IDAT", "IEND"}
    width, height, depth, colour = struct.unpack(">IIBB", chunks[0][1][:10])
    assert (width, depth, colour) == (1040, 8, 2)  # 2: red, green and blue, no transparency
    assert 200 <= height <= 900
    assert len(png) < 200 * 1024


@DATA
def test_same_data_gives_the_same_bytes(data: ChartData) -> None:
    assert paint(data) == paint(data)
    assert paint(data, "dark") != paint(data)


def test_another_process_paints_the_same_bytes() -> None:
    program = (
        "import sys; from bot.charts.painter import paint; from bot.core.chat.chart import *;"
        "sys.stdout.buffer.write(paint(Levels((LevelRow('Gap', 0, 0),))))"
    )
    painted = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout
    assert painted == paint(CASES["one level"])


@pytest.mark.parametrize("theme", THEMES)
@DATA
def test_words_stay_inside_the_card_and_apart(data: ChartData, theme: Theme) -> None:
    boxes = list(find_words(data, theme))
    assert boxes
    width, height = 1040, draw(data, theme).height * 2
    for text, box in boxes:
        assert box.x0 >= 20, text
        assert box.x1 <= width - 20, text
        assert box.y0 >= 12, text
        assert box.y1 <= height - 12, text
    for (one, left), (other, right) in combinations(boxes, 2):
        assert not left.overlaps(right), (one, other)


def find_words(data: ChartData, theme: Theme) -> Iterator[tuple[str, Bbox]]:
    """Each text on the card with the box around its ink."""
    sheet = draw(data, theme)
    size = 1040, round(sheet.height * 2), sheet.figure.dpi
    renderer = RendererAgg(*size)  # type: ignore[no-untyped-call] # it has no hints
    for artist in sheet.figure.artists:
        if isinstance(artist, Text):
            yield artist.get_text(), artist.get_window_extent(renderer)


def test_every_label_and_value_is_written() -> None:
    words = {text for text, _ in find_words(CASES["levels"], "light")}
    assert {f"Gap number {n}" for n in range(6)} | {"now → wanted", "0 → 3", "1 → 2", "3 ✓"} <= words
    words = {text for text, _ in find_words(CASES["plan"], "light")}
    assert {"One", "Two", "Break", "100 %", "40 %", "0 %", "today", "23 Nov", "25 Apr", "Mar"} <= words
    words = {text for text, _ in find_words(CASES["burnup"], "light")}
    assert {"43", "planned", "8", "done", "today", "23 Nov"} <= words
    words = {text for text, _ in find_words(CASES["counts"], "light")}
    assert {"Phase 0", "0", "Phase 3", "21", "members"} <= words


def test_share_is_never_rounded_up_to_done() -> None:
    words = {text for text, _ in find_words(Timeline((stretch("One", 0, 4, 0.999),), MONDAY), "light")}
    assert "99 %" in words


def test_share_is_written_as_it_was_counted() -> None:
    """29 of 100 is 28.999... in binary."""
    words = {text for text, _ in find_words(Timeline((stretch("One", 0, 4, 0.29),), MONDAY), "light")}
    assert "29 %" in words


def test_today_is_named_only_when_it_lies_on_the_line() -> None:
    assert "today" in {text for text, _ in find_words(burnup(4, 2, 10), "light")}
    assert "today" not in {text for text, _ in find_words(burnup(4, 2, 100), "light")}


@pytest.mark.parametrize("label", ["$x$", "$", r"\alpha_1^2", "a & b", "{}"])
def test_markup_is_literal(label: str) -> None:
    data = Levels((LevelRow(label, 0, 1),))
    assert label in {text for text, _ in find_words(data, "light")}
    paint(data)


def test_characters_without_a_glyph_become_boxes() -> None:
    assert drawable("日本 a") == "□□ a"
    assert drawable("a👩🚀") == "a□□"
    assert drawable("a\u1ab0b") == "ab"
    assert drawable("a\u2028b") == "a b"
    assert drawable("École → ✓") == "École → ✓"


@given(st.text(max_size=100), st.floats(0, 600))
def test_clipped_text_fits_its_room(text: str, room: float) -> None:
    clipped = clip(text, room)
    assert measure(clipped) <= max(room, measure("…"))
    assert clipped == text or clipped.endswith("…")


labels = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=98).map(lambda text: f"x{text}")
words = labels.map(lambda text: text[:20])
dates = st.dates(date(1, 1, 1), date(9999, 12, 31))
mondays = st.dates(date(2, 1, 1), date(9990, 12, 31)).map(lambda day: day - timedelta(days=day.weekday()))
level_rows = st.builds(LevelRow, labels, st.integers(0, 3), st.integers(0, 3))


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    first = draw(st.dates(date(1, 1, 1), date(9996, 1, 1)))
    stretches = []
    for _ in range(draw(st.integers(1, 12))):
        start, end = sorted(draw(st.lists(st.integers(0, 1_100), min_size=2, max_size=2, unique=True)))
        days = first + timedelta(days=start), first + timedelta(days=end)
        if draw(st.booleans()):
            stretches.append(Stretch(draw(labels), *days, kind="pause", done=0))
        else:
            stretches.append(Stretch(draw(labels), *days, kind="phase", done=draw(st.floats(0, 1))))
    today = draw(dates | st.integers(0, 1_100).map(lambda days: first + timedelta(days=days)))
    return Timeline(tuple(stretches), today, draw(words))


@st.composite
def burnups(draw: st.DrawFn) -> Burnup:
    first, count = draw(mondays), draw(st.integers(1, 104))
    until = draw(st.integers(0, count))
    counts = st.integers(0, draw(st.sampled_from([1, 30, 100_000])))
    weeks = tuple(
        Point(first + timedelta(weeks=week), draw(counts), draw(counts) if week < until else None)
        for week in range(count)
    )
    today = draw(dates | st.integers(0, 800).map(lambda days: first + timedelta(days=days)))
    return Burnup(weeks, today, draw(st.tuples(words, words)), draw(words))


charts = st.one_of(
    st.builds(Levels, st.lists(level_rows, min_size=1, max_size=12).map(tuple), st.tuples(words, words)),
    timelines(),
    burnups(),
    st.builds(
        Counts,
        st.lists(st.builds(Bar, labels, st.integers(0, 100_000)), min_size=1, max_size=12).map(tuple),
        words,
    ),
)


@settings(max_examples=3_000 if SOAK else 15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(charts, st.sampled_from(THEMES))
def test_whatever_can_be_built_can_be_painted(data: ChartData, theme: Theme) -> None:
    png = paint(data, theme)
    assert list(read_chunks(png))[-1][0] == "IEND"
    assert len(png) < 200 * 1024


def test_importing_the_painter_loads_nothing_heavy() -> None:
    program = "import sys, bot.charts.painter; print(*{name.split('.')[0] for name in sys.modules})"
    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, check=True, text=True
    ).stdout.split()
    assert "bot" in loaded
    assert not {"matplotlib", "numpy", "PIL"} & set(loaded)


def test_pyplot_is_never_loaded() -> None:
    program = (
        "import sys; from bot.charts.painter import paint; from bot.core.chat.chart import *;"
        "paint(Levels((LevelRow('Gap', 0, 0),))); print('matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert ran.stdout.strip() == "False"


def measure_memory() -> int:
    """Bytes that this process holds in memory (Linux)."""
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="only Linux tells a process its memory so")
def test_memory_stays_flat() -> None:
    data, small = CASES["levels"], CASES["one level"]
    for _ in range(10):
        paint(data)
    before = measure_memory()
    for _ in range(500 if SOAK else 10):
        paint(data)
        paint(small)
    # One picture that were kept would be 4 MB.
    assert measure_memory() - before < 32_000_000


async def test_thread_painter_paints_and_remembers() -> None:
    painter = ThreadPainter("dark", kept=2)
    charts = [Chart(Levels((LevelRow(f"Gap {n}", 0, n),)), "A gap.") for n in range(3)]
    try:
        pictures = await asyncio.gather(*(painter.paint(chart) for chart in charts))
        assert pictures == [paint(chart.data, "dark") for chart in charts]
        again = await painter.paint(Chart(Levels((LevelRow("Gap 2", 0, 2),)), "Other words."))
        assert again is pictures[2]
        assert await painter.paint(charts[0]) is not pictures[0]  # only two are kept
    finally:
        painter.close()


async def test_thread_painter_leaves_the_loop_alone() -> None:
    painter = ThreadPainter()
    turns = 0
    try:
        painting = asyncio.ensure_future(painter.paint(Chart(CASES["levels"], "Six gaps.")))
        while not painting.done():
            await asyncio.sleep(0)
            turns += 1
    finally:
        painter.close()
    assert turns > 10


# What the eyes of protanopes and deuteranopes make of linear red, green and blue (Machado and others, 2009).
EYES = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
}
Colour = tuple[float, float, float]


def linear(colour: str) -> Colour:
    """Linear light, 0 to 1, of `#rrggbb`."""
    shares = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
    return red, green, blue


def luminance(colour: Colour) -> float:
    return sum(weight * share for weight, share in zip((0.2126, 0.7152, 0.0722), colour, strict=True))


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(linear(one)), luminance(linear(other))))
    return (lighter + 0.05) / (darker + 0.05)


def lab(colour: Colour) -> Colour:
    """CIE L*a*b* of linear light under D65."""
    rows = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
    xyz = [sum(k * c for k, c in zip(row, colour, strict=True)) for row in rows]
    shares = (value / white for value, white in zip(xyz, (0.9505, 1.0, 1.089), strict=True))
    x, y, z = (s ** (1 / 3) if s > 0.008856 else 7.787 * s + 16 / 116 for s in shares)
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def seen(colour: str, eye: str) -> Colour:
    red, green, blue = (
        min(max(sum(k * c for k, c in zip(row, linear(colour), strict=True)), 0), 1) for row in EYES[eye]
    )
    return lab((red, green, blue))


def distance(one: Colour, other: Colour) -> float:
    return math.dist(one, other)


PALETTE = pytest.mark.parametrize("palette", PALETTES.values(), ids=PALETTES.keys())


@PALETTE
def test_words_and_marks_stand_out_from_the_card(palette: Palette) -> None:
    for words_in in (palette.ink, palette.quiet, palette.done):
        assert contrast(words_in, palette.card) >= 4.5
    for mark in (palette.done, palette.ahead, palette.idle):
        assert contrast(mark, palette.card) >= 3
        assert contrast(mark, palette.track) >= 2.5
    assert contrast(palette.done, palette.tint) >= 3
    assert contrast(palette.ink, palette.track) >= 4.5


@pytest.mark.parametrize("eye", EYES)
@PALETTE
def test_every_eye_tells_the_marks_apart(palette: Palette, eye: str) -> None:
    marks = [seen(mark, eye) for mark in (palette.done, palette.ahead, palette.idle, palette.track)]
    assert min(distance(one, other) for one, other in combinations(marks, 2)) >= 20


def test_simulated_eyes_confuse_what_such_eyes_confuse() -> None:
    """The check can fail: a red and a green of one lightness fall together."""
    red, green = "#b35a4a", "#7d7a2e"
    usual = distance(seen(red, "usual"), seen(green, "usual"))
    assert distance(seen(red, "deuteranopia"), seen(green, "deuteranopia")) < usual / 2
