"""The published shape of the content files: one model for each kind of file, and what it becomes in the core.

The skill map's is in `skill_schema`.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, RootModel, field_validator

from bot.core.domain.curriculum import Objective, Phase, Strength, Track
from bot.core.domain.guide import Figure, Page
from bot.core.domain.skills import Source
from bot.core.domain.tips import Challenge, Tip
from bot.curriculum.texts import Alias, Id, Label, Name, Sentence, Title, Url

Aliases = Annotated[tuple[Alias, ...], Field(max_length=40)]
Ids = Annotated[tuple[Id, ...], Field(max_length=12)]
Weeks = Annotated[int, Field(ge=1, le=26)]
Letter = Annotated[str, Field(pattern="^[a-z]$")]


class Shape(BaseModel):
    """The base of all models: unknown fields are refused, texts lose the white space around them."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class SourceShape(Shape):
    title: Title
    url: Url | None = None
    edition: Label | None = None
    checked_on: date | None = None
    checked: Literal["live", "stored"] | None = None

    def build(self) -> Source:
        # An article that is cited without an address has an empty one: `Source.url` is always a text.
        return Source(self.title, self.url or "", self.edition, self.checked_on, self.checked)


class SourcesShape(RootModel[dict[Id, SourceShape]]):
    """`sources.yaml`: sources by id."""


class FigureShape(Shape):
    says: Sentence
    value: Label
    source: Id
    edition: Label

    def build(self, key: str, sources: dict[str, Source]) -> Figure:
        return Figure(key, self.says, self.value, sources[self.source], self.edition)


class FiguresShape(RootModel[dict[Id, FigureShape]]):
    """`figures.yaml`: figures by id."""


class ChallengeShape(Shape):
    name: Name
    summary: Sentence
    aliases: Aliases = ()
    phases: Ids = ()

    def build(self, key: str) -> Challenge:
        return Challenge(key, self.name, self.summary, self.aliases, self.phases)


class ChallengesShape(RootModel[dict[Id, ChallengeShape]]):
    """`challenges.yaml`: challenges by id."""


class StrengthShape(Shape):
    name: Name
    says: Sentence


class PhaseShape(Shape):
    name: Name
    weeks: tuple[Weeks, Weeks]
    objectives: Annotated[dict[Letter, Sentence], Field(min_length=1)]

    @field_validator("weeks")
    @classmethod
    def _grow(cls, weeks: tuple[int, int]) -> tuple[int, int]:
        if weeks[0] > weeks[1]:
            raise ValueError("the fewest weeks come first, the most second")
        return weeks

    def build(self, key: str) -> Phase:
        objectives = tuple(Objective(f"{key}.{letter}", says) for letter, says in self.objectives.items())
        return Phase(key, self.name, *self.weeks, objectives)


class TrackShape(Shape):
    """`tracks/<id>.yaml`."""

    name: Name
    from_role: Name
    to_role: Name
    summary: Sentence
    strengths: Annotated[dict[Id, StrengthShape], Field(min_length=1, max_length=10)]
    phases: Annotated[dict[Id, PhaseShape], Field(min_length=1, max_length=8)]
    aliases: Aliases = ()

    def build(self, key: str) -> Track:
        return Track(
            key,
            self.name,
            self.from_role,
            self.to_role,
            self.summary,
            tuple(Strength(each, shape.name, shape.says) for each, shape in self.strengths.items()),
            tuple(shape.build(each) for each, shape in self.phases.items()),
            self.aliases,
        )


class TipShape(Shape):
    """The front matter of `tips/<id>.md`."""

    title: Title
    challenge: Id
    sources: Ids = ()
    reveal: Sentence | None = None

    def build(self, key: str, parts: tuple[str, str, str], sources: dict[str, Source]) -> Tip:
        cited = tuple(sources[each] for each in self.sources)
        return Tip(key, self.challenge, self.title, *parts, cited, self.reveal)


class PageShape(Shape):
    """The front matter of `guide/<id>.md`."""

    title: Title
    summary: Sentence
    aliases: Aliases = ()
    sources: Ids = ()
    figures: Ids = ()

    def build(
        self, key: str, paragraphs: tuple[str, ...], sources: dict[str, Source], figures: dict[str, Figure]
    ) -> Page:
        return Page(
            key,
            self.title,
            self.summary,
            paragraphs,
            tuple(sources[each] for each in self.sources),
            self.aliases,
            tuple(figures[each] for each in self.figures),
        )


def list_fields(shape: type[Shape] = Shape) -> frozenset[str]:
    """Every field of all files, to suggest for a misspelt one."""
    below = (list_fields(each) for each in shape.__subclasses__())
    return frozenset(shape.model_fields).union(*below)
