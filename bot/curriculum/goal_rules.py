"""The linter's rules for goals: each track leads every gap to the top, at every pace, whatever drops."""

from collections.abc import Iterator, Sequence

from bot.core.domain.curriculum import Content, Track
from bot.core.domain.drafts import tight_paces
from bot.core.domain.packing import PACE_MAX, PACE_MIN
from bot.core.domain.skills import LEVELS
from bot.curriculum.findings import Note

CORE_LEAST = (4, 6, 6, 6)
"""The fewest core goals of the first phase, the second and so on: the longest plan has one each week."""


def check_goals(content: Content) -> Iterator[Note]:
    for goal in content.goals.values():
        if not goal.evidence:
            yield "error", "goal", goal.id, "This goal accepts no evidence.", "Name one kind at least."
        if goal.builds and not goal.core:
            says = "What builds a project never drops from a plan, so this is no stretch goal."
            yield "warning", "goal", goal.id, says, "Make it core, or set builds to false."
    for track in content.tracks:
        yield from _check_amounts(track)
        yield from _check_packing(track)
        yield from _check_levels(track, content)


def _check_amounts(track: Track) -> Iterator[Note]:
    for number, phase in enumerate(track.phases):
        least = CORE_LEAST[number] if number < len(CORE_LEAST) else phase.weeks_max
        core = sum(goal.core for goal in phase.goals)
        if core < least:
            says = f"The phase `{phase.id}` has {core} core goals, and needs {least}."
            yield "error", "phase", f"{track.id}:{phase.id}", says, "Write some, and name them in order.yaml."
        for objective in phase.objectives:
            if not any(goal.core for goal in objective.goals):
                says = f"The objective `{objective.id}` has no core goal, so plans may pass it over."
                yield "error", "objective", f"{track.id}:{objective.id}", says, "Name one in order.yaml."


def _check_packing(track: Track) -> Iterator[Note]:
    for phase, goals in zip(track.phases, track.phase_goals, strict=True):
        if paces := tight_paces(goals):
            says = (
                f"What never drops from the phase `{phase.id}` doesn't fit into its {phase.weeks_max} weeks"
                f" at {_say_paces(paces)} hours a week."
            )
            remedy = "Take hours out, or put the goals into another order."
            yield "error", "phase", f"{track.id}:{phase.id}", says, remedy


def _check_levels(track: Track, content: Content) -> Iterator[Note]:
    """Only goals that never drop count as steps, so that the next one stands on firm ground in every plan."""
    reached = dict.fromkeys((skill.gap.id for skill in content.skill_map.skills), 0)
    for goal in track.goals:
        for gap_id, level in goal.grows:
            if gap_id not in reached:
                remedy = f"Choose one of: {', '.join(reached)}."
                yield "error", "goal", goal.id, f"There is no gap `{gap_id}`.", remedy
            elif level > reached[gap_id] + 1:
                says = (
                    f"It grows `{gap_id}` to {level}, but nothing that always stays before it in the track"
                    f" `{track.id}` grows that to {level - 1}."
                )
                yield "error", "goal", goal.id, says, "Move it behind such a goal in order.yaml."
        if not goal.stretch:
            reached |= {gap: max(reached.get(gap, 0), level) for gap, level in goal.grows if gap in reached}
    for skill in content.skill_map.skills:
        if not any(skill.gap.id in goal.gaps for goal in track.goals):
            says = f"No goal of the track `{track.id}` grows the gap `{skill.gap.id}`."
            yield "error", "skill", skill.id, says, "Add goals that do, level by level."
        elif reached[skill.gap.id] < LEVELS - 1:
            says = (
                f"In the track `{track.id}`, goals that always stay grow the gap `{skill.gap.id}`"
                f" to {reached[skill.gap.id]} only."
            )
            yield "error", "skill", skill.id, says, f"Add one that grows it to {LEVELS - 1}."


def _say_paces(paces: Sequence[int]) -> str:
    if len(paces) == PACE_MAX - PACE_MIN + 1:
        return f"any of {PACE_MIN} to {PACE_MAX}"
    return ", ".join(str(pace) for pace in paces)
