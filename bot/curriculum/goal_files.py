"""The files in `goals/` -> the goals of each track, and the ids that goals once had."""

from collections.abc import Mapping
from dataclasses import replace

from bot.core.domain.curriculum import Track
from bot.core.domain.goals import Goal
from bot.core.domain.skills import Gap, Source
from bot.curriculum.goal_schema import AliasesShape, GoalsShape, OrderShape
from bot.curriculum.reading import Parsed, Place, Reading

FOLDER = "goals"
_ORDER = f"{FOLDER}/order.yaml"
_ALIASES = f"{FOLDER}/aliases.yaml"


def read_goals(
    reading: Reading, gaps: Mapping[str, Gap] | None, sources: Mapping[str, Source] | None
) -> dict[str, Goal] | None:
    """Every goal by its id, also one that no track uses; None when the files can't be read.

    A goal that refers to what doesn't exist is a problem, and is left out; its place stays known.
    """
    files = [file for file in reading.list_files(FOLDER, ".yaml") if file not in (_ORDER, _ALIASES)]
    every = [reading.parse_yaml(file, GoalsShape) for file in files]
    if gaps is None or sources is None or None in every:
        return None
    goals: dict[str, Goal] = {}
    for parsed in every:
        if parsed is not None:
            _take_goals(reading, parsed, gaps, sources, goals)
    return goals


def order_goals(
    reading: Reading, tracks: tuple[Track, ...], goals: Mapping[str, Goal] | None
) -> tuple[Track, ...]:
    """The tracks with the goals of their objectives, as `order.yaml` has them."""
    parsed = reading.parse_yaml(_ORDER, OrderShape)
    if parsed is None or goals is None:
        return tracks
    known = {track.id: track for track in tracks}
    for track_id, objectives in parsed.shape.root.items():
        if reading.knows(parsed, (track_id,), track_id, known, "tracks/"):
            known[track_id] = _fill_track(reading, parsed, known[track_id], objectives, goals)
    return tuple(known[track.id] for track in tracks)


def read_aliases(
    reading: Reading, tracks: tuple[Track, ...], goals: Mapping[str, Goal] | None
) -> dict[str, str]:
    """For each id that a goal once had, the id of the goal of a track that it is now."""
    parsed = reading.parse_yaml(_ALIASES, AliasesShape)
    if parsed is None or goals is None:
        return {}
    aliases = parsed.shape.root
    named = _named(reading)
    # A goal with a fault of its own is in no track yet; that fault is told already.
    used = {goal.id for track in tracks for goal in track.goals} | (named.keys() - goals.keys())
    for old, present in aliases.items():
        line = parsed.lines.find((old,))
        if old in named:
            says = f"`{old}` is the id of a goal, so it can't stand for another one."
            reading.add(parsed.file, line, says, "Delete this line, or rename that goal.")
        elif present in aliases:
            remedy = "Name the id that the goal has now."
            reading.add(parsed.file, line, f"`{present}` is an old id as well.", remedy)
        elif present not in used:
            remedy = "Name a goal that stands in order.yaml."
            reading.add(parsed.file, line, f"`{present}` is no goal of any track.", remedy)
    return aliases


def _named(reading: Reading) -> dict[str, Place]:
    """Where each goal stands, by its id."""
    return {key: place for (kind, key), place in reading.places.items() if kind == "goal"}


def _take_goals(
    reading: Reading,
    parsed: Parsed[GoalsShape],
    gaps: Mapping[str, Gap],
    sources: Mapping[str, Source],
    goals: dict[str, Goal],
) -> None:
    for key, shape in parsed.shape.goals.items():
        path = ("goals", key)
        if key in goals:
            says = f"The goal `{key}` stands in {reading.places['goal', key].file} as well."
            reading.add(parsed.file, parsed.lines.find(path), says, "Give one of them another id.")
            continue
        reading.note("goal", key, parsed, path)
        grown = [
            reading.knows(parsed, (*path, "grows", gap), gap, gaps, "skills.yaml") for gap in shape.grows
        ]
        cited = reading.knows_all(parsed, (*path, "sources"), shape.sources, sources, "sources.yaml")
        if all(grown) and cited:
            goals[key] = shape.build(key, sources)


def _fill_track(
    reading: Reading,
    parsed: Parsed[OrderShape],
    track: Track,
    objectives: Mapping[str, tuple[str, ...]],
    goals: Mapping[str, Goal],
) -> Track:
    known = {objective.id: objective for objective in track.objectives}
    named = _named(reading)
    owners: dict[str, str] = {}
    for objective_id, ids in objectives.items():
        path = (track.id, objective_id)
        if reading.knows(parsed, path, objective_id, known, f"tracks/{track.id}.yaml"):
            found = tuple(goals[key] for key in ids if key in goals)
            known[objective_id] = replace(known[objective_id], goals=found)
        for place, key in enumerate(ids):
            if not reading.knows(parsed, (*path, place), key, named, f"{FOLDER}/"):
                continue
            owner = owners.setdefault(key, objective_id)
            if owner != objective_id or key in ids[:place]:
                line = parsed.lines.find((*path, place))
                says = f"The track has the goal `{key}` already, at `{owner}`."
                reading.add(parsed.file, line, says, "Keep it in one place.")
    return replace(
        track,
        phases=tuple(
            replace(phase, objectives=tuple(known[objective.id] for objective in phase.objectives))
            for phase in track.phases
        ),
    )
