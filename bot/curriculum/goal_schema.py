"""The shape of the files in `goals/`: the goals themselves, their order in each track, and their old ids."""

from typing import Annotated

from pydantic import Field, RootModel

from bot.core.domain.goals import HOURS_MAX, EvidenceKind, Goal
from bot.core.domain.skills import LEVELS, Source
from bot.curriculum.schema import Ids, Shape
from bot.curriculum.texts import Does, Id, ObjectiveId, ShortTitle, Switch, Word

Hours = Annotated[int, Field(ge=1, le=HOURS_MAX)]
Reached = Annotated[int, Field(ge=1, lt=LEVELS)]


class GoalShape(Shape):
    title: ShortTitle
    does: Does
    hours: Hours
    kind: Word["core", "stretch"]
    builds: Switch
    grows: Annotated[dict[Id, Reached], Field(min_length=1, max_length=6)]
    evidence: Annotated[tuple[EvidenceKind, ...], Field(max_length=7)] = ()
    sources: Ids = ()
