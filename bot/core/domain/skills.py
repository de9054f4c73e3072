"""The skill map: what members already have, where it applies in AI engineering, and the gap that is left."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import Literal, TypeVar

LEVELS = 4


@dataclass(frozen=True, slots=True)
class Source:
    """A page that a statement rests on. `checked_on` is a day on which somebody really read it."""

    title: str
    url: str
    edition: str | None = None
    checked_on: date | None = None
    checked: Literal["live", "stored"] | None = None


@dataclass(frozen=True, slots=True)
class Level:
    """How far somebody is, 0 (not met yet) to 3 (others ask them), and what that looks like."""

    number: int
    name: str
    looks_like: str


@dataclass(frozen=True, slots=True)
class Wording:
    """How people speak of something.

    `aliases` are sure signs. `hints` have other meanings too and count only in technical company. A cue such
    as "@cut & bill|invoice" is a set of words that mean it together, in any order within a sentence; `@cut`
    stands for a group of the vocabulary.
    """

    aliases: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()
    cues: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Gap:
    """What is left to learn beside a skill. `objectives` are the ids that close it ("patterns.b")."""

    id: str
    name: str
    summary: str
    levels: tuple[Level, ...]
    objectives: tuple[str, ...]
    wording: Wording = field(default_factory=Wording)

    def __post_init__(self) -> None:
        _require_levels(self.id, self.levels)


@dataclass(frozen=True, slots=True)
class Skill:
    """A row of the map: a cloud skill, its application in AI engineering, and the gap it leaves."""

    id: str
    name: str
    application: str
    carries_over: str
    gap: Gap
    levels: tuple[Level, ...]
    sources: tuple[Source, ...]
    wording: Wording = field(default_factory=Wording)

    def __post_init__(self) -> None:
        _require_levels(self.id, self.levels)


@dataclass(frozen=True, slots=True)
class Background:
    """Something that carries over but is no row of the map, such as CI/CD pipelines."""

    id: str
    name: str
    says: str
    wording: Wording = field(default_factory=Wording)


_Row = TypeVar("_Row", Skill, Gap, Background)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a reader of questions knows besides the rows' own words.

    `groups`: words that mean the same in cues. `homonyms`: a hint, and the words that show its other meaning.
    `company`: technical words that vouch for a hint. `neutral`: words that say nothing either way.
    `outside`: words of other fields, beside which no hint or cue counts. `plain`: everyday words that are
    never taken for a misspelling. `spellings`: short forms and what they stand for. `misuse`: cues of texts
    that want to steer the bot, unless a word of `misuse_unless` shows that they ask about it.
    """

    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    homonyms: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    company: tuple[str, ...] = ()
    neutral: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    misuse: tuple[str, ...] = ()
    misuse_unless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SkillMap:
    """All rows in the order in which they are shown. Ids of rows, gaps and backgrounds are unique.

    The look-ups raise KeyError for an id that doesn't exist.
    """

    skills: tuple[Skill, ...]
    backgrounds: tuple[Background, ...] = ()
    vocabulary: Vocabulary = field(default_factory=Vocabulary)

    def __post_init__(self) -> None:
        ids = [skill.id for skill in self.skills] + [background.id for background in self.backgrounds]
        ids += [skill.gap.id for skill in self.skills]
        twice = sorted({each for each in ids if ids.count(each) > 1})
        if twice:
            raise ValueError(f"these ids stand in the skill map twice: {', '.join(twice)}")

    def skill(self, skill_id: str) -> Skill:
        return _pick(self.skills, skill_id)

    def gap(self, gap_id: str) -> Gap:
        return _pick(tuple(skill.gap for skill in self.skills), gap_id)

    def background(self, background_id: str) -> Background:
        return _pick(self.backgrounds, background_id)

    def skill_of_gap(self, gap_id: str) -> Skill:
        """The row that leaves this gap."""
        for skill in self.skills:
            if skill.gap.id == gap_id:
                return skill
        raise KeyError(gap_id)


def _pick(found_in: tuple[_Row, ...], wanted: str) -> _Row:
    for each in found_in:
        if each.id == wanted:
            return each
    raise KeyError(wanted)


def _require_levels(owner: str, levels: tuple[Level, ...]) -> None:
    if tuple(level.number for level in levels) != tuple(range(LEVELS)):
        raise ValueError(f"{owner} needs the levels 0 to {LEVELS - 1}, in order")
