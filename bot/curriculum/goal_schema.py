"""The shape of the files in `goals/`: the goals, their order in each track, and the ids they once had."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, RootModel

from bot.core.domain.goals import HOURS_MAX, EvidenceKind, Goal
from bot.core.domain.skills import LEVELS, Source
from bot.curriculum.schema import Ids, Shape
from bot.curriculum.texts import GoalText, GoalTitle, Id, ObjectiveId

Reached = Annotated[int, Field(ge=1, le=LEVELS - 1)]


class GoalShape(Shape):
    title: GoalTitle
    does: GoalText
    hours: Annotated[int, Field(ge=1, le=HOURS_MAX)]
    kind: Literal["core", "stretch"]
    builds: bool = False
    grows: Annotated[dict[Id, Reached], Field(min_length=1, max_length=12)]
    evidence: Annotated[tuple[EvidenceKind, ...], Field(max_length=12)] = ()
    sources: Ids = ()

    def build(self, key: str, sources: Mapping[str, Source]) -> Goal:
        return Goal(
            key,
            self.title,
            self.does,
            self.hours,
            self.kind == "core",
            self.builds,
            tuple(self.grows.items()),
            self.evidence,
            tuple(sources[each] for each in self.sources),
        )


class GoalsShape(Shape):
    """`goals/<any name>.yaml`: goals by id."""

    goals: Annotated[dict[Id, GoalShape], Field(min_length=1, max_length=500)]


class OrderShape(RootModel[dict[Id, dict[ObjectiveId, tuple[Id, ...]]]]):
    """`goals/order.yaml`: for each track and objective the ids of its goals, in order."""


class AliasesShape(RootModel[dict[Id, Id]]):
    """`goals/aliases.yaml`: ids that goals once had, and the ids they have now."""
