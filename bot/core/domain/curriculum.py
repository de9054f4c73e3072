"""The curriculum: tracks with phases, objectives and goals; and `Content`, all that `content/` holds."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from bot.core.domain.drafts import PhaseGoals
from bot.core.domain.goals import Goal
from bot.core.domain.guide import Figure, Page
from bot.core.domain.skills import SkillMap
from bot.core.domain.tips import Challenge, Tip


@dataclass(frozen=True, slots=True)
class Objective:
    """What a member can do at the end, and the goals that lead there. `id` is unique in its track."""

    id: str  # "patterns.b"
    says: str
    goals: tuple[Goal, ...] = ()


@dataclass(frozen=True, slots=True)
class Phase:
    """A stretch of a track that takes `weeks_min` to `weeks_max` weeks (both included)."""

    id: str
    name: str
    weeks_min: int
    weeks_max: int
    objectives: tuple[Objective, ...]

    @property
    def goals(self) -> tuple[Goal, ...]:
        return tuple(goal for objective in self.objectives for goal in objective.goals)


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

    @property
    def goals(self) -> tuple[Goal, ...]:
        """All goals in the order in which they are worked on."""
        return tuple(goal for phase in self.phases for goal in phase.goals)

    @property
    def phase_goals(self) -> tuple[PhaseGoals, ...]:
        """The phases as plans are drafted from them."""
        return tuple(
            PhaseGoals(phase.id, phase.weeks_min, phase.weeks_max, phase.goals) for phase in self.phases
        )

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
    """Everything that `content/` holds, as one value. `version` is a short SHA-256 of its files.

    `goals` are those of all tracks by id; `goal_aliases` lead from an id that a goal once had to its present
    one. Neither can be changed.
    """

    skill_map: SkillMap
    tracks: tuple[Track, ...]
    challenges: tuple[Challenge, ...]
    tips: tuple[Tip, ...]
    pages: tuple[Page, ...]
    figures: tuple[Figure, ...]
    version: str
    goal_aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    goals: Mapping[str, Goal] = field(init=False)

    def __post_init__(self) -> None:
        goals = {goal.id: goal for track in self.tracks for goal in track.goals}
        object.__setattr__(self, "goals", MappingProxyType(goals))

    @property
    def track(self) -> Track:
        """The track that questions are answered with when nobody has chosen one: the first."""
        return self.tracks[0]

    def track_by_id(self, track_id: str) -> Track | None:
        return next((track for track in self.tracks if track.id == track_id), None)

    @property
    def phases(self) -> tuple[Phase, ...]:
        """The phases of all tracks in their order; tracks share ids, and each stands here once."""
        phases: dict[str, Phase] = {}
        for track in self.tracks:
            for phase in track.phases:
                phases.setdefault(phase.id, phase)
        return tuple(phases.values())

    def goals_of_gap(self, track: Track, gap_id: str) -> tuple[Goal, ...]:
        """The goals of a track that grow a gap, in the order in which they are worked on."""
        return tuple(goal for goal in track.goals if gap_id in goal.gaps)

    def counts(self) -> dict[str, int]:
        """How many of each there are, by the word that people use for it."""
        return {
            "skills": len(self.skill_map.skills),
            "tracks": len(self.tracks),
            "phases": sum(len(track.phases) for track in self.tracks),
            "objectives": sum(len(track.objectives) for track in self.tracks),
            "goals": len(self.goals),
            "challenges": len(self.challenges),
            "tips": len(self.tips),
            "pages": len(self.pages),
            "figures": len(self.figures),
        }
