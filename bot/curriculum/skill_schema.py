"""The shape of `skills.yaml`, and what it becomes: the skill map with its wording and vocabulary."""

from types import MappingProxyType
from typing import Annotated

from pydantic import Field

from bot.core.domain.skills import LEVELS, Background, Gap, Level, Skill, SkillMap, Vocabulary, Wording
from bot.curriculum.schema import Shape, SourceShape
from bot.curriculum.texts import Alias, Cue, Id, Name, ObjectiveId, Sentence

Words = Annotated[tuple[Alias, ...], Field(max_length=2_000)]
Cues = Annotated[tuple[Cue, ...], Field(max_length=200)]
Groups = Annotated[dict[Alias, Words], Field(max_length=200)]


class Worded(Shape):
    """Something that people speak of, with the words they use for it."""

    aliases: Words = ()
    hints: Words = ()
    cues: Cues = ()

    def wording(self) -> Wording:
        return Wording(self.aliases, self.hints, self.cues)


class LevelShape(Shape):
    name: Name
    looks_like: Sentence


Levels = Annotated[tuple[LevelShape, ...], Field(min_length=LEVELS, max_length=LEVELS)]


class GapShape(Worded):
    id: Id
    name: Name
    summary: Sentence
    levels: Levels
    objectives: Annotated[tuple[ObjectiveId, ...], Field(max_length=20)]

    def build(self) -> Gap:
        return Gap(
            self.id,
            self.name,
            self.summary,
            _build_levels(self.levels),
            self.objectives,
            self.wording(),
        )


class SkillShape(Worded):
    id: Id
    name: Name
    application: Sentence
    carries_over: Sentence
    gap: GapShape
    levels: Levels
    sources: Annotated[tuple[SourceShape, ...], Field(max_length=12)] = ()

    def build(self) -> Skill:
        return Skill(
            self.id,
            self.name,
            self.application,
            self.carries_over,
            self.gap.build(),
            _build_levels(self.levels),
            tuple(source.build() for source in self.sources),
            self.wording(),
        )


class BackgroundShape(Worded):
    id: Id
    name: Name
    says: Sentence

    def build(self) -> Background:
        return Background(self.id, self.name, self.says, self.wording())


class VocabularyShape(Shape):
    groups: Groups = Field(default_factory=dict)
    homonyms: Groups = Field(default_factory=dict)
    company: Words = ()
    neutral: Words = ()
    outside: Words = ()
    plain: Words = ()
    spellings: Annotated[dict[Alias, Alias], Field(max_length=500)] = Field(default_factory=dict)
    misuse: Cues = ()
    misuse_unless: Words = ()

    def build(self) -> Vocabulary:
        return Vocabulary(
            MappingProxyType(self.groups),
            MappingProxyType(self.homonyms),
            self.company,
            self.neutral,
            self.outside,
            self.plain,
            MappingProxyType(self.spellings),
            self.misuse,
            self.misuse_unless,
        )


class SkillMapShape(Shape):
    """`skills.yaml`."""

    skills: Annotated[tuple[SkillShape, ...], Field(min_length=1, max_length=50)]
    backgrounds: Annotated[tuple[BackgroundShape, ...], Field(max_length=50)] = ()
    vocabulary: VocabularyShape = VocabularyShape()

    def build(self) -> SkillMap:
        return SkillMap(
            tuple(skill.build() for skill in self.skills),
            tuple(background.build() for background in self.backgrounds),
            self.vocabulary.build(),
        )


def _build_levels(levels: tuple[LevelShape, ...]) -> tuple[Level, ...]:
    return tuple(Level(number, level.name, level.looks_like) for number, level in enumerate(levels))
