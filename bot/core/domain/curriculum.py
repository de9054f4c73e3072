"""The curriculum: tracks with phases and objectives; and `Content`, everything that `content/` holds."""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.domain.guide import Figure, Page
from bot.core.domain.skills import SkillMap
from bot.core.domain.tips import Challenge, Tip


@dataclass(frozen=True, slots=True)
class Objective:
    """What a member can do at the end. `id` is unique in its track ("patterns.b")."""

    id: str
    says: str


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a track that takes `weeks_min` to `weeks_max` weeks (both included)."""

    id: str
    name: str
    weeks_min: int
    weeks_max: int
    objectives: tuple[Objective, ...]


@dataclass(frozen=True, slots=True)
class Strength:
    """Something that people with this background already bring, and why it carries over."""

    id: str
    name: str
    says: str


@dataclass(frozen=True, slots=True)
class Track:
    """A way from one role to another."""

    id: str
    name: str
    from_role: str
    to_role: str
    summary: str
    strengths: tuple[Strength, ...]
    phases: tuple[Phase, ...]
    aliases: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.id, self.name, self.from_role, *self.aliases)

    @property
    def objectives(self) -> tuple[Objective, ...]:
        return tuple(objective for phase in self.phases for objective in phase.objectives)

    def phases_with(self, objectives: Iterable[str]) -> tuple[tuple[int, Phase], ...]:
        """The phases that hold any of these objective ids, each with its number, counted from 1."""
        wanted = set(objectives)
        return tuple(
            (number, phase)
            for number, phase in enumerate(self.phases, start=1)
            if any(objective.id in wanted for objective in phase.objectives)
        )

    @property
    def weeks_min(self) -> int:
        return sum(phase.weeks_min for phase in self.phases)

    @property
    def weeks_max(self) -> int:
        return sum(phase.weeks_max for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that `content/` holds, as one value. `version` is a short SHA-256 of its files."""

    skill_map: SkillMap
    tracks: tuple[Track, ...]
    challenges: tuple[Challenge, ...]
    tips: tuple[Tip, ...]
    pages: tuple[Page, ...]
    figures: tuple[Figure, ...]
    version: str

    @property
    def track(self) -> Track:
        """The track that questions are answered with when nobody has chosen one: the first."""
        return self.tracks[0]

    def counts(self) -> dict[str, int]:
        """How many of each there are, by the word that people use for it."""
        return {
            "skills": len(self.skill_map.skills),
            "tracks": len(self.tracks),
            "phases": sum(len(track.phases) for track in self.tracks),
            "objectives": sum(len(track.objectives) for track in self.tracks),
            "challenges": len(self.challenges),
            "tips": len(self.tips),
            "pages": len(self.pages),
            "figures": len(self.figures),
        }
