"""The guide: short pages that answer a standing question, and the figures that they quote."""

from dataclasses import dataclass

from bot.core.domain.skills import Source


@dataclass(frozen=True, slots=True)
class Figure:
    """A number from outside. It is never shown without `source` and `edition`.

    `value` is the number as it is shown ("$120K-$190K"), `says` what it stands for.
    """

    id: str
    says: str
    value: str
    source: Source
    edition: str


@dataclass(frozen=True, slots=True)
class Page:
    """One page of the guide. `paragraphs` are our Markdown, in order, each short enough for one block."""

    id: str
    title: str
    summary: str
    paragraphs: tuple[str, ...]
    sources: tuple[Source, ...]
    aliases: tuple[str, ...] = ()
    figures: tuple[Figure, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, self.title, *self.aliases)

    @property
    def points(self) -> tuple[str, ...]:
        """The listed items of the page (lines that start with "- "), without their dash."""
        lines = "\n".join(self.paragraphs).split("\n")
        return tuple(line[2:] for line in lines if line.startswith("- "))
