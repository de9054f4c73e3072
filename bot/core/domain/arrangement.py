"""How a plan's goals stood before a way out of being late was taken, so that it can be undone."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MovedGoal:
    """A goal that was moved from the study week `week` to `to`. `carried` is what it was before."""

    goal_id: str
    week: int
    to: int
    carried: int


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The weeks of each phase before (`phases`) and after (`phases_after`), and the goals that were moved."""

    phases: tuple[int, ...]
    phases_after: tuple[int, ...]
    moved: tuple[MovedGoal, ...]
