"""Content files -> `Content`. The one place where pydantic and YAML meet the core."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.core.domain.curriculum import Content, Track
from bot.core.domain.guide import Figure, Page
from bot.core.domain.skills import SkillMap, Source
from bot.core.domain.tips import Challenge, Tip
from bot.core.errors import ContentError
from bot.curriculum.cities import CITIES_FILE
from bot.curriculum.goal_files import FOLDER as GOALS_FOLDER
from bot.curriculum.goal_files import order_goals, read_aliases, read_goals
from bot.curriculum.reading import Place, Reading
from bot.curriculum.schema import (
    ChallengesShape,
    FiguresShape,
    PageShape,
    SourcesShape,
    TipShape,
    TrackShape,
)
from bot.curriculum.skill_schema import SkillMapShape

Places = Mapping[tuple[str, str], Place]

_TOP = frozenset(
    {
        "README.md",
        "challenges.yaml",
        CITIES_FILE,
        "cities.LICENSE",
        "figures.yaml",
        GOALS_FOLDER,
        "guide",
        "skills.yaml",
        "sources.yaml",
        "tips",
        "tracks",
    }
)


@dataclass(frozen=True, slots=True)
class Loaded:
    """The content, and where each thing stands: `places["tip", "self-judge"]`."""

    content: Content
    places: Places


def load_content(path: Path) -> Content:
    """Everything in the content folder `path`. Raises ContentError with all problems found."""
    return load_with_places(path).content


def load_with_places(path: Path) -> Loaded:
    """As `load_content`, with the file and line of each thing, for the linter and the preview."""
    reading = Reading(path)
    reading.require_folder()
    skill_map = _read_skill_map(reading)
    sources = _read_sources(reading)
    figures = _read_figures(reading, sources)
    challenges = _read_challenges(reading)
    gaps = None if skill_map is None else {skill.gap.id: skill.gap for skill in skill_map.skills}
    goals = read_goals(reading, gaps, sources)
    tracks = order_goals(reading, tuple(_read_tracks(reading)), goals)
    aliases = read_aliases(reading, tracks, goals)
    tips = tuple(_read_tips(reading, sources))
    pages = tuple(_read_pages(reading, sources, figures))
    if reading.problems or skill_map is None:
        raise ContentError(tuple(sorted(reading.problems, key=lambda found: (found.file, found.line or 0))))
    content = Content(
        skill_map,
        tracks,
        challenges,
        tips,
        pages,
        tuple((figures or {}).values()),
        reading.version,
        MappingProxyType(aliases),
    )
    return Loaded(content, reading.places)


def source_key(source: Source) -> str:
    """What a source is called in `places`: a page that two files cite may be checked in one of them only."""
    return f"{source.title} {source.url} {source.checked_on}"


def find_unread(path: Path) -> tuple[str, ...]:
    """What lies in the content folder and is never read, sorted; hidden files don't count."""
    names = sorted(entry.name for entry in path.iterdir())
    return tuple(name for name in names if name not in _TOP and not name.startswith("."))


def _read_skill_map(reading: Reading) -> SkillMap | None:
    parsed = reading.parse_yaml("skills.yaml", SkillMapShape)
    if parsed is None:
        return None
    for place, skill in enumerate(parsed.shape.skills):
        reading.note("skill", skill.id, parsed, ("skills", place))
        for number, source in enumerate(skill.sources):
            path = ("skills", place, "sources", number)
            reading.note("source", source_key(source.build()), parsed, path)
    try:
        return parsed.shape.build()
    except ValueError as error:
        reading.add(parsed.file, None, f"The skill map can't be built: {error}.", "Rename one of them.")
        return None


def _read_sources(reading: Reading) -> dict[str, Source] | None:
    parsed = reading.parse_yaml("sources.yaml", SourcesShape)
    if parsed is None:
        return None
    sources = {key: shape.build() for key, shape in parsed.shape.root.items()}
    for key, source in sources.items():
        reading.note("source", source_key(source), parsed, (key,))
    return sources


def _read_figures(reading: Reading, sources: dict[str, Source] | None) -> dict[str, Figure] | None:
    parsed = reading.parse_yaml("figures.yaml", FiguresShape)
    if parsed is None or sources is None:
        return None
    shapes = parsed.shape.root
    for key in shapes:
        reading.note("figure", key, parsed, (key,))
    known = [
        reading.knows(parsed, (key, "source"), shape.source, sources, "sources.yaml")
        for key, shape in shapes.items()
    ]
    return {key: shape.build(key, sources) for key, shape in shapes.items()} if all(known) else None


def _read_challenges(reading: Reading) -> tuple[Challenge, ...]:
    parsed = reading.parse_yaml("challenges.yaml", ChallengesShape)
    if parsed is None:
        return ()
    for key in parsed.shape.root:
        reading.note("challenge", key, parsed, (key,))
    return tuple(shape.build(key) for key, shape in parsed.shape.root.items())


def _read_tracks(reading: Reading) -> Iterator[Track]:
    for file in reading.list_files("tracks", ".yaml"):
        if parsed := reading.parse_yaml(file, TrackShape):
            reading.note("track", parsed.id, parsed)
            for phase_id, phase in parsed.shape.phases.items():
                reading.note("phase", f"{parsed.id}:{phase_id}", parsed, ("phases", phase_id))
                for letter in phase.objectives:
                    path = ("phases", phase_id, "objectives", letter)
                    reading.note("objective", f"{parsed.id}:{phase_id}.{letter}", parsed, path)
            yield parsed.shape.build(parsed.id)


def _read_tips(reading: Reading, sources: dict[str, Source] | None) -> Iterator[Tip]:
    for file in reading.list_files("tips", ".md"):
        parsed = reading.parse_markdown(file, TipShape)
        if parsed is None or sources is None:
            continue
        reading.note("tip", parsed.id, parsed)
        if len(parsed.paragraphs) < 3:
            says = "A tip has three paragraphs: the mistake, how to notice it, and what to do instead."
            reading.add(file, parsed.body_line, says, "Part them with blank lines.")
        elif reading.knows_all(parsed, ("sources",), parsed.shape.sources, sources, "sources.yaml"):
            mistake, sign, *instead = parsed.paragraphs
            yield parsed.shape.build(parsed.id, (mistake, sign, "\n\n".join(instead)), sources)


def _read_pages(
    reading: Reading, sources: dict[str, Source] | None, figures: dict[str, Figure] | None
) -> Iterator[Page]:
    for file in reading.list_files("guide", ".md"):
        parsed = reading.parse_markdown(file, PageShape)
        if parsed is None or sources is None or figures is None:
            continue
        reading.note("page", parsed.id, parsed)
        if not parsed.paragraphs:
            reading.add(file, parsed.body_line, "The page has no text.", "Write at least one paragraph.")
            continue
        cited = reading.knows_all(parsed, ("sources",), parsed.shape.sources, sources, "sources.yaml")
        quoted = reading.knows_all(parsed, ("figures",), parsed.shape.figures, figures, "figures.yaml")
        if cited and quoted:
            yield parsed.shape.build(parsed.id, parsed.paragraphs, sources, figures)
